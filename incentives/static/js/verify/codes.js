// @ts-check
/** Bytes as text and back, each in one way only, and the codes that paper carries. */

/** Something that is needed for the check is missing or can't be read. */
export class Unchecked extends Error {}

export const NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
const RECEIPT_BYTES = 62;
const DASHES = /^[-\u2010-\u2015\u2212]{1,2} /;

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function toHex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The bytes of lower-case hex; an error for any other text.
 *
 * @param {unknown} text
 * @param {number} [length] in bytes
 * @returns {Uint8Array}
 */
export function fromHex(text, length) {
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error('no hex');
  if (length !== undefined && text.length !== 2 * length) throw new Error('no hex of that length');
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function toBase64(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * The bytes; an error for a text that they aren't written as (RFC 4648, section 4).
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64(text) {
  let bytes = null;
  try {
    bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  } catch {
    // Of other letters: told below.
  }
  if (!bytes || toBase64(bytes) !== text) throw new Error('this is no base64');
  return bytes;
}

/**
 * RFC 4648, section 5, without padding.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('this is no base64url');
  const padded = text + '='.repeat((4 - (text.length % 4)) % 4);
  return fromBase64(padded.replace(/-/g, '+').replace(/_/g, '/'));
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 * @returns {boolean}
 */
export function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * An event's id as files write it.
 *
 * @param {string} event
 */
export function dashed(event) {
  return event.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * What stands in a code, or behind an address's `#`.
 *
 * @param {string} text
 * @returns {string}
 */
export function codeIn(text) {
  const trimmed = text.trim();
  return trimmed.slice(trimmed.lastIndexOf('#') + 1);
}

/**
 * @typedef {{ village: string, seq: number, event: string, leafHash: Uint8Array }} Receipt
 */

/**
 * What `R1…`, or an address that ends in it, names; an error for any other text.
 *
 * @param {string} text
 * @returns {Receipt}
 */
export function readReceipt(text) {
  const found = /^R1([A-Za-z0-9_-]{83})$/.exec(codeIn(text));
  const raw = found ? fromBase64url(found[1]) : new Uint8Array();
  if (raw.length !== RECEIPT_BYTES) throw new Error("this is no receipt's code");
  const village = BigInt(`0x${toHex(raw.slice(0, 6))}`).toString();
  const seq = BigInt(`0x${toHex(raw.slice(6, 14))}`).toString();
  if (village.length !== 12 || !NUMBER.test(seq)) throw new Error("this is no receipt's code");
  return {
    village,
    seq: Number(seq),
    event: toHex(raw.slice(14, 30)),
    leafHash: raw.slice(30),
  };
}

/**
 * The note in `C1…`, or in an address that ends in it, or as it was typed.
 *
 * @param {string} text
 * @returns {string}
 */
export function readPaper(text) {
  const found = /^C1([A-Za-z0-9_-]+)$/.exec(codeIn(text));
  if (!found) return readTyped(text);
  return new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(found[1]));
}

/**
 * The note in lines that somebody typed, or copied off a page: keyboards have other dashes than a
 * signature's line, wide letters, and other ends of lines; paper folds what is longer than itself;
 * nobody types an empty line. All of it means the same note.
 *
 * @param {string} text
 * @returns {string}
 */
function readTyped(text) {
  const lines = text
    .normalize('NFKC')
    .split(/\r\n|\r|\n/)
    .map((each) => each.replace(/[ \t\f\ufeff]+/g, ' ').replace(/^ | $/g, ''))
    .filter(Boolean);
  const found = lines.findIndex((each, at) => at > 2 && DASHES.test(each));
  const start = found < 0 ? 3 : found;
  /** @type {string[]} */
  const signatures = [];
  for (const line of lines.slice(start)) {
    const before = signatures.pop();
    if (before === undefined) {
      signatures.push(line.replace(DASHES, '— '));
    } else if (DASHES.test(line)) {
      signatures.push(before, line.replace(DASHES, '— '));
    } else {
      // Folded behind the name there was a space, within the signature there was none.
      const nameOnly = before.split(' ').length === 2 && !line.includes(' ');
      signatures.push(before + (nameOnly ? ' ' : '') + line);
    }
  }
  return [...lines.slice(0, 2), lines.slice(2, start).join(''), '', ...signatures, ''].join('\n');
}
