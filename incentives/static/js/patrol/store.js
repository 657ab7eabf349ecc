// @ts-check
/**
 * What the phone keeps of a walk when the page is closed, in IndexedDB: the walk itself, and each
 * record whose answer hasn't come, with its photo. Each belongs to whoever was signed in then.
 */

import { openDB } from '../../vendor/idb/build/index.js';

/**
 * @typedef {{ place: string, names: string[], at: string }} Mark
 * @typedef {{ owner: string, id: string, team: string, name: string, startedAt: string,
 *   shift: string | null, marks: Mark[], closed?: boolean }} Walk
 * @typedef {'start' | 'scan' | 'finding' | 'closing' | 'cancellation'} Kind
 * @typedef {{ id: string, key: string, owner: string, village: string, patrol: string, kind: Kind,
 *   body: Record<string, any>, words: string, photo?: Blob, problem?: string }} Entry
 */

/** @type {Promise<any> | null} */
let database = null;

function opened() {
  database =
    database ||
    openDB('jishan-patrol', 1, {
      upgrade(made) {
        made.createObjectStore('walks', { keyPath: 'owner' });
        made.createObjectStore('entries', { keyPath: 'id' });
      },
    });
  return database;
}

/** @param {Walk} walk */
export async function keepWalk(walk) {
  await (await opened()).put('walks', walk);
}

/**
 * @param {string} owner
 * @returns {Promise<Walk | undefined>}
 */
export async function findWalk(owner) {
  return (await opened()).get('walks', owner);
}

/** @param {string} owner */
export async function forgetWalk(owner) {
  await (await opened()).delete('walks', owner);
}

/** @param {Entry} entry */
export async function keepEntry(entry) {
  await (await opened()).put('entries', entry);
}

/** @param {string} id */
export async function forgetEntry(id) {
  await (await opened()).delete('entries', id);
}

/**
 * What waits or was refused, oldest first: their ids rise with time.
 *
 * @param {string} owner
 * @returns {Promise<Entry[]>}
 */
export async function keptEntries(owner) {
  const all = /** @type {Entry[]} */ (await (await opened()).getAll('entries'));
  return all.filter((entry) => entry.owner === owner);
}

/**
 * Another phone had begun this walk: what waits belongs to that one.
 *
 * @param {string} owner
 * @param {string} before
 * @param {string} after
 */
export async function moveTo(owner, before, after) {
  const transaction = (await opened()).transaction(['walks', 'entries'], 'readwrite');
  const walk = await transaction.objectStore('walks').get(owner);
  if (walk && walk.id === before) await transaction.objectStore('walks').put({ ...walk, id: after });
  for (const entry of await transaction.objectStore('entries').getAll()) {
    if (entry.owner === owner && entry.patrol === before) {
      await transaction.objectStore('entries').put({ ...entry, patrol: after });
    }
  }
  await transaction.done;
}
