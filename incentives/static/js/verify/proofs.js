// @ts-check
/** Receipts and statements against the checkpoint that their proofs lead to. */

import { Unchecked, fromHex, toHex } from './codes.js';
import { readLeaf } from './leaves.js';
import { readNote } from './notes.js';
import { leafHash, verifyConsistency, verifyInclusion } from './tree.js';

/**
 * @typedef {Record<string, any>} Finding
 * @typedef {import('./codes.js').Receipt} Receipt
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./notes.js').Checkpoint} Checkpoint
 */

/**
 * One thing that doesn't hold: which check, where, what the log says, what was found.
 *
 * @param {string} check
 * @param {unknown} logged
 * @param {unknown} stored
 * @param {Record<string, unknown>} [where]
 * @returns {Finding}
 */
export function finding(check, logged, stored, where = {}) {
  return { check, ...where, logged, stored };
}

/** @param {unknown} error */
export const words = (error) => (error instanceof Error ? error.message : String(error));

/**
 * A path of hashes in hex.
 *
 * @param {unknown} values
 * @returns {Uint8Array[]}
 */
export function hashesIn(values) {
  if (!Array.isArray(values)) throw new Error('a path is a list of hashes');
  return values.map((value) => fromHex(value, 32));
}

/**
 * Whether a proof leads from its event, and the receipt's, to a checkpoint of this log.
 *
 * @param {Record<string, any>} proof
 * @param {Key} key
 * @param {Receipt | null} receipt
 * @returns {Promise<Finding[]>}
 */
export async function checkProof(proof, key, receipt) {
  for (const [name, kind] of [
    ['seq', 'number'],
    ['event', 'string'],
    ['leaf_hash', 'string'],
    ['checkpoint', 'string'],
  ]) {
    if (typeof proof[name] !== kind) throw new Unchecked(`the proof has no ${name}`);
  }
  const findings = [];
  if (receipt) {
    const said = {
      village: [receipt.village, key.village],
      seq: [receipt.seq, proof.seq],
      event: [receipt.event, proof.event.replaceAll('-', '')],
      leaf_hash: [toHex(receipt.leafHash), proof.leaf_hash],
    };
    for (const [column, [mine, theirs]] of Object.entries(said)) {
      if (mine !== theirs) findings.push(finding('receipt', theirs, mine, { column }));
    }
  }
  try {
    const checkpoint = await readNote(proof.checkpoint, key);
    const [hashed] = hashesIn([proof.leaf_hash]);
    const path = hashesIn(proof.path);
    const { size, root } = checkpoint;
    if (!(await verifyInclusion(proof.seq, size, hashed, path, root))) {
      findings.push(finding('inclusion', toHex(root), proof.leaf_hash, { seq: proof.seq }));
    }
  } catch (error) {
    findings.push(finding('proof', words(error), null));
  }
  return findings;
}

/**
 * Whether each event of a statement is in the log, and what they add up to.
 *
 * @param {Record<string, any>} statement
 * @param {Key} key
 * @returns {Promise<{ findings: Finding[], report: Record<string, any> }>}
 */
export async function checkStatement(statement, key) {
  const { household, events, balance, debt } = statement;
  if (
    typeof household !== 'string' ||
    !Array.isArray(events) ||
    typeof statement.checkpoint !== 'string' ||
    !Number.isInteger(balance) ||
    !Number.isInteger(debt)
  ) {
    throw new Unchecked('the statement lacks something');
  }
  let checkpoint;
  try {
    checkpoint = await readNote(statement.checkpoint, key);
  } catch (error) {
    return { findings: [finding('note', words(error), null)], report: {} };
  }
  /** @type {Finding[]} */
  const findings = [];
  const held = new Map([
    [`h.${household}`, 0],
    [`debt.${household}`, 0],
  ]);
  let last = -1;
  for (const event of events) {
    const { seq } = event;
    if (typeof event.leaf !== 'string' || !Array.isArray(event.path)) {
      throw new Unchecked('an event of the statement lacks its leaf or proof');
    }
    let leaf;
    let path;
    try {
      path = hashesIn(event.path);
      leaf = readLeaf(event.leaf);
    } catch (error) {
      findings.push(finding('leaf', words(error), null, { seq }));
      continue;
    }
    if (leaf.fields.seq !== String(seq) || seq <= last) {
      findings.push(finding('leaf', leaf.fields.seq, seq, { seq, column: 'seq' }));
    }
    const hashed = await leafHash(new TextEncoder().encode(event.leaf));
    if (!(await verifyInclusion(seq, checkpoint.size, hashed, path, checkpoint.root))) {
      findings.push(finding('inclusion', toHex(checkpoint.root), toHex(hashed), { seq }));
    }
    let touched = false;
    for (const { source, target, amount } of leaf.moves) {
      for (const [code, change] of /** @type {[string, number][]} */ ([
        [source, -amount],
        [target, amount],
      ])) {
        const before = held.get(code);
        if (before === undefined) continue;
        held.set(code, before + change);
        touched = true;
      }
    }
    if (!touched) findings.push(finding('household', "another household's", household, { seq }));
    last = seq;
  }
  const summed = {
    balance: held.get(`h.${household}`) || 0,
    debt: -(held.get(`debt.${household}`) || 0) || 0,
  };
  for (const [column, value] of Object.entries(summed)) {
    const stated = column === 'balance' ? balance : debt;
    if (value !== stated) findings.push(finding('balance', value, stated, { column }));
  }
  return { findings, report: { events: events.length, size: checkpoint.size, ...summed } };
}

/**
 * Whether the larger of two trees begins with the smaller one.
 *
 * @param {Checkpoint} one
 * @param {Checkpoint} other
 * @param {Record<string, any>[]} proofs consistency proofs that are at hand
 * @returns {Promise<Finding[]>}
 */
export async function checkConsistency(one, other, proofs) {
  const [old, size] = one.size <= other.size ? [one, other] : [other, one];
  /** @type {Uint8Array[]} */
  let path = [];
  if (old.size !== 0 && old.size !== size.size) {
    const proof = proofs.find((each) => each.from === old.size && each.to === size.size);
    if (!proof) throw new Unchecked(`needed: the proof from ${old.size} to ${size.size}`);
    path = hashesIn(proof.path);
  }
  if (await verifyConsistency(old.size, size.size, old.root, size.root, path)) return [];
  return [finding('consistency', toHex(size.root), toHex(old.root), { seq: old.size })];
}
