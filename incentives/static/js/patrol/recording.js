// @ts-check
/** What somebody does on a walk is kept in the phone first, with the walk as it then is, and sent. */

import { newId } from '../api.js';
import { fill, input, say, texts } from '../app/page.js';
import { redrawPage, send } from './delivery.js';
import { heldBack } from './sending.js';
import { OWNER, VILLAGE, state } from './state.js';
import { keepRecord, keptEntries } from './store.js';

/**
 * @typedef {import('./store.js').Entry} Entry
 * @typedef {import('./store.js').Walk} Walk
 */

/**
 * Keep a record with the walk as it then is, and send what waits. Says so where the phone can't
 * keep it: nothing is shown as done that isn't kept.
 *
 * @param {import('./store.js').Kind} kind
 * @param {Record<string, any>} body
 * @param {string} words what it is, for the list of what was refused
 * @param {Walk | null} after the walk as it then is, null where it is over
 * @param {{ photo?: Blob, mark?: import('./store.js').Mark }} [more] what goes with it
 * @returns {Promise<boolean>} whether it is kept
 */
export async function record(kind, body, words, after, { photo, mark } = {}) {
  const walk = after || state.walk;
  if (!walk) return false;
  const id = newId();
  /** @type {Entry} */
  const entry = { id, key: id, owner: OWNER, village: VILLAGE, patrol: walk.id, kind, body, words };
  if (photo) entry.photo = photo;
  if (mark) entry.mark = mark;
  try {
    await keepRecord(entry, after);
  } catch {
    say(texts.notKept || '');
    return false;
  }
  state.walk = after;
  redrawPage();
  send();
  return true;
}

/**
 * Say that something is kept; of a walk that wasn't taken, that it waits with it.
 *
 * @param {string} patrol
 * @param {string} words
 */
export async function sayKept(patrol, words) {
  const behind = heldBack(await keptEntries(OWNER)).filter((each) => each.patrol === patrol);
  say(behind.length ? fill(texts.held, { count: behind.length }) : words);
}

/**
 * Whether these fields say something; else the first that doesn't is pointed at. The service takes
 * no signs alone, and what it refuses later can't be written anew.
 *
 * @param {string[]} names
 */
export function saysSomething(...names) {
  const empty = names.map(input).find((each) => !/[\p{L}\p{N}]/u.test(each.value));
  if (!empty) return true;
  say(texts.saySomething || '');
  empty.focus();
  return false;
}
