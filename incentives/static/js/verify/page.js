// @ts-check
/** The page's parts, and its sentences in the page's language. */

export const root = /** @type {HTMLElement} */ (document.querySelector('[data-verify]'));
export const texts = /** @type {HTMLTemplateElement} */ (document.querySelector('[data-texts]'));
export const villages = JSON.parse(root.dataset.villages || '{}');

/** @param {string} name */
export const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {string} name */
export const input = (name) => /** @type {HTMLInputElement} */ (part(name));

/**
 * A sentence of the page's language with names and numbers in it.
 *
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(name, values = {}) {
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
export function inWords(said) {
  for (const { pattern, names, text } of reasons) {
    const found = typeof said === 'string' ? pattern.exec(said) : null;
    if (found) return text.replace(/\{(\w+)\}/g, (_, name) => found[1 + names.indexOf(name)]);
  }
  return null;
}

/** @param {string} code */
export const villageName = (code) => villages[code] || code;
