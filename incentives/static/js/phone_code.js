// @ts-check
/**
 * The changing code on a resident's phone: a new one every half minute. Without an answer the page
 * shows the printed card's code, which it has had from the start.
 *
 * Where its holder asks for it, the phone keeps the page, so that it opens without signal. That is
 * for one card: once another one is opened here, nothing is kept any more.
 */

import { keepShell, offerInstall } from './app/install.js';
import { part, texts } from './app/page.js';

const PAGE = '/c/code';
const CACHES = 'jishan-card-';
const KEPT = 'jishan-card'; // whose page this phone keeps: the card's id

/** @type {ReturnType<typeof setInterval> | undefined} */
let clock;

/** @param {'live' | 'offline' | 'refused'} state */
function show(state) {
  for (const name of ['live', 'offline', 'refused']) part(name).hidden = name !== state;
}

/** @param {boolean} signedOut otherwise there is no signal */
function showPrinted(signedOut) {
  part('no-signal').hidden = signedOut;
  part('signed-out').hidden = !signedOut;
  part('again').hidden = signedOut;
  part('sign-in').hidden = !signedOut;
  show('offline');
}

/** @param {number} seconds until the next code */
function count(seconds) {
  clearInterval(clock);
  const bar = /** @type {HTMLProgressElement} */ (part('left'));
  const end = Date.now() + seconds * 1000;
  bar.max = seconds;
  clock = setInterval(() => {
    bar.value = Math.max(0, (end - Date.now()) / 1000);
    if (Date.now() >= end) next();
  }, 250);
}

async function next() {
  clearInterval(clock);
  const meta = document.querySelector('meta[name="csrf-token"]');
  try {
    const answer = await fetch(texts.address ?? '', {
      method: 'POST',
      cache: 'no-store',
      headers: {
        Accept: 'application/json',
        'X-CSRFToken': meta instanceof HTMLMetaElement ? meta.content : '',
      },
    });
    if (answer.status >= 500) throw new Error(String(answer.status));
    // The sign-in has ended, which a kept page outlives.
    if (answer.status === 401 || answer.status === 403) {
      if (isKept()) showPrinted(true);
      else location.assign(texts.account ?? '/c');
      return;
    }
    const body = await answer.json();
    if (!answer.ok) {
      const words = part('refused').querySelector('p');
      if (words) words.textContent = body.detail || body.title;
      show('refused');
      return;
    }
    const picture = /** @type {HTMLImageElement} */ (part('picture'));
    picture.src = `data:image/svg+xml,${encodeURIComponent(body.picture)}`;
    show('live');
    count(body.renew_after);
  } catch {
    showPrinted(false);
    clock = setInterval(next, Number(texts.renew) * 1000);
  }
}

function isKept() {
  return localStorage.getItem(KEPT) === texts.card;
}

function tellKept() {
  part('keeping').hidden = !navigator.serviceWorker;
  part('kept').hidden = !isKept();
  part('not-kept').hidden = isKept();
}

async function keep() {
  await keepShell(PAGE, PAGE, () => true);
  localStorage.setItem(KEPT, texts.card ?? '');
  tellKept();
}

async function forget() {
  localStorage.removeItem(KEPT);
  if (!navigator.serviceWorker) return;
  const registered = await navigator.serviceWorker.getRegistration(PAGE);
  await registered?.unregister();
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHES)) await caches.delete(name);
  }
  tellKept();
}

part('again').addEventListener('click', next);
part('keep').addEventListener('click', keep);
part('forget').addEventListener('click', forget);
window.addEventListener('offline', () => showPrinted(false));
window.addEventListener('online', next);
// A phone that was put away shows an old code: the counter would refuse it.
document.addEventListener('visibilitychange', () => { if (!document.hidden) next(); });
offerInstall();
tellKept();
if (isKept()) keep();
else forget();
next();
