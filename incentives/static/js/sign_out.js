// @ts-check
/**
 * Signing out, on every page: it takes along what a phone shows without signal, once it has
 * happened and not before.
 */

import { forgetDrafts } from './drafts.js';

const ANSWERS_WITHIN = 10_000; // milliseconds
const LEADS_TO = '/';

let left = false;

/** Whether one has signed out on this page: what is answered later isn't kept any more. */
export const hasLeft = () => left;

/**
 * Sign out. The way that the answer leads isn't followed here: the sign-out has happened though the
 * next page may not come.
 *
 * @param {HTMLFormElement} form
 * @returns {Promise<boolean>} whether it was done
 */
async function signOut(form) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const signal = AbortSignal.timeout(ANSWERS_WITHIN);
  try {
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual', signal });
    return answer.ok || answer.type === 'opaqueredirect';
  } catch {
    return false;
  }
}

/**
 * Forget the walker's page, which names people and opens without a sign-in, the token that sends
 * what was recorded on it, and what was typed; the records stay.
 */
async function forget() {
  forgetDrafts();
  const tokens = Object.keys(localStorage).filter((key) => key.startsWith('jishan-patrol-token-'));
  for (const key of tokens) localStorage.removeItem(key);
  await window.caches?.delete('jishan-patrol-page');
}

/**
 * Without signal the browser would show its own error: one stays, signed in, and is told.
 *
 * @param {HTMLElement} root
 */
export function startSignOut(root) {
  const form = /** @type {HTMLFormElement} */ (root);
  const stays = /** @type {HTMLElement} */ (form.querySelector('[data-stays]'));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  const words = button.textContent;
  let asking = false;
  /** @param {boolean} now */
  const ask = (now) => {
    asking = now;
    button.textContent = now ? String(button.dataset.busy) : words;
    button.setAttribute('aria-disabled', String(now));
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (asking) return;
    ask(true);
    stays.hidden = true;
    left = await signOut(form);
    if (left) {
      await forget().catch(() => undefined);
      window.location.assign(LEADS_TO);
    } else {
      ask(false);
      stays.hidden = false;
    }
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && left) window.location.reload();
  });
}
