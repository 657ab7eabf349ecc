// @ts-check
/** An export's lines (docs/ledger.md, "Export"): cells between tabs, escaped as written there. */

import { Unchecked } from './codes.js';

const FORMAT = 'jishan-log/v1';
/** @type {Record<string, string>} */
const COLUMNS = {
  log_head: 'origin size at frontier',
  account: 'code unit kind balance version',
  checkpoint: 'origin size at note',
  event: 'id seq at kind occurred_on actor approver reverses record detail salt',
  transfer:
    'seq line from_code to_code unit amount from_balance_after from_version to_balance_after' +
    ' to_version',
  erasure: 'event_id at',
  event_detail: 'event_id text key',
  leaf: 'seq body hashes',
  hash: 'seq hashes',
};
export const NULL = '\\N';
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
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
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
 * What an export says of itself; it must have the tables and columns of this format.
 *
 * @param {AsyncGenerator<string>} lines
 * @returns {Promise<Record<string, string>>}
 */
export async function readHead(lines) {
  if ((await lines.next()).value !== FORMAT) {
    throw new Unchecked('this is no export of a log (jishan-log/v1)');
  }
  /** @type {Record<string, string>} */
  const head = {};
  /** @type {Record<string, string>} */
  const tables = {};
  for (;;) {
    const { value, done } = await lines.next();
    const cells = done ? ['rows'] : value.split('\t');
    if (cells.length === 1 && cells[0] === 'rows') break;
    if (cells[0] === 'columns') tables[cells[1]] = cells.slice(2).join(' ');
    else head[cells[0]] = cells[1];
  }
  const known =
    Object.keys(tables).length === Object.keys(COLUMNS).length &&
    Object.entries(COLUMNS).every(([name, columns]) => tables[name] === columns);
  if (!known || !['all', 'public'].includes(head.part)) {
    throw new Unchecked('the export has other tables or columns than this page knows');
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
 * @returns {AsyncGenerator<{ table: string, cells: string[] } | { seq: string, group: Group }>}
 */
export async function* readRows(lines) {
  let group = newGroup();
  let place = '';
  let rows = 0;
  let ended = false;
  for await (const line of lines) {
    if (ended) break;
    const [table, ...cells] = line.split('\t');
    if (table === 'end') {
      if (cells.length !== 1 || cells[0] !== String(rows)) {
        throw new Unchecked(`the export has ${rows} rows, its last line says otherwise`);
      }
      ended = true;
      continue;
    }
    if (line === '') break;
    if (cells.length !== COLUMNS[table]?.split(' ').length) {
      throw new Unchecked(`row ${rows} of the export can't be read`);
    }
    rows += 1;
    if (['log_head', 'account', 'checkpoint'].includes(table)) {
      yield { table, cells };
      continue;
    }
    let seq = table === 'event' ? cells[1] : cells[0];
    if (['erasure', 'event_detail'].includes(table)) {
      if (!place) throw new Unchecked(`row ${rows} of the export stands where it should not`);
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
  if (!ended) throw new Unchecked('the export was cut off: it has no last line');
  if (place) yield { seq: place, group };
}
