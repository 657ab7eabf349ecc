// @ts-check
/** The public part of an exported log: hashes, and the leaves that touch no household. */

import { LogCheck } from './check.js';
import { NUMBER, Unchecked, fromHex } from './codes.js';
import { isPublic, readLeaf } from './leaves.js';
import { originOf } from './notes.js';
import { words } from './proofs.js';
import { shown, unescape } from './rows.js';

/** @typedef {import('./rows.js').Group} Group */

/** Goes once through a public part, as `LogCheck` through the whole. */
export class PublicCheck extends LogCheck {
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
