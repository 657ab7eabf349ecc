// @ts-check
/** On patrol: set off, sign in at places, say what was found, close with the log; also offline. */

import { newId } from './api.js';
import { keepShell, offerInstall, sayOffline } from './app/install.js';
import { element, fill, input, part, root, say, texts } from './app/page.js';
import { sendAll } from './patrol/sending.js';
import { findWalk, forgetEntry, forgetWalk, keepEntry, keepWalk, keptEntries } from './patrol/store.js';
import { shrink } from './photos.js';
import { startScanner } from './scanner.js';

/**
 * @typedef {import('./patrol/store.js').Entry} Entry
 * @typedef {import('./patrol/store.js').Walk} Walk
 * @typedef {{ id: string, name: string, own: boolean, leads: boolean }} Person
 * @typedef {{ id: string, team: string, name: string, words: string, people: Person[] }} Choice
 * @typedef {{ teams: Choice[], shifts: Choice[], places: Record<string, string>,
 *   walking: { id: string, team: string, shift: string | null, startedAt: string }[],
 *   cadre: boolean }} Listed
 */

const OWNER = String(texts.owner);
const VILLAGE = String(texts.village);
const AGAIN = 20_000; // milliseconds until what waits is sent again
/** @type {Listed} */
const listed = JSON.parse(part('listed').textContent || '{}');

/** @type {Walk | null} */
let walk = null;
/** @type {AbortController | null} */
let camera = null;
let sending = false;
let again = false;

/** @param {'start' | 'walk'} step */
function show(step) {
  for (const name of ['start', 'walk']) part(name).hidden = name !== step;
}

/** Who walks: of the shift, where it is one, else of the team. */
function people() {
  const shift = listed.shifts.find((each) => each.id === walk?.shift);
  const team = listed.teams.find((each) => each.id === walk?.team);
  return (shift || team)?.people || [];
}

/** Whether whoever holds this phone signs for others and closes. */
function leads() {
  return listed.cadre || people().some((each) => each.own && each.leads);
}

/**
 * Keep a record and send what waits.
 *
 * @param {import('./patrol/store.js').Kind} kind
 * @param {Record<string, any>} body
 * @param {string} words what it is, for the list of what was refused
 * @param {Blob} [photo]
 */
async function record(kind, body, words, photo) {
  if (!walk) return;
  const id = newId();
  /** @type {Entry} */
  const entry = { id, key: id, owner: OWNER, village: VILLAGE, patrol: walk.id, kind, body, words };
  if (photo) entry.photo = photo;
  await keepEntry(entry);
  send();
}

async function setOff() {
  const chosen = root.querySelector('[name="walk"]:checked');
  if (!(chosen instanceof HTMLInputElement)) return;
  const choice = [...listed.shifts, ...listed.teams].find((each) => each.id === chosen.value);
  if (!choice) return;
  const shift = listed.shifts.includes(choice) ? choice.id : null;
  const startedAt = new Date().toISOString();
  walk = { owner: OWNER, id: newId(), team: choice.team, name: choice.name, startedAt, shift, marks: [] };
  await keepWalk(walk);
  const body = { team_id: choice.team, started_at: startedAt };
  await record('start', shift ? { ...body, shift_id: shift } : body, choice.name);
  draw();
}

/** @param {{ id: string, team: string, shift: string | null, startedAt: string }} begun */
async function join(begun) {
  const name = listed.teams.find((each) => each.id === begun.team)?.name || '';
  walk = { owner: OWNER, ...begun, name, marks: [] };
  await keepWalk(walk);
  draw();
}

/**
 * The name of the place whose sign says this, as far as this phone knows.
 *
 * @param {string} code
 */
async function placeOf(code) {
  if (!crypto.subtle) return texts.unknownPlace || '';
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return listed.places[hex.slice(0, 16)] || texts.unknownPlace || '';
}

/** Those who are ticked, or whoever holds the phone. */
function signing() {
  const ticked = [...root.querySelectorAll('[data-part="people"] input:checked')].map(
    (each) => /** @type {HTMLInputElement} */ (each).value,
  );
  return people().filter((each) => (leads() ? ticked.includes(each.id) : each.own));
}

/** @param {string} text what a sign's code says */
async function takeSign(text) {
  camera?.abort();
  const code = (text.split('#').pop() || '').trim().toUpperCase();
  if (!walk || !/^W1[A-Z2-7]{26}$/.test(code)) {
    say(texts.noSign || '');
    return;
  }
  const here = signing();
  if (here.length === 0) {
    say(texts.nobody || '');
    return;
  }
  say('');
  const place = await placeOf(code);
  const at = new Date().toISOString();
  walk.marks.unshift({ place, names: here.map((each) => each.name), at });
  await keepWalk(walk);
  const ids = here.map((each) => each.id);
  await record('scan', { waypoint_code: code, resident_ids: ids, scanned_at: at }, place);
  draw();
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

/** @param {Event} event */
async function tellFinding(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const taken = input('photo').files?.[0];
  const photo = taken ? await shrink(taken) : undefined;
  const text = input('finding-text').value.trim();
  const body = {
    category: input('category').value,
    text,
    place: input('finding-place').value.trim(),
    found_at: new Date().toISOString(),
  };
  await record('finding', body, text, photo);
  form.reset();
  const details = form.closest('details');
  if (details) details.open = false;
  say(texts.findingKept || '');
}

/** @param {Event} event */
async function close(event) {
  event.preventDefault();
  const attended = [...root.querySelectorAll('[data-part="attended"] input:checked')].map(
    (each) => /** @type {HTMLInputElement} */ (each).value,
  );
  if (!walk || attended.length === 0) {
    say(texts.nobody || '');
    return;
  }
  const log = { weather: input('weather').value, text: input('log').value.trim() };
  await record('closing', { log, attended }, walk.name);
  await leave(texts.closed || '');
}

/** @param {Event} event */
async function callOff(event) {
  event.preventDefault();
  if (!walk) return;
  await record('cancellation', { reason: input('reason').value.trim() }, walk.name);
  await leave(texts.calledOff || '');
}

/** @param {string} words */
async function leave(words) {
  camera?.abort();
  for (const form of root.querySelectorAll('form')) form.reset();
  const left = walk?.id;
  listed.walking = listed.walking.filter((each) => each.id !== left);
  await forgetWalk(OWNER);
  walk = null;
  draw();
  say(words);
}

/** @param {string} at */
function clock(at) {
  return new Date(at).toLocaleTimeString(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Asia/Shanghai',
  });
}

/**
 * @param {string} into
 * @param {Person[]} shown
 * @param {(person: Person) => boolean} ticked
 */
function drawPeople(into, shown, ticked) {
  const place = part(into);
  const had = new Map(
    [...place.querySelectorAll('input')].map((each) => [each.value, each.checked]),
  );
  place.replaceChildren(
    ...shown.map((person) => {
      const label = element('label', '', 'check');
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.value = person.id;
      box.checked = had.get(person.id) ?? ticked(person);
      label.append(box, element('span', person.name));
      return label;
    }),
  );
}

function drawWalk() {
  if (!walk) return;
  const { marks } = walk;
  part('team').textContent = walk.name;
  part('since').textContent = fill(texts.since, { time: clock(walk.startedAt) });
  part('signing').hidden = !leads();
  part('ending').hidden = !leads();
  drawPeople('people', people(), (person) => person.own);
  const seen = new Set(marks.flatMap((mark) => mark.names));
  drawPeople('attended', people(), (person) => person.own || seen.has(person.name));
  part('marks').replaceChildren(
    ...marks.map((mark) => {
      const row = element('li', '', 'row');
      const words = element('div', '', 'row-words');
      words.append(element('span', mark.place, 'row-title'), element('p', mark.names.join(texts.between || ', '), 'row-small'));
      row.append(words, element('div', clock(mark.at), 'row-figure'));
      return row;
    }),
  );
  part('none-yet').hidden = marks.length > 0;
}

function drawJoining() {
  part('begun').replaceChildren(
    ...listed.walking.map((each) => {
      const team = listed.teams.find((one) => one.id === each.team);
      const button = element('button', fill(texts.join, { team: team?.name || '', time: clock(each.startedAt) }), 'button button-main');
      button.setAttribute('type', 'button');
      button.addEventListener('click', () => join(each));
      return button;
    }),
  );
}

function draw() {
  drawWalk();
  drawJoining();
  show(walk ? 'walk' : 'start');
}

/** @param {Entry[]} refused */
function drawRefused(refused) {
  part('refused').hidden = refused.length === 0;
  part('refused-list').replaceChildren(
    ...refused.map((entry) => {
      const row = element('li', '', 'row');
      const words = element('div', '', 'row-words');
      words.append(element('span', entry.words, 'row-title'), element('p', entry.problem || '', 'row-small'));
      const drop = element('button', texts.drop || '', 'button button-quiet');
      drop.setAttribute('type', 'button');
      drop.addEventListener('click', async () => {
        await forgetEntry(entry.id);
        send();
      });
      row.append(words, drop);
      return row;
    }),
  );
}

/**
 * @param {Entry} entry
 * @param {any} answer
 */
function tell(entry, answer) {
  if (entry.kind !== 'closing') return;
  const rows = /** @type {any[]} */ (answer.attendance);
  const count = rows.reduce((sum, row) => sum + (row.award_id ? 1 : 0) + (row.leader_award_id ? 1 : 0), 0);
  const without = rows.filter((row) => !row.award_id).map((row) => row.resident);
  const sentence = without.length ? texts.proposedBut : texts.proposed;
  say(fill(sentence, { count, names: without.join(texts.between || ', ') }));
}

/** Send what waits, one run at a time, and say how it stands. */
async function send() {
  again = true;
  if (sending) return;
  sending = true;
  try {
    while (again) {
      again = false;
      await sendOnce();
    }
  } finally {
    sending = false;
  }
}

async function sendOnce() {
  const { waiting, offline, signedOut } = await sendAll(OWNER, tell);
  sayOffline(offline || !navigator.onLine, signedOut ? 0 : waiting);
  part('signed-out').hidden = !signedOut;
  drawRefused((await keptEntries(OWNER)).filter((each) => each.problem));
  // Another phone may have begun the walk: then it is that one.
  const kept = await findWalk(OWNER);
  if (walk && kept) walk.id = kept.id;
}

async function open() {
  walk = (await findWalk(OWNER)) || null;
  draw();
  await send();
  if (window.location.hash.startsWith('#W1')) {
    const code = window.location.hash;
    window.history.replaceState(null, '', window.location.pathname);
    if (walk) await takeSign(code);
    else say(texts.setOffFirst || '');
  }
}

part('set-off').addEventListener('click', setOff);
part('scan').addEventListener('click', openCamera);
part('finding-form').addEventListener('submit', tellFinding);
part('closing-form').addEventListener('submit', close);
part('cancel-form').addEventListener('submit', callOff);
window.addEventListener('hashchange', open);
window.addEventListener('online', send);
window.addEventListener('offline', () => send());
setInterval(send, AGAIN);
offerInstall();
keepShell('/patrol', '/p', () => !walk);
open();
