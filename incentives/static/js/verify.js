// @ts-check
/**
 * Checks what somebody holds of a village's log: a receipt, a notice's signature, a file. All is
 * computed here; the service is asked for hashes and signatures only, which anybody may read. What
 * was seen signed is remembered in this browser, so that a log rewritten later is noticed.
 */

import {
  Unchecked,
  codeIn,
  dashed,
  fromHex,
  readPaper,
  readReceipt,
  toHex,
} from './verify/codes.js';
import { NotSigned, readKey, readNote, splitOrigin } from './verify/notes.js';
import {
  checkProof,
  checkStatement,
  finding,
  readObject,
  requireForm,
  words,
} from './verify/proofs.js';
import { Missing, NoSignal, compareWithNewest, get, memory, witnessLog } from './verify/witness.js';

/**
 * @typedef {import('./verify/notes.js').Key} Key
 * @typedef {import('./verify/notes.js').Checkpoint} Checkpoint
 * @typedef {import('./verify/proofs.js').Finding} Finding
 * @typedef {'holds' | 'fails' | 'open' | 'waiting'} State
 * @typedef {{ state: State, verdict: string, sentences?: string[], facts?: [string, string][],
 *   findings?: Finding[], keep?: { name: string, content: unknown } }} Result
 */

const AGAIN = 10000; // milliseconds until a receipt that isn't signed yet is looked up again
const FINDINGS_SHOWN = 50;
// What the title of a finding on a signature says already.
const SAID_ABOVE = new Set([
  "the signature isn't the log's",
  "the checkpoint isn't signed by the log's key",
]);
const TONES = { holds: 'done', fails: 'refused', open: '', waiting: 'waiting' };
const CHIPS = { holds: 'done', fails: 'objection', open: 'plain', waiting: 'notice' };

const root = /** @type {HTMLElement} */ (document.querySelector('[data-verify]'));
const texts = /** @type {HTMLTemplateElement} */ (document.querySelector('[data-texts]'));
const villages = JSON.parse(root.dataset.villages || '{}');

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {string} name */
const input = (name) => /** @type {HTMLInputElement} */ (part(name));

/**
 * A sentence of the page's language with names and numbers in it.
 *
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
function say(name, values = {}) {
  const text = texts.content.querySelector(`[data-text="${name}"]`)?.textContent || name;
  return text.replace(/\{(\w+)\}/g, (_, each) => String(values[each]));
}

// What the checks say in English, as patterns, and the same in the page's language.
const reasons = [...texts.content.querySelectorAll('[data-reason]')].map((each) => {
  const english = String(/** @type {HTMLElement} */ (each).dataset.reason);
  const names = [...english.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const fixed = english.split(/\{\w+\}/);
  const safe = fixed.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { pattern: new RegExp(`^${safe.join('([^]*)')}$`), names, text: String(each.textContent) };
});

/**
 * What a check says, in the page's language; null for what is no sentence of its own (a value).
 *
 * @param {unknown} said
 * @returns {string | null}
 */
function inWords(said) {
  for (const { pattern, names, text } of reasons) {
    const found = typeof said === 'string' ? pattern.exec(said) : null;
    if (found) return text.replace(/\{(\w+)\}/g, (_, name) => found[1 + names.indexOf(name)]);
  }
  return null;
}

/** @param {string} code */
const villageName = (code) => villages[code] || code;

/**
 * The log's key: the one that was typed, else the service's, and what to say of it.
 *
 * @param {string} village
 * @returns {Promise<{ key: Key, said: string, changed: boolean }>}
 */
async function findKey(village) {
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
async function witness(key) {
  const { seen, findings } = await witnessLog(key);
  if (!seen) return { said: [], findings };
  const text = say(findings.length ? 'seen_fails' : 'seen_holds', { size: seen.size });
  return { said: [text], findings };
}

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
 * @param {import('./verify/codes.js').Receipt} receipt
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
 * A file that was handed out: a proof, a statement, a log.
 *
 * @param {File} file
 * @returns {Promise<Result>}
 */
async function verifyFile(file) {
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
  const { checkLog } = await import('./verify/log.js');
  const { linesOf, readHead } = await import('./verify/rows.js');
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

/**
 * What is nothing that is checked here.
 *
 * @param {string[]} [sentences]
 * @returns {Result}
 */
const unknown = (sentences = []) => ({ state: 'open', verdict: say('unknown_code'), sentences });

/**
 * What was scanned or pasted.
 *
 * @param {string} text
 * @returns {Promise<Result>}
 */
async function verifyText(text) {
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

/**
 * @param {string} kind
 * @param {string} text
 * @returns {HTMLElement}
 */
function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

/**
 * A finding in words: where, then what the log says and what was found.
 *
 * @param {Finding} found
 * @returns {HTMLElement}
 */
function findingRow({ check, table, seq, line, account, column, logged, stored, count }) {
  const row = element('li', '');
  row.className = 'row';
  const box = element('div', '');
  box.className = 'row-words';
  const known = texts.content.querySelector(`[data-text="check_${check}"]`);
  const what = count ? '' : say(known ? `check_${check}` : 'check_other');
  const where = [what, table, account, seq, line, column];
  const title = element('span', where.filter((each) => each || each === 0).join(' · '));
  title.className = 'row-title';
  box.append(title);
  if (!(check === 'note' && stored === null && SAID_ABOVE.has(logged))) {
    const text = count ? say('finding_more', { count }) : findingText(logged, stored);
    const small = element('p', text);
    small.className = 'row-small fingerprint';
    box.append(small);
  }
  row.append(box);
  return row;
}

/**
 * What a finding says: the log's value and what was found, or the reason and what was found.
 *
 * @param {unknown} logged
 * @param {unknown} stored
 */
function findingText(logged, stored) {
  const reason = inWords(logged);
  const other = inWords(stored) ?? String(stored ?? '—');
  if (!reason) return say('finding', { logged: String(logged ?? '—'), stored: other });
  return stored === null ? reason : say('finding_reason', { reason, stored: other });
}

/** @type {Result['keep']} */
let kept;
/** @type {(() => Promise<Result>) | null} */
let latest = null;
let timer = 0;

/** @param {Result} result */
function show(result) {
  const card = part('result');
  card.className = `card ${TONES[result.state] ? `card-${TONES[result.state]}` : ''}`;
  part('chip').className = `chip chip-${CHIPS[result.state]}`;
  part('chip').textContent = say(`chip_${result.state}`);
  part('verdict').textContent = result.verdict;
  part('sentences').replaceChildren(...(result.sentences || []).map((each) => element('p', each)));
  part('facts').replaceChildren(
    ...(result.facts || []).map(([name, value]) => {
      const box = element('div', '');
      box.append(element('dt', name), element('dd', value));
      return box;
    }),
  );
  const findings = (result.findings || []).slice(0, FINDINGS_SHOWN);
  const left = (result.findings || []).length - findings.length;
  if (left) findings.push({ check: 'more', count: left });
  part('findings').replaceChildren(...findings.map(findingRow));
  kept = result.keep;
  part('keep').hidden = !kept;
  part('again').hidden = result.state === 'holds';
  card.hidden = false;
  card.focus();
  card.scrollIntoView({ block: 'nearest' });
  root.dataset.state = result.state;
}

/**
 * Run a check and show how it ended; a later one takes an earlier one's place.
 *
 * @param {() => Promise<Result>} check
 */
async function run(check) {
  latest = check;
  clearTimeout(timer);
  delete root.dataset.state;
  part('result').hidden = true;
  part('busy').hidden = false;
  let result;
  try {
    if (!globalThis.crypto?.subtle) throw new Unchecked(say('insecure'));
    result = await check();
  } catch (error) {
    result = refusal(error);
  }
  if (latest !== check) return;
  part('busy').hidden = true;
  show(result);
  if (result.state === 'waiting') timer = window.setTimeout(() => run(check), AGAIN);
}

/**
 * Why nothing can be said.
 *
 * @param {unknown} error
 * @returns {Result}
 */
function refusal(error) {
  if (error instanceof NoSignal || error instanceof Missing) {
    return { state: 'open', verdict: say('no_signal') };
  }
  const reason = words(error);
  return { state: 'open', verdict: say('unchecked', { reason: inWords(reason) ?? reason }) };
}

/** A code in the address: a phone's camera opened this page. */
function readAddress() {
  if (location.hash.length > 1) {
    const text = location.hash;
    run(() => verifyText(text));
  }
}

for (const [form, field] of [
  ['scan-form', 'scanned'],
  ['form', 'pasted'],
]) {
  part(form).addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input(field).value;
    run(() => verifyText(text));
  });
}
part('file-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const file = input('file').files?.[0];
  if (file) run(() => verifyFile(file));
});
part('again').addEventListener('click', () => latest && run(latest));
part('keep').addEventListener('click', () => {
  if (!kept) return;
  const blob = new Blob([JSON.stringify(kept.content, null, 1)], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = kept.name;
  link.click();
  URL.revokeObjectURL(link.href);
});
window.addEventListener('hashchange', readAddress);
readAddress();
