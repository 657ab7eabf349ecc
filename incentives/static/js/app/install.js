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

// When the signal was lost; a page that is opened again without it says the same.
const SINCE = 'jishan-no-signal-since';

/**
 * Since when there is no signal, in the village's time, with the day where it isn't today.
 *
 * @param {Date} now
 */
function sinceWhen(now) {
  const kept = new Date(localStorage.getItem(SINCE) || '');
  const since = Number.isNaN(kept.getTime()) || kept > now ? now : kept;
  localStorage.setItem(SINCE, since.toISOString());
  const zone = { timeZone: 'Asia/Shanghai' };
  /** @param {Date} at */
  const day = (at) => at.toLocaleDateString('en', zone);
  /** @type {Intl.DateTimeFormatOptions} */
  const which = day(since) === day(now) ? {} : { month: 'numeric', day: 'numeric' };
  const said = { ...which, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone };
  return since.toLocaleString(document.documentElement.lang, /** @type {any} */ (said));
}

/**
 * Say that there is no signal, since when, and what that means.
 *
 * @param {boolean} offline
 * @param {number} waiting what has no answer yet
 * @param {Date} [now] by the clock that the page tells time by
 */
export function sayOffline(offline, waiting, now = new Date()) {
  const time = offline ? sinceWhen(now) : '';
  if (!offline) localStorage.removeItem(SINCE);
  part('offline').hidden = !offline && waiting === 0;
  part('offline-text').textContent = offline
    ? fill(waiting ? texts.withoutSignalWaiting : texts.withoutSignal, { time, count: waiting })
    : fill(texts.waiting, { count: waiting });
}
