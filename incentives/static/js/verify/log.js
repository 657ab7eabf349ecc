// @ts-check
/** An exported log, row by row: what docs/verify/jishan_verify.py checks, with the same findings. */

import { NUMBER, Unchecked, fromHex, same, toHex } from './codes.js';
import {
  CEILING_ZERO,
  FIELDS,
  FLOOR_ZERO,
  Fund,
  accountKind,
  accountUnit,
  isDay,
  isPublic,
  matchLeaf,
  readLeaf,
} from './leaves.js';
import { originOf, readNote } from './notes.js';
import { finding, words } from './proofs.js';
import { NULL, bytesOf, linesOf, readHead, readRows, shown, unescape } from './rows.js';
import { Tree, leafHash } from './tree.js';

/**
 * @typedef {import('./proofs.js').Finding} Finding
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./notes.js').Checkpoint} Checkpoint
 * @typedef {import('./rows.js').Group} Group
 * @typedef {import('./leaves.js').Move} Move
 * @typedef {{ balance: number, version: number, floor: boolean, ceiling: boolean, unit: string }} Held
 */

const TOLD_AT_MOST = 10000;
const DETAIL_KEY = /^[0-9a-f]{64}$/;
// eslint-disable-next-line no-control-regex -- whether a cell has letters beyond ASCII
const ASCII = /^[\0-\x7f]*$/;
/** @type {Record<string, string>} */
const COLUMN_OF = { event: 'id', occurred: 'occurred_on' };

/** Goes once through an export and keeps what doesn't hold. */
class LogCheck {
  /**
   * @param {Key} key
   * @param {boolean} detailed whether the export says that it has details
   */
  constructor(key, detailed) {
    this.key = key;
    this.detailed = detailed;
    /** @type {Finding[]} */
    this.findings = [];
    this.found = 0;
    this.fund = new Fund();
    this.tree = new Tree();
    this.size = 0;
    this.at = -1n; // in microseconds, beyond 2^53 too
    this.opening = 1;
    this.whole = true;
    this.newestSize = -1;
    /** @type {Checkpoint | null} */
    this.newest = null;
    /** @type {string[] | null} */
    this.head = null;
    /** @type {Map<number, { source: string, checkpoint: Checkpoint }[]>} */
    this.roots = new Map();
    /** @type {Map<string, string[]>} */
    this.accounts = new Map();
    /** @type {Map<string, Held>} */
    this.held = new Map();
    /** @type {Map<string, number>} */
    this.reversed = new Map();
    this.counts = {
      checkpoints: 0,
      details: 0,
      details_erased: 0,
      details_unseen: 0,
      leaves_withheld: 0,
    };
  }

  /**
   * @param {string} check
   * @param {unknown} logged
   * @param {unknown} stored
   * @param {Record<string, unknown>} [where]
   */
  tell(check, logged, stored, where) {
    this.found += 1;
    if (this.found <= TOLD_AT_MOST) this.findings.push(finding(check, logged, stored, where));
  }

  /**
   * A row that stands before the events.
   *
   * @param {string} table
   * @param {string[]} cells
   */
  async takeRow(table, cells) {
    if (table === 'log_head') this.head = cells;
    else if (table === 'account') this.takeAccount(cells);
    else await this.takeCheckpoint(cells);
  }

  /** @param {string[]} cells */
  takeAccount(cells) {
    const [code] = cells;
    if (this.accounts.has(code)) {
      const where = { table: 'account', account: shown(code), column: 'code' };
      this.tell('rows', 'one row', 'two rows', where);
    }
    this.accounts.set(code, cells);
  }

  /** @param {string[]} cells */
  async takeCheckpoint([origin, size, note]) {
    this.counts.checkpoints += 1;
    let checkpoint;
    try {
      checkpoint = await readNote(unescape(note), this.key);
    } catch (error) {
      const where = { table: 'checkpoint', seq: shown(size), column: 'note' };
      this.tell('note', words(error), shown(note), where);
      return;
    }
    for (const [column, said, stored] of [
      ['origin', checkpoint.origin, shown(origin)],
      ['size', String(checkpoint.size), shown(size)],
    ]) {
      if (said === stored) continue;
      this.tell('note', said, stored, { table: 'checkpoint', seq: checkpoint.size, column });
    }
    await this.expectRoot('checkpoint', checkpoint);
  }

  /**
   * Compare the tree with this checkpoint once it has its size.
   *
   * @param {string} source
   * @param {Checkpoint} checkpoint
   */
  async expectRoot(source, checkpoint) {
    const { size } = checkpoint;
    this.roots.set(size, [...(this.roots.get(size) || []), { source, checkpoint }]);
    if (source === 'checkpoint' && size > this.newestSize) {
      this.newestSize = size;
      this.newest = checkpoint;
    }
    if (size === 0) await this.compareRoots();
  }

  /**
   * All rows of one place.
   *
   * @param {string} cell
   * @param {Group} group
   */
  async takeGroup(cell, group) {
    if (!NUMBER.test(cell)) {
      this.tell('seq', 'a number', shown(cell), { table: 'event', column: 'seq' });
      this.whole = false;
      return;
    }
    const seq = Number(cell);
    if (seq !== this.size) {
      this.tell('seq', this.size, seq, { table: 'event', seq, column: 'seq' });
      this.whole = false;
      this.size = seq;
    }
    if (!group.event) this.tell('rows', 'an event', null, { table: 'event', seq });
    if (!group.leaf) {
      this.tell('rows', 'a leaf', null, { table: 'leaf', seq });
      this.whole = false;
    }
    /** @type {Move[] | null} */
    let moves = null;
    if (group.event && group.leaf) {
      const matched = await this.compareLeaf(seq, group.event, group.transfers, group.leaf);
      moves = matched && matched.moves;
      await this.compareDetail(seq, group, matched ? matched.fields.detail : group.event[8]);
    } else if (group.leaf) {
      await this.addLeaf(seq, group.leaf[1], group.leaf[2]);
    }
    this.replayAll(seq, group.transfers, moves);
    this.size = seq + 1;
    await this.compareRoots();
  }

  /**
   * The rows encoded anew against the leaf, and the leaf's own form; what it says.
   *
   * @param {number} seq
   * @param {string[]} event
   * @param {string[][]} transfers
   * @param {string[]} leaf
   */
  async compareLeaf(seq, event, transfers, leaf) {
    const [id, seqCell, at, kind, occurred, actor, approver, reverses, detail, salt] = event;
    const body = unescape(leaf[1]);
    if (kind === 'reopen') this.opening += 1;
    /** @param {string} value */
    const or = (value, before = '') => (value === NULL ? '-' : before + value);
    const expected = [
      'jishan-leaf/v1',
      `origin ${originOf(this.key.base, this.opening)}`,
      `seq ${seqCell}`,
      `event ${id}`,
      `at ${at}`,
      `kind ${kind}`,
      `occurred ${occurred}`,
      `actor ${or(actor, 'u.')}`,
      `approver ${or(approver, 'u.')}`,
      `reverses ${or(reverses)}`,
      `detail ${or(detail)}`,
      `salt ${salt}`,
      ...transfers.map((each) => `move ${each[2]} ${each[3]} ${each[4]} ${each[5]}`),
      '',
    ].join('\n');
    const matched = matchLeaf(body);
    if (!matched || expected !== body) this.nameDifferences(seq, expected, body);
    if (matched) this.checkFields(seq, matched);
    await this.addLeaf(seq, leaf[1], leaf[2]);
    return matched;
  }

  /**
   * What a leaf's form alone doesn't say: a real day, times that rise, a reversal's event.
   *
   * @param {number} seq
   * @param {import('./leaves.js').Leaf} leaf
   */
  checkFields(seq, { fields, moves }) {
    if (!isDay(fields.occurred)) {
      const where = { table: 'leaf', seq, column: 'body' };
      this.tell('leaf', 'a day of the calendar', fields.occurred, where);
    }
    const at = BigInt(fields.at);
    if (at <= this.at) {
      this.tell('at', `> ${this.at}`, fields.at, { table: 'event', seq, column: 'at' });
    }
    this.at = at;
    const where = { table: 'event', seq, column: 'reverses' };
    if ((fields.kind === 'reversal') !== (fields.reverses !== '-')) {
      this.tell('leaf', 'only a reversal reverses', fields.reverses, where);
    }
    if (fields.reverses !== '-') {
      if (this.reversed.has(fields.reverses)) {
        this.tell('reversal', 'one reversal an event', fields.reverses, where);
      }
      this.reversed.set(fields.reverses, seq);
    }
    this.fund.add(moves);
  }

  /**
   * Which column of which row says something else than the leaf.
   *
   * @param {number} seq
   * @param {string} expected
   * @param {string} body
   */
  nameDifferences(seq, expected, body) {
    let logged;
    try {
      logged = readLeaf(body);
    } catch (error) {
      this.tell('leaf', words(error), shown(body), { table: 'leaf', seq, column: 'body' });
      return;
    }
    const rows = expected.split('\n');
    FIELDS.forEach((name, at) => {
      const row = rows[at + 1] ?? '';
      const stored = row.includes(' ') ? row.slice(row.indexOf(' ') + 1) : '';
      if (stored === logged.fields[name]) return;
      const table = name === 'origin' ? 'log_head' : 'event';
      this.tell('rows', logged.fields[name], stored, { table, seq, column: COLUMN_OF[name] ?? name });
    });
    const moves = rows.slice(FIELDS.length + 1, -1).map((row) => row.split(' ').slice(1));
    if (moves.length !== logged.moves.length) {
      const where = { table: 'transfer', seq, column: 'line' };
      this.tell('rows', logged.moves.length, moves.length, where);
      return;
    }
    logged.moves.forEach((move, line) => {
      const texts = [move.source, move.target, move.unit, String(move.amount)];
      ['from_code', 'to_code', 'unit', 'amount'].forEach((column, at) => {
        if (texts[at] === moves[line][at]) return;
        this.tell('rows', texts[at], moves[line][at], { table: 'transfer', seq, line, column });
      });
    });
  }

  /**
   * Whether the detail is the one that the event commits to, or was erased on record. Where row and
   * leaf commit to others, that was named: it may be the one of either.
   *
   * @param {number} seq
   * @param {Group} group
   * @param {string} logged
   */
  async compareDetail(seq, { event, erasure, detail }, logged) {
    const [id, committed] = event ? [event[0], event[8]] : [NULL, NULL];
    for (const [table, row] of /** @type {[string, string[] | null][]} */ ([
      ['erasure', erasure],
      ['event_detail', detail],
    ])) {
      if (!row || row[0] === id) continue;
      this.tell('rows', shown(id), shown(row[0]), { table, seq, column: 'event_id' });
    }
    const where = { table: 'event_detail', seq, column: 'text' };
    if (!detail) {
      if (committed === NULL) return;
      if (erasure) this.counts.details_erased += 1;
      else this.tell('detail', shown(committed), 'missing', where);
      return;
    }
    const [, text, key] = detail;
    if (committed === NULL) this.tell('detail', null, shown(text), where);
    else if (!this.detailed) {
      this.counts.details_unseen += 1;
      for (const [column, cell] of Object.entries({ text, key })) {
        if (cell !== NULL) this.tell('detail', null, shown(cell), { ...where, column });
      }
    } else if (!DETAIL_KEY.test(key)) {
      this.tell('detail', '64 hex digits', shown(key), { ...where, column: 'key' });
    } else {
      this.counts.details += 1;
      const found = await hmac(key, unescape(text));
      if (found !== committed && found !== logged) {
        this.tell('detail', shown(committed), found, where);
      }
    }
  }

  /**
   * Move an event's transfers on recomputed balances: those of its leaf, where it can be read, so
   * that an edited row is named once and not in every later balance.
   *
   * @param {number} seq
   * @param {string[][]} transfers
   * @param {Move[] | null} moves
   */
  replayAll(seq, transfers, moves) {
    transfers.forEach((cells, line) => {
      const where = { table: 'transfer', seq, line };
      if (cells[1] !== String(line)) {
        this.tell('rows', line, shown(cells[1]), { ...where, column: 'line' });
      }
      /** @type {Move | null} */
      let own = null;
      if (/^[0-9]{1,15}$/.test(cells[5])) {
        own = { source: cells[2], target: cells[3], unit: cells[4], amount: Number(cells[5]) };
      } else {
        this.tell('rows', 'a number', shown(cells[5]), { ...where, column: 'amount' });
      }
      let logged = moves ? (moves[line] ?? null) : own;
      if (!logged) return;
      const differs =
        own && ['source', 'target', 'unit', 'amount'].some((name) => own[name] !== logged[name]);
      // The leaf was edited, not the row: that was named.
      if (own && differs && this.fits(own, cells)) logged = own;
      this.replay(seq, line, logged, cells);
    });
    for (let line = transfers.length; moves && line < moves.length; line += 1) {
      this.replay(seq, line, moves[line], null);
    }
  }

  /**
   * Whether a transfer leads to what its row says of both accounts.
   *
   * @param {Move} move
   * @param {string[]} cells
   */
  fits({ source, target, amount }, cells) {
    const left = this.held.get(source) || { balance: 0, version: 0 };
    const got = this.held.get(target) || { balance: 0, version: 0 };
    const after = [left.balance - amount, left.version + 1, got.balance + amount, got.version + 1];
    return after.every((each, at) => String(each) === cells[6 + at]);
  }

  /**
   * Move one transfer on recomputed balances and compare what its row says of them.
   *
   * @param {number} seq
   * @param {number} line
   * @param {Move} move
   * @param {string[] | null} cells
   */
  replay(seq, line, { source, target, unit, amount }, cells) {
    const where = { table: 'transfer', seq, line };
    for (const [side, code, change, at] of /** @type {[string, string, number, number][]} */ ([
      ['from', source, -amount, 6],
      ['to', target, amount, 8],
    ])) {
      const held = this.held.get(code) || this.openAccount(code, unit, { ...where, side });
      held.balance += change;
      held.version += 1;
      for (const [name, value, number] of /** @type {[string, number, number][]} */ ([
        ['balance_after', held.balance, at],
        ['version', held.version, at + 1],
      ])) {
        if (!cells || String(value) === cells[number]) continue;
        this.tell('balance', value, shown(cells[number]), { ...where, column: `${side}_${name}` });
      }
      if ((held.floor && held.balance < 0) || (held.ceiling && held.balance > 0)) {
        const limit = held.ceiling ? 'at most 0' : 'at least 0';
        this.tell('floor', limit, held.balance, { ...where, column: `${side}_code` });
      }
      if (held.unit !== unit) {
        this.tell('rows', held.unit, shown(unit), { ...where, column: 'unit' });
      }
    }
  }

  /**
   * The recomputed balance of an account at its first transfer.
   *
   * @param {string} code
   * @param {string} unit
   * @param {{ side: string, table: string, seq: number, line: number }} at
   * @returns {Held}
   */
  openAccount(code, unit, { side, ...where }) {
    const kind = accountKind(code);
    if (!kind) this.tell('rows', 'an account', shown(code), { ...where, column: `${side}_code` });
    const held = {
      balance: 0,
      version: 0,
      floor: FLOOR_ZERO.has(String(kind)),
      ceiling: CEILING_ZERO.has(String(kind)),
      unit: kind ? accountUnit(code) : unit,
    };
    this.held.set(code, held);
    return held;
  }

  /**
   * Put a leaf into the tree; its row keeps the hashes of the subtrees that it ends.
   *
   * @param {number} seq
   * @param {string} cell
   * @param {string} hashes
   */
  async addLeaf(seq, cell, hashes) {
    if (!ASCII.test(cell)) {
      this.whole = false; // not a leaf's bytes as a cell has them, which was named
      return;
    }
    const hashed = await leafHash(bytesOf(unescape(cell)));
    const completed = this.whole ? await this.tree.add(hashed) : [hashed];
    const text = completed.map(toHex).join('');
    const kept = this.whole ? hashes : hashes.slice(0, 64);
    if (text !== kept) {
      this.tell('hashes', text, shown(kept), { table: 'leaf', seq, column: 'hashes' });
    }
  }

  /** The tree of this size against every checkpoint of it. */
  async compareRoots() {
    const expected = this.roots.get(this.size);
    this.roots.delete(this.size);
    if (!expected || !this.whole) return;
    const root = await this.tree.root();
    for (const { source, checkpoint } of expected) {
      const where = { table: source, seq: checkpoint.size };
      if (!same(checkpoint.root, root)) {
        this.tell('root', toHex(checkpoint.root), toHex(root), { ...where, column: 'root' });
      }
      const origin = originOf(this.key.base, this.opening);
      if (checkpoint.origin !== origin) {
        this.tell('origin', checkpoint.origin, origin, { ...where, column: 'origin' });
      }
    }
  }

  /** What can be said once all rows were read. */
  finish() {
    for (const [size, expected] of [...this.roots].sort((one, other) => one[0] - other[0])) {
      if (size <= this.size) continue;
      for (const { source } of expected) {
        this.tell('size', size, this.size, { table: source, seq: size, column: 'size' });
      }
    }
    this.compareAccounts();
    this.compareHead();
  }

  /** Each account's row against what its transfers add up to. */
  compareAccounts() {
    for (const [code, [, unit, kindCell, balance, version]] of this.accounts) {
      const account = shown(code);
      const where = { table: 'account', account };
      const held = this.held.get(code);
      if (!held) {
        this.tell('rows', null, account, { ...where, column: 'code' });
        continue;
      }
      this.held.delete(code);
      if (String(held.balance) !== balance) {
        this.tell('balance', held.balance, shown(balance), { ...where, column: 'balance' });
      }
      if (String(held.version) !== version) {
        this.tell('balance', held.version, shown(version), { ...where, column: 'version' });
      }
      const kind = accountKind(code);
      if (!kind) {
        this.tell('rows', `${account} is no account`, account, { ...where, column: 'code' });
        continue;
      }
      for (const [column, text, stored] of [
        ['unit', accountUnit(code), shown(unit)],
        ['kind', kind === 'h' ? 'household' : kind, shown(kindCell)],
      ]) {
        if (text !== stored) this.tell('rows', text, stored, { ...where, column });
      }
    }
    for (const code of this.held.keys()) {
      this.tell('rows', 'an account', null, { table: 'account', account: shown(code) });
    }
  }

  /** The log head's row against the tree. */
  compareHead() {
    const [origin, size, at, frontier] = this.head || [];
    const computed = this.whole ? this.tree.frontier.map(toHex).join('') : shown(frontier);
    for (const [column, value, stored] of [
      ['origin', originOf(this.key.base, this.opening), origin],
      ['size', String(this.size), size],
      ['at', this.newestTime(), at],
      ['frontier', computed, frontier],
    ]) {
      if (value === shown(stored)) continue;
      this.tell('head', value, shown(stored), { table: 'log_head', column });
    }
  }

  /**
   * The newest event's time, as the log head has it.
   *
   * @returns {string | null}
   */
  newestTime() {
    return this.at < 0n ? '0' : String(this.at);
  }
}

/** The same over the public part: hashes, and the leaves that touch no household. */
class PublicCheck extends LogCheck {
  /**
   * @param {string} cell
   * @param {Group} group
   */
  async takeGroup(cell, { leaf }) {
    const seq = NUMBER.test(cell) ? Number(cell) : -1;
    if (seq !== this.size || !leaf) {
      throw new Unchecked(`the public part goes on with ${cell} at ${this.size}`);
    }
    if (leaf.length === 3) {
      await this.takeLeaf(seq, leaf[1], leaf[2]);
    } else {
      this.counts.leaves_withheld += 1;
      if (!/^[0-9a-f]{64}$/.test(leaf[1])) throw new Unchecked(`the hash at ${seq} can't be read`);
      await this.tree.add(fromHex(leaf[1]));
    }
    this.size = seq + 1;
    await this.compareRoots();
  }

  /**
   * A leaf of the fund's.
   *
   * @param {number} seq
   * @param {string} cell
   * @param {string} hashes
   */
  async takeLeaf(seq, cell, hashes) {
    await this.addLeaf(seq, cell, hashes);
    const body = unescape(cell);
    const where = { table: 'leaf', seq };
    let leaf;
    try {
      leaf = readLeaf(body);
    } catch (error) {
      this.tell('leaf', words(error), shown(body), { ...where, column: 'body' });
      return;
    }
    const { fields, moves } = leaf;
    if (fields.kind === 'reopen') this.opening += 1;
    for (const [column, value] of [
      ['seq', String(seq)],
      ['origin', originOf(this.key.base, this.opening)],
    ]) {
      if (fields[column] !== value) this.tell('leaf', value, fields[column], { ...where, column });
    }
    if (BigInt(fields.at) <= this.at) {
      this.tell('at', `> ${this.at}`, fields.at, { ...where, column: 'at' });
    }
    this.at = BigInt(fields.at);
    if (!isPublic(moves)) {
      this.tell('public', "no household's leaf", seq, { ...where, column: 'body' });
    }
    for (const code of this.fund.add(moves)) {
      this.tell('floor', code, this.fund.balances[code], where);
    }
  }

  /** The newest event may be a household's: the public part doesn't tell its time. */
  newestTime() {
    return null;
  }

  compareAccounts() {}
}

/**
 * HMAC-SHA-256 of a text under a key in hex, in hex.
 *
 * @param {string} key
 * @param {string} text
 * @returns {Promise<string>}
 */
async function hmac(key, text) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const raw = /** @type {any} */ (fromHex(key));
  const secret = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
  const made = await crypto.subtle.sign('HMAC', secret, new TextEncoder().encode(text));
  return toHex(new Uint8Array(made));
}

/**
 * Whether what a reversal names stands before it: the file is read again for those alone.
 *
 * @param {Blob} file
 * @param {LogCheck} check
 */
async function checkReversals(file, check) {
  if (!check.reversed.size || check instanceof PublicCheck) return;
  /** @type {Map<string, number>} */
  const places = new Map();
  for await (const line of linesOf(file)) {
    const [table, id, seq] = line.split('\t', 3);
    if (table === 'event' && check.reversed.has(id) && /^[0-9]+$/.test(seq)) {
      places.set(id, Number(seq));
    }
  }
  for (const [event, seq] of check.reversed) {
    if ((places.get(event) ?? seq) < seq) continue;
    const where = { table: 'event', seq, column: 'reverses' };
    check.tell('reversal', 'an earlier event', event, where);
  }
}

/**
 * All that docs/ledger.md lists under "Verifying", over an export; with its newest checkpoint.
 *
 * @param {Blob} file
 * @param {Key} key
 * @param {Checkpoint[]} earlier
 * @param {(events: number) => void} [progress]
 * @returns {Promise<{ findings: Finding[], report: Record<string, any>,
 *   newest: Checkpoint | null }>}
 */
export async function checkLog(file, key, earlier, progress = () => {}) {
  const lines = linesOf(file);
  const head = await readHead(lines);
  if (head.village !== key.village) {
    throw new Unchecked(`the export is of ${head.village}, the key of ${key.village}`);
  }
  const kind = head.part === 'public' ? PublicCheck : LogCheck;
  const check = new kind(key, head.details === 'yes');
  for (const each of earlier) await check.expectRoot('earlier', each);
  for await (const row of readRows(lines, head.part)) {
    if ('table' in row) await check.takeRow(row.table, row.cells);
    else await check.takeGroup(row.seq, row.group);
    if (check.size % 500 === 0) progress(check.size);
  }
  if (!check.counts.checkpoints) {
    throw new Unchecked('the export has no checkpoint: nothing says which log this is');
  }
  check.finish();
  await checkReversals(file, check);
  if (check.found > check.findings.length) {
    check.findings.push({ check: 'more', count: check.found - check.findings.length });
  }
  const report = {
    village: head.village,
    part: head.part,
    events: check.size,
    signed_events: Math.max(check.newestSize, 0),
    openings: check.opening,
    accounts: check.accounts.size,
    ...check.counts,
    fund: check.fund.report(),
  };
  return { findings: check.findings, report, newest: check.newest };
}
