// @ts-check
/** The words of an event, which its leaf commits to by a hash under a key of their own. */

import { fromHex, toHex } from './codes.js';
import { NULL, shown, unescape } from './rows.js';

/**
 * @typedef {import('./check.js').LogCheck} LogCheck
 * @typedef {import('./rows.js').Group} Group
 */

const DETAIL_KEY = /^[0-9a-f]{64}$/;

/**
 * Whether the detail is the one that the event commits to, or was erased on record. Where row and
 * leaf commit to others, that was named: it may be the one of either.
 *
 * @param {LogCheck} check
 * @param {number} seq
 * @param {Group} group
 * @param {string} logged
 */
export async function compareDetail(check, seq, { event, erasure, detail }, logged) {
  const [id, committed] = event ? [event[0], event[8]] : [NULL, NULL];
  for (const [table, row] of /** @type {[string, string[] | null][]} */ ([
    ['erasure', erasure],
    ['event_detail', detail],
  ])) {
    if (!row || row[0] === id) continue;
    check.tell('rows', shown(id), shown(row[0]), { table, seq, column: 'event_id' });
  }
  const where = { table: 'event_detail', seq, column: 'text' };
  if (!detail) {
    if (committed === NULL) return;
    if (erasure) check.counts.details_erased += 1;
    else check.tell('detail', shown(committed), 'missing', where);
    return;
  }
  const [, text, key] = detail;
  if (committed === NULL) check.tell('detail', null, shown(text), where);
  else if (!check.detailed) {
    check.counts.details_unseen += 1;
    for (const [column, cell] of Object.entries({ text, key })) {
      if (cell !== NULL) check.tell('detail', null, shown(cell), { ...where, column });
    }
  } else if (!DETAIL_KEY.test(key)) {
    check.tell('detail', '64 hex digits', shown(key), { ...where, column: 'key' });
  } else {
    check.counts.details += 1;
    const found = await hmac(key, unescape(text));
    if (found !== committed && found !== logged) {
      check.tell('detail', shown(committed), found, where);
    }
  }
}

/**
 * HMAC-SHA-256 of a text under a key in hex, in hex.
 *
 * @param {string} key
 * @param {string} text
 * @returns {Promise<string>}
 */
async function hmac(key, text) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const raw = /** @type {any} */ (fromHex(key));
  const secret = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
  const made = await crypto.subtle.sign('HMAC', secret, new TextEncoder().encode(text));
  return toHex(new Uint8Array(made));
}
