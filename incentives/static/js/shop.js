// @ts-check
/** The shop's counter: scan or type a card, tick goods, hand over, show the receipt. */

import { Problem, Unknown, call, newId } from './api.js';
import { startScanner } from './scanner.js';

/**
 * @typedef {{ village: string, card: { number: string }, holder: string, spendable: number,
 *   scan_id: string, pin_needed_above: number }} Scan
 * @typedef {{ id: string, name: string, points: number, left: number, quantity: number,
 *   tile: HTMLElement }} Item
 * @typedef {{ id: string, village: string, body: Record<string, any> }} Sale
 */

const root = /** @type {HTMLElement} */ (document.querySelector('[data-counter]'));
const texts = root.dataset;
const PENDING = `jishan-pending-${texts.shop}`;

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {string} name */
const input = (name) => /** @type {HTMLInputElement} */ (part(name));

/** @type {Scan | null} */
let scan = null;
/** @type {Sale | null} */
let unsettled = null;
/** @type {AbortController | null} */
let camera = null;

/** @type {Item[]} */
const items = [...root.querySelectorAll('[data-good]')].map((tile) => {
  const data = /** @type {HTMLElement} */ (tile).dataset;
  return {
    id: String(data.good),
    name: String(data.name),
    points: Number(data.points),
    left: Number(data.left),
    quantity: 0,
    tile: /** @type {HTMLElement} */ (tile),
  };
});

/** @param {'scan' | 'basket' | 'receipt'} step */
function show(step) {
  for (const name of ['scan', 'basket', 'receipt']) part(name).hidden = name !== step;
  window.scrollTo(0, 0);
}

/**
 * Say something in the band under the header; nothing hides it.
 *
 * @param {string} text
 */
function say(text) {
  part('band').hidden = text === '';
  part('band-text').textContent = text;
}

/**
 * Put numbers and names into a sentence of the page's language.
 *
 * @param {string | undefined} sentence
 * @param {Record<string, string | number>} values
 */
function fill(sentence, values) {
  return (sentence || '').replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Unknown) return texts.noSignal || '';
  if (error instanceof Problem) {
    const details = (error.body.errors || []).map((/** @type {any} */ each) => each.detail);
    return [error.message, ...details].join(' ');
  }
  throw error;
}

/** @param {{ code: string } | { number: string }} card */
async function lookUp(card) {
  camera?.abort();
  say('');
  try {
    scan = await call('POST', '/cards/scan', card);
    openBasket();
  } catch (error) {
    say(explain(error));
  }
}

function openBasket() {
  if (!scan) return;
  for (const item of items) item.quantity = 0;
  input('pin').value = '';
  input('cash').checked = false;
  part('holder').textContent = scan.holder;
  part('card-number').textContent = scan.card.number.replace(/(\d{4})(?=\d)/g, '$1 ');
  part('spendable').textContent = String(scan.spendable);
  update();
  show('basket');
}

function total() {
  return items.reduce((sum, item) => sum + item.points * item.quantity, 0);
}

/** What the household lacks, in points, and may pay in cash. */
function shortfall() {
  return scan ? total() - Math.max(1, Math.min(scan.spendable, total())) : 0;
}

function update() {
  if (!scan) return;
  const sum = total();
  const short = shortfall();
  const inCash = texts.cash === 'yes' && short > 0 && scan.spendable > 0 && input('cash').checked;
  const points = inCash ? sum - short : sum;
  for (const item of items) {
    item.tile.classList.toggle('is-chosen', item.quantity > 0);
    const count = /** @type {HTMLElement} */ (item.tile.querySelector('[data-count]'));
    count.textContent = item.quantity ? `×${item.quantity}` : '';
    const less = root.querySelector(`[data-less="${item.id}"]`);
    if (less instanceof HTMLElement) less.hidden = item.quantity === 0;
  }
  part('chosen').textContent = items
    .filter((item) => item.quantity)
    .map((item) => `${item.name} ×${item.quantity}`)
    .join('、');
  part('sum').textContent = String(sum);
  part('after').textContent = String(scan.spendable - points);
  part('cash-field').hidden = !(texts.cash === 'yes' && short > 0 && scan.spendable > 0);
  part('cash-amount').textContent = ((short * Number(texts.fenPerPoint)) / 100).toFixed(2);
  part('pin-field').hidden = sum === 0 || points <= scan.pin_needed_above;
  const button = /** @type {HTMLButtonElement} */ (part('hand-over'));
  button.textContent = fill(texts.handOver, { points });
  button.disabled = sum === 0 || points > scan.spendable;
}

/** @returns {Sale | null} */
function sale() {
  if (!scan) return null;
  /** @type {Record<string, any>} */
  const body = {
    shop_id: texts.shop,
    scan_id: scan.scan_id,
    lines: items
      .filter((item) => item.quantity)
      .map((item) => ({ good_id: item.id, quantity: item.quantity })),
  };
  if (input('pin').value) body.pin = input('pin').value;
  if (!part('cash-field').hidden && input('cash').checked) {
    body.cash_top_up_fen = shortfall() * Number(texts.fenPerPoint);
  }
  return { id: newId(), village: scan.village, body };
}

/**
 * Send a sale; where no answer comes it stays unsettled and is sent again under the same id, so
 * that it happens once.
 */
async function handOver() {
  const button = /** @type {HTMLButtonElement} */ (part('hand-over'));
  const current = unsettled || sale();
  if (!current) return;
  button.disabled = true;
  say('');
  localStorage.setItem(PENDING, JSON.stringify({ id: current.id, village: current.village }));
  try {
    const path = `/villages/${current.village}/redemptions`;
    const answer = await call('POST', path, current.body, current.id);
    settle();
    showReceipt(answer);
  } catch (error) {
    say(explain(error));
    if (error instanceof Unknown || (error instanceof Problem && error.status >= 500)) {
      unsettled = current;
      button.textContent = texts.sendAgain || '';
      button.disabled = false;
      return;
    }
    settle();
    if (error instanceof Problem && error.name.endsWith('pin')) {
      part('pin-field').hidden = false;
      input('pin').value = '';
      input('pin').focus();
    }
    button.disabled = false;
  }
}

function settle() {
  unsettled = null;
  localStorage.removeItem(PENDING);
}

/** @param {any} redemption */
function showReceipt(redemption) {
  part('receipt-number').textContent = String(redemption.receipt);
  part('receipt-points').textContent = String(redemption.points);
  part('receipt-balance').textContent = String(redemption.balance);
  part('receipt-lines').replaceChildren(
    ...redemption.lines.map((/** @type {any} */ line) => {
      const row = document.createElement('li');
      const name = document.createElement('span');
      const points = document.createElement('span');
      const chinese = document.documentElement.lang.startsWith('zh');
      name.textContent = `${(!chinese && line.name_en) || line.name_zh} ×${line.quantity}`;
      points.textContent = String(line.points);
      row.append(name, points);
      return row;
    }),
  );
  part('receipt-cash').hidden = redemption.cash_fen === 0;
  part('receipt-cash-amount').textContent = (redemption.cash_fen / 100).toFixed(2);
  const link = /** @type {HTMLAnchorElement} */ (part('receipt-link'));
  link.href = `${texts.receipts}${redemption.id}`;
  for (const item of redemption.lines) {
    const sold = items.find((each) => each.id === item.good_id);
    if (sold) sold.left -= item.quantity;
  }
  scan = null;
  show('receipt');
}

/** After a reload: what became of the sale that was under way. */
async function recall() {
  const kept = localStorage.getItem(PENDING);
  if (!kept) return;
  const { id, village } = JSON.parse(kept);
  try {
    const redemption = await call('GET', `/villages/${village}/redemptions/${id}`);
    settle();
    showReceipt(redemption);
  } catch (error) {
    say(explain(error));
    if (error instanceof Problem && error.status === 404) {
      settle();
      say(texts.notMade || '');
    }
  }
}

async function openCamera() {
  camera?.abort();
  camera = new AbortController();
  const video = /** @type {HTMLVideoElement} */ (part('video'));
  video.hidden = false;
  try {
    await startScanner(video, (text) => lookUp({ code: text }), { signal: camera.signal });
  } catch {
    video.hidden = true;
    say(texts.noCamera || '');
  }
  camera.signal.addEventListener('abort', () => {
    video.hidden = true;
  });
}

part('open-camera').addEventListener('click', openCamera);
part('number-form').addEventListener('submit', (event) => {
  event.preventDefault();
  lookUp({ number: input('number').value.replace(/\D/g, '') });
});
for (const item of items) {
  item.tile.addEventListener('click', () => {
    if (item.quantity < item.left && !unsettled) item.quantity += 1;
    update();
  });
  root.querySelector(`[data-less="${item.id}"]`)?.addEventListener('click', () => {
    if (!unsettled) item.quantity -= 1;
    update();
  });
}
input('cash').addEventListener('change', update);
part('hand-over').addEventListener('click', handOver);
for (const again of root.querySelectorAll('[data-part="next"]')) {
  again.addEventListener('click', () => {
    say('');
    input('number').value = '';
    scan = null;
    show('scan');
  });
}
part('search').addEventListener('input', () => {
  const wanted = input('search').value.trim().toLowerCase();
  for (const item of items) {
    const words = `${item.name} ${item.tile.dataset.words || ''}`.toLowerCase();
    const box = item.tile.closest('[data-tile]');
    if (box instanceof HTMLElement) box.hidden = !words.includes(wanted);
  }
});
show('scan');
recall();
