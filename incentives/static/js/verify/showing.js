// @ts-check
/** How a check ended, on the page. */

import { inWords, part, root, say, texts } from './page.js';

/**
 * @typedef {import('./proofs.js').Finding} Finding
 * @typedef {'holds' | 'fails' | 'open' | 'waiting'} State
 * @typedef {{ state: State, verdict: string, sentences?: string[], facts?: [string, string][],
 *   findings?: Finding[], keep?: { name: string, content: unknown } }} Result
 */

const FINDINGS_SHOWN = 50;
// What the title of a finding on a signature says already.
const SAID_ABOVE = new Set([
  "the signature isn't the log's",
  "the checkpoint isn't signed by the log's key",
]);
const TONES = { holds: 'done', fails: 'refused', open: '', waiting: 'waiting' };
const CHIPS = { holds: 'done', fails: 'objection', open: 'plain', waiting: 'notice' };

/**
 * @param {string} kind
 * @param {string} text
 * @returns {HTMLElement}
 */
function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

/**
 * A finding in words: where, then what the log says and what was found.
 *
 * @param {Finding} found
 * @returns {HTMLElement}
 */
function findingRow({ check, table, seq, line, account, column, logged, stored, count }) {
  const row = element('li', '');
  row.className = 'row';
  const box = element('div', '');
  box.className = 'row-words';
  const known = texts.content.querySelector(`[data-text="check_${check}"]`);
  const what = count ? '' : say(known ? `check_${check}` : 'check_other');
  const where = [what, table, account, seq, line, column];
  const title = element('span', where.filter((each) => each || each === 0).join(' · '));
  title.className = 'row-title';
  box.append(title);
  if (!(check === 'note' && stored === null && SAID_ABOVE.has(logged))) {
    const text = count ? say('finding_more', { count }) : findingText(logged, stored);
    const small = element('p', text);
    small.className = 'row-small fingerprint';
    box.append(small);
  }
  row.append(box);
  return row;
}

/**
 * What a finding says: the log's value and what was found, or the reason and what was found.
 *
 * @param {unknown} logged
 * @param {unknown} stored
 */
function findingText(logged, stored) {
  const reason = inWords(logged);
  const other = inWords(stored) ?? String(stored ?? '—');
  if (!reason) return say('finding', { logged: String(logged ?? '—'), stored: other });
  return stored === null ? reason : say('finding_reason', { reason, stored: other });
}

/** @param {Result} result */
export function show(result) {
  const card = part('result');
  card.className = `card ${TONES[result.state] ? `card-${TONES[result.state]}` : ''}`;
  part('chip').className = `chip chip-${CHIPS[result.state]}`;
  part('chip').textContent = say(`chip_${result.state}`);
  part('verdict').textContent = result.verdict;
  part('sentences').replaceChildren(...(result.sentences || []).map((each) => element('p', each)));
  part('facts').replaceChildren(
    ...(result.facts || []).map(([name, value]) => {
      const box = element('div', '');
      box.append(element('dt', name), element('dd', value));
      return box;
    }),
  );
  const findings = (result.findings || []).slice(0, FINDINGS_SHOWN);
  const left = (result.findings || []).length - findings.length;
  if (left) findings.push({ check: 'more', count: left });
  part('findings').replaceChildren(...findings.map(findingRow));
  part('keep').hidden = !result.keep;
  part('again').hidden = result.state === 'holds';
  card.hidden = false;
  card.focus();
  card.scrollIntoView({ block: 'nearest' });
  root.dataset.state = result.state;
}
