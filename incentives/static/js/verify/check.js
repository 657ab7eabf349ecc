// @ts-check
/** An exported log, row by row, and what of it doesn't hold. */

import { Accounts } from './accounts.js';
import { NUMBER, same, toHex } from './codes.js';
import { compareDetail } from './details.js';
import { nameDifferences } from './differences.js';
import { Fund, isDay, matchLeaf } from './leaves.js';
import { originOf, readNote } from './notes.js';
import { finding, words } from './proofs.js';
import { NULL, bytesOf, shown, unescape } from './rows.js';
import { Tree, leafHash } from './tree.js';

/**
 * @typedef {import('./proofs.js').Finding} Finding
 * @typedef {import('./notes.js').Key} Key
 * @typedef {import('./notes.js').Checkpoint} Checkpoint
 * @typedef {import('./rows.js').Group} Group
 * @typedef {import('./leaves.js').Move} Move
 */

const TOLD_AT_MOST = 10000;
// Whether a cell has no letter beyond ASCII.
const ASCII = /^[\0-\x7f]*$/;

/** Goes once through an export and keeps what doesn't hold. */
export class LogCheck {
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
    this.accounts = new Accounts((...said) => this.tell(...said));
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
    else if (table === 'account') this.accounts.take(cells);
    else await this.takeCheckpoint(cells);
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
      await compareDetail(this, seq, group, matched ? matched.fields.detail : group.event[8]);
    } else if (group.leaf) {
      await this.addLeaf(seq, group.leaf[1], group.leaf[2]);
    }
    this.accounts.replayAll(seq, group.transfers, moves);
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
    if (!matched || expected !== body) nameDifferences(this, seq, expected, body);
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
    this.accounts.compare();
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
