// @ts-check
/** What the service says of a log's key, and what this browser saw of the log before. */

import { toHex } from './codes.js';
import { readKey } from './notes.js';
import { input, say } from './page.js';
import { get, memory, witnessLog } from './witness.js';

/**
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./proofs.js').Finding} Finding
 */

/**
 * The log's key: the one that was typed, else the service's, and what to say of it.
 *
 * @param {string} village
 * @returns {Promise<{ key: Key, said: string, changed: boolean }>}
 */
export async function findKey(village) {
  const typed = input('key').value.trim();
  if (typed) return { key: await readKey(typed), said: say('key_given'), changed: false };
  const key = await readKey(await get(village, 'key'));
  const known = memory.of(key.base);
  if (!known) return { key, said: say('key_first'), changed: false };
  const changed = known.key !== toHex(key.publicKey);
  return { key, said: say(changed ? 'key_changed' : 'key_same'), changed };
}

/**
 * Compare the log with what this browser saw of it before, and say so.
 *
 * @param {Key} key
 * @returns {Promise<{ said: string[], findings: Finding[] }>}
 */
export async function witness(key) {
  const { seen, findings } = await witnessLog(key);
  if (!seen) return { said: [], findings };
  const text = say(findings.length ? 'seen_fails' : 'seen_holds', { size: seen.size });
  return { said: [text], findings };
}
