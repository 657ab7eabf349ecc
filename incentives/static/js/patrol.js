// @ts-check
/** On patrol: set off, sign in at places, say what was found, close with the log; also offline. */

import { newId, takeTokensFrom } from './api.js';
import { keepShell, offerInstall } from './app/install.js';
import { fill, input, once, part, root, say, texts } from './app/page.js';
import { learnClock, rightTime, secondsAhead } from './patrol/clock.js';
import { leaveEnded, leaveSaying, redrawBy, send } from './patrol/delivery.js';
import { draw, drawChoices, drawRouteChoice } from './patrol/drawing.js';
import { proposePlace, tellFinding } from './patrol/findings.js';
import { record, sayKept, saysSomething } from './patrol/recording.js';
import {
  OWNER,
  dueShifts,
  endWalks,
  hasEnded,
  listed,
  people,
  placeOf,
  routeOf,
  signable,
  state,
} from './patrol/state.js';
import { findWalk, keepHere, keepWalk, keptEntries, markQueued } from './patrol/store.js';
import { walkToken } from './patrol/token.js';
import { startScanner } from './scanner.js';

const AGAIN = 20_000; // milliseconds until what waits is sent again
const ONCE_WITHIN = 600_000; // the same person at the same place counts once

/** @type {AbortController | null} */
let camera = null;

async function setOff() {
  const chosen = root.querySelector('[name="walk"]:checked');
  if (!(chosen instanceof HTMLInputElement)) return;
  const shift = dueShifts().find((each) => each.id === chosen.value);
  const team = listed.teams.find((each) => each.id === (shift ? shift.team : chosen.value));
  if (!team) {
    // Its time is over since it was drawn, or the phone's clock was found to be wrong.
    drawChoices();
    say(texts.notDue || '');
    return;
  }
  // A browser that lacks room throws away what pages keep, unless it was asked not to.
  navigator.storage?.persist?.();
  const routeId = shift ? shift.route : input('route').value || null;
  const startedAt = rightTime().toISOString();
  const { people: members } = shift || team;
  const body = { team_id: team.id, started_at: startedAt, shift_id: shift?.id, route_id: routeId || undefined };
  await record('start', body, team.name, {
    owner: OWNER,
    id: newId(),
    team: team.id,
    name: team.name,
    startedAt,
    people: members,
    route: routeOf(routeId),
    marks: [],
    shift: shift?.id,
  });
}

/** @param {import('./patrol/state.js').Begun} begun a walk that another phone has begun */
async function join(begun) {
  const name = listed.teams.find((each) => each.id === begun.team)?.name || '';
  const { id, team, startedAt, people: members, shift, ends } = begun;
  const route = routeOf(begun.route);
  state.walk = { owner: OWNER, id, team, name, startedAt, people: members, route, marks: [], shift, ends };
  await keepWalk(state.walk);
  draw(join);
}

/** Who is ticked, by their ids. */
function ticked() {
  return [...root.querySelectorAll('[data-part="people"] input:checked')].map(
    (each) => /** @type {HTMLInputElement} */ (each).value,
  );
}

/** Those who are ticked. */
function signing() {
  const ids = ticked();
  return signable().filter((each) => ids.includes(each.id));
}

async function rememberHere() {
  if (!state.walk) return;
  state.walk.here = ticked();
  await keepHere(OWNER, state.walk.here);
}

/** @param {string} text what a sign's code says */
async function takeSign(text) {
  camera?.abort();
  const code = (text.split('#').pop() || '').trim().toUpperCase();
  const { walk } = state;
  if (!walk || !/^W1[A-Z2-7]{26}$/.test(code)) {
    say(texts.noSign || '');
    return;
  }
  const present = signing();
  if (present.length === 0) {
    say(texts.nobody || '');
    return;
  }
  const { key, place } = await placeOf(code);
  const at = rightTime();
  const lately = walk.marks.filter((mark) => mark.key === key && at.getTime() - Date.parse(mark.at) < ONCE_WITHIN);
  const counted = lately.flatMap((mark) => mark.ids);
  const here = present.filter((each) => !counted.includes(each.id));
  if (here.length === 0) {
    say(fill(texts.countedAlready, { place }));
    return;
  }
  const ids = here.map((each) => each.id);
  const mark = { key, place, ids, names: here.map((each) => each.name), at: at.toISOString() };
  const body = { waypoint_code: code, resident_ids: ids, scanned_at: mark.at, clock_off_seconds: secondsAhead() };
  if (await record('scan', body, place, { ...walk, marks: [mark, ...walk.marks] }, { mark })) {
    // Whether a sign counts that this phone doesn't know is told once it is sent.
    await sayKept(walk.id, fill(place === texts.unknownPlace ? texts.unknownKept : texts.signedIn, { place }));
  }
}

async function openCamera() {
  camera?.abort();
  camera = new AbortController();
  const video = /** @type {HTMLVideoElement} */ (part('video'));
  video.hidden = false;
  try {
    await startScanner(video, takeSign, { signal: camera.signal });
  } catch {
    video.hidden = true;
    say(texts.noCamera || '');
  }
}

async function close() {
  const attended = [...root.querySelectorAll('[data-part="attended"] input:checked')].map(
    (each) => /** @type {HTMLInputElement} */ (each).value,
  );
  if (attended.length === 0) {
    say(texts.nobody || '');
    return;
  }
  if (!saysSomething('weather', 'log')) return;
  const log = { weather: input('weather').value, text: input('log').value.trim() };
  const body = { log, attended, ended_at: rightTime().toISOString() };
  await leave('closing', body, texts.closed || '');
}

async function callOff() {
  if (!saysSomething('reason')) return;
  const body = { reason: input('reason').value.trim(), ended_at: rightTime().toISOString() };
  await leave('cancellation', body, texts.calledOff || '');
}

/**
 * @param {'closing' | 'cancellation'} kind
 * @param {Record<string, any>} body
 * @param {string} words
 */
async function leave(kind, body, words) {
  camera?.abort();
  const { walk } = state;
  if (!walk) return;
  endWalks(walk.id, kind === 'closing' ? walk.shift : null);
  const named = people().filter((each) => (body.attended || []).includes(each.id));
  const ids = named.map((each) => each.id);
  const mark = { key: '', place: '', ids, names: named.map((each) => each.name), at: body.ended_at };
  if (!(await record(kind, body, walk.name, null, { mark }))) return;
  for (const form of root.querySelectorAll('form')) form.reset();
  await sayKept(walk.id, words);
}

/** Whoever doesn't lead can't end a walk, and without signal doesn't hear that it was. */
async function walkAnother() {
  camera?.abort();
  endWalks(state.walk?.shift);
  await leaveSaying('');
}

/** The walk that this phone keeps, with what the service now says of it. */
async function foundWalk() {
  const kept = await findWalk(OWNER);
  if (!kept) return null;
  const waits = (await keptEntries(OWNER)).some((each) => each.kind === 'start' && each.patrol === kept.id);
  if (!waits && hasEnded(kept)) {
    await leaveEnded(kept);
    return null;
  }
  const begun = listed.walking.find((each) => each.id === kept.id);
  return begun ? { ...kept, people: begun.people, route: routeOf(begun.route), ends: begun.ends } : kept;
}

/** Nobody sets off again for the shift of a walk whose start the service doesn't know yet. */
async function hideBegun() {
  const kept = await keptEntries(OWNER);
  const calledOff = kept.filter((each) => each.kind === 'cancellation').map((each) => each.patrol);
  const current = (await findWalk(OWNER))?.id;
  const begun = kept.filter((each) => each.kind === 'start' && ![current, ...calledOff].includes(each.patrol));
  endWalks(...begun.map((each) => each.body.shift_id));
}

/** Which shifts are due is known once the time is. */
async function learnTime() {
  await learnClock();
  if (!state.walk) drawChoices();
}

async function open() {
  await hideBegun();
  state.walk = await foundWalk();
  draw(join);
  await markQueued(OWNER, newId);
  await learnTime();
  await send();
  if (window.location.hash.startsWith('#W1')) {
    const code = window.location.hash;
    window.history.replaceState(null, '', window.location.pathname);
    if (state.walk) await takeSign(code);
    else say(texts.setOffFirst || '');
  }
}

part('set-off').addEventListener('click', once(setOff));
part('choices').addEventListener('change', drawRouteChoice);
part('people').addEventListener('change', rememberHere);
part('scan').addEventListener('click', once(openCamera));
part('finding-form').addEventListener('submit', once(tellFinding));
part('finding').addEventListener('toggle', proposePlace);
part('closing-form').addEventListener('submit', once(close));
part('cancel-form').addEventListener('submit', once(callOff));
part('leave').addEventListener('click', once(walkAnother));
window.addEventListener('hashchange', open);
window.addEventListener('online', () => learnTime().then(send));
window.addEventListener('offline', () => send());
setInterval(send, AGAIN);
// A page that stays open for days shows what is near by then.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !state.walk) drawChoices();
});
takeTokensFrom(walkToken);
redrawBy(() => draw(join));
offerInstall();
keepShell('/patrol', '/p', () => !state.walk);
open();
