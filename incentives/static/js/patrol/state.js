// @ts-check
/** What the page knows: what it was given when it was last loaded, and the walk that goes on. */

import { part, texts } from '../app/page.js';
import { rightTime } from './clock.js';

/**
 * @typedef {import('./store.js').Person} Person
 * @typedef {import('./store.js').Walk} Walk
 * @typedef {{ id: string, name: string, people: Person[] }} Team
 * @typedef {{ id: string, team: string, name: string, route: string, startsAt: string,
 *   endsAt: string, people: Person[] }} Shift
 * @typedef {{ id: string, name: string, stops: string[] }} KnownRoute
 * @typedef {{ id: string, team: string, shift: string | null, route: string | null, startedAt: string,
 *   people: Person[], ends: boolean }} Begun
 * @typedef {{ at: string, teams: Team[], shifts: Shift[], routes: KnownRoute[], places: Record<string, string>,
 *   walking: Begun[], cadre: boolean }} Listed
 */

export const OWNER = String(texts.owner);
export const VILLAGE = String(texts.village);
/** @type {Listed} */
export const listed = JSON.parse(part('listed').textContent || '{}');
/** @type {{ walk: Walk | null }} */
export const state = { walk: null };

// A page that was kept for lack of signal may name walks that have ended since, and their shifts.
const ENDED = `jishan-patrol-ended-${OWNER}`;
const ENDED_AT_MOST = 40;
const MADE = Date.parse(listed.at);

/**
 * With the time by which each was known to have ended; a phone may have kept ids alone.
 *
 * @returns {{ id: string, at: number }[]}
 */
function keptEnded() {
  const kept = JSON.parse(localStorage.getItem(ENDED) || '[]');
  return kept.map((/** @type {any} */ each) => (typeof each === 'string' ? { id: each, at: MADE } : each));
}

let ended = keptEnded();

/**
 * Remember what has ended. A page that the service makes later knows of shifts itself: it leaves
 * out those that were walked, and names again one whose walk was called off.
 *
 * @param {(string | null | undefined)[]} ids of walks that have ended, which nobody joins any more,
 *   and of their shifts, for which nobody sets off again by this page or one made before
 */
export function endWalks(...ids) {
  const named = ids.filter((each) => typeof each === 'string');
  const at = Math.max(rightTime().getTime(), MADE);
  const others = ended.filter((each) => !named.includes(each.id));
  ended = [...others, ...named.map((id) => ({ id, at }))].slice(-ENDED_AT_MOST);
  if (ended.length) localStorage.setItem(ENDED, JSON.stringify(ended));
  const over = new Map(ended.map((each) => [each.id, each.at]));
  listed.walking = listed.walking.filter((each) => !over.has(each.id));
  listed.shifts = listed.shifts.filter((each) => !(Number(over.get(each.id)) >= MADE));
}

endWalks();

const HOUR = 3_600_000;
const BEFORE = 12 * HOUR; // from when on a shift can be begun
const AFTER = 24 * HOUR; // and until when after its end
const LATE = 2 * HOUR; // so long after its end one may still set off for it more likely than for the next

/**
 * How far a shift is from now: not at all while it is on, and one that is long over is farthest.
 *
 * @param {Shift} shift
 * @param {number} now
 */
function distance({ startsAt, endsAt }, now) {
  const since = now - Date.parse(endsAt);
  return since > LATE ? AFTER + since : Math.max(Date.parse(startsAt) - now, since, 0);
}

/** The shifts whose time has come, the nearest first: the page may have been kept for days. */
export function dueShifts() {
  const now = rightTime().getTime();
  return listed.shifts
    .filter((each) => Date.parse(each.startsAt) - BEFORE < now && now < Date.parse(each.endsAt) + AFTER)
    .sort((one, other) => distance(one, now) - distance(other, now));
}

const KNOWN = `jishan-patrol-known-${OWNER}`;
const FORGOTTEN = 72 * HOUR; // a walk that goes on longer isn't listed, though it may be ended here

/**
 * Remember that the service has a walk by now: a page that it made before says nothing of it.
 *
 * @param {string} id
 * @param {number} at by the service's clock
 */
export function knowWalk(id, at) {
  localStorage.setItem(KNOWN, JSON.stringify({ id, at }));
}

/**
 * Whether the service has ended a walk that it had: it lists it no more.
 *
 * @param {Walk} walk
 */
export function hasEnded(walk) {
  const known = JSON.parse(localStorage.getItem(KNOWN) || '{}');
  const began = Date.parse(walk.startedAt);
  const made = Date.parse(listed.at);
  if (!(made > (known.id === walk.id ? known.at : began))) return false;
  // What it lists are the walks of these teams.
  if (!listed.teams.some((each) => each.id === walk.team)) return false;
  if (leads(walk) && made - began > FORGOTTEN) return false;
  return !listed.walking.some((each) => each.id === walk.id);
}

/**
 * @param {string | null} id
 * @returns {import('./store.js').Route | null}
 */
export function routeOf(id) {
  const found = listed.routes.find((each) => each.id === id);
  return found ? { name: found.name, stops: found.stops } : null;
}

/** Who walks. */
export function people() {
  return state.walk?.people || [];
}

/** Whether whoever holds this phone signs for others and closes. */
export function leads(walk = state.walk) {
  return listed.cadre || walk?.ends || (walk?.people || []).some((each) => each.own && each.leads);
}

/** Whom this phone signs in: all for the leader, else whoever its card stands for. */
export function signable() {
  return leads() ? people() : people().filter((each) => each.own);
}

/**
 * Who is taken to be at the next place: whoever is ticked; before anybody was, whoever holds the
 * phone, and of a household that walks with one card its leader alone.
 *
 * @param {import('./store.js').Person} person
 */
export function isTakenToBeHere(person) {
  if (state.walk?.here) return state.walk.here.includes(person.id);
  const alone = people().filter((each) => each.own).length === 1;
  return person.own && (alone || person.leads);
}

/**
 * What a sign is known by, and the name of its place as far as this phone knows.
 *
 * @param {string} code
 */
export async function placeOf(code) {
  if (!crypto.subtle) return { key: code.slice(-8), place: texts.unknownPlace || '' };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const key = hex.slice(0, 16);
  return { key, place: listed.places[key] || texts.unknownPlace || '' };
}
