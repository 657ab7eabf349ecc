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

/**
 * Whether something was typed in a row, also what is no number: a browser gives that no value.
 *
 * @param {HTMLElement} item
 */
const isFilled = (item) =>
  controls(item).some(
    ({ type, value, validity }) => type !== 'hidden' && (value || validity.badInput),
  );

/** @param {HTMLElement} item */
const boxOf = (item) =>
  /** @type {HTMLInputElement | null} */ (
    item.querySelector('input:not([type="hidden"], :disabled)')
  );

/**
 * Text as it is compared: a Chinese keyboard types digits and letters in full width, too.
 *
 * @param {string} text
 */
const plain = (text) => text.normalize('NFKC').toLowerCase();

/**
 * A barcode is looked for without the zeros before it: a UPC-A is an EAN-13 that begins with one.
 * On a numbered sheet any number is.
 *
 * @param {string} word
 * @param {boolean} numbered
 */
const bare = (word, numbered) =>
  (numbered ? /^\d+$/ : /^\d{8,14}$/).test(word) ? word.replace(/^0+(?=\d)/, '') : word;

/**
 * Whom Enter ticks, in turn: a whole word comes before all else (`zx` is not `zxl`), and whoever is
 * ticked already is passed by unless nobody else was meant. On a numbered sheet a number means its
 * own line, the first of an item's words, and nothing else: not the household of that number.
 *
 * @param {HTMLElement[]} fitting
 * @param {string} typed
 * @param {boolean} numbered
 */
function meant(fitting, typed, numbered) {
  if (!typed) return [];
  /** @param {HTMLElement} item */
  const wordsOf = (item) => plain(item.dataset.words || '').split(' ');
  const asked = numbered && /^\d+$/.test(typed);
  const exact = fitting.filter((item) =>
    asked ? wordsOf(item)[0] === typed : wordsOf(item).includes(typed),
  );
  const found = (asked || exact.length > 0 ? exact : fitting).filter(boxOf);
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
    items.map((item) => [item, plain(`${item.textContent} ${item.dataset.words || ''}`)]),
  );
  const numbered = 'numbered' in root.dataset;
  const goods = 'chosen' in root.dataset;
  let few = goods && items.length > MANY;
  /** @type {Set<HTMLElement>} */
  const chosen = new Set();
  /** @type {HTMLElement[]} */
  let found = [];
  let place = 0;

  /** @param {HTMLElement} item */
  const nameOf = (item) =>
    item.querySelector('.tile-title, .field-label')?.textContent?.trim() || field.value.trim();

  /**
   * Say what was done and what Enter does next, and mark that item; keys that phones don't have
   * stand apart, so that they can be left out there.
   *
   * @param {string} said
   */
  const tell = (said) => {
    const next = found[place];
    for (const item of items) item.classList.toggle('tile-next', item === next);
    none.textContent = said;
    if (!next) return;
    const then = String(root.dataset.next).replace('{name}', nameOf(next));
    for (const [name, text] of [['then', then], ['pass', root.dataset.pass]]) {
      const part = document.createElement('span');
      part.className = `filter-${name}`;
      part.textContent = String(text);
      none.append(part);
    }
  };
  const search = () => {
    const wanted = plain(field.value).trim().split(/\s+/).map((word) => bare(word, numbered));
    const typed = wanted.join(' ');
    const fitting = new Set(
      items.filter((item) => wanted.every((word) => String(words.get(item)).includes(word))),
    );
    found = meant([...fitting], typed, numbered);
    place = 0;
    const looked = typed ? [...found, ...fitting].slice(0, MANY) : [];
    for (const item of items) {
      // What was filled in stays in sight: what is wrong with it can't be said of a hidden row.
      const stays = goods && (chosen.has(item) || isFilled(item));
      item.hidden = !stays && !(few ? looked.includes(item) : fitting.has(item));
      item.classList.remove('tile-next');
    }
    none.textContent = fitting.size > 0 ? '' : root.dataset.none || '';
  };
  const take = () => {
    const item = found[place];
    const box = item && boxOf(item);
    if (!box) {
      if (field.value.trim() && numbered) none.textContent = root.dataset.none || '';
      return;
    }
    if (box.type === 'number') {
      chosen.add(item);
      field.value = '';
      search();
      box.focus();
      box.select();
      return;
    }
    const said = root.dataset[box.checked ? 'already' : 'ticked'];
    if (!box.checked) {
      box.checked = true;
      changed(box);
    }
    const name = nameOf(item);
    place += 1;
    if (box.type === 'checkbox' && place < found.length) {
      field.select(); // Enter goes on with the next, and what is typed begins anew.
    } else {
      field.value = '';
      search();
    }
    tell(String(said).replace('{name}', name));
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
  if (goods) {
    // A delivery is sent by its button alone: Enter in a row leads to the next good.
    list.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }
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
