// @ts-check
/**
 * Drafts: what was typed into a form with `data-draft` is still there after a reload or a lost
 * signal, in this tab only, until the form was sent or one signs out. With `data-draft-lasts` it is
 * there after the browser was closed, too, for a week; its name then says whose it is. Never
 * passwords and PINs.
 */

const PREFIX = 'jishan-draft-';
const LASTS = 7 * 24 * 60 * 60 * 1000;

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */
/** @typedef {{ sent: boolean, at?: number, key?: string, fields: [string, string][], lines?: [string, string][] }} Draft */

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
const keyOf = (form) =>
  /** @type {HTMLInputElement | null} */ (form.querySelector('[name="idempotency_key"]'));

/**
 * @param {HTMLFormElement} form
 * @returns {[string, string][]}
 */
function read(form) {
  return fields(form)
    .filter((field) => !isBox(field) || /** @type {HTMLInputElement} */ (field).checked)
    .map((field) => [field.name, field.value]);
}

/**
 * What was ticked that the page doesn't have when it is opened anew (`data-draft-line`): each value
 * with the line by which it is found again.
 *
 * @param {HTMLFormElement} form
 * @returns {[string, string][]}
 */
const readLines = (form) =>
  [...form.querySelectorAll('input[data-draft-line]:checked')].map((box) => {
    const { value, dataset } = /** @type {HTMLInputElement} */ (box);
    return [value, String(dataset.draftLine)];
  });

/**
 * @param {HTMLFormElement} form
 * @param {Draft} draft
 */
function write(form, { fields: kept, lines = [] }) {
  for (const field of fields(form)) {
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isBox(field)) /** @type {HTMLInputElement} */ (field).checked = values.includes(field.value);
    else if (values.length === 1) [field.value] = values;
  }
  const here = new Set(fields(form).map(({ value }) => value));
  const gone = lines.filter(([value]) => !here.has(value));
  takeLines(form, kept, gone.map(([, line]) => line));
}

/**
 * Rows that this page doesn't have go, one a line, where they can be worked on again; so do `lines`.
 * What was picked for a row is ticked instead (`data-draft-picks`), or leaves it out.
 *
 * @param {HTMLFormElement} form
 * @param {[string, string][]} kept
 * @param {string[]} lines
 */
function takeLines(form, kept, lines) {
  const place = form.querySelector('[data-draft-takes]');
  if (!(place instanceof HTMLTextAreaElement)) return;
  const { draftTakes = '', draftPicks = '' } = place.dataset;
  const picked = new Map(kept);
  const lost = kept
    .filter(([name]) => name.endsWith(draftTakes) && !form.elements.namedItem(name))
    .filter(([name]) => !takePick(form, picked.get(name.slice(0, -draftTakes.length) + draftPicks)))
    .map(([, value]) => value);
  lost.push(...lines);
  if (lost.length) place.value = [place.value, ...lost].filter(Boolean).join('\n');
  const details = place.closest('details');
  if (details && place.value) details.open = true;
}

/**
 * Tick what was picked for a row; whether that settles it.
 *
 * @param {HTMLFormElement} form
 * @param {string | undefined} value
 */
function takePick(form, value) {
  if (value === undefined || value === 'none') return value === 'none';
  const box = form.querySelector(`input[type=checkbox][value="${CSS.escape(value)}"]`);
  if (box instanceof HTMLInputElement) box.checked = true;
  return box !== null;
}

/** Whether the page was asked for again: then what it gives back is older than the draft. */
const isReloaded = () => {
  const [visit] = performance.getEntriesByType('navigation');
  return visit instanceof PerformanceNavigationTiming && visit.type === 'reload';
};

/** @param {Storage} storage */
const keysOf = (storage) => Object.keys(storage).filter((key) => key.startsWith(PREFIX));

/**
 * @param {Storage} storage
 * @param {string} key
 * @returns {Draft | null}
 */
function find(storage, key) {
  try {
    return JSON.parse(storage.getItem(key) || 'null');
  } catch {
    return null;
  }
}

/** Forget all that was typed, as one has signed out. */
export function forgetDrafts() {
  for (const storage of [sessionStorage, localStorage]) {
    for (const key of keysOf(storage)) storage.removeItem(key);
  }
}

/** Forget what was sent: another page has come, or this one says that it is done. */
function forgetSent() {
  const done = document.querySelector('[data-flash="done"]');
  for (const key of keysOf(sessionStorage)) {
    const here = document.querySelector(`[data-draft="${CSS.escape(key.slice(PREFIX.length))}"]`);
    if (find(sessionStorage, key)?.sent && (done || !here)) sessionStorage.removeItem(key);
  }
  // One that lasts goes only when the address says that it has come, by the key it was sent with.
  const sent = new URLSearchParams(window.location.hash.slice(1)).get('sent');
  for (const key of keysOf(localStorage)) {
    const draft = find(localStorage, key);
    const old = !draft || !draft.at || Date.now() - draft.at > LASTS;
    if (old || (sent && draft.sent && draft.key === sent)) localStorage.removeItem(key);
  }
}

/** @param {HTMLFormElement} form */
function startDraft(form) {
  const lasts = 'draftLasts' in form.dataset;
  const storage = lasts ? localStorage : sessionStorage;
  const name = PREFIX + form.dataset.draft;
  const key = keyOf(form);
  /** @param {boolean} sent */
  const keep = (sent) => {
    /** @type {Draft} */
    const draft = { sent, fields: read(form), lines: readLines(form) };
    if (lasts) Object.assign(draft, { at: Date.now(), key: key?.value });
    storage.setItem(name, JSON.stringify(draft));
  };
  const kept = find(storage, name);
  if ('kept' in form.dataset && !(kept && isReloaded())) {
    // After a refusal the server has given back what was typed.
    if (lasts) keep(false);
  } else if (kept) {
    write(form, kept);
    // Whether it has come is not known: under its key it counts once however often it is sent.
    if (kept.sent && kept.key && key) key.value = kept.key;
  }
  form.addEventListener('input', () => keep(false));
  form.addEventListener('change', () => keep(false));
  form.addEventListener('submit', (event) => {
    if (!event.defaultPrevented) keep(true);
  });
}

/**
 * A form that says so beside its button where there is no signal, and isn't sent.
 *
 * @param {HTMLElement} band
 */
export function startHeldBack(band) {
  band.closest('form')?.addEventListener('submit', (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    band.hidden = false;
  });
  window.addEventListener('online', () => {
    band.hidden = true;
  });
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
}
