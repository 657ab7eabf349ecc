// @ts-check
/** An export's lines (docs/ledger.md, "Export"): cells between tabs, escaped as written there. */

import { Unchecked } from './codes.js';

const FORMAT = 'jishan-log/v1';
/**
 * What an export says of itself.
 *
 * @type {Record<string, RegExp>}
 */
const HEAD = { village: /^[0-9]{12}$/, part: /^(?:all|public)$/, details: /^(?:yes|no)$/ };
/** @type {Record<string, string>} */
const COLUMNS = {
  log_head: 'origin size at frontier',
  account: 'code unit kind balance version',
  checkpoint: 'origin size note',
  event: 'id seq at kind occurred_on actor approver reverses detail salt',
  transfer:
    'seq line from_code to_code unit amount from_balance_after from_version to_balance_after' +
    ' to_version',
  erasure: 'event_id',
  event_detail: 'event_id text key',
  leaf: 'seq body hashes',
  hash: 'seq hashes',
};
/**
 * The tables whose rows each part may have, and how many cells they have.
 *
 * @type {Record<string, Map<string, number>>}
 */
const WIDTHS = {
  all: widths('log_head account checkpoint event transfer erasure event_detail leaf'),
  public: widths('log_head checkpoint leaf hash'),
};
export const NULL = '\\N';

/** @param {string} tables */
function widths(tables) {
  return new Map(tables.split(' ').map((each) => [each, COLUMNS[each].split(' ').length]));
}

/** @type {Record<string, string>} */
const MEANT = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

/**
 * A cell's text; `\xhh` is the character of that number.
 *
 * @param {string} cell
 * @returns {string}
 */
export function unescape(cell) {
  if (!cell.includes('\\')) return cell;
  return cell.replace(/\\(?:x([0-9a-f]{2})|([^]))/g, (all, hex, letter) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : (MEANT[letter] ?? all),
  );
}

/**
 * A leaf's bytes from its text, a byte a character.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export function bytesOf(text) {
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

/**
 * A cell as a finding tells it.
 *
 * @param {string | undefined | null} cell
 */
export function shown(cell) {
  return cell === undefined || cell === null || cell === NULL ? null : unescape(cell);
}

/**
 * The lines of a file, unpacked if it was packed with gzip; the last is what no line feed ends.
 *
 * @param {Blob} file
 * @returns {AsyncGenerator<string>}
 */
export async function* linesOf(file) {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  /** @type {ReadableStream<any>} */
  let stream = file.stream();
  if (start[0] === 0x1f && start[1] === 0x8b) {
    stream = stream.pipeThrough(new DecompressionStream('gzip'));
  }
  const text = stream.pipeThrough(new TextDecoderStream('utf-8', { ignoreBOM: true }));
  const reader = text.getReader();
  let rest = '';
  for (;;) {
    let part;
    try {
      part = await reader.read();
    } catch {
      throw new Unchecked('the file was cut off or is damaged');
    }
    if (part.done) break;
    const lines = (rest + part.value).split('\n');
    rest = String(lines.pop());
    yield* lines;
  }
  yield rest;
}

/**
 * What an export says of itself; it must be written, and have the columns, as is known here.
 *
 * @param {AsyncGenerator<string>} lines
 * @returns {Promise<{ village: string, part: string, details: string }>}
 */
export async function readHead(lines) {
  const next = async () => String((await lines.next()).value);
  if ((await next()) !== FORMAT) {
    throw new Unchecked('this is no export of a log (jishan-log/v1)');
  }
  const head = { village: '', part: '', details: '' };
  for (const [name, form] of Object.entries(HEAD)) {
    const [said, value, ...more] = (await next()).split('\t');
    if (said !== name || more.length || !form.test(value ?? '')) {
      throw new Unchecked(`the export's head can't be read: ${name}`);
    }
    Object.assign(head, { [name]: value });
  }
  for (const [name, columns] of Object.entries(COLUMNS)) {
    if ((await next()) !== ['columns', name, ...columns.split(' ')].join('\t')) {
      throw new Unchecked('the export has other tables or columns than are known here');
    }
  }
  if ((await next()) !== 'rows' || (head.part === 'public' && head.details === 'yes')) {
    throw new Unchecked("the export's head can't be read: rows");
  }
  return head;
}

/**
 * @typedef {{ event: string[] | null, transfers: string[][], erasure: string[] | null,
 *   detail: string[] | null, leaf: string[] | null }} Group
 */

/** @returns {Group} */
const newGroup = () => ({ event: null, transfers: [], erasure: null, detail: null, leaf: null });

/**
 * The rows: those before the events one by one, those of each place in the log together.
 *
 * @param {AsyncGenerator<string>} lines
 * @param {string} part
 * @returns {AsyncGenerator<{ table: string, cells: string[] } | { seq: string, group: Group }>}
 */
export async function* readRows(lines, part) {
  let group = newGroup();
  let place = '';
  let rows = 0;
  for (;;) {
    const { value, done } = await lines.next();
    const [table, ...cells] = done ? [''] : value.split('\t');
    if (table === 'end') {
      const behind = [await lines.next(), await lines.next()];
      const last = behind[0].value === '' && behind[1].done;
      if (!last || !rows || cells.length !== 1 || cells[0] !== String(rows)) {
        throw new Unchecked(`the export has ${rows} rows, its last line says otherwise`);
      }
      break;
    }
    if (done || value === '') throw new Unchecked('the export was cut off: it has no last line');
    if (cells.length !== WIDTHS[part].get(table)) {
      throw new Unchecked(`row ${rows} of the export can't be read`);
    }
    const misplaced = () => new Unchecked(`row ${rows} of the export stands where it should not`);
    if ((table === 'log_head') !== (rows === 0)) throw misplaced();
    rows += 1;
    if (['log_head', 'account', 'checkpoint'].includes(table)) {
      yield { table, cells };
      continue;
    }
    let seq = table === 'event' ? cells[1] : cells[0];
    if (['erasure', 'event_detail'].includes(table)) {
      if (!place || (table === 'erasure' ? group.erasure : group.detail)) throw misplaced();
      seq = place;
    }
    if (seq !== place || (table === 'event' && group.event)) {
      if (place) yield { seq: place, group };
      group = newGroup();
      place = seq;
    }
    if (table === 'transfer') group.transfers.push(cells);
    else if (table === 'event') group.event = cells;
    else if (table === 'erasure') group.erasure = cells;
    else if (table === 'event_detail') group.detail = cells;
    else {
      group.leaf = cells;
      yield { seq: place, group };
      group = newGroup();
      place = '';
    }
  }
  if (place) yield { seq: place, group };
}
