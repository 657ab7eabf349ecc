// @ts-check
/** Each account of an exported log: its balance, recomputed, against what its rows say. */

import { CEILING_ZERO, FLOOR_ZERO, accountKind, accountUnit } from './leaves.js';
import { shown } from './rows.js';

/**
 * @typedef {import('./leaves.js').Move} Move
 * @typedef {(check: string, logged: unknown, stored: unknown, where?: Record<string, unknown>) => void} Tell
 * @typedef {{ balance: number, version: number, floor: boolean, ceiling: boolean, unit: string }} Held
 */

/** The accounts' rows, and what the transfers add up to. */
export class Accounts {
  /** @param {Tell} tell takes what doesn't hold */
  constructor(tell) {
    this.tell = tell;
    /** @type {Map<string, string[]>} */
    this.rows = new Map();
    /** @type {Map<string, Held>} */
    this.held = new Map();
  }

  /** @param {string[]} cells */
  take(cells) {
    const [code] = cells;
    if (this.rows.has(code)) {
      const where = { table: 'account', account: shown(code), column: 'code' };
      this.tell('rows', 'one row', 'two rows', where);
    }
    this.rows.set(code, cells);
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

  /** Each account's row against what its transfers add up to. */
  compare() {
    for (const [code, [, unit, kindCell, balance, version]] of this.rows) {
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
}
