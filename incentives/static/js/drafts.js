// @ts-check
/**
 * Drafts: what was typed into a form with `data-draft` is still there after a reload or a lost
 * signal, in this tab only, until the form was sent or one signs out. Never passwords and PINs.
 */

const PREFIX = 'jishan-draft-';

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/**
 * @param {HTMLFormElement} form
 * @returns {Field[]}
 */
function fields(form) {
  return /** @type {Field[]} */ ([...form.elements]).filter(
    (field) =>
      field.name &&
      !(field instanceof HTMLButtonElement) &&
      !['hidden', 'password', 'file', 'submit', 'button', 'fieldset'].includes(field.type),
  );
}

/** @param {Field} field */
const isBox = (field) => field.type === 'checkbox' || field.type === 'radio';

/** @param {HTMLFormElement} form */
function read(form) {
  return fields(form)
    .filter((field) => !isBox(field) || /** @type {HTMLInputElement} */ (field).checked)
    .map((field) => [field.name, field.value]);
}

/**
 * @param {HTMLFormElement} form
 * @param {[string, string][]} kept
 */
function write(form, kept) {
  for (const field of fields(form)) {
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isBox(field)) /** @type {HTMLInputElement} */ (field).checked = values.includes(field.value);
    else if (values.length === 1) [field.value] = values;
  }
}

function forgetAll() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}

/** Forget what was sent: another page has come, or this one says that it is done. */
function forgetSent() {
  const done = document.querySelector('[data-flash="done"]');
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const here = document.querySelector(`[data-draft="${CSS.escape(key.slice(PREFIX.length))}"]`);
    const { sent } = JSON.parse(sessionStorage.getItem(key) || '{}');
    if (sent && (done || !here)) sessionStorage.removeItem(key);
  }
}

/** @param {HTMLFormElement} form */
function startDraft(form) {
  const key = PREFIX + form.dataset.draft;
  /** @param {boolean} sent */
  const keep = (sent) => sessionStorage.setItem(key, JSON.stringify({ sent, fields: read(form) }));
  const kept = sessionStorage.getItem(key);
  // After a refusal the server has given back what was typed.
  if (kept && !('kept' in form.dataset)) write(form, JSON.parse(kept).fields);
  form.addEventListener('input', () => keep(false));
  form.addEventListener('change', () => keep(false));
  form.addEventListener('submit', () => keep(true));
}

export function startDrafts() {
  try {
    forgetSent();
  } catch {
    return; // no storage: then there are no drafts
  }
  for (const form of document.querySelectorAll('form[data-draft]')) {
    startDraft(/** @type {HTMLFormElement} */ (form));
  }
  document.querySelector('[data-sign-out]')?.addEventListener('submit', forgetAll);
}
