// @ts-check
/** What the page does as records are sent: says how it stands, and takes back what was refused. */

import { sayOffline } from '../app/install.js';
import { fill, part, say, texts } from '../app/page.js';
import { openDialog } from '../dialog.js';
import { rightTime } from './clock.js';
import { drawRefused, drawSignedOut, proposedWords, when } from './drawing.js';
import { heldBack, sendAgain, sendAll } from './sending.js';
import { OWNER, endWalks, knowWalk, state } from './state.js';
import {
  countOthers,
  findWalk,
  forgetEntry,
  forgetWalk,
  keepTaken,
  keptEntries,
  leaveWalk,
  marksAfter,
  partOf,
} from './store.js';
import { isSignedOut } from './token.js';

/** @typedef {import('./store.js').Entry} Entry */

let sending = false;
let again = false;
let redraw = () => {};

/** @param {() => void} draw what draws the page anew */
export function redrawBy(draw) {
  redraw = draw;
}

/** Draw the page anew. */
export function redrawPage() {
  redraw();
}

/**
 * @param {Entry} entry
 * @param {any} answer
 */
async function tell(entry, answer) {
  if (entry.kind === 'start') knowWalk(answer.id, Date.parse(answer.begun_at));
  if (entry.kind === 'scan') await showTaken(entry, answer);
  if (entry.kind === 'scan' && state.walk?.id === entry.patrol && cameLate(entry, answer)) {
    endWalks(state.walk.id, state.walk.shift);
    await leaveEnded(state.walk);
  }
  if (entry.kind === 'closing') say(proposedWords(answer.attendance, entry));
  if (entry.kind === 'closing' || entry.kind === 'cancellation') endWalks(answer.id);
  redraw();
}

/**
 * Whether the walk had ended when a sign-in came. One that counts already may be of another walk.
 *
 * @param {Entry} entry a sign-in
 * @param {any} answer
 */
function cameLate({ body }, answer) {
  const at = Date.parse(body.scanned_at);
  return answer.items.some((/** @type {any} */ each) => each.late && Date.parse(each.scanned_at) === at);
}

/**
 * Leave a walk; what was recorded on it is sent all the same.
 *
 * @param {string} words
 */
export async function leaveSaying(words) {
  await leaveWalk(OWNER);
  state.walk = null;
  redraw();
  say(words);
}

/** @param {import('./store.js').Walk} walk one that has ended elsewhere */
export async function leaveEnded({ name, startedAt }) {
  await leaveSaying(fill(texts.ended, { team: name, time: when(startedAt) }));
}

/**
 * @param {Entry} entry a sign-in
 * @param {any} answer whom it counts for, and whom not
 */
async function showTaken(entry, answer) {
  const refused = (answer.refused || []).map((/** @type {any} */ each) => each.resident_id);
  await show(entry, entry.body.resident_ids.filter((/** @type {string} */ id) => !refused.includes(id)));
  if (refused.length === 0) return;
  const names = entry.mark ? partOf(entry.mark, (id) => refused.includes(id)).names : [];
  say(fill(texts.namesRefused, { names: names.join(texts.between || ', ') }));
}

/**
 * @param {Entry} entry a sign-in
 * @param {string[]} taken whom it counts for
 */
async function show(entry, taken) {
  await keepTaken(entry, taken);
  if (state.walk?.id === entry.patrol) state.walk.marks = marksAfter(state.walk.marks, entry, taken);
}

/** @param {Entry} entry that was refused: what it stood for isn't shown as done any more */
async function takeBack(entry) {
  if (entry.kind !== 'scan') {
    say(texts.notTaken || '');
    // The list of it is at the top, and further down the band would lie over its buttons.
    if (!state.walk) window.scrollTo(0, 0);
    return;
  }
  await show(entry, []);
  redraw();
  if (state.walk) say(texts.signRefused || '');
}

/**
 * @param {Entry} entry a start
 * @param {string} startedAt when the walk began that goes on instead
 */
function tellJoined(entry, startedAt) {
  say(fill(texts.joined, { team: entry.words, time: when(startedAt) }));
}

/** Send what waits, one run at a time, and say how it stands. */
export async function send() {
  again = true;
  if (sending) return;
  sending = true;
  try {
    while (again) {
      again = false;
      await sendOnce();
    }
  } finally {
    sending = false;
  }
}

async function sendOnce() {
  const { waiting, offline, signedOut } = await sendAll(OWNER, tell, () => say(texts.photoRefused || ''), takeBack, tellJoined);
  sayOffline(offline || !navigator.onLine, signedOut ? 0 : waiting, rightTime());
  drawSignedOut(isSignedOut() && !signedOut, signedOut, waiting);
  const all = await keptEntries(OWNER);
  drawRefused(all.filter((each) => each.problem), heldBack(all), letGo, onceMore);
  const others = await countOthers(OWNER);
  part('others').hidden = others === 0;
  part('others-text').textContent = fill(texts.others, { count: others });
  // Another phone may have begun the walk: then it is that one.
  const kept = await findWalk(OWNER);
  if (!state.walk || !kept || state.walk.id === kept.id) return;
  const { id, startedAt } = kept;
  knowWalk(id, rightTime().getTime());
  state.walk = { ...state.walk, id, startedAt };
  redraw();
}

/** @param {Entry} entry */
async function onceMore(entry) {
  await sendAgain(entry);
  send();
}

/** @param {Entry} entry */
async function letGo(entry) {
  if (entry.kind === 'start') await letWalkGo(entry.patrol);
  else await forgetEntry(entry.id);
  send();
}

/**
 * Nothing of a walk that wasn't taken can be sent: all of it goes, if that is meant.
 *
 * @param {string} patrol
 */
async function letWalkGo(patrol) {
  const behind = heldBack(await keptEntries(OWNER)).filter((each) => each.patrol === patrol);
  if (!(await isMeant(fill(texts.dropWalk, { count: behind.length })))) return;
  await forgetWalk(OWNER, patrol);
  if (state.walk?.id === patrol) state.walk = null;
  redraw();
}

/**
 * @param {string} text what goes
 * @returns {Promise<boolean>}
 */
function isMeant(text) {
  const dialog = /** @type {HTMLDialogElement} */ (part('drop-walk'));
  part('drop-walk-text').textContent = text;
  dialog.returnValue = '';
  openDialog(dialog);
  return new Promise((answered) => {
    dialog.addEventListener('close', () => answered(dialog.returnValue === 'yes'), { once: true });
  });
}
