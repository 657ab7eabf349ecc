// @ts-check
/**
 * On the sign-in's page: a registered phone sends what waits before anyone signs in again. The
 * counter asks once more and shows the receipt, as an answer stays the same.
 */

import { Problem, takeTokensFrom } from '../api.js';
import { deliver, isUnsure } from './sending.js';
import { keptSales } from './store.js';
import { registered, terminalToken } from './terminal.js';

async function sendAll() {
  for (const { shop, keeper, ...sale } of await keptSales()) {
    if (!(await registered(shop, keeper))) continue;
    takeTokensFrom(() => terminalToken(shop, keeper));
    try {
      await deliver({ shop, keeper, ...sale });
    } catch (error) {
      if (!isUnsure(error) && !(error instanceof Problem)) throw error;
    }
  }
}

sendAll();
