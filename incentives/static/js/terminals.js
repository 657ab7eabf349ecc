// @ts-check
/** Registers the phone at hand as a terminal of its shop. */

import { Problem, Unknown } from './api.js';
import { register, registered } from './shop/terminal.js';

const root = /** @type {HTMLElement} */ (document.querySelector('[data-phone]'));
const shop = String(root.dataset.shop);
const keeper = String(root.dataset.keeper);

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {string} text */
function say(text) {
  part('band').hidden = text === '';
  part('band-text').textContent = text;
}

/** A phone whose place another took is registered anew. */
async function look() {
  const mine = await registered(shop, keeper);
  const isIn = (/** @type {string | undefined} */ ids) =>
    Boolean(mine && (ids || '').split(' ').includes(mine.id));
  const inUse = isIn(root.dataset.inUse);
  const stopped = isIn(root.dataset.stopped);
  part('mine').hidden = !inUse;
  part('stopped').hidden = !stopped;
  part('new').hidden = inUse || stopped;
  part('mine-name').textContent = mine?.name || '';
}

part('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const typed = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const button = /** @type {HTMLButtonElement} */ (part('form').querySelector('.button-main'));
  button.disabled = true;
  say('');
  try {
    const replaces = String(typed.get('replaces') || '') || undefined;
    await register(shop, keeper, String(typed.get('name')).trim(), replaces);
    window.location.reload();
  } catch (error) {
    button.disabled = false;
    if (error instanceof Unknown) say(root.dataset.noAnswer || '');
    else if (error instanceof Problem) say(error.message);
    else say(root.dataset.noKey || '');
  }
});
look().catch(() => say(root.dataset.noKey || ''));
