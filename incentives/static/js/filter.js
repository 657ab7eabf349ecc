// @ts-check
/** Narrows a list or tiles as one types; Enter ticks who was found, one after the other. */

/** Let others know that a field was changed by a button or a key, as if it had been typed. */
/** @param {HTMLElement} field */
export function changed(field) {
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** @param {HTMLElement} item */
const boxOf = (item) =>
  /** @type {HTMLInputElement | null} */ (item.querySelector('input:not(:disabled)'));

/**
 * Whom Enter ticks, in turn: a whole word comes before all else (17 is number 17 on the sheet, not
 * the door 117), and whoever is ticked already is passed by unless nobody else was meant.
 *
 * @param {HTMLElement[]} items
 * @param {string} typed
 */
function meant(items, typed) {
  const shown = typed ? items.filter((item) => !item.hidden && boxOf(item)) : [];
  const exact = shown.filter((item) =>
    (item.dataset.words || '').toLowerCase().split(' ').includes(typed),
  );
  const found = exact.length > 0 ? exact : shown;
  const left = found.filter((item) => !boxOf(item)?.checked);
  return left.length > 0 ? left : found;
}

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
  /** @type {HTMLElement[]} */
  let found = [];
  let place = 0;

  /** @param {HTMLElement | undefined} item */
  const nameOf = (item) => item?.querySelector('.tile-title')?.textContent || field.value.trim();

  /** Say who was ticked and whom Enter ticks next, and mark that tile. @param {string} said */
  const tell = (said) => {
    const next = found[place];
    for (const item of items) item.classList.toggle('tile-next', item === next);
    const then = next && String(root.dataset.next).replace('{name}', nameOf(next));
    none.textContent = [said, then].filter(Boolean).join(' ');
  };
  const search = () => {
    const typed = field.value.trim().toLowerCase();
    const wanted = typed.split(/\s+/);
    for (const item of items) {
      item.hidden = !wanted.every((word) => String(words.get(item)).includes(word));
      item.classList.remove('tile-next');
    }
    found = meant(items, typed);
    place = 0;
    none.textContent = items.every((item) => item.hidden) ? root.dataset.none || '' : '';
  };
  const tick = () => {
    const item = found[place];
    const box = item && boxOf(item);
    if (!box) return;
    box.checked = true;
    changed(box);
    const said = String(root.dataset.ticked).replace('{name}', nameOf(item));
    place += 1;
    if (box.type === 'checkbox' && place < found.length) {
      field.select(); // Enter goes on with the next, and what is typed begins anew.
    } else {
      field.value = '';
      search();
    }
    tell(said);
  };
  root.hidden = false;
  field.addEventListener('input', search);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key !== 'Enter' && !step) return;
    event.preventDefault();
    if (!step) {
      tick();
    } else if (found[place + step]) {
      place += step;
      tell('');
    }
  });
  if (field.value) search();
}
