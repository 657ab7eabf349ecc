// @ts-check
/** The parts of an installable page, and its sentences. */

import { Problem, Unknown, wordsOf } from '../api.js';

export const root = /** @type {HTMLElement} */ (document.querySelector('[data-app]'));
export const texts = root.dataset;

/** @param {string} name */
export const part = (name) =>
  /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {string} name */
export const input = (name) => /** @type {HTMLInputElement} */ (part(name));

/**
 * Put numbers and names into a sentence of the page's language.
 *
 * @param {string | undefined} sentence
 * @param {Record<string, string | number>} values
 */
export function fill(sentence, values) {
  return (sentence || '').replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * Say something in the band under the header; nothing hides it.
 *
 * @param {string} text
 */
export function say(text) {
  part('band').hidden = text === '';
  part('band-text').textContent = text;
}

/**
 * Have a field and its keys right under what the band says, which lies over nothing then.
 *
 * @param {HTMLElement} place
 * @param {HTMLInputElement} field in it
 */
export function showUnderBand(place, field) {
  place.style.scrollMarginTop = `${part('band').offsetHeight + 16}px`;
  field.focus({ preventScroll: true });
  place.scrollIntoView();
}

/**
 * Do the work of a tap once: a tap while it is done does nothing, nor does the second of a double
 * tap, which may hit what the first one brought under the finger.
 *
 * @param {(event: Event) => unknown} work
 */
export function once(work) {
  let busy = false;
  /** @param {Event} event */
  return async (event) => {
    event.preventDefault();
    if (busy || /** @type {UIEvent} */ (event).detail > 1) return;
    busy = true;
    const button = /** @type {Element | null} */ (/** @type {SubmitEvent} */ (event).submitter || event.currentTarget);
    button?.setAttribute('aria-disabled', 'true');
    try {
      await work(event);
    } finally {
      busy = false;
      button?.removeAttribute('aria-disabled');
    }
  };
}

/**
 * What went wrong, in words.
 *
 * @param {unknown} error
 * @param {string} [unanswered] what to say where no answer came: of what was sent unless said
 */
export function explain(error, unanswered = texts.noSignal) {
  if (error instanceof Unknown) return unanswered || '';
  if (error instanceof Problem) return wordsOf(error);
  throw error;
}

/**
 * A new element with a text.
 *
 * @param {string} tag
 * @param {string} text
 * @param {string} [name] its class
 */
export function element(tag, text, name = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}
