// @ts-check
/**
 * One act of many people: what the rule's cap leaves each stands on the tile, who would pass it is
 * named before anything is sent, and a pasted or chosen list is looked up at once. Without signal
 * the caps aren't shown; the server refuses what would pass one either way.
 */

import { call } from './api.js';

/** @typedef {{ first: string, last: string | null, points: number, text: string }} Span */

/** @typedef {{ holder: string, used: number, left: number | null }} Room */

const NAMED_AT_MOST = 5;

/** @param {HTMLElement} tiles */
const boxes = (tiles) =>
  /** @type {HTMLInputElement[]} */ ([...tiles.querySelectorAll('input[type="checkbox"]')]);

/**
 * Who of the ticked would pass the cap, each with what is left for them: people of one holder share
 * it, in their order.
 *
 * @param {HTMLInputElement[]} ticked
 * @param {Map<string, Room>} rooms
 * @param {number} points of each
 */
function overCap(ticked, rooms, points) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  /** @type {Map<HTMLInputElement, number>} */
  const over = new Map();
  for (const box of ticked) {
    const room = rooms.get(box.value);
    if (!room || room.left === null) continue;
    const left = room.left - (taken.get(room.holder) || 0);
    if (points > left) over.set(box, left);
    else taken.set(room.holder, room.left - left + points);
  }
  return over;
}

/**
 * Let every rule say what it is called and gives on a day. Whether the chosen one is among the rules
 * of that day.
 *
 * @param {HTMLSelectElement} rule
 * @param {string} day
 */
export function showDay(rule, day) {
  for (const option of rule.options) {
    const spans = /** @type {Span[]} */ (JSON.parse(option.dataset.spans || '[]'));
    const held = spans.find((each) => each.first <= day && (each.last === null || day <= each.last));
    const told = held || spans[0];
    if (!told) continue;
    option.text = told.text;
    option.dataset.points = String(told.points);
    option.toggleAttribute('data-not-held', !held);
  }
  return !rule.selectedOptions[0]?.hasAttribute('data-not-held');
}

/** @param {HTMLElement} tiles */
function startCaps(tiles) {
  const rule = /** @type {HTMLSelectElement} */ (document.getElementById('field-rule_item'));
  const day = /** @type {HTMLInputElement} */ (document.getElementById('field-occurred_on'));
  const times = /** @type {HTMLInputElement} */ (document.getElementById('field-quantity'));
  const band = /** @type {HTMLElement} */ (document.querySelector('[data-over-cap]'));
  const notHeld = /** @type {HTMLElement} */ (document.querySelector('[data-not-that-day]'));
  const tooLate = /** @type {HTMLElement} */ (document.querySelector('[data-too-late]'));
  const ofAct = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-of-act]'));
  const words = /** @type {HTMLElement} */ (band.querySelector('p'));
  /** @type {Map<string, Room>} */
  let rooms = new Map();
  let asked = '';
  /** @type {Map<HTMLInputElement, number>} */
  let over = new Map();

  /** @param {Record<string, any>} answer */
  const write = (answer) => {
    rooms = new Map(answer.people.map((/** @type {any} */ each) => [each.resident_id, each]));
    const cap = answer.cap_points;
    const sentence = tiles.dataset[`cap${String(answer.cap_period).replace(/^./, (letter) => letter.toUpperCase())}`];
    for (const box of boxes(tiles)) {
      const place = box.closest('.tile')?.querySelector('.tile-small');
      if (!(place instanceof HTMLElement)) continue;
      for (const old of place.querySelectorAll('.tile-cap')) {
        old.previousSibling?.remove();
        old.remove();
      }
      const room = rooms.get(box.value);
      const text = (room && room.left === 0 && tiles.dataset.full) || sentence;
      const counted =
        cap === null || !room || !text
          ? []
          : [text.replace('{used}', String(room.used)).replace('{cap}', String(cap))];
      for (const figure of counted) {
        const span = document.createElement('span');
        span.className = 'tile-cap';
        span.textContent = figure;
        place.append(' ', span);
      }
    }
  };

  const check = () => {
    const points = Number(rule.selectedOptions[0]?.dataset.points || 0) * (Number(times.value) || 0);
    const ticked = boxes(tiles).filter((box) => box.checked && !box.disabled);
    over = overCap(ticked, rooms, points);
    for (const box of boxes(tiles)) {
      box.closest('.tile')?.classList.toggle('tile-over', over.has(box));
    }
    band.hidden = over.size === 0;
    const names = [...over].slice(0, NAMED_AT_MOST).map(([box, left]) =>
      String(words.dataset.overLeft)
        .replace('{name}', box.closest('.tile')?.querySelector('.tile-title')?.textContent || '')
        .replace('{left}', String(left)),
    );
    if (over.size > NAMED_AT_MOST) names.push(`+${over.size - NAMED_AT_MOST}`);
    words.textContent = String(words.dataset.overWords).replace('{names}', names.join('、'));
  };

  /** What is said, and asked, of whom has points for an act already holds for that act alone. */
  const showStanding = () => {
    const other = `${rule.value} ${day.value}` !== tiles.dataset.standingOf;
    for (const part of ofAct) {
      part.hidden = other;
      for (const field of part.querySelectorAll('input')) field.disabled = other;
    }
  };

  /** The sums count with the points of the day, too. */
  const choose = () => {
    const before = rule.selectedOptions[0]?.dataset.points;
    showStanding();
    tooLate.hidden = !day.value || day.value >= String(tooLate.dataset.tooLate);
    // Of a day too long ago it isn't known here what its rules had.
    notHeld.hidden = !day.value || showDay(rule, day.value) || !tooLate.hidden;
    if (rule.selectedOptions[0]?.dataset.points === before) return;
    tiles.dispatchEvent(new Event('change', { bubbles: true }));
  };

  const ask = async () => {
    choose();
    const wanted = rule.value && day.value && notHeld.hidden && tooLate.hidden ? `rule_item=${rule.value}&occurred_on=${day.value}` : '';
    if (wanted !== asked) {
      asked = wanted;
      try {
        const answer = wanted && (await call('GET', `${tiles.dataset.caps}?${wanted}`));
        if (wanted !== asked) return;
        write(answer || { cap_points: null, people: [] });
      } catch {
        // No signal, or no rules at all that day: sending says which.
        if (wanted === asked) {
          asked = '';
          write({ cap_points: null, people: [] });
        }
      }
    }
    check();
  };

  band.querySelector('button')?.addEventListener('click', () => {
    for (const box of over.keys()) box.checked = false;
    tiles.dispatchEvent(new Event('change', { bubbles: true }));
  });
  for (const field of [rule, day]) field.addEventListener('change', ask);
  times.addEventListener('input', check);
  tiles.addEventListener('change', check);
  // A draft is back by now; what a browser puts back comes with `pageshow`.
  window.addEventListener('pageshow', ask);
  window.addEventListener('online', ask);
}

/**
 * A list is looked up as soon as it is pasted or chosen.
 *
 * @param {HTMLElement} root
 */
function startPaste(root) {
  const look = /** @type {HTMLButtonElement} */ (root.querySelector('button[name="look"]'));
  const text = /** @type {HTMLTextAreaElement} */ (root.querySelector('textarea'));
  const file = /** @type {HTMLInputElement} */ (root.querySelector('input[type="file"]'));
  const send = () => {
    look.form?.requestSubmit(look);
  };
  // What is required for sending isn't for looking names up.
  look.formNoValidate = true;
  text.addEventListener('paste', () => setTimeout(send));
  file.addEventListener('change', () => {
    if (file.value) send();
  });
  root.addEventListener('toggle', () => {
    if (root instanceof HTMLDetailsElement && root.open) text.focus();
  });
}

export function startBatches() {
  const tiles = document.querySelector('[data-caps]');
  if (tiles instanceof HTMLElement) startCaps(tiles);
  for (const root of document.querySelectorAll('[data-paste]')) {
    startPaste(/** @type {HTMLElement} */ (root));
  }
}
