// @ts-check
/** The Merkle tree of a village's log: RFC 6962 hashing, RFC 9162 proofs. */

import { same } from './codes.js';

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array>}
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (bytes)));
}

/**
 * SHA-256(00 ‖ leaf).
 *
 * @param {Uint8Array} leaf
 * @returns {Promise<Uint8Array>}
 */
export function leafHash(leaf) {
  const bytes = new Uint8Array(1 + leaf.length);
  bytes.set(leaf, 1);
  return sha256(bytes);
}

/**
 * SHA-256(01 ‖ left ‖ right).
 *
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 * @returns {Promise<Uint8Array>}
 */
export function nodeHash(left, right) {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** @returns {Promise<Uint8Array>} */
export const emptyRoot = () => sha256(new Uint8Array());

/** @param {number} number */
const half = (number) => Math.floor(number / 2);

/**
 * Whether the path leads from a leaf to the root (RFC 9162, section 2.1.3.2).
 *
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array} hashed
 * @param {Uint8Array[]} path
 * @param {Uint8Array} root
 * @returns {Promise<boolean>}
 */
export async function verifyInclusion(index, size, hashed, path, root) {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  let node = index;
  let last = size - 1;
  let result = hashed;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      result = await nodeHash(sibling, result);
      while (node !== 0 && node % 2 === 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      result = await nodeHash(result, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && same(result, root);
}

/**
 * Whether the path proves that the new tree begins with the old one (RFC 9162, 2.1.4.2).
 *
 * @param {number} old
 * @param {number} size
 * @param {Uint8Array} oldRoot
 * @param {Uint8Array} newRoot
 * @param {Uint8Array[]} path
 * @returns {Promise<boolean>}
 */
export async function verifyConsistency(old, size, oldRoot, newRoot, path) {
  if (!Number.isSafeInteger(old) || old < 0 || old > size) return false;
  const empty = await emptyRoot();
  if (old === 0 || old === size) {
    if (path.length || !same(oldRoot, old === 0 ? empty : newRoot)) return false;
    return size > 0 || same(newRoot, empty);
  }
  let node = old - 1;
  let last = size - 1;
  while (node % 2 === 1) {
    node = half(node);
    last = half(last);
  }
  // A power of two is its own first step: `node` is 0 then.
  const [start, ...steps] = node === 0 ? [oldRoot, ...path] : path;
  if (!start) return false;
  let first = start;
  let second = start;
  for (const sibling of steps) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      first = await nodeHash(sibling, first);
      second = await nodeHash(sibling, second);
      while (node !== 0 && node % 2 === 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      second = await nodeHash(second, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && same(first, oldRoot) && same(second, newRoot);
}

/** A tree that grows leaf by leaf, known by the hashes of its largest full subtrees. */
export class Tree {
  constructor() {
    /** @type {Uint8Array[]} */
    this.frontier = [];
    this.size = 0;
  }

  /**
   * Put one more leaf in; its hash, and those of the larger full subtrees that end with it.
   *
   * @param {Uint8Array} hashed
   * @returns {Promise<Uint8Array[]>}
   */
  async add(hashed) {
    const completed = [hashed];
    let top = hashed;
    for (let size = this.size; size % 2 === 1; size = half(size)) {
      top = await nodeHash(/** @type {Uint8Array} */ (this.frontier.pop()), top);
      completed.push(top);
    }
    this.frontier.push(top);
    this.size += 1;
    return completed;
  }

  /** @returns {Promise<Uint8Array>} */
  async root() {
    let result = this.frontier[this.frontier.length - 1];
    if (!result) return emptyRoot();
    for (const left of this.frontier.slice(0, -1).reverse()) result = await nodeHash(left, result);
    return result;
  }
}
