// @ts-check
/** Files that were handed out: a proof, a statement, an exported log. */

import { fromHex, toHex } from './codes.js';
import { splitOrigin } from './notes.js';
import { input, part, say, villageName, villages } from './page.js';
import { unknown, verifyText } from './papers.js';
import { checkProof, checkStatement, finding, readObject, requireForm } from './proofs.js';
import { findKey, witness } from './service.js';
import { Missing, compareWithNewest, get, memory } from './witness.js';

/**
 * @typedef {import('./proofs.js').Finding} Finding
 * @typedef {import('./showing.js').Result} Result
 */

/**
 * A file that was handed out: a proof, a statement, a log.
 *
 * @param {File} file
 * @returns {Promise<Result>}
 */
export async function verifyFile(file) {
  const start = await file.slice(0, 13).text();
  const packed = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (start === 'jishan-log/v1' || (packed[0] === 0x1f && packed[1] === 0x8b)) {
    return verifyLog(file);
  }
  const found = await readObject(file);
  if (!found) return verifyText(await file.text());
  if (found.format === 'jishan-statement/v1') return verifyStatement(found);
  if (found.format === 'jishan-proof/v1') return verifyProof(found);
  return unknown();
}

/**
 * The village whose checkpoint is in a file; an error where none can be read.
 *
 * @param {Record<string, any>} source
 */
const villageOf = (source) => splitOrigin(source.checkpoint.split('\n', 1)[0]).village;

/**
 * Whether a village's log can be checked here: this service keeps it, or its key was typed.
 *
 * @param {string} village
 */
const isKnown = (village) => Boolean(villages[village] || input('key').value.trim());

/**
 * A statement that a household took away.
 *
 * @param {Record<string, any>} found
 * @returns {Promise<Result>}
 */
async function verifyStatement(found) {
  requireForm(found, 'jishan-statement/v1');
  const village = villageOf(found);
  const names = { village: villageName(village) };
  if (!isKnown(village)) return { state: 'open', verdict: say('other_service', names) };
  const { key, said, changed } = await findKey(village);
  const { findings, report } = await checkStatement(found, key);
  return {
    state: findings.length || changed ? 'fails' : 'holds',
    verdict: say(findings.length ? 'statement_fails' : 'statement_holds', {
      ...names,
      count: report.events,
    }),
    sentences: [say('statement_cant'), said],
    facts: [
      [say('fact_balance'), String(report.balance ?? '—')],
      [say('fact_debt'), String(report.debt ?? '—')],
      [say('fact_size'), String(report.size ?? '—')],
    ],
    findings,
  };
}

/**
 * A proof that was kept as a file.
 *
 * @param {Record<string, any>} found
 * @returns {Promise<Result>}
 */
async function verifyProof(found) {
  requireForm(found, 'jishan-proof/v1');
  const village = villageOf(found);
  const names = { village: villageName(village), number: found.seq + 1 };
  if (!isKnown(village)) return { state: 'open', verdict: say('other_service', names) };
  const { key, said, changed } = await findKey(village);
  const findings = await checkProof(found, key, null);
  const ours = villages[village];
  if (ours && !findings.length) findings.push(...(await compareEvent(village, found)));
  return {
    state: findings.length || changed ? 'fails' : 'holds',
    verdict: say(findings.length ? 'proof_fails' : 'proof_holds', names),
    sentences: [...(ours ? [] : [say('proof_cant')]), said],
    facts: [[say('fact_hash'), found.leaf_hash]],
    findings,
  };
}

/**
 * Whether the event of a proof's id has the proof's place and leaf: no hash covers the id, so that
 * the service is asked for the event's own proof.
 *
 * @param {string} village
 * @param {Record<string, any>} proof
 * @returns {Promise<Finding[]>}
 */
async function compareEvent(village, proof) {
  let own;
  try {
    own = JSON.parse(await get(village, `proofs/${encodeURIComponent(proof.event)}`));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
  }
  const fits = ['event', 'seq', 'leaf_hash'].every((name) => own?.[name] === proof[name]);
  return fits ? [] : [finding('file', own?.leaf_hash ?? null, proof.event, { column: 'event' })];
}

/**
 * An exported log.
 *
 * @param {File} file
 * @returns {Promise<Result>}
 */
async function verifyLog(file) {
  const { checkLog } = await import('./log.js');
  const { linesOf, readHead } = await import('./rows.js');
  const head = await readHead(linesOf(file));
  if (!isKnown(head.village)) {
    return { state: 'open', verdict: say('other_service', { village: head.village }) };
  }
  const { key, said, changed } = await findKey(head.village);
  const known = memory.of(key.base);
  const remembered = known && known.key === toHex(key.publicKey);
  const seen = remembered
    ? [{ origin: key.base, size: known.size, root: fromHex(known.root, 32) }]
    : [];
  const { findings, report, newest } = await checkLog(file, key, seen, (count) => {
    part('busy-text').textContent = say('progress', { count });
  });
  // A file of an earlier day ends before what this browser has seen: then the service is asked
  // whether its log begins with what the file has, and with what was seen.
  const older = seen.some(({ size }) => size > report.events);
  const shorter = findings.findIndex(({ check, table }) => check === 'size' && table === 'earlier');
  if (older && shorter >= 0) findings.splice(shorter, 1);
  if (older && !findings.length && newest) {
    findings.push(...(await compareWithNewest(key, newest)).findings);
  }
  const witnessed = older && !findings.length ? await witness(key) : { said: [], findings: [] };
  findings.push(...witnessed.findings);
  const names = { village: villageName(head.village), count: report.events };
  const unsigned = report.events - report.signed_events;
  const verdict = report.part === 'public' ? 'public_holds' : 'log_holds';
  return {
    state: findings.length || changed ? 'fails' : 'holds',
    verdict: say(findings.length ? 'log_fails' : verdict, names),
    sentences: [
      ...(unsigned > 0 ? [say('unsigned', { count: unsigned })] : []),
      ...(report.details_unseen ? [say('details_unseen')] : []),
      ...(report.openings > 1 ? [say('reopened', { count: report.openings - 1 })] : []),
      ...witnessed.said,
      said,
    ],
    facts: factsOfFund(report.fund),
    findings,
  };
}

/**
 * The fund's figures in yuan.
 *
 * @param {Record<string, any>} fund
 * @returns {[string, string][]}
 */
function factsOfFund(fund) {
  /** @param {number} fen */
  const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;
  /** @param {Record<string, number>} codes */
  const sum = (codes) => Object.values(codes).reduce((one, other) => one + other, 0);
  return [
    [say('fact_cash'), yuan(fund.cash_fen)],
    [say('fact_bank'), yuan(fund.bank_fen)],
    [say('fact_income'), yuan(sum(fund.income_fen))],
    [say('fact_spending'), yuan(sum(fund.spending_fen))],
  ];
}
