// @ts-check
/**
 * What the phone keeps when the page is closed, in IndexedDB: its key as a terminal, and each sale
 * whose answer hasn't come. A PIN is in neither.
 */

import { openDB } from '../../vendor/idb/build/index.js';

/**
 * @typedef {{ id: string, name: string, keys: CryptoKeyPair, registration: string }} Terminal
 * @typedef {{ id: string, shop: string, keeper: string, village: string, at: number,
 *   body: Record<string, any> }} Sale
 */

/** @type {Promise<any> | null} */
let database = null;

function opened() {
  database =
    database ||
    openDB('jishan-shop', 1, {
      upgrade(made) {
        made.createObjectStore('terminals');
        made.createObjectStore('sales', { keyPath: 'id' });
      },
    });
  return database;
}

/**
 * @param {Sale} sale
 */
export async function keepSale(sale) {
  const { pin: _pin, ...body } = sale.body;
  await (await opened()).put('sales', { ...sale, body });
}

/** @param {string} id */
export async function forgetSale(id) {
  await (await opened()).delete('sales', id);
}

/**
 * The sales without an answer, oldest first: their ids rise with time.
 *
 * @returns {Promise<Sale[]>}
 */
export async function keptSales() {
  return (await opened()).getAll('sales');
}

/**
 * @param {string} owner shop and shopkeeper
 * @param {Terminal} terminal
 */
export async function keepTerminal(owner, terminal) {
  await (await opened()).put('terminals', terminal, owner);
}

/**
 * @param {string} owner
 * @returns {Promise<Terminal | undefined>}
 */
export async function findTerminal(owner) {
  return (await opened()).get('terminals', owner);
}

/** @param {string} owner */
export async function forgetTerminal(owner) {
  await (await opened()).delete('terminals', owner);
}
