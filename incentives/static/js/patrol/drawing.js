// @ts-check
/** What the page shows of a walk: whom to set off with, the route's places, who was signed in. */

import { element, fill, once, part, texts } from '../app/page.js';
import { rightTime } from './clock.js';
import { dueShifts, isTakenToBeHere, leads, listed, people, routeOf, signable, state } from './state.js';
import { partOf } from './store.js';

/**
 * @typedef {import('./store.js').Entry} Entry
 * @typedef {import('./store.js').Mark} Mark
 * @typedef {import('./store.js').Person} Person
 */

const BETWEEN = texts.between || ', ';

/**
 * @param {string} at
 * @param {boolean} [withDay]
 */
function clock(at, withDay = false) {
  /** @type {Intl.DateTimeFormatOptions} */
  const day = withDay ? { month: 'numeric', day: 'numeric' } : {};
  return new Date(at).toLocaleString(document.documentElement.lang, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'Asia/Shanghai',
  });
}

/** @param {string | Date} at */
function day(at) {
  return new Date(at).toLocaleDateString('en', { timeZone: 'Asia/Shanghai' });
}

/**
 * A time, with its day where that isn't today.
 *
 * @param {string} at
 */
export function when(at) {
  return clock(at, day(at) !== day(rightTime()));
}

/**
 * @param {string} title
 * @param {string} small
 * @param {string} figure
 */
function row(title, small, figure) {
  const made = element('li', '', 'row');
  const words = element('div', '', 'row-words');
  words.append(element('span', title, 'row-title'), element('p', small, 'row-small'));
  made.append(words, element('div', figure, 'row-figure'));
  return made;
}

/**
 * @param {'checkbox' | 'radio'} type
 * @param {string} value
 * @param {string} words
 * @param {string} small
 */
function check(type, value, words, small) {
  const label = element('label', '', 'check');
  const box = document.createElement('input');
  box.type = type;
  box.value = value;
  const text = element('span', words);
  if (small) text.append(' ', element('small', small));
  label.append(box, text);
  return { label, box };
}

/**
 * From when to when a shift is, with the day on which it ends where that is another.
 *
 * @param {string} from
 * @param {string} to
 */
function span(from, to) {
  const ends = day(from) === day(to) ? clock(to) : fill(texts.nextDay, { time: clock(to) });
  return `${clock(from, true)}–${ends}`;
}

/** @param {Person[]} who */
function names(who) {
  return who.map((each) => each.name).join(BETWEEN);
}

/**
 * Whom to set off with: the shifts whose time has come, and each team that one is in without one.
 * The nearest is ticked, unless another was by hand.
 */
export function drawChoices() {
  const picked = part('choices').querySelector('[data-picked]:checked')?.getAttribute('value');
  const shifts = dueShifts().map((each) => {
    const route = routeOf(each.route);
    const words = [span(each.startsAt, each.endsAt), route?.name, names(each.people)].filter(Boolean).join(' · ');
    return check('radio', each.id, each.name, words);
  });
  // Who only stands in for a shift walks with the team on that one.
  const own = listed.teams.filter((each) => listed.cadre || each.people.some((one) => one.own));
  const teams = own.map((each) => {
    const words = [texts.withoutShift, names(each.people)].filter(Boolean).join(' · ');
    return check('radio', each.id, each.name, words);
  });
  const all = [...shifts, ...teams];
  const ticked = all.find(({ box }) => box.value === picked) || all[0];
  for (const each of all) {
    const { box } = each;
    const pick = () => (box.dataset.picked = 'yes');
    box.name = 'walk';
    box.checked = each === ticked;
    if (box.value === picked) pick();
    box.addEventListener('change', pick);
  }
  part('choices').replaceChildren(...all.map(({ label }) => label));
  part('choices').hidden = part('set-off').hidden = all.length === 0;
  part('no-team').hidden = all.length > 0;
  drawRouteChoice();
}

/** A walk without a shift may go along a route, too. */
export function drawRouteChoice() {
  const chosen = part('choices').querySelector('input:checked');
  const team = chosen && listed.teams.some((each) => each.id === chosen.getAttribute('value'));
  part('route-choice').hidden = !team || listed.routes.length === 0;
}

/**
 * @param {string} into
 * @param {Person[]} who
 * @param {(person: Person) => boolean} ticked
 * @param {(person: Person) => string} [small]
 * @param {(person: Person) => boolean} [stays] who is ticked whatever one does
 */
function drawPeople(into, who, ticked, small = () => '', stays = () => false) {
  const place = part(into);
  // What somebody ticked or took away stays; the rest follows the sign-ins.
  const touched = [...place.querySelectorAll('input')].filter((each) => each.dataset.touched);
  const had = new Map(touched.map((each) => [each.value, each.checked]));
  place.replaceChildren(
    ...who.map((person) => {
      const { label, box } = check('checkbox', person.id, person.name, small(person));
      box.disabled = stays(person);
      box.checked = box.disabled || (had.get(person.id) ?? ticked(person));
      const touch = () => (box.dataset.touched = 'yes');
      if (had.has(person.id)) touch();
      box.addEventListener('change', touch);
      return label;
    }),
  );
}

/** The places of the route in order, then what was scanned elsewhere. */
function drawPlaces() {
  const { marks = [], route = null } = state.walk || {};
  const stops = route?.stops || [];
  /** @param {Mark} mark */
  const words = (mark) => mark.names.join(BETWEEN);
  const onRoute = stops.map((key) => {
    const [latest] = marks.filter((mark) => mark.key === key);
    const place = listed.places[key] || texts.unknownPlace || '';
    return latest ? row(place, words(latest), `✓ ${clock(latest.at)}`) : row(place, texts.toCome || '', '');
  });
  const others = marks.filter((mark) => !stops.includes(mark.key));
  const rest = others.map((mark) => {
    const small = route ? [words(mark), texts.offRoute].join(' · ') : words(mark);
    return row(mark.place, small, clock(mark.at));
  });
  part('marks').replaceChildren(...onRoute, ...rest);
  part('none-yet').hidden = marks.length > 0;
}

function drawWalk() {
  const { walk } = state;
  if (!walk) return;
  part('team').textContent = walk.name;
  part('since').textContent = [fill(texts.since, { time: when(walk.startedAt) }), walk.route?.name].filter(Boolean).join(' · ');
  part('signing').hidden = signable().length < 2;
  part('ending').hidden = !leads();
  part('leaving').hidden = leads();
  drawPeople('people', signable(), isTakenToBeHere);
  const seen = new Set(walk.marks.flatMap((mark) => mark.ids));
  drawPeople(
    'attended',
    people(),
    (person) => seen.has(person.id),
    (person) => (seen.has(person.id) ? '' : texts.notSignedIn || ''),
    (person) => seen.has(person.id),
  );
  drawPlaces();
}

/** @param {(begun: import('./state.js').Begun) => void} join */
function drawJoining(join) {
  part('begun').replaceChildren(
    ...listed.walking.map((each) => {
      const team = listed.teams.find((one) => one.id === each.team);
      const words = fill(texts.join, { team: team?.name || '', time: when(each.startedAt) });
      const button = element('button', words, 'button button-main');
      button.setAttribute('type', 'button');
      button.addEventListener('click', once(() => join(each)));
      return button;
    }),
  );
}

/** @param {(begun: import('./state.js').Begun) => void} join */
export function draw(join) {
  drawWalk();
  drawJoining(join);
  // What was chosen, ticked or unfolded for one walk isn't for the next.
  for (const name of state.walk ? ['choices'] : ['people', 'attended']) part(name).replaceChildren();
  for (const fold of state.walk ? [] : part('walk').querySelectorAll('details')) fold.open = false;
  if (!state.walk && part('choices').childElementCount === 0) drawChoices();
  part('start').hidden = state.walk !== null;
  part('walk').hidden = state.walk === null;
}

/**
 * What somebody recorded, to be read: when, who, and what was written.
 *
 * @param {Entry} entry
 */
function contentOf({ body, mark }) {
  const at = body.scanned_at || body.found_at || body.ended_at || body.started_at;
  const { weather, text } = body.log || {};
  return [at && clock(at, true), mark?.names.join(BETWEEN), weather, text, body.place, body.reason].filter(Boolean).join(' · ');
}

/**
 * What was refused, to be read, with the reason, until whoever made it sends it again or lets it go;
 * and what waits behind a walk that wasn't taken.
 *
 * @param {Entry[]} refused
 * @param {Entry[]} held
 * @param {(entry: Entry) => void} drop
 * @param {(entry: Entry) => void} again
 */
export function drawRefused(refused, held, drop, again) {
  part('refused').hidden = refused.length === 0;
  part('refused-list').replaceChildren(
    ...refused.flatMap((entry) => {
      const behind = entry.kind === 'start' ? held.filter((each) => each.patrol === entry.patrol) : [];
      const made = row(entry.words, contentOf(entry), '');
      const why = [entry.problem || '', behind.length ? fill(texts.held, { count: behind.length }) : ''];
      for (const words of why.filter(Boolean)) {
        made.firstElementChild?.append(element('p', words, 'row-small'));
      }
      for (const [words, work] of /** @type {const} */ ([[texts.again, again], [texts.drop, drop]])) {
        const button = element('button', words || '', 'button button-quiet');
        button.setAttribute('type', 'button');
        button.addEventListener('click', once(() => work(entry)));
        made.append(button);
      }
      return [made, ...behind.map((each) => row(each.words, contentOf(each), ''))];
    }),
  );
}

/**
 * That the sign-in has ended: what is kept is sent all the same, or waits until one signs in again.
 *
 * @param {boolean} sends
 * @param {boolean} waits
 * @param {number} count of what waits
 */
export function drawSignedOut(sends, waits, count) {
  part('signed-out').hidden = !sends && !waits;
  const words = sends ? texts.signedOut : count ? texts.signedOutWaiting : texts.signedOutNothing;
  part('signed-out-text').textContent = fill(words, { count });
}

/**
 * What closing proposed: how many awards, for whom none, whose sign-in is still in a phone, and who
 * was left out.
 *
 * @param {any[]} rows
 * @param {Entry} entry
 */
export function proposedWords(rows, { mark }) {
  const count = rows.reduce((sum, each) => sum + (each.award_id ? 1 : 0) + (each.leader_award_id ? 1 : 0), 0);
  const without = rows.filter((each) => !each.award_id);
  const waiting = without.filter((each) => each.unawarded === 'not_signed_in');
  const refused = without.filter((each) => each.unawarded !== 'not_signed_in');
  /** @param {any[]} some */
  const who = (some) => some.map((each) => each.resident).join(BETWEEN);
  const came = rows.map((each) => each.resident_id);
  const absent = mark ? partOf(mark, (id) => !came.includes(id)).names : [];
  return [
    fill(texts.proposed, { count }),
    refused.length ? fill(texts.proposedBut, { names: who(refused) }) : '',
    waiting.length ? fill(texts.proposedLater, { names: who(waiting) }) : '',
    absent.length ? fill(texts.leftOut, { names: absent.join(BETWEEN) }) : '',
  ].join(' ');
}
