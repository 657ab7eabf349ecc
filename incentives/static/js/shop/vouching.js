// @ts-check
/** A cadre who knows the holder confirms from their own phone, where there is no PIN. */

import { Problem, Unknown, call, newId } from '../api.js';

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
 * The cards of a name, for who forgot theirs.
 *
 * @param {string} village
 * @param {string} name or its pinyin
 * @returns {Promise<{ card_id: string, holder: string, door: string }[]>}
 */
export async function cardsByName(village, name) {
  const path = `/villages/${village}/cards/forgotten?q=${encodeURIComponent(name)}`;
  return (await call('GET', path)).items;
}
