// @ts-check
/**
 * Sales on their way: kept in the phone before they are sent, sent again under the same id until
 * an answer says what became of them, and forgotten only then. So none happens twice, also where
 * the browser was closed in between.
 */

import { Problem, call, saysNothing } from '../api.js';
import { forgetSale, keepSale, keptSales } from './store.js';

/**
 * @typedef {import('./store.js').Sale} Sale
 * @typedef {{ receipt?: any, refusal?: Problem }} Outcome
 */

// These say nothing of the sale: another may have been recorded under its id before.
const UNSURE = ['not_permitted', 'too_many_requests', 'idempotency_in_progress'];

/**
 * Whether this says nothing of what became of the sale.
 *
 * @param {unknown} error
 */
export function isUnsure(error) {
  return saysNothing(error, UNSURE);
}

/**
 * Send a sale and say what became of it. Throws while that isn't known.
 *
 * @param {Sale} sale
 * @returns {Promise<Outcome>}
 */
export async function deliver(sale) {
  const path = `/villages/${sale.village}/redemptions`;
  try {
    const answer = await call('POST', path, sale.body, sale.id);
    return { receipt: answer.lines ? answer : await call('GET', `${path}/${sale.id}`) };
  } catch (error) {
    if (isUnsure(error) || !(error instanceof Problem)) throw error;
    // The first sending had the PIN, which isn't kept: it was recorded.
    if (error.name === 'idempotency_key_reused') {
      return { receipt: await call('GET', `${path}/${sale.id}`) };
    }
    return { refusal: error };
  }
}

/**
 * Keep a sale, send it, and forget it once its outcome is known. Throws while it isn't.
 *
 * @param {Sale} sale
 * @returns {Promise<Outcome>}
 */
export async function sendSale(sale) {
  await keepSale(sale);
  const outcome = await deliver(sale);
  await forgetSale(sale.id);
  return outcome;
}

/**
 * Send what still waits, but for the sale at the counter. Stops at the first that gets no answer.
 *
 * @param {string} shop
 * @param {string | undefined} but
 * @param {(sale: Sale, outcome: Outcome) => void} tell
 * @returns {Promise<number>} how many wait on
 */
export async function sendKept(shop, but, tell) {
  const waiting = (await keptSales()).filter((sale) => sale.shop === shop && sale.id !== but);
  for (const [index, sale] of waiting.entries()) {
    try {
      const outcome = await deliver(sale);
      await forgetSale(sale.id);
      tell(sale, outcome);
    } catch (error) {
      if (!isUnsure(error)) throw error;
      return waiting.length - index;
    }
  }
  return 0;
}
