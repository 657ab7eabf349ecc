// @ts-check
/** Receipts and statements against the checkpoint that their proofs lead to. */

import { Unchecked, dashed, fromHex, toHex } from './codes.js';
import { readLeaf } from './leaves.js';
import { readNote, splitOrigin } from './notes.js';
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
 * The names in a file, and of what kind their values are: none more, and none less.
 *
 * @type {Record<string, Record<string, string>>}
 */
const FORMS = {
  'jishan-proof/v1': {
    format: 'string',
    village: 'string',
    event: 'string',
    seq: 'number',
    leaf_hash: 'string',
    size: 'number',
    path: 'list',
    checkpoint: 'string',
  },
  'jishan-consistency/v1': {
    format: 'string',
    village: 'string',
    from: 'number',
    to: 'number',
    path: 'list',
  },
  'jishan-statement/v1': {
    format: 'string',
    village: 'string',
    household: 'string',
    balance: 'number',
    debt: 'number',
    checkpoint: 'string',
    events: 'list',
  },
};
const EVENT_FORM = { seq: 'number', leaf: 'string', path: 'list' };

/**
 * The object in a file of JSON; null for another file.
 *
 * @param {Blob} file
 * @returns {Promise<Record<string, any> | null>}
 */
export async function readObject(file) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let found = null;
  try {
    const text = decoder.decode(await file.arrayBuffer());
    found = JSON.parse(text);
    if (hasFractions(text)) return null;
  } catch {
    return null;
  }
  return found && typeof found === 'object' && !Array.isArray(found) ? found : null;
}

/**
 * Whether a number in a text of JSON is written with a point or an exponent: to `JSON.parse` 22.0 is
 * 22, to other readers it is no whole number.
 *
 * @param {string} text
 */
function hasFractions(text) {
  return /[0-9][.eE]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
}

/**
 * `Unchecked` unless a file has exactly the names of its form, with values of their kinds.
 *
 * @param {Record<string, any>} source
 * @param {string} name
 */
export function requireForm(source, name) {
  requireNames(source, FORMS[name], name);
  if (source.format !== name) throw new Unchecked(`the file is no ${name}: format`);
}

/**
 * `Unchecked` unless an object has exactly these names, with values of these kinds.
 *
 * @param {unknown} source
 * @param {Record<string, string>} form
 * @param {string} name
 */
function requireNames(source, form, name) {
  const held = new Map(source && typeof source === 'object' ? Object.entries(source) : []);
  const strange = [...held.keys()].filter((each) => !Object.hasOwn(form, each));
  for (const [each, kind] of Object.entries(form)) {
    if (!isOf(kind, held.get(each))) strange.push(each);
  }
  if (strange.length) throw new Unchecked(`the file is no ${name}: ${strange[0]}`);
}

/**
 * Whether a value is a text, a whole number or a list.
 *
 * @param {string} kind
 * @param {unknown} value
 */
function isOf(kind, value) {
  if (kind === 'list') return Array.isArray(value);
  return kind === 'number' ? Number.isSafeInteger(value) : typeof value === kind;
}

/**
 * A path of hashes in hex.
 *
 * @param {unknown[]} values
 * @returns {Uint8Array[]}
 */
function hashesIn(values) {
  try {
    return values.map((value) => fromHex(value, 32));
  } catch {
    throw new Error('a path is a list of hashes');
  }
}

/**
 * Whether a proof leads from its event, and the receipt's, to a checkpoint of this log.
 *
 * No hash covers the event's id: the receipt's is all that there is to compare it with.
 *
 * @param {Record<string, any>} proof
 * @param {Key} key
 * @param {Receipt | null} receipt
 * @returns {Promise<Finding[]>}
 */
export async function checkProof(proof, key, receipt) {
  requireForm(proof, 'jishan-proof/v1');
  const findings = [];
  if (receipt) {
    const said = {
      village: [receipt.village, key.village],
      seq: [receipt.seq, proof.seq],
      event: [dashed(receipt.event), proof.event],
      leaf_hash: [toHex(receipt.leafHash), proof.leaf_hash],
    };
    for (const [column, [mine, theirs]] of Object.entries(said)) {
      if (mine !== theirs) findings.push(finding('receipt', theirs, mine, { column }));
    }
  }
  let checkpoint;
  let hashed;
  let path;
  try {
    checkpoint = await readNote(proof.checkpoint, key);
    [hashed] = hashesIn([proof.leaf_hash]);
    path = hashesIn(proof.path);
  } catch (error) {
    return [...findings, finding('proof', words(error), null)];
  }
  const { size, root } = checkpoint;
  for (const [column, value] of Object.entries({ village: key.village, size })) {
    if (proof[column] !== value) findings.push(finding('file', value, proof[column], { column }));
  }
  if (!(await verifyInclusion(proof.seq, size, hashed, path, root))) {
    findings.push(finding('inclusion', toHex(root), proof.leaf_hash, { seq: proof.seq }));
  }
  return findings;
}

/**
 * Whether each event of a statement is in the log, and what they add up to.
 *
 * `Unchecked` for one without events: nothing in it would say whose it is.
 *
 * @param {Record<string, any>} statement
 * @param {Key} key
 * @returns {Promise<{ findings: Finding[], report: Record<string, any> }>}
 */
export async function checkStatement(statement, key) {
  requireForm(statement, 'jishan-statement/v1');
  const { village, household, events } = statement;
  for (const event of events) requireNames(event, EVENT_FORM, 'jishan-statement/v1');
  if (!events.length) throw new Unchecked('the statement has no entry that could be proven');
  let checkpoint;
  try {
    checkpoint = await readNote(statement.checkpoint, key);
  } catch (error) {
    return { findings: [finding('note', words(error), null)], report: {} };
  }
  /** @type {Finding[]} */
  const findings = [];
  if (village !== key.village) {
    findings.push(finding('file', key.village, village, { column: 'village' }));
  }
  const held = new Map([
    [`h.${household}`, 0],
    [`debt.${household}`, 0],
  ]);
  let last = -1;
  for (const event of events) {
    const { seq } = event;
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
    if (value === statement[column]) continue;
    findings.push(finding('balance', value, statement[column], { column }));
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
  const findings = [];
  for (const proof of proofs) requireForm(proof, 'jishan-consistency/v1');
  /** @type {Uint8Array[]} */
  let path = [];
  if (old.size !== 0 && old.size !== size.size) {
    const proof = proofs.find((each) => each.from === old.size && each.to === size.size);
    if (!proof) {
      throw new Unchecked(`needed: the consistency proof from ${old.size} to ${size.size}`);
    }
    const { village } = splitOrigin(size.origin);
    if (proof.village !== village) {
      findings.push(finding('consistency', village, proof.village, { column: 'village' }));
    }
    try {
      path = hashesIn(proof.path);
    } catch (error) {
      return [...findings, finding('consistency', words(error), null, { seq: old.size })];
    }
  }
  if (!(await verifyConsistency(old.size, size.size, old.root, size.root, path))) {
    findings.push(finding('consistency', toHex(size.root), toHex(old.root), { seq: old.size }));
  }
  return findings;
}
