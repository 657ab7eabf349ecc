// @ts-check
/** Tiles to tick: how many are ticked, what they come to, and picks that tick many at once. */

/**
 * @param {HTMLElement} tiles
 * @returns {HTMLInputElement[]}
 */
const boxes = (tiles) => [...tiles.querySelectorAll('input')].filter(
  (box) => box.type === 'checkbox' || box.type === 'radio',
);

/**
 * The points of one tile: its own, else those of the tile chosen elsewhere (`data-points-from`),
 * else those of all tiles.
 *
 * @param {HTMLElement} tiles
 */
function pointsOf(tiles) {
  const from = tiles.dataset.pointsFrom && document.getElementById(tiles.dataset.pointsFrom);
  const chosen = from && from.querySelector(':checked');
  const all = Number((chosen instanceof HTMLElement && chosen.dataset.points) || tiles.dataset.points);
  const times = tiles.dataset.times && document.getElementById(tiles.dataset.times);
  const many = times instanceof HTMLInputElement ? Number(times.value) || 0 : 1;
  /** @param {HTMLInputElement} box */
  return (box) => many * (Number(box.dataset.points ?? all) || 0);
}

/**
 * Write the sentence for so many into what counts: `data-none`, `data-one`, `data-some`, with
 * `{count}`, `{points}` and `{names}`. A button without any ticked can't be pressed.
 *
 * @param {HTMLElement} place
 * @param {number} count
 * @param {number} points
 * @param {string[]} names
 */
function write(place, count, points, names) {
  const { none, one, some, between = ', ' } = place.dataset;
  const sentence = (count === 0 && none) || (count === 1 && one) || some;
  if (sentence === undefined) return;
  place.textContent = sentence
    .replaceAll('{count}', String(count))
    .replaceAll('{points}', points.toLocaleString('en'))
    .replaceAll('{names}', names.join(between));
  if (place instanceof HTMLButtonElement) place.disabled = count === 0;
}

/**
 * Let who is ticked stand first where one of them is chosen.
 *
 * @param {HTMLSelectElement} choice
 * @param {HTMLInputElement[]} ticked
 */
function putFirst(choice, ticked) {
  const ids = new Set(ticked.map((box) => box.value));
  const options = [...choice.options];
  const rank = (/** @type {HTMLOptionElement} */ each) => (each.value === '' ? 0 : ids.has(each.value) ? 1 : 2);
  const { value } = choice;
  choice.append(...options.sort((one, other) => rank(one) - rank(other)));
  choice.value = value;
}

/** @param {HTMLElement} tiles */
function startCounting(tiles) {
  const places = [...document.querySelectorAll(`[data-counts="${CSS.escape(tiles.id)}"]`)];
  const choices = document.querySelectorAll(`select[data-ticked-first="${CSS.escape(tiles.id)}"]`);
  const update = () => {
    const ticked = boxes(tiles).filter((box) => box.checked && !box.disabled);
    const of = pointsOf(tiles);
    const points = ticked.reduce((sum, box) => sum + of(box), 0);
    const names = ticked.map((box) => box.closest('.tile')?.querySelector('.tile-title')?.textContent || '');
    for (const place of places) {
      write(/** @type {HTMLElement} */ (place), ticked.length, points, names);
    }
    for (const choice of choices) putFirst(/** @type {HTMLSelectElement} */ (choice), ticked);
  };
  tiles.addEventListener('change', update);
  for (const id of [tiles.dataset.pointsFrom, tiles.dataset.times]) {
    const other = id && document.getElementById(id);
    if (other) other.addEventListener('change', update);
    if (other) other.addEventListener('input', update);
  }
  // Browsers put ticks back without telling when one goes back to a page.
  window.addEventListener('pageshow', update);
  update();
}

/** @param {HTMLElement} pick */
function startPick(pick) {
  const tiles = document.getElementById(String(pick.dataset.picks));
  const { values } = pick.dataset;
  const named = new Set((values || '').split(' '));
  if (!tiles) return;
  const row = pick.closest('.quick-picks');
  if (row instanceof HTMLElement) row.hidden = false;
  pick.addEventListener('click', () => {
    // These people, whoever the filter shows now, or all.
    const meant = boxes(tiles).filter(
      (box) =>
        !box.disabled &&
        ('shown' in pick.dataset
          ? !box.closest('.tile')?.hasAttribute('hidden')
          : values === undefined || named.has(box.value)),
    );
    // Pressed again once all are ticked, it takes them out.
    const tick = meant.some((box) => !box.checked);
    for (const box of meant) box.checked = tick;
    tiles.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

export function startTiles() {
  for (const tiles of document.querySelectorAll('[data-select-many]')) {
    startCounting(/** @type {HTMLElement} */ (tiles));
  }
  for (const pick of document.querySelectorAll('[data-picks]')) {
    startPick(/** @type {HTMLElement} */ (pick));
  }
}
