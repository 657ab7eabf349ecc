// @ts-check
/**
 * Checks what somebody holds of a village's log: a receipt, a notice's signature, a file. All is
 * computed here; the service is asked for hashes and signatures only, which anybody may read. What
 * was seen signed is remembered in this browser, so that a log rewritten later is noticed.
 */

import { Unchecked } from './verify/codes.js';
import { verifyFile } from './verify/files.js';
import { inWords, input, part, root, say } from './verify/page.js';
import { verifyText } from './verify/papers.js';
import { words } from './verify/proofs.js';
import { show } from './verify/showing.js';
import { Missing, NoSignal } from './verify/witness.js';

/** @typedef {import('./verify/showing.js').Result} Result */

const AGAIN = 10000; // milliseconds until a receipt that isn't signed yet is looked up again

/** @type {Result['keep']} */
let kept;
/** @type {(() => Promise<Result>) | null} */
let latest = null;
let timer = 0;

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
  kept = result.keep;
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
