// @ts-check
/** A forgotten card by its holder's name; a cadre who knows them confirms from their own phone. */

import { Problem, Unknown, call, newId } from '../api.js';
import { element, input, once, part, say, texts } from '../app/page.js';

const EVERY = 3000; // milliseconds between two looks

/**
 * @typedef {{ id: string, status: string, points: number, vouched_by: string | null,
 *   answered_by_name: string | null, spendable: number | null }} Vouch
 */

/**
 * Ask, and wait until somebody answered or it is too late; null where it was given up.
 *
 * @param {{ village: string, scan_id: string }} scan
 * @param {number} points at most so many may the sale take
 * @param {AbortSignal} signal
 * @returns {Promise<Vouch | null>}
 */
export async function askForVouch(scan, points, signal) {
  const path = `/villages/${scan.village}/vouches`;
  let vouch = await call('POST', path, { scan_id: scan.scan_id, points }, newId());
  while (vouch.status === 'waiting' && !signal.aborted) {
    await new Promise((done) => setTimeout(done, EVERY));
    try {
      if (!signal.aborted) vouch = await call('GET', `${path}/${vouch.id}`);
    } catch (error) {
      const passes = error instanceof Unknown || (error instanceof Problem && error.status >= 500);
      if (!passes) throw error;
    }
  }
  return signal.aborted ? null : vouch;
}

/**
 * Show the cards of the name, or its pinyin, that is typed on the page, for who forgot theirs.
 *
 * @param {(card_id: string) => Promise<void>} onChosen
 */
export async function showCardsByName(onChosen) {
  const name = encodeURIComponent(input('name').value.trim());
  const path = `/villages/${input('name-village').value}/cards/forgotten?q=${name}`;
  /** @type {{ card_id: string, holder: string, door: string }[]} */
  const found = (await call('GET', path)).items;
  part('found').replaceChildren(
    ...found.map((each) => {
      const button = element('button', `${each.holder} · ${each.door}`);
      button.className = 'button button-quiet';
      button.addEventListener('click', once(() => onChosen(each.card_id)));
      return button;
    }),
  );
  if (!found.length) say(texts.nobody || '');
}
