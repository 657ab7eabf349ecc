// @ts-check
/**
 * Narrows a list or tiles as one types (templates/components/filter.html); Enter ticks who was
 * found, one after the other, or goes to the number of what was found.
 */

const MANY = 8; // goods that stand there at once, where only the chosen ones are to be seen

/** Let others know that a field was changed by a button or a key, as if it had been typed. */
/** @param {HTMLElement} field */
export function changed(field) {
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** @param {HTMLElement} item */
const controls = (item) => [...item.querySelectorAll('input')];

/** @param {HTMLElement} item */
const isFilled = (item) => controls(item).some(({ type, value }) => type !== 'hidden' && value);

/** @param {HTMLElement} item */
const boxOf = (item) =>
  /** @type {HTMLInputElement | null} */ (
    item.querySelector('input:not([type="hidden"], :disabled)')
  );

/**
 * A barcode is looked for without the zeros before it: a UPC-A is an EAN-13 that begins with one.
 *
 * @param {string} word
 */
const bare = (word) => (/^\d{8,14}$/.test(word) ? word.replace(/^0+/, '') : word);

/**
 * Whom Enter ticks, in turn: a whole word comes before all else (17 is number 17 on the sheet, not
 * the door 117), and whoever is ticked already is passed by unless nobody else was meant.
 *
 * @param {HTMLElement[]} fitting
 * @param {string} typed
 */
function meant(fitting, typed) {
  const open = typed ? fitting.filter(boxOf) : [];
  const exact = open.filter((item) =>
    (item.dataset.words || '').toLowerCase().split(' ').includes(typed),
  );
  const found = exact.length > 0 ? exact : open;
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
  let few = 'chosen' in root.dataset && items.length > MANY;
  /** @type {Set<HTMLElement>} */
  const chosen = new Set();
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
    const wanted = typed.split(/\s+/).map(bare);
    const fitting = new Set(
      items.filter((item) => wanted.every((word) => String(words.get(item)).includes(word))),
    );
    found = meant([...fitting], typed);
    place = 0;
    const looked = typed ? [...found, ...fitting].slice(0, MANY) : [];
    for (const item of items) {
      const stays = looked.includes(item) || chosen.has(item) || isFilled(item);
      item.hidden = few ? !stays : !fitting.has(item);
      item.classList.remove('tile-next');
    }
    none.textContent = fitting.size > 0 ? '' : root.dataset.none || '';
  };
  const take = () => {
    const item = found[place];
    const box = item && boxOf(item);
    if (!box) return;
    if (box.type === 'number') {
      chosen.add(item);
      field.value = '';
      search();
      box.focus();
      box.select();
      return;
    }
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
      take();
    } else if (found[place + step]) {
      place += step;
      tell('');
    }
  });
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
  if (field.value || few) search();
}
