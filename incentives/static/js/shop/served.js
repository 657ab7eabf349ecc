// @ts-check
/** The villages whose cards the counter takes: a card goes by its own village's policy. */

import { part } from '../app/page.js';

/** @type {Record<string, { name: string, cash: boolean, fen_per_point: number }>} */
const served = JSON.parse(part('served').textContent || '{}');

/** @param {string | undefined} village */
export const nameOf = (village) => served[String(village)]?.name || '';

/**
 * What a point costs in cash, in fen; 0 where the village or the shop takes none.
 *
 * @param {string | undefined} village
 */
export function fenPerPoint(village) {
  const policy = served[String(village)];
  return policy?.cash ? policy.fen_per_point : 0;
}

export const severalServed = Object.keys(served).length > 1;
