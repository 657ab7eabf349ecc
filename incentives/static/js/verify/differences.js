// @ts-check
/** Which cell of an event's rows says something else than its leaf. */

import { FIELDS, readLeaf } from './leaves.js';
import { words } from './proofs.js';
import { shown } from './rows.js';

/** @type {Record<string, string>} */
const COLUMN_OF = { event: 'id', occurred: 'occurred_on' };

/**
 * Which column of which row says something else than the leaf.
 *
 * @param {import('./check.js').LogCheck} check
 * @param {number} seq
 * @param {string} expected
 * @param {string} body
 */
export function nameDifferences(check, seq, expected, body) {
  let logged;
  try {
    logged = readLeaf(body);
  } catch (error) {
    check.tell('leaf', words(error), shown(body), { table: 'leaf', seq, column: 'body' });
    return;
  }
  const rows = expected.split('\n');
  FIELDS.forEach((name, at) => {
    const row = rows[at + 1] ?? '';
    const stored = row.includes(' ') ? row.slice(row.indexOf(' ') + 1) : '';
    if (stored === logged.fields[name]) return;
    const table = name === 'origin' ? 'log_head' : 'event';
    check.tell('rows', logged.fields[name], stored, { table, seq, column: COLUMN_OF[name] ?? name });
  });
  const moves = rows.slice(FIELDS.length + 1, -1).map((row) => row.split(' ').slice(1));
  if (moves.length !== logged.moves.length) {
    const where = { table: 'transfer', seq, column: 'line' };
    check.tell('rows', logged.moves.length, moves.length, where);
    return;
  }
  logged.moves.forEach((move, line) => {
    const texts = [move.source, move.target, move.unit, String(move.amount)];
    ['from_code', 'to_code', 'unit', 'amount'].forEach((column, at) => {
      if (texts[at] === moves[line][at]) return;
      check.tell('rows', texts[at], moves[line][at], { table: 'transfer', seq, line, column });
    });
  });
}
