// @ts-check
/** The counter's camera: for cards, or at the basket for goods; one at a time. */

import { startScanner } from '../scanner.js';
import { part, say, texts } from '../app/page.js';

/** @type {AbortController | null} */
let open = null;

export function closeCamera() {
  open?.abort();
}

/**
 * Open it, in the place of another.
 *
 * @param {string} name of the video's part
 * @param {(text: string) => void} onText
 * @param {boolean} goods
 */
export async function openCamera(name, onText, goods) {
  closeCamera();
  const mine = new AbortController();
  open = mine;
  const video = /** @type {HTMLVideoElement} */ (part(name));
  video.hidden = false;
  try {
    await startScanner(video, onText, { signal: mine.signal, goods });
  } catch {
    video.hidden = true;
    say(texts.noCamera || '');
  }
}
