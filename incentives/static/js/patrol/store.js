// @ts-check
/**
 * What the phone keeps of a walk when the page is closed, in IndexedDB: the walk itself, and each
 * record whose answer hasn't come, with its photo. Each belongs to whoever was signed in then. A
 * record and what the page shows of it are written together, so that a phone that dies between has
 * both or neither.
 */

import { openDB } from '../../vendor/idb/build/index.js';

/**
 * @typedef {{ id: string, name: string, own: boolean, leads: boolean }} Person
 * @typedef {{ name: string, stops: string[] }} Route its places by what their signs are known by
 * @typedef {{ key: string, place: string, ids: string[], names: string[], at: string }} Mark
 * @typedef {{ owner: string, id: string, team: string, name: string, startedAt: string,
 *   people: Person[], route: Route | null, marks: Mark[], shift?: string | null, here?: string[],
 *   ends?: boolean }} Walk `here` are those ticked last; `ends`: it is ended here, by the service's word
 * @typedef {'start' | 'scan' | 'finding' | 'closing' | 'cancellation'} Kind
 * @typedef {{ id: string, key: string, owner: string, village: string, patrol: string, kind: Kind,
 *   body: Record<string, any>, words: string, order?: number, photo?: Blob, mark?: Mark,
 *   problem?: string }} Entry `mark` is what a sign-in shows on the walk, and of a closing whom it names
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

/** @param {string[]} stores */
async function writing(stores) {
  // Strict: it is on the disk before the page says that it is kept.
  return (await opened()).transaction(stores, 'readwrite', { durability: 'strict' });
}

/**
 * Keep a record and the walk as it then is, or that the walk is over.
 *
 * Their order is counted, as a phone's clock may go back between two of them. A start names the
 * walks that this phone has left.
 *
 * @param {Entry} entry
 * @param {Walk | null} walk
 */
export async function keepRecord(entry, walk) {
  const transaction = await writing(['walks', 'entries']);
  const entries = transaction.objectStore('entries');
  const walks = transaction.objectStore('walks');
  const orders = (await entries.getAll()).map((/** @type {Entry} */ each) => each.order || 0);
  const left = entry.kind === 'start' ? await leftBy(walks, entry.owner) : [];
  const body = left.length ? { ...entry.body, left } : entry.body;
  entries.put({ ...entry, body, order: Math.max(0, ...orders) + 1 });
  if (walk) walks.put(walk);
  else await leave(walks, entry.owner, entry.patrol);
  await transaction.done;
}

/**
 * What a walk shows once it is known whom a sign-in counts for: those taken, and not the others.
 *
 * @param {Mark[]} marks
 * @param {Entry} entry
 * @param {string[]} taken
 */
export function marksAfter(marks, entry, taken) {
  const at = entry.body.scanned_at;
  const others = marks.filter((each) => each.at !== at);
  const shown = marks.find((each) => each.at === at);
  const whole = entry.mark || shown;
  if (!whole) return marks;
  const counted = partOf(whole, (id) => taken.includes(id));
  const rest = shown ? partOf(shown, (id) => !entry.body.resident_ids.includes(id)) : { ids: [], names: [] };
  const ids = [...rest.ids, ...counted.ids];
  if (ids.length === 0) return others;
  const mark = { ...whole, ids, names: [...rest.names, ...counted.names] };
  return [...others, mark].sort((one, other) => (one.at < other.at ? 1 : -1));
}

/**
 * A sign-in of some of those whom it is of.
 *
 * @param {Mark} mark
 * @param {(id: string) => boolean} wanted
 * @returns {Mark}
 */
export function partOf(mark, wanted) {
  const names = mark.names.filter((_name, index) => wanted(mark.ids[index] || ''));
  return { ...mark, ids: mark.ids.filter(wanted), names };
}

/**
 * Keep that a sign-in counts for those who were taken.
 *
 * @param {Entry} entry
 * @param {string[]} taken
 */
export async function keepTaken(entry, taken) {
  const transaction = await writing(['walks']);
  const walks = transaction.objectStore('walks');
  const walk = /** @type {Walk | undefined} */ (await walks.get(entry.owner));
  if (walk && walk.id === entry.patrol) await walks.put({ ...walk, marks: marksAfter(walk.marks, entry, taken) });
  await transaction.done;
}

/** @param {Walk} walk */
export async function keepWalk(walk) {
  const transaction = await writing(['walks']);
  transaction.objectStore('walks').put(walk);
  await transaction.done;
}

/**
 * Keep who is ticked: a sign that the phone's own camera opens begins the page anew.
 *
 * @param {string} owner
 * @param {string[]} here
 */
export async function keepHere(owner, here) {
  const transaction = await writing(['walks']);
  const walks = transaction.objectStore('walks');
  const walk = await walks.get(owner);
  if (walk) await walks.put({ ...walk, here });
  await transaction.done;
}

/**
 * @param {string} owner
 * @returns {Promise<Walk | undefined>}
 */
export async function findWalk(owner) {
  return (await opened()).get('walks', owner);
}

const LEFT_AT_MOST = 20;

/** @param {string} owner */
function leftKey(owner) {
  return `left-by-${owner}`;
}

/**
 * The walks that this phone was on and left, by their ids: whoever sets off then walks another.
 *
 * @param {any} walks
 * @param {string} owner
 * @returns {Promise<string[]>}
 */
async function leftBy(walks, owner) {
  return (await walks.get(leftKey(owner)))?.ids || [];
}

/**
 * @param {any} walks
 * @param {string} owner
 * @param {string} id
 */
async function leave(walks, owner, id) {
  const before = (await leftBy(walks, owner)).filter((each) => each !== id);
  walks.put({ owner: leftKey(owner), ids: [...before, id].slice(-LEFT_AT_MOST) });
  walks.delete(owner);
}

/**
 * Be on no walk any more; what was recorded on it stays, and is sent.
 *
 * @param {string} owner
 */
export async function leaveWalk(owner) {
  const transaction = await writing(['walks']);
  const walks = transaction.objectStore('walks');
  const walk = await walks.get(owner);
  if (walk) await leave(walks, owner, walk.id);
  await transaction.done;
}

/** @param {Entry} entry as it is now */
export async function keepEntry(entry) {
  const transaction = await writing(['entries']);
  transaction.objectStore('entries').put(entry);
  await transaction.done;
}

/**
 * Let what waits say so when it is sent: a body that had been sent may have come, and another one
 * needs another key. The service takes either once.
 *
 * @param {string} owner
 * @param {() => string} newKey
 */
export async function markQueued(owner, newKey) {
  const transaction = await writing(['entries']);
  const entries = transaction.objectStore('entries');
  for (const entry of /** @type {Entry[]} */ (await entries.getAll())) {
    const says = entry.kind === 'scan' || entry.kind === 'closing';
    if (entry.owner !== owner || entry.problem || !says || entry.body.queued) continue;
    await entries.put({ ...entry, key: newKey(), body: { ...entry.body, queued: true } });
  }
  await transaction.done;
}

/** @param {string} id */
export async function forgetEntry(id) {
  await (await opened()).delete('entries', id);
}

/**
 * Forget a walk with all that was recorded on it.
 *
 * @param {string} owner
 * @param {string} patrol
 */
export async function forgetWalk(owner, patrol) {
  const transaction = await writing(['walks', 'entries']);
  const walks = transaction.objectStore('walks');
  const entries = transaction.objectStore('entries');
  for (const entry of /** @type {Entry[]} */ (await entries.getAll())) {
    if (entry.owner === owner && entry.patrol === patrol) await entries.delete(entry.id);
  }
  if ((await walks.get(owner))?.id === patrol) await walks.delete(owner);
  await transaction.done;
}

/**
 * What waits or was refused, oldest first.
 *
 * @param {string} owner
 * @returns {Promise<Entry[]>}
 */
export async function keptEntries(owner) {
  const all = /** @type {Entry[]} */ (await (await opened()).getAll('entries'));
  const own = all.filter((entry) => entry.owner === owner);
  return own.sort((one, other) => (one.order || 0) - (other.order || 0));
}

/**
 * How much waits of others who were signed in on this phone.
 *
 * @param {string} owner
 * @returns {Promise<number>}
 */
export async function countOthers(owner) {
  const all = /** @type {Entry[]} */ (await (await opened()).getAll('entries'));
  return all.filter((entry) => entry.owner !== owner).length;
}

/**
 * Another phone had begun this walk: what waits belongs to that one.
 *
 * @param {string} owner
 * @param {string} before
 * @param {string} after
 * @param {string} startedAt when that one began
 * @param {() => string} newKey for what says something else then
 */
export async function moveTo(owner, before, after, startedAt, newKey) {
  const transaction = await writing(['walks', 'entries']);
  const walks = transaction.objectStore('walks');
  const entries = transaction.objectStore('entries');
  const walk = await walks.get(owner);
  if (walk && walk.id === before) walks.put({ ...walk, id: after, startedAt });
  /** @param {string[]} ids */
  const moved = (ids) => ids.map((each) => (each === before ? after : each));
  walks.put({ owner: leftKey(owner), ids: moved(await leftBy(walks, owner)) });
  for (const entry of /** @type {Entry[]} */ (await entries.getAll())) {
    if (entry.owner !== owner) continue;
    if (entry.patrol === before) await entries.put({ ...entry, patrol: after });
    const left = entry.body.left || [];
    if (left.includes(before)) await entries.put({ ...entry, key: newKey(), body: { ...entry.body, left: moved(left) } });
  }
  await transaction.done;
}
