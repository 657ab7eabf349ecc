// @ts-check
/**
 * The goods at the counter: tiles to tap, narrowed by category and search, found by barcode. What
 * this phone hands out most stands first; the count is kept in the phone alone.
 */

import { element, fill, input, part, root, texts } from '../app/page.js';

/**
 * @typedef {{ id: string, name: string, points: number, left: number, category: string,
 *   codes: string[], words: string, photo: boolean }} Listed
 * @typedef {Listed & { quantity: number, found: string, tile: HTMLButtonElement | null }} Item
 */

const OFTEN = `jishan-often-${texts.shop}`;
const FIRST = 11; // tiles before anything is asked for: four rows on a phone, with "More"

/** @type {Record<string, number>} */
const often = JSON.parse(localStorage.getItem(OFTEN) || '{}');

/** @type {Item[]} */
const items = JSON.parse(part('goods-listed').textContent || '[]').map(
  (/** @type {Listed} */ listed) => ({
    ...listed,
    codes: listed.codes.map(bare),
    found: [listed.name, listed.words, ...listed.codes].join(' ').toLowerCase(),
    quantity: 0,
    tile: null,
  }),
);
items.sort((one, other) => (often[other.id] || 0) - (often[one.id] || 0));

/** @type {(item: Item) => void} */
let tap = () => {};
let category = '';
let all = false;

/**
 * A barcode as it is compared: a UPC-A is an EAN-13 that begins with 0.
 *
 * @param {string} code
 */
function bare(code) {
  return code.replace(/^0+/, '');
}

/**
 * A good's tile, drawn when it is first looked at.
 *
 * @param {Item} item
 */
function tileOf(item) {
  if (item.tile) return item.tile;
  const tile = document.createElement('button');
  tile.type = 'button';
  tile.className = 'good';
  tile.dataset.good = item.id;
  tile.disabled = item.left < 1;
  if (item.photo) {
    const photo = document.createElement('img');
    photo.src = `${texts.photos}${item.id}/photo`;
    photo.alt = '';
    photo.loading = 'lazy';
    photo.className = 'good-photo';
    photo.addEventListener('error', () => photo.remove());
    tile.append(photo);
  }
  const price = item.points === 1 ? texts.onePoint : fill(texts.points, { points: item.points });
  tile.append(
    element('span', item.name, 'good-name'),
    element('span', (item.left < 1 ? texts.soldOut : price) || '', 'good-price'),
    element('span', item.quantity ? `×${item.quantity}` : '', 'good-count'),
  );
  tile.addEventListener('click', () => tap(item));
  item.tile = tile;
  return tile;
}

/** Show the tiles that were asked for. */
export function narrow() {
  const wanted = input('search').value.trim().toLowerCase().split(/\s+/);
  const asked = category !== '' || wanted[0] !== '' || all;
  const found = items.filter(
    (item) =>
      (!category || item.category === category) &&
      wanted.every((word) => item.found.includes(word)),
  );
  const shown = asked ? found : found.filter((item, at) => at < FIRST || item.quantity);
  part('goods').replaceChildren(...shown.map(tileOf), part('more'));
  part('more').hidden = asked || found.length <= FIRST;
  part('none-found').hidden = found.length > 0;
}

/**
 * The goods with this barcode.
 *
 * @param {string} code
 */
export function withBarcode(code) {
  return items.find((item) => item.codes.includes(bare(code)));
}

/** What was chosen, as a sale's lines. */
export function chosenLines() {
  return items
    .filter((item) => item.quantity)
    .map((item) => ({ good_id: item.id, quantity: item.quantity }));
}

export function total() {
  return items.reduce((sum, item) => sum + item.points * item.quantity, 0);
}

/** Nothing is chosen any more, and all is shown again. */
export function clearGoods() {
  for (const item of items) item.quantity = 0;
  input('search').value = '';
  all = false;
  pick('');
}

/**
 * Less is on the shelf, and these come first next time.
 *
 * @param {{ good_id: string, quantity: number }[]} lines
 */
export function handedOut(lines) {
  for (const line of lines) {
    const sold = items.find((item) => item.id === line.good_id);
    if (sold) {
      sold.left -= line.quantity;
      sold.tile = null;
    }
    often[line.good_id] = (often[line.good_id] || 0) + 1;
  }
  localStorage.setItem(OFTEN, JSON.stringify(often));
}

/** Write anew how many of each are chosen. @param {(item: Item) => void} onLess */
export function drawChosen(onLess) {
  const chosen = items.filter((item) => item.quantity);
  for (const { tile, quantity } of items) {
    if (!tile) continue;
    tile.classList.toggle('is-chosen', quantity > 0);
    /** @type {Element} */ (tile.lastElementChild).textContent = quantity ? `×${quantity}` : '';
  }
  part('less').replaceChildren(
    ...chosen.map((item) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'less';
      button.dataset.less = item.id;
      button.append(element('span', `${texts.oneLess || ''} `, 'unseen'), `− ${item.name}`);
      button.addEventListener('click', () => onLess(item));
      return button;
    }),
  );
  part('chosen').textContent = chosen
    .map((item) => `${item.name} ×${item.quantity}`)
    .join(texts.between || ', ');
}

/** @param {string} name */
function pick(name) {
  category = name;
  for (const chip of root.querySelectorAll('[data-category-chip]')) {
    const mine = chip instanceof HTMLElement && chip.dataset.categoryChip === name;
    chip.setAttribute('aria-pressed', String(mine));
  }
  narrow();
}

/**
 * Let tiles, chips and search be used.
 *
 * @param {(item: Item) => void} onTap
 */
export function startGoods(onTap) {
  tap = onTap;
  for (const chip of root.querySelectorAll('[data-category-chip]')) {
    chip.addEventListener('click', () => pick(String(/** @type {any} */ (chip).dataset.categoryChip)));
  }
  part('more').addEventListener('click', () => {
    all = true;
    narrow();
  });
  input('search').addEventListener('input', narrow);
  input('search').addEventListener('keydown', (event) => {
    // A barcode that a reader typed, or the first that was found.
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    const typed = input('search').value.trim();
    const first = root.querySelector('[data-good]');
    const found = withBarcode(typed) || (typed && items.find(({ tile }) => tile === first));
    if (!found) return;
    onTap(found);
    input('search').value = '';
    narrow();
  });
  narrow();
}
