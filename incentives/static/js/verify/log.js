// @ts-check
/** An exported log: what docs/verify/jishan_verify.py checks, with the same findings. */

import { LogCheck } from './check.js';
import { Unchecked } from './codes.js';
import { PublicCheck } from './public.js';
import { linesOf, readHead, readRows } from './rows.js';

/**
 * @typedef {import('./proofs.js').Finding} Finding
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./notes.js').Checkpoint} Checkpoint
 */

/**
 * Whether what a reversal names stands before it: the file is read again for those alone.
 *
 * @param {Blob} file
 * @param {LogCheck} check
 */
async function checkReversals(file, check) {
  if (!check.reversed.size || check instanceof PublicCheck) return;
  /** @type {Map<string, number>} */
  const places = new Map();
  for await (const line of linesOf(file)) {
    const [table, id, seq] = line.split('\t', 3);
    if (table === 'event' && check.reversed.has(id) && /^[0-9]+$/.test(seq)) {
      places.set(id, Number(seq));
    }
  }
  for (const [event, seq] of check.reversed) {
    if ((places.get(event) ?? seq) < seq) continue;
    const where = { table: 'event', seq, column: 'reverses' };
    check.tell('reversal', 'an earlier event', event, where);
  }
}

/**
 * All that docs/ledger.md lists under "Verifying", over an export; with its newest checkpoint.
 *
 * @param {Blob} file
 * @param {Key} key
 * @param {Checkpoint[]} earlier
 * @param {(events: number) => void} [progress]
 * @returns {Promise<{ findings: Finding[], report: Record<string, any>,
 *   newest: Checkpoint | null }>}
 */
export async function checkLog(file, key, earlier, progress = () => {}) {
  const lines = linesOf(file);
  const head = await readHead(lines);
  if (head.village !== key.village) {
    throw new Unchecked(`the export is of ${head.village}, the key of ${key.village}`);
  }
  const kind = head.part === 'public' ? PublicCheck : LogCheck;
  const check = new kind(key, head.details === 'yes');
  for (const each of earlier) await check.expectRoot('earlier', each);
  for await (const row of readRows(lines, head.part)) {
    if ('table' in row) await check.takeRow(row.table, row.cells);
    else await check.takeGroup(row.seq, row.group);
    if (check.size % 500 === 0) progress(check.size);
  }
  if (!check.counts.checkpoints) {
    throw new Unchecked('the export has no checkpoint: nothing says which log this is');
  }
  check.finish();
  await checkReversals(file, check);
  if (check.found > check.findings.length) {
    check.findings.push({ check: 'more', count: check.found - check.findings.length });
  }
  const report = {
    village: head.village,
    part: head.part,
    events: check.size,
    signed_events: Math.max(check.newestSize, 0),
    openings: check.opening,
    accounts: check.accounts.rows.size,
    ...check.counts,
    fund: check.fund.report(),
  };
  return { findings: check.findings, report, newest: check.newest };
}
