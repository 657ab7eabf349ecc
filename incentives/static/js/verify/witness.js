// @ts-check
/** What this browser remembers of a log, and whether the log of today goes on from it. */

import { fromHex, toHex } from './codes.js';
import { readNote } from './notes.js';
import { checkConsistency } from './proofs.js';

/**
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./notes.js').Checkpoint} Checkpoint
 * @typedef {import('./proofs.js').Finding} Finding
 */

/** An answer of the service that isn't there. */
export class Missing extends Error {}
/** No answer came. */
export class NoSignal extends Error {}

/**
 * What anybody may read of a village's log, whole: an answer that breaks off is none.
 *
 * @param {string} village
 * @param {string} path
 * @returns {Promise<string>}
 */
export async function get(village, path) {
  let answer, text;
  try {
    answer = await fetch(`/api/v1/villages/${village}/ledger/${path}`, {
      credentials: 'omit',
      cache: 'no-store',
    });
    text = await answer.text();
  } catch {
    throw new NoSignal();
  }
  if (answer.status === 404) throw new Missing();
  if (!answer.ok) throw new NoSignal();
  return text;
}

/** What this browser remembers of a log: its key, and the largest tree that it saw signed. */
export const memory = {
  /**
   * @param {string} base
   * @returns {{ key: string, size: number, root: string } | null}
   */
  of(base) {
    const kept = localStorage.getItem(`jishan-log ${base}`);
    return kept ? JSON.parse(kept) : null;
  },
  /**
   * @param {Key} key
   * @param {Checkpoint} checkpoint
   */
  keep(key, { size, root: hash }) {
    const kept = JSON.stringify({ key: toHex(key.publicKey), size, root: toHex(hash) });
    localStorage.setItem(`jishan-log ${key.base}`, kept);
  },
};

/**
 * The newest checkpoint, and whether the log still begins with another one.
 *
 * @param {Key} key
 * @param {Checkpoint} held
 * @returns {Promise<{ newest: Checkpoint, findings: Finding[], shorter: boolean }>}
 */
export async function compareWithNewest(key, held) {
  const newest = await readNote(await get(key.village, 'checkpoint'), key);
  if (newest.size < held.size) {
    const findings = [{ check: 'size', logged: held.size, stored: newest.size }];
    return { newest, findings, shorter: true };
  }
  const proofs = [];
  if (held.size > 0 && held.size < newest.size) {
    const path = `consistency?from=${held.size}&to=${newest.size}`;
    proofs.push(JSON.parse(await get(key.village, path)));
  }
  return { newest, findings: await checkConsistency(held, newest, proofs), shorter: false };
}

/**
 * Compare the log with the largest tree that this browser saw of it before, and remember the newest:
 * each that was ever seen is a beginning of that one. `seen` is none the first time, and where the
 * key is another.
 *
 * @param {Key} key
 * @returns {Promise<{ seen: Checkpoint | null, findings: Finding[] }>}
 */
export async function witnessLog(key) {
  const known = memory.of(key.base);
  if (!known || known.key !== toHex(key.publicKey)) {
    const note = await get(key.village, 'checkpoint');
    if (!known) memory.keep(key, await readNote(note, key));
    return { seen: null, findings: [] };
  }
  const seen = { origin: key.base, size: known.size, root: fromHex(known.root, 32) };
  const { newest, findings } = await compareWithNewest(key, seen);
  if (!findings.length) memory.keep(key, newest);
  return { seen, findings };
}
