// @ts-check
/**
 * The HTTP API for a page's own scripts: a short-lived token kept in memory only, asked for with
 * the page's cookie and CSRF token, and problem details (RFC 9457) as errors.
 */

/** @type {string | null} */
let token = null;

/** An answer that says no; `name` is the problem's stable name. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any>} body
   */
  constructor(status, body) {
    super(body.detail || body.title || String(status));
    this.status = status;
    this.body = body;
    this.name = String(body.type || '').split('/').pop() || 'unexpected';
  }
}

/**
 * What a problem says, in words: of what is to be put right in a form, the fields' own.
 *
 * @param {Problem} problem
 */
export function wordsOf(problem) {
  const { title, detail, errors = [] } = problem.body;
  const details = errors.map((/** @type {any} */ each) => each.detail);
  const said = details.length && detail === title ? details : [problem.message, ...details];
  return [...new Set(said)].join(' ');
}

/** The answer didn't come: what was asked for may or may not have happened. */
export class Unknown extends Error {}

/** No token was given: what was to be asked for was not asked. */
export class NotLetIn extends Problem {}

/**
 * Whether this says nothing of what became of what was sent: it may be sent again as it is.
 *
 * @param {unknown} error
 * @param {string[]} names of problems that say nothing, beside those of the service and the sign-in
 */
export function saysNothing(error, names) {
  if (error instanceof Unknown || error instanceof NotLetIn) return true;
  if (!(error instanceof Problem)) return false;
  return error.status >= 500 || error.status === 401 || names.includes(error.name);
}

/** @type {() => Promise<string>} */
let source = () => pageToken();

/**
 * Take tokens from elsewhere: a shop's terminal has its own way to them.
 *
 * @param {() => Promise<string>} another
 */
export function takeTokensFrom(another) {
  source = another;
  token = null;
}

/**
 * A token for the signed-in user, or `?for=walk` one for their walks. A page that was kept for lack
 * of signal may be of an older session: its form token is then read anew.
 *
 * @param {'' | '?for=walk'} purpose
 * @returns {Promise<string>}
 */
export async function pageToken(purpose = '') {
  try {
    return await tokenFor(csrfOf(document), purpose);
  } catch (error) {
    if (!(error instanceof Problem) || error.name !== 'csrf') throw error;
    const fresh = await send(window.location.href, { cache: 'no-store' });
    const page = new DOMParser().parseFromString(await fresh.text(), 'text/html');
    return tokenFor(csrfOf(page), purpose);
  }
}

/** @param {Document} page */
function csrfOf(page) {
  const meta = page.querySelector('meta[name="csrf-token"]');
  return meta instanceof HTMLMetaElement ? meta.content : '';
}

/**
 * @param {string} csrf
 * @param {string} purpose
 */
async function tokenFor(csrf, purpose) {
  const answer = await send(`/session/token${purpose}`, { method: 'POST', headers: { 'X-CSRFToken': csrf } });
  return (await read(answer)).token;
}

/** A token from whoever gives them here. */
async function newToken() {
  try {
    return await source();
  } catch (error) {
    throw error instanceof Problem ? new NotLetIn(error.status, error.body) : error;
  }
}

/** Have a token: throws NotLetIn where the sign-in has ended, which a kept page outlives. */
export async function beLetIn() {
  token = token || (await newToken());
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function send(path, init) {
  try {
    return await fetch(path, init);
  } catch (error) {
    throw new Unknown(String(error));
  }
}

/**
 * What an answer says; throws a Problem where it says no.
 *
 * @param {Response} answer
 * @returns {Promise<any>}
 */
async function read(answer) {
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  throw new Problem(answer.status, await answer.json().catch(() => ({})));
}

/**
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {unknown} body
 * @param {Record<string, string>} more headers
 */
async function ask(method, path, body, more) {
  /** @type {Record<string, string>} */
  const headers = {
    Accept: 'application/json',
    'Accept-Language': document.documentElement.lang,
    ...more,
  };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const content = body === undefined ? undefined : JSON.stringify(body);
  return read(await send(`/api/v1${path}`, { method, headers, body: content }));
}

/**
 * Call the API as nobody, as a phone does before it has a token.
 *
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export function callAsNobody(method, path, body) {
  return ask(method, path, body, {});
}

/**
 * Do something with a token, and once more with a new one where it had ended.
 *
 * @param {(authorization: Record<string, string>) => Promise<any>} work
 * @param {string} [key] the idempotency key of a POST
 */
async function withToken(work, key) {
  for (let attempt = 0; ; attempt += 1) {
    await beLetIn();
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${token}` };
    if (key) headers['Idempotency-Key'] = key;
    try {
      return await work(headers);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401 || attempt > 0) throw error;
      token = null;
    }
  }
}

/**
 * Call the API as the signed-in user.
 *
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {unknown} [body]
 * @param {string} [key] the idempotency key of a POST
 * @returns {Promise<any>}
 */
export function call(method, path, body, key) {
  return withToken((headers) => ask(method, path, body, headers), key);
}

/**
 * Bring a file of a village as the signed-in user.
 *
 * @param {string} village
 * @param {Blob} file
 * @param {string} key the idempotency key
 * @returns {Promise<{ id: string }>}
 */
export function bringFile(village, file, key) {
  const form = new FormData();
  form.append('file', file, 'photo.jpg');
  const path = `/api/v1/villages/${village}/files`;
  return withToken(async (more) => {
    const headers = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang, ...more };
    return read(await send(path, { method: 'POST', headers, body: form }));
  }, key);
}

/**
 * A UUIDv7 (RFC 9562): made here, so that a request can be sent again under the same id.
 *
 * @returns {string}
 */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
