// @ts-check
/**
 * The time by the service's clock: a phone's own may be wrong, and a walk without signal is dated
 * by it. How far it is off is learned at each contact and kept for when there is none.
 */

const KEPT = 'jishan-patrol-clock';
const EXACT = 5000; // milliseconds of which a header of whole seconds and a slow answer say nothing
const TOO_SLOW = 20_000;

let ahead = Number(localStorage.getItem(KEPT)) || 0;

/** Ask the service for its time; without signal what was learned before stays. */
export async function learnClock() {
  try {
    const asked = Date.now();
    const answer = await fetch('/healthz', { cache: 'no-store' });
    const took = Date.now() - asked;
    const told = Date.parse(answer.headers.get('Date') || '');
    if (Number.isNaN(told) || took < 0 || took > TOO_SLOW) return;
    const off = asked + took / 2 - (told + 500);
    ahead = Math.abs(off) > EXACT + took / 2 ? Math.round(off) : 0;
    localStorage.setItem(KEPT, String(ahead));
  } catch {
    // No signal: the next contact tells.
  }
}

/** @returns {Date} now, by the service's clock */
export function rightTime() {
  return new Date(Date.now() - ahead);
}

/** @returns {number} by how many seconds the phone's clock is ahead of the service's */
export function secondsAhead() {
  return Math.round(ahead / 1000);
}
