// @ts-check
/** What was found on a walk: it becomes a call to the office that answers for it. */

import { input, texts } from '../app/page.js';
import { shrink } from '../photos.js';
import { rightTime } from './clock.js';
import { record, sayKept, saysSomething } from './recording.js';
import { state } from './state.js';

/** @param {Event} event */
export async function tellFinding(event) {
  if (!saysSomething('finding-text', 'finding-place')) return;
  const form = /** @type {HTMLFormElement} */ (event.target);
  const taken = input('photo').files?.[0];
  const text = input('finding-text').value.trim();
  const body = {
    category: input('category').value,
    text,
    place: input('finding-place').value.trim(),
    found_at: rightTime().toISOString(),
  };
  const photo = taken ? await shrink(taken) : undefined;
  const { walk } = state;
  if (!walk || !(await record('finding', body, text, walk, { photo }))) return;
  form.reset();
  const details = form.closest('details');
  if (details) details.open = false;
  await sayKept(walk.id, texts.findingKept || '');
}

/** Where somebody was last is where they find something, most of the time. */
export function proposePlace() {
  const last = state.walk?.marks[0]?.place || '';
  const field = input('finding-place');
  if (!field.value && last !== texts.unknownPlace) field.value = last;
}
