// @ts-check
/** A page as an app of its own: its shell is kept, and what no signal means is said. */

import { fill, part, texts } from './page.js';

/**
 * Keep the shell, so that the page opens without signal. A newer one is taken while nobody is in
 * the middle of something.
 *
 * @param {string} page its address, below which its worker is
 * @param {string} scope
 * @param {() => boolean} isIdle
 */
export async function keepShell(page, scope, isIdle) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const controlled = Boolean(workers.controller);
  workers.addEventListener('controllerchange', () => {
    if (controlled && isIdle()) window.location.reload();
  });
  await workers.register(`${page}/worker.js`, { scope });
}

/** Offer to put the page on the phone's start screen, where the browser can. */
export function offerInstall() {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    const button = part('install');
    button.hidden = false;
    button.addEventListener(
      'click',
      async () => {
        button.hidden = true;
        await /** @type {any} */ (event).prompt();
      },
      { once: true },
    );
  });
}

/** @type {Date | null} */
let since = null;

/**
 * Say that there is no signal, since when, and what that means.
 *
 * @param {boolean} offline
 * @param {number} waiting what has no answer yet
 */
export function sayOffline(offline, waiting) {
  since = offline ? since || new Date() : null;
  part('offline').hidden = !offline && waiting === 0;
  const time = since?.toLocaleTimeString(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Asia/Shanghai',
  });
  part('offline-text').textContent = offline
    ? fill(waiting ? texts.withoutSignalWaiting : texts.withoutSignal, { time: time || '', count: waiting })
    : fill(texts.waiting, { count: waiting });
}
