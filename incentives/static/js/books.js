// @ts-check
/**
 * On the page of a village's books: keeps the signature that stands there in this browser, and says
 * whether the log still begins with what was seen before. Who looks after many villages sees here
 * when one was rolled back or rewritten, though the service itself says nothing.
 */

import { toHex } from './verify/codes.js';
import { NotSigned, readKey } from './verify/notes.js';
import { Missing, get, memory, witnessLog } from './verify/witness.js';

const band = /** @type {HTMLElement} */ (document.querySelector('[data-witness]'));
const texts = /** @type {HTMLTemplateElement} */ (document.querySelector('[data-witness-texts]'));

/**
 * @param {boolean} holds
 * @param {string} name of the sentence
 * @param {number} [size]
 */
function tell(holds, name, size = 0) {
  const text = texts.content.querySelector(`[data-text="${name}"]`)?.textContent || name;
  band.className = `band band-${holds ? 'done' : 'refused'}`;
  band.textContent = text.replace('{size}', String(size));
  band.hidden = false;
}

/** @param {string} village */
async function watch(village) {
  const key = await readKey(await get(village, 'key'));
  const known = memory.of(key.base);
  if (known && known.key !== toHex(key.publicKey)) {
    tell(false, 'key_changed');
    return;
  }
  try {
    const { seen, findings } = await witnessLog(key);
    tell(!findings.length, !seen ? 'kept' : findings.length ? 'fails' : 'holds', seen?.size);
  } catch (error) {
    // A log that was signed and now shows no signature, or another's, is not the one seen before.
    // What is no checkpoint at all, as a hotspot's own page, says nothing of the log.
    const another = error instanceof Missing || error instanceof NotSigned;
    if (known && another) tell(false, 'fails', known.size);
  }
}

if (globalThis.crypto?.subtle) {
  watch(String(band.dataset.witness)).catch(() => {}); // no signal: there is nothing to compare
}
