// @ts-check
/** Signing out, on every page: with signal only, and it takes along what a phone shows without. */

const ANSWERS_WITHIN = 10_000; // milliseconds

/** @returns {Promise<boolean>} whether the service answers */
async function isReached() {
  try {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN);
    return (await fetch('/healthz', { cache: 'no-store', signal })).ok;
  } catch {
    return false;
  }
}

/**
 * Signing out needs signal: without it the browser would show its own error, and what a page keeps
 * would be forgotten though one is still signed in. One stays, and is told.
 *
 * It forgets the walker's page, which names people and opens without a sign-in, and the token that
 * sends what was recorded on it; the records stay.
 *
 * @param {HTMLElement} root
 */
export function startSignOut(root) {
  const form = /** @type {HTMLFormElement} */ (root);
  const stays = /** @type {HTMLElement} */ (form.querySelector('[data-stays]'));
  let asking = false;
  let reached = false;
  form.addEventListener('submit', async (event) => {
    if (reached) {
      reached = false;
      window.caches?.delete('jishan-patrol-page');
      const tokens = Object.keys(localStorage).filter((key) => key.startsWith('jishan-patrol-token-'));
      for (const key of tokens) localStorage.removeItem(key);
      return;
    }
    event.preventDefault();
    if (asking) return;
    asking = true;
    reached = await isReached();
    asking = false;
    stays.hidden = reached;
    if (reached) form.requestSubmit();
  });
}
