// @ts-check
/**
 * The phone as a terminal of its shop: a P-256 key that can't leave the browser, registered once
 * by the shopkeeper, and tokens for nonces signed by it (docs/shop.md).
 */

import { Problem, call, callAsNobody, newId, pageToken } from '../api.js';
import { findTerminal, forgetTerminal, keepTerminal } from './store.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const MARK = 'jishan-terminal/v1\n';

/**
 * Whose phone it is: a browser that two shopkeepers share is two terminals.
 *
 * @param {string} shop
 * @param {string} keeper
 */
export const ownerOf = (shop, keeper) => `${shop}:${keeper}`;

/** @param {ArrayBuffer} content */
function base64url(content) {
  const text = btoa(String.fromCharCode(...new Uint8Array(content)));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/**
 * Register this browser. The key is kept before it is sent, and sent again under the same
 * idempotency key where the answer got lost.
 *
 * @param {string} shop
 * @param {string} keeper
 * @param {string} name
 * @param {string} [replaces] the terminal whose place it takes
 */
export async function register(shop, keeper, name, replaces) {
  const owner = ownerOf(shop, keeper);
  let mine = await findTerminal(owner);
  if (!mine || mine.id) {
    const keys = /** @type {CryptoKeyPair} */ (
      await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
    );
    mine = { id: '', name, keys, registration: newId() };
    await keepTerminal(owner, mine);
  }
  const spki = await crypto.subtle.exportKey('spki', mine.keys.publicKey);
  /** @type {Record<string, string>} */
  const body = { name, public_key: base64url(spki) };
  if (replaces) body.replaces = replaces;
  try {
    const made = await call('POST', `/shops/${shop}/terminals`, body, mine.registration);
    await keepTerminal(owner, { ...mine, id: made.id, name: made.name });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) await forgetTerminal(owner);
    throw error;
  }
  // A browser may say no: what waits is therefore sent at every start.
  await navigator.storage?.persist?.();
}

/**
 * This browser's terminal, once registered.
 *
 * @param {string} shop
 * @param {string} keeper
 */
export async function registered(shop, keeper) {
  const mine = await findTerminal(ownerOf(shop, keeper));
  return mine?.id ? mine : null;
}

/**
 * A token for this terminal, by signing a nonce. A terminal that the shop doesn't know is
 * forgotten.
 *
 * @param {string} shop
 * @param {string} keeper
 * @returns {Promise<string>}
 */
export async function terminalToken(shop, keeper) {
  const mine = await registered(shop, keeper);
  if (!mine) throw new Problem(404, { type: '/problems/not_found' });
  const path = `/shops/${shop}/terminals/${mine.id}`;
  try {
    const { nonce } = await callAsNobody('POST', `${path}/nonce`);
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      mine.keys.privateKey,
      new TextEncoder().encode(MARK + nonce),
    );
    const body = { nonce, signature: base64url(signature) };
    return (await callAsNobody('POST', `${path}/token`, body)).token;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) {
      await forgetTerminal(ownerOf(shop, keeper));
    }
    throw error;
  }
}

/**
 * The terminal's token where this phone is one, else the signed-in shopkeeper's.
 *
 * @param {string} shop
 * @param {string} keeper
 */
export async function anyToken(shop, keeper) {
  if (!(await registered(shop, keeper))) return pageToken();
  try {
    return await terminalToken(shop, keeper);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return pageToken();
    throw error;
  }
}
