// @ts-check
/**
 * Records of a walk on their way: kept in the phone before they are sent, sent in order and again
 * under the same key until an answer says what became of them. One that was refused stays, with the
 * reason, until whoever made it sends it again or lets it go; the others go on. Of a sign-in of
 * several what stays are those who were refused.
 */

import { NotLetIn, Problem, Unknown, beLetIn, bringFile, call, newId, saysNothing, wordsOf } from '../api.js';
import { forgetEntry, keepEntry, keptEntries, markQueued, moveTo, partOf } from './store.js';

/** @typedef {import('./store.js').Entry} Entry */

// These say nothing of the record: it may be sent again as it is.
const UNSURE = ['too_many_requests', 'idempotency_in_progress', 'log_rolled_back'];

/**
 * What hangs on a walk whose beginning was refused, and waits with it.
 *
 * @param {Entry[]} all
 */
export function heldBack(all) {
  const refused = all.filter((each) => each.problem && each.kind === 'start').map((each) => each.patrol);
  return all.filter((each) => !each.problem && refused.includes(each.patrol));
}

const PATHS = { scan: 'scans', finding: 'findings', closing: 'closing', cancellation: 'cancellation' };

/**
 * A record with its photo brought; without, where the photo is refused for good: the words count.
 *
 * @param {Entry} entry
 * @param {() => void} tellPhoto
 * @returns {Promise<Entry>}
 */
async function withPhoto(entry, tellPhoto) {
  if (!entry.photo || entry.body.photo_id) return entry;
  /** @type {Entry} */
  let brought;
  try {
    const kept = await bringFile(entry.village, entry.photo, `${entry.id}-photo`);
    brought = { ...entry, body: { ...entry.body, photo_id: kept.id } };
  } catch (error) {
    if (saysNothing(error, UNSURE) || !(error instanceof Problem)) throw error;
    tellPhoto();
    const { photo: _photo, ...without } = entry;
    brought = without;
  }
  await keepEntry(brought);
  return brought;
}

/**
 * A start with what this phone knows of the walk's end by now: when it was closed or called off, or
 * else when the next was begun. It is kept so, as what is sent under one key stays the same.
 *
 * @param {Entry} entry
 * @param {Entry[]} all
 * @returns {Promise<Entry>}
 */
async function withEnd(entry, all) {
  if (entry.kind !== 'start') return entry;
  const behind = all.filter((each) => (each.order || 0) > (entry.order || 0));
  const end = behind.find((each) => each.patrol === entry.patrol && each.body.ended_at);
  const next = behind.find((each) => each.kind === 'start');
  const endedAt = end?.body.ended_at || next?.body.started_at;
  if (!endedAt || endedAt === entry.body.ended_at) return entry;
  const known = { ...entry, key: newId(), body: { ...entry.body, ended_at: endedAt } };
  await keepEntry(known);
  return known;
}

/**
 * Send one record.
 *
 * @param {Entry} entry
 * @param {() => void} tellPhoto
 * @returns {Promise<any>}
 */
async function deliver(entry, tellPhoto) {
  const patrols = `/villages/${entry.village}/patrols`;
  if (entry.kind === 'start') {
    return call('POST', patrols, { ...entry.body, id: entry.patrol }, entry.key);
  }
  const { body } = await withPhoto(entry, tellPhoto);
  return call('POST', `${patrols}/${entry.patrol}/${PATHS[entry.kind]}`, body, entry.key);
}

/**
 * What to do with a walk that isn't begun as it was asked for: join the one that another phone has
 * begun, or walk it without its shift, where that was cancelled or walked already. Whether it can be
 * sent on.
 *
 * @param {Entry} entry
 * @param {Problem} problem
 * @param {(entry: Entry, startedAt: string) => void} joined
 */
async function settleStart(entry, problem, joined) {
  const { patrol_id: other, started_at: startedAt } = problem.body;
  if (other) {
    await moveTo(entry.owner, entry.patrol, other, startedAt, newId);
    await forgetEntry(entry.id);
    joined(entry, startedAt);
    return true;
  }
  if (!entry.body.shift_id || problem.name !== 'wrong_state') return false;
  const { shift_id: _shift, ...body } = entry.body;
  await keepEntry({ ...entry, body, key: newId() });
  return true;
}

/**
 * What stays of a record that was answered: of a sign-in those whom it didn't count for.
 *
 * @param {Entry} entry
 * @param {any} answer
 */
async function settle(entry, answer) {
  const refused = (entry.kind === 'scan' && answer.refused) || [];
  if (refused.length === 0) return forgetEntry(entry.id);
  const ids = refused.map((/** @type {any} */ each) => each.resident_id);
  const details = new Set(refused.map((/** @type {any} */ each) => each.detail));
  return keepEntry({
    ...entry,
    body: { ...entry.body, resident_ids: ids },
    mark: entry.mark && partOf(entry.mark, (id) => ids.includes(id)),
    problem: [...details].join(' '),
  });
}

/**
 * Send a refused record once more: what stood against it may have been put right.
 *
 * @param {Entry} entry
 */
export async function sendAgain(entry) {
  // One that was tapped twice may be on its way, or have come.
  const now = (await keptEntries(entry.owner)).find((each) => each.id === entry.id);
  if (!now?.problem) return;
  const { problem: _problem, ...kept } = now;
  const says = now.kind === 'scan' || now.kind === 'closing';
  const body = says ? { ...now.body, queued: true } : now.body;
  await keepEntry({ ...kept, key: newId(), body });
}

/**
 * Send what waits, in order. Says how many wait on, and whether the sign-in has ended.
 *
 * @param {string} owner
 * @param {(entry: Entry, answer: any) => Promise<void>} tell
 * @param {() => void} tellPhoto that a photo was refused, and the finding goes without
 * @param {(entry: Entry) => Promise<void>} refused what is to be done with one that wasn't taken
 * @param {(entry: Entry, startedAt: string) => void} joined that the walk is one that had begun before
 * @returns {Promise<{ waiting: number, offline: boolean, signedOut: boolean }>}
 */
export async function sendAll(owner, tell, tellPhoto, refused, joined) {
  for (;;) {
    const all = await keptEntries(owner);
    const held = heldBack(all);
    const entries = all.filter((each) => !each.problem && !held.includes(each));
    const [entry] = entries;
    try {
      if (!entry) {
        await beLetIn();
        return { waiting: entries.length, offline: false, signedOut: false };
      }
      const answer = await deliver(await withEnd(entry, all), tellPhoto);
      await settle(entry, answer);
      await tell(entry, answer);
    } catch (error) {
      if (saysNothing(error, UNSURE)) {
        await markQueued(owner, newId);
        const notLetIn = error instanceof NotLetIn && error.status < 500;
        const signedOut = notLetIn || (error instanceof Problem && error.status === 401);
        return { waiting: entries.length, offline: error instanceof Unknown, signedOut };
      }
      if (!entry || !(error instanceof Problem)) throw error;
      if (entry.kind === 'start' && (await settleStart(entry, error, joined))) continue;
      const kept = (await keptEntries(owner)).find((each) => each.id === entry.id);
      // Whoever made it has let it go meanwhile.
      if (!kept) continue;
      const problem = { ...kept, problem: wordsOf(error) };
      await keepEntry(problem);
      await refused(problem);
    }
  }
}
