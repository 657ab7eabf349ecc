// @ts-check
/** The shop's counter: scan or type a card, tick goods, hand over, show the receipt. */

import { call, newId, takeTokensFrom } from './api.js';
import {
  chosenLines,
  clearGoods,
  drawChosen,
  handedOut,
  narrow,
  startGoods,
  withBarcode,
} from './shop/goods.js';
import { closeCamera, openCamera } from './shop/camera.js';
import { keepShell, offerInstall, sayOffline } from './app/install.js';
import { explain, fill, input, once, part, root, say, showUnderBand, texts } from './app/page.js';
import { drawReceipt } from './shop/receipt.js';
import { payment } from './shop/paying.js';
import { nameOf, severalServed } from './shop/served.js';
import { sendKept, sendSale } from './shop/sending.js';
import { anyToken } from './shop/terminal.js';
import { askForVouch, showCardsByName } from './shop/vouching.js';

/**
 * @typedef {import('./shop/sending.js').Outcome} Outcome
 * @typedef {import('./shop/store.js').Sale} Sale
 * @typedef {import('./shop/vouching.js').Vouch} Vouch
 * @typedef {{ village: string, card: { number: string }, holder: string,
 *   spendable: number | null, scan_id: string, pin_needed_above: number | null,
 *   shown_by?: string }} Scan
 */

const SHOP = String(texts.shop);
const KEEPER = String(texts.keeper);
const AGAIN = 20_000; // milliseconds until an unanswered sale is sent again

/** @type {Scan | null} */
let scan = null;
/** @type {Vouch | null} */
let vouch = null;
/** @type {Sale | null} */
let unsettled = null;
/** @type {AbortController | null} */
let asking = null;
let byCamera = false;
let waiting = 0;

/** @param {'scan' | 'basket' | 'receipt'} step */
function show(step) {
  for (const name of ['scan', 'basket', 'receipt']) part(name).hidden = name !== step;
  window.scrollTo(0, 0);
}

/** @param {Record<string, string>} card by `code`, `number` or `card_id` */
async function lookUp(card) {
  closeCamera();
  byCamera = 'code' in card;
  say('');
  try {
    /** @type {Scan} */
    const found = await call('POST', '/cards/scan', card);
    if (!found.scan_id) {
      say(texts.notServed || ''); // anyone is told a card's balance; only its shops may sell
      return;
    }
    scan = found;
    openBasket();
  } catch (error) {
    say(explain(error, texts.nothingRecorded));
  }
}

function openBasket() {
  if (!scan) return;
  clearGoods();
  dropVouch();
  input('pin').value = '';
  input('cash').checked = false;
  part('holder').textContent = scan.holder;
  if (severalServed) part('card-village').textContent = nameOf(scan.village);
  part('card-number').textContent = scan.card.number.replace(/(\d{4})(?=\d)/g, '$1 ');
  update();
  show('basket');
}

function dropVouch() {
  asking?.abort();
  asking = null;
  vouch = null;
}

function update() {
  if (!scan) return;
  const { sum, most, points, mayTopUp, lacksFen } = payment(scan, vouch);
  const byName = scan.shown_by === 'name';
  const enough = most === null || points <= most;
  const proof = enough && scan.pin_needed_above !== null && points > scan.pin_needed_above;
  const vouched = vouch !== null && points <= vouch.points;
  drawChosen((item) => change(item, -1));
  part('spendable').textContent = most === null ? '?' : String(most);
  part('sum').textContent = String(sum);
  const left = most === null ? null : most - points;
  part('after-label').textContent = (Number(left) < 0 ? texts.missing : texts.left) || '';
  part('after').textContent = left === null ? '?' : String(Math.abs(left));
  part('cash-field').hidden = !mayTopUp;
  part('cash-amount').textContent = (lacksFen / 100).toFixed(2);
  part('pin-field').hidden = sum === 0 || !proof || byName || vouched;
  part('vouch-field').hidden = sum === 0 || !proof || vouched;
  part('ask-vouch').hidden = asking !== null;
  part('asking').hidden = asking === null;
  part('vouched').hidden = !vouched;
  part('vouched-by').textContent = vouch?.answered_by_name || '';
  const button = /** @type {HTMLButtonElement} */ (part('hand-over'));
  button.textContent = unsettled ? texts.sendAgain || '' : fill(texts.handOver, { points });
  button.disabled = sum === 0 || asking !== null || !enough || (byName && !vouched);
}

/**
 * One more or one less of a good; not while a sale is on its way.
 *
 * @param {import('./shop/goods.js').Item} item
 * @param {number} by
 */
function change(item, by) {
  const next = item.quantity + by;
  if (unsettled || asking || next < 0) return;
  if (by > 0 && next > item.left) {
    say(`${item.name} · ${texts.soldOut}`);
    return;
  }
  item.quantity = next;
  update();
}

/** @returns {Sale | null} */
function sale() {
  if (!scan) return null;
  /** @type {Record<string, any>} */
  const body = { shop_id: SHOP, scan_id: scan.scan_id, lines: chosenLines() };
  if (!part('pin-field').hidden && input('pin').value) body.pin = input('pin').value;
  if (vouch?.vouched_by) body.vouched_by = vouch.vouched_by;
  const { cashFen } = payment(scan, vouch);
  if (cashFen) body.cash_top_up_fen = cashFen;
  return { id: newId(), shop: SHOP, keeper: KEEPER, village: scan.village, at: Date.now(), body };
}

/** Send the sale at the counter; where no answer comes it is sent again under the same id. */
async function handOver() {
  const button = /** @type {HTMLButtonElement} */ (part('hand-over'));
  const current = unsettled || sale();
  if (!current || button.disabled) return;
  unsettled = current;
  button.disabled = true;
  say('');
  try {
    const outcome = await sendSale(current);
    if (unsettled === current) conclude(current, outcome);
  } catch (error) {
    say(explain(error));
    update();
    await look();
  }
}

/**
 * @param {Sale} current
 * @param {Outcome} outcome
 */
function conclude(current, { receipt, refusal }) {
  unsettled = null;
  if (receipt) {
    showReceipt(receipt, current.village);
    return;
  }
  say(explain(refusal));
  update();
  const wanted = refusal?.name === 'pin_required' || refusal?.name === 'wrong_pin';
  if (wanted && scan?.shown_by !== 'name') {
    part('pin-field').hidden = false;
    part('vouch-field').hidden = false;
    input('pin').value = '';
    showUnderBand(part('pin-field'), input('pin'));
  }
}

/**
 * @param {any} receipt
 * @param {string} village
 */
function showReceipt(receipt, village) {
  closeCamera();
  dropVouch();
  handedOut(receipt.lines);
  drawReceipt(receipt, village);
  scan = null;
  show('receipt');
}

/** Send what waits, and say how much still does. */
async function look() {
  try {
    waiting = await sendKept(SHOP, unsettled?.id, (kept, { receipt, refusal }) => {
      if (receipt && !scan) showReceipt(receipt, kept.village);
      else if (receipt) say(fill(texts.recorded, { receipt: receipt.receipt }));
      else say(`${texts.notMade || ''} ${refusal?.message || ''}`);
    });
  } catch (error) {
    say(explain(error));
  }
  sayOffline(!navigator.onLine, waiting + (unsettled ? 1 : 0));
}

async function askACadre() {
  if (!scan) return;
  asking = new AbortController();
  const mine = asking;
  say('');
  update();
  try {
    const answer = await askForVouch(scan, payment(scan, vouch).points, mine.signal);
    if (asking !== mine) return;
    if (answer?.status === 'confirmed') vouch = answer;
    else say((scan?.shown_by === 'name' ? texts.notVouchedByName : texts.notVouched) || '');
  } catch (error) {
    if (asking === mine) say(explain(error, texts.nothingRecorded));
  }
  if (asking === mine) asking = null;
  update();
}

/** The cards of the name that was typed, to choose from. */
async function findByName() {
  say('');
  try {
    await showCardsByName((card_id) => lookUp({ card_id }));
  } catch (error) {
    say(explain(error, texts.nothingRecorded));
  }
}

/** @param {string} text what the camera read at the basket */
function takeBarcode(text) {
  if (!/^\d{8,14}$/.test(text)) return;
  const item = withBarcode(text);
  say(item ? '' : fill(texts.noSuchGood, { code: text }));
  if (!item) return;
  change(item, 1);
  narrow();
}

function nextCard() {
  say('');
  closeCamera();
  dropVouch();
  if (unsettled) {
    unsettled = null; // it is kept, and sent again without the page's help
    look();
  }
  input('number').value = '';
  input('name').value = '';
  part('found').replaceChildren();
  scan = null;
  show('scan');
  if (byCamera) openCamera('video', (text) => lookUp({ code: text }), false);
}

part('open-camera').addEventListener(
  'click',
  once(() => openCamera('video', (text) => lookUp({ code: text }), false)),
);
part('scan-goods').addEventListener('click', once(() => openCamera('goods-video', takeBarcode, true)));
part('number-form').addEventListener(
  'submit',
  once(() => lookUp({ number: input('number').value.replace(/\D/g, '') })),
);
part('name-form').addEventListener('submit', once(findByName));
startGoods((item) => change(item, 1));
input('cash').addEventListener('change', update);
input('pin').addEventListener('input', () => {
  say(''); // the band must not lie over the keys
  // Once it is whole the button is next, which may stand under the keys.
  if (input('pin').value.length === 6) part('hand-over').scrollIntoView({ block: 'nearest' });
});
part('hand-over').addEventListener('click', handOver);
// The PIN's keys would fold away between the press and the click, and move the button.
part('hand-over').addEventListener('mousedown', (event) => event.preventDefault());
part('ask-vouch').addEventListener('click', askACadre);
for (const again of root.querySelectorAll('[data-part="next"]')) {
  again.addEventListener('click', nextCard);
}
window.addEventListener('online', look);
window.addEventListener('offline', () => sayOffline(true, waiting + (unsettled ? 1 : 0)));
setInterval(() => {
  if (waiting) look();
}, AGAIN);
show('scan');
offerInstall();
keepShell('/shop', '/shop', () => !scan && !unsettled);
takeTokensFrom(() => anyToken(SHOP, KEEPER));
look();
