// @ts-check
/** What a basket comes to: points as far as the household has them, and the rest in cash. */

import { input } from '../app/page.js';
import { total } from './goods.js';
import { fenPerPoint } from './served.js';

/**
 * `most` is what may be spent, as far as it is told: of a card found by name once somebody vouched.
 * What the household lacks may be paid in cash (`lacksFen`) where the village lets it, and is then
 * `cashFen`; `points` is the part in points.
 *
 * @param {{ village: string, spendable: number | null }} scan
 * @param {{ spendable: number | null } | null} vouch
 */
export function payment(scan, vouch) {
  const sum = total();
  const most = scan.spendable ?? vouch?.spendable ?? null;
  const lacks = most === null ? 0 : sum - Math.max(1, Math.min(most, sum));
  const lacksFen = lacks * fenPerPoint(scan.village);
  const mayTopUp = lacksFen > 0 && Number(most) > 0;
  const inCash = mayTopUp && input('cash').checked;
  return {
    sum,
    most,
    points: inCash ? sum - lacks : sum,
    mayTopUp,
    lacksFen,
    cashFen: inCash ? lacksFen : 0,
  };
}
