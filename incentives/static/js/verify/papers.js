// @ts-check
/** What stands on paper, scanned or typed: a receipt's code, a signature. */

import { codeIn, dashed, readPaper, readReceipt, toHex } from './codes.js';
import { NotSigned, readNote, splitOrigin } from './notes.js';
import { say, villageName, villages } from './page.js';
import { checkProof, words } from './proofs.js';
import { findKey, witness } from './service.js';
import { Missing, compareWithNewest, get } from './witness.js';

/**
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./showing.js').Result} Result
 */

/**
 * A receipt's code against the log.
 *
 * @param {string} text
 * @returns {Promise<Result>}
 */
async function verifyReceipt(text) {
  const receipt = readReceipt(text);
  const names = { number: receipt.seq + 1, village: villageName(receipt.village) };
  if (!villages[receipt.village]) {
    return { state: 'open', verdict: say('other_service', names) };
  }
  const { key, said, changed } = await findKey(receipt.village);
  let proof;
  try {
    proof = JSON.parse(await get(receipt.village, `proofs/${dashed(receipt.event)}`));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return missingProof(receipt, key, names);
  }
  const findings = await checkProof(proof, key, receipt);
  const seen = findings.length ? { said: [], findings: [] } : await witness(key);
  findings.push(...seen.findings);
  const fails = findings.length > 0 || changed;
  return {
    state: fails ? 'fails' : 'holds',
    verdict: say(findings.length ? 'receipt_fails' : 'receipt_holds', names),
    sentences: [...seen.said, said],
    facts: [
      [say('fact_size'), String(proof.size)],
      [say('fact_hash'), toHex(receipt.leafHash)],
    ],
    findings,
    keep: { name: `${receipt.village}-${receipt.seq + 1}-proof.json`, content: proof },
  };
}

/**
 * There is no proof: the receipt's place isn't signed yet, or holds something else.
 *
 * @param {import('./codes.js').Receipt} receipt
 * @param {Key} key
 * @param {Record<string, string | number>} names
 * @returns {Promise<Result>}
 */
async function missingProof(receipt, key, names) {
  let size = 0;
  try {
    size = (await readNote(await get(key.village, 'checkpoint'), key)).size;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
  }
  if (receipt.seq >= size) return { state: 'waiting', verdict: say('receipt_waiting', names) };
  const findings = [{ check: 'receipt', logged: null, stored: receipt.event, seq: receipt.seq }];
  return { state: 'fails', verdict: say('receipt_fails', names), findings };
}

/**
 * A checkpoint, as a notice carries it, against the log as it is now.
 *
 * @param {string} note
 * @returns {Promise<Result>}
 */
async function verifyCheckpoint(note) {
  const { village } = splitOrigin(note.split('\n', 1)[0]);
  const names = { village: villageName(village) };
  if (!villages[village]) return { state: 'open', verdict: say('other_service', names) };
  const { key, said, changed } = await findKey(village);
  let held;
  try {
    held = await readNote(note, key);
  } catch (error) {
    if (!(error instanceof NotSigned)) throw error; // cut off or mistyped: nobody's fault
    const findings = [{ check: 'note', logged: words(error), stored: null }];
    const sentences = [say('checkpoint_typed'), said];
    return { state: 'fails', verdict: say('checkpoint_fails', names), sentences, findings };
  }
  const { findings, shorter } = await compareWithNewest(key, held);
  const seen = findings.length ? { said: [], findings: [] } : await witness(key);
  findings.push(...seen.findings);
  return {
    state: findings.length || changed ? 'fails' : 'holds',
    verdict: say(findings.length ? 'checkpoint_fails' : 'checkpoint_holds', {
      ...names,
      size: held.size,
    }),
    sentences: [...(shorter ? [say('checkpoint_shorter')] : []), ...seen.said, said],
    facts: [
      [say('fact_size'), String(held.size)],
      [say('fact_root'), toHex(held.root)],
    ],
    findings,
  };
}

/**
 * What is nothing that is checked here.
 *
 * @param {string[]} [sentences]
 * @returns {Result}
 */
export const unknown = (sentences = []) => ({ state: 'open', verdict: say('unknown_code'), sentences });

/**
 * What was scanned or pasted.
 *
 * @param {string} text
 * @returns {Promise<Result>}
 */
export async function verifyText(text) {
  if (codeIn(text).startsWith('R1')) {
    try {
      readReceipt(text);
    } catch {
      return unknown();
    }
    return verifyReceipt(text);
  }
  let note;
  try {
    note = readPaper(text);
    splitOrigin(note.split('\n', 1)[0]);
  } catch {
    return unknown(codeIn(text).startsWith('P1') ? [say('card_code')] : []);
  }
  return verifyCheckpoint(note);
}
