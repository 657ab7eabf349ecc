// @ts-check
/**
 * The token of a walker's phone. A browser that is closed forgets the sign-in, which nobody gives
 * again on a mountain: what is kept in the phone is then sent by a token of its own, which is good
 * for seven days and for nothing else, and which signing out ends.
 */

import { Problem, pageToken } from '../api.js';
import { hasLeft } from '../sign_out.js';
import { OWNER } from './state.js';

const KEPT = `jishan-patrol-token-${OWNER}`;
const DAY = 86_400_000;

let signedOut = false;

/** Whether the sign-in has ended, and only the phone's own token serves. */
export const isSignedOut = () => signedOut;

/** @returns {{ token: string, at: number } | null} */
function keptToken() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) || 'null');
  } catch {
    return null;
  }
}

/** Have a token for the time when the sign-in has ended, not more than a day old. */
async function renew() {
  const kept = keptToken();
  if (kept && Math.abs(Date.now() - kept.at) < DAY) return;
  try {
    const token = await pageToken('?for=walk');
    // What is answered once one has signed out isn't kept: the token is forgotten by then.
    if (!hasLeft()) localStorage.setItem(KEPT, JSON.stringify({ token, at: Date.now() }));
  } catch {
    // Without signal or room: what is kept then waits for the next sign-in.
  }
}

/**
 * A token of the sign-in; once that has ended, the phone's own.
 *
 * @returns {Promise<string>}
 */
export async function walkToken() {
  try {
    const token = await pageToken();
    signedOut = false;
    await renew();
    return token;
  } catch (error) {
    const kept = keptToken();
    if (!(error instanceof Problem) || error.status >= 500 || !kept) throw error;
    signedOut = true;
    return kept.token;
  }
}
