// @ts-check
/** Narrows a list on the page as one types (templates/components/filter.html). */

const MANY = 8; // goods that stand there at once, where only the chosen ones are to be seen

/** Let others know that a field was changed by a button, as if it had been typed. */
/** @param {HTMLElement} field */
export function changed(field) {
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** @param {HTMLElement} item */
const controls = (item) => [...item.querySelectorAll('input')];

/** @param {HTMLElement} item */
const isFilled = (item) => controls(item).some(({ type, value }) => type !== 'hidden' && value);

/**
 * A barcode is looked for without the zeros before it: a UPC-A is an EAN-13 that begins with one.
 *
 * @param {string} word
 */
const bare = (word) => (/^\d{8,14}$/.test(word) ? word.replace(/^0+/, '') : word);

/** @param {HTMLElement} root */
export function startFilter(root) {
  const list = document.getElementById(String(root.dataset.filter));
  const field = /** @type {HTMLInputElement} */ (root.querySelector('input'));
  const none = /** @type {HTMLElement} */ (root.querySelector('.filter-none'));
  if (!list) return;
  const items = /** @type {HTMLElement[]} */ (
    [...list.querySelectorAll('[data-words], .row, .tile, .call, tbody tr')]
  );
  const words = new Map(
    items.map((item) => [item, `${item.textContent} ${item.dataset.words || ''}`.toLowerCase()]),
  );
  let few = 'chosen' in root.dataset && items.length > MANY;
  /** @type {Set<HTMLElement>} */
  const chosen = new Set();
  const search = () => {
    const wanted = field.value.trim().toLowerCase().split(/\s+/).map(bare);
    let found = 0;
    for (const item of items) {
      const fits = wanted.every((word) => String(words.get(item)).includes(word));
      if (fits) found += 1;
      item.hidden = !fits;
      if (!few) continue;
      const looked = fits && wanted[0] !== '' && found <= MANY;
      item.hidden = !(looked || chosen.has(item) || isFilled(item));
    }
    none.textContent = found ? '' : root.dataset.none || '';
  };
  root.hidden = false;
  field.addEventListener('input', search);
  if (few) {
    // A shop has hundreds of goods, and little signal: those that stay empty aren't sent.
    field.form?.addEventListener('formdata', ({ formData }) => {
      const empty = items.filter((item) => !isFilled(item));
      for (const control of empty.flatMap(controls)) formData.delete(control.name);
    });
  }
  const all = /** @type {HTMLButtonElement | null} */ (root.querySelector('[data-filter-all]'));
  if (all && few) {
    all.hidden = false;
    all.addEventListener('click', () => {
      few = false;
      all.hidden = true;
      search();
    });
  }
  field.addEventListener('keydown', (event) => {
    // Enter ticks the first that was found, so that a list of names is typed without the mouse.
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    // A whole word comes first: 17 is number 17 on the sheet, not the door 117.
    const typed = field.value.trim().toLowerCase();
    const shown = items.filter((item) => typed && !item.hidden && isFound(item, typed));
    const first =
      shown.find((item) => (item.dataset.words || '').toLowerCase().split(' ').includes(typed)) ||
      shown[0];
    const box = first && first.querySelector('input:not([type="hidden"], :disabled)');
    if (!(box instanceof HTMLInputElement)) return;
    field.value = '';
    if (box.type === 'number') {
      chosen.add(first);
      search();
      box.focus();
      box.select();
      return;
    }
    box.checked = true;
    changed(box);
    search();
    const named = first.querySelector('.tile-title');
    const name = named ? String(named.textContent) : typed;
    none.textContent = String(root.dataset.ticked).replace('{name}', name);
  });
  /**
   * @param {HTMLElement} item
   * @param {string} typed
   */
  const isFound = (item, typed) =>
    typed.split(/\s+/).every((word) => String(words.get(item)).includes(bare(word)));
  if (field.value || few) search();
}
