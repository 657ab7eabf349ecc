// @ts-check
/** Checkpoints as signed notes (C2SP `signed-note`, `tlog-checkpoint`), by Ed25519. */

import { verifyAsync } from '../../vendor/@noble/ed25519/index.js';
import { NUMBER, fromBase64, same, toHex } from './codes.js';
import { sha256 } from './tree.js';

const ORIGIN = /^([!-*,-~]+\/([0-9]{12}))(?:\/([2-9]|[1-9][0-9]+))?$/;
const SIGNATURES_AT_MOST = 100;
const FOLD_IN_KEY = /\s+(?!\S+\/\s*[0-9]{12}(?:\/[0-9]+)?\+\s*[0-9a-f]{8}\+)/g;
const encoder = new TextEncoder();

/**
 * @typedef {{ base: string, village: string, publicKey: Uint8Array }} Key
 * @typedef {{ origin: string, size: number, root: Uint8Array }} Checkpoint
 */

/** A checkpoint that is one, but that this log's key didn't sign. */
export class NotSigned extends Error {}

/**
 * An origin's base, its village, and how often its log was opened (1 unless opened anew).
 *
 * @param {string} origin
 * @returns {{ base: string, village: string, opening: number }}
 */
export function splitOrigin(origin) {
  const found = ORIGIN.exec(origin);
  if (!found) throw new Error("this is no log's origin");
  return { base: found[1], village: found[2], opening: Number(found[3] || 1) };
}

/**
 * The origin that a log has after so many openings.
 *
 * @param {string} base
 * @param {number} opening
 */
export function originOf(base, opening) {
  return opening === 1 ? base : `${base}/${opening}`;
}

/**
 * The first 4 bytes of SHA-256(origin ‖ 0A ‖ 01 ‖ public key).
 *
 * @param {string} origin
 * @param {Uint8Array} publicKey
 * @returns {Promise<Uint8Array>}
 */
async function keyId(origin, publicKey) {
  const name = encoder.encode(`${origin}\n`);
  const bytes = new Uint8Array(name.length + 1 + publicKey.length);
  bytes.set(name);
  bytes[name.length] = 1;
  bytes.set(publicKey, name.length + 1);
  return (await sha256(bytes)).slice(0, 4);
}

/**
 * The key in a verifier key `origin+id+base64`, or in several of one log, a line each; where
 * paper folds a key, the line goes on.
 *
 * @param {string} text
 * @returns {Promise<Key>}
 */
export async function readKey(text) {
  /** @type {Key | null} */
  let found = null;
  const narrow = text.normalize('NFKC').trim();
  for (const line of narrow.replace(FOLD_IN_KEY, '').split(/\s+/).filter(Boolean)) {
    const [name, hint, ...rest] = line.split('+');
    const raw = fromBase64(rest.join('+'));
    const { base, village } = splitOrigin(name);
    const key = { base, village, publicKey: raw.slice(1) };
    if (raw[0] !== 1 || raw.length !== 33 || hint !== toHex(await keyId(name, key.publicKey))) {
      throw new Error('this is no verifier key of Ed25519');
    }
    if (found && (found.base !== base || !same(found.publicKey, key.publicKey))) {
      throw new Error("the key must be one log's");
    }
    found = key;
  }
  if (!found) throw new Error("the key must be one log's");
  return found;
}

/**
 * What a checkpoint says; `NotSigned` unless this log's key signed it under its own origin, and
 * another error for what is no checkpoint. Lines of keys that aren't this log's (witnesses) are
 * let be; a wrong one of this log's isn't.
 *
 * @param {string} note
 * @param {Key} key
 * @returns {Promise<Checkpoint>}
 */
export async function readNote(note, key) {
  const gap = note.indexOf('\n\n');
  const lines = note.slice(0, gap).split('\n');
  if (gap < 0 || lines.length !== 3 || !note.slice(gap + 2).endsWith('\n')) {
    throw new Error('this is no checkpoint');
  }
  const [origin, size, encoded] = lines;
  const root = fromBase64(encoded);
  if (!NUMBER.test(size) || root.length !== 32) throw new Error('this is no checkpoint');
  if (splitOrigin(origin).base !== key.base) {
    throw new NotSigned(`the checkpoint is of ${origin}, the key of ${key.base}`);
  }
  const signatures = note.slice(gap + 2, -1).split('\n');
  if (signatures.length > SIGNATURES_AT_MOST) {
    throw new Error('the checkpoint has too many signatures');
  }
  const hint = await keyId(origin, key.publicKey);
  const message = encoder.encode(note.slice(0, gap + 1));
  let signed = false;
  for (const line of signatures) {
    const parts = line.split(' ');
    if (parts.length !== 3 || parts[0] !== '—' || !parts[1] || parts[1].includes('+')) {
      throw new Error('a line of the checkpoint is no signature');
    }
    const raw = fromBase64(parts[2]);
    if (raw.length < 5) throw new Error('a line of the checkpoint is no signature');
    if (parts[1] === origin && same(raw.slice(0, 4), hint)) {
      if (!(await signedBy(key.publicKey, raw.slice(4), message))) {
        throw new NotSigned("the signature isn't the log's");
      }
      signed = true;
    }
  }
  if (!signed) throw new NotSigned("the checkpoint isn't signed by the log's key");
  return { origin, size: Number(size), root };
}

/**
 * @param {Uint8Array} publicKey
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 * @returns {Promise<boolean>}
 */
async function signedBy(publicKey, signature, message) {
  try {
    return await verifyAsync(signature, message, publicKey, { zip215: false });
  } catch {
    return false; // not of the right length, or no point of the curve
  }
}
