// @ts-check
/** Leaves: one event each as text (docs/ledger.md), and the fund as they add up to it. */

const KINDS =
  'opening|award|redemption|refund|expiry|reversal|debt_payment|household_move|loss|income' +
  '|money_move|disbursement|payment_return|settlement_approved|settlement_paid|reopen';
const LEAF = new RegExp(
  '^jishan-leaf/v1\\norigin ([!-~]{1,120})\\nseq (0|[1-9][0-9]{0,14})\\nevent ([0-9a-f]{32})\\n' +
    `at (0|[1-9][0-9]{0,15})\\nkind (${KINDS})\\n` +
    'occurred ([0-9]{4}-[0-9]{2}-[0-9]{2})\\nactor (u\\.[a-z2-9]{8}|-)\\n' +
    'approver (u\\.[a-z2-9]{8}|-)\\nreverses ([0-9a-f]{32}|-)\\ndetail ([0-9a-f]{64}|-)\\n' +
    'salt ([0-9a-f]{32})\\n' +
    '((?:move [a-z0-9._]{1,64} [a-z0-9._]{1,64} (?:point|fen) [1-9][0-9]{0,12}\\n)*)$',
);
const BYTES_AT_MOST = 65535;
export const FIELDS = [
  'origin', 'seq', 'event', 'at', 'kind', 'occurred', 'actor', 'approver', 'reverses', 'detail',
  'salt',
]; // prettier-ignore

const POINT_KINDS = new Set([
  'issuance', 'h', 'debt', 'shop', 'settled', 'expired', 'offline_loss',
]); // prettier-ignore
const FEN_KINDS = new Set(['cash', 'bank', 'income', 'spending', 'payable']);
export const FLOOR_ZERO = new Set(['h', 'settled', 'expired', 'cash', 'bank', 'spending']);
export const CEILING_ZERO = new Set(['debt', 'payable']);

/**
 * @typedef {{ source: string, target: string, unit: string, amount: number }} Move
 * @typedef {{ fields: Record<string, string>, moves: Move[] }} Leaf
 */

/**
 * What stands before the first dot of an account's code, null for no kind of account.
 *
 * @param {string} code
 */
export function accountKind(code) {
  const kind = code.split('.')[0];
  return POINT_KINDS.has(kind) || FEN_KINDS.has(kind) ? kind : null;
}

/**
 * The unit that an account counts.
 *
 * @param {string} code
 */
export function accountUnit(code) {
  return FEN_KINDS.has(String(accountKind(code))) ? 'fen' : 'point';
}

/**
 * Whether a balance is below its account's floor or above its ceiling.
 *
 * @param {string} kind
 * @param {number} balance
 */
export function beyond(kind, balance) {
  return (balance < 0 && FLOOR_ZERO.has(kind)) || (balance > 0 && CEILING_ZERO.has(kind));
}

/**
 * Whether a text is a day of the calendar.
 *
 * @param {string} text
 */
export function isDay(text) {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text && text > '0001';
}

/**
 * A leaf's fields and transfers by its form alone, null for a text that has another.
 *
 * @param {string} body
 * @returns {Leaf | null}
 */
export function matchLeaf(body) {
  const found = LEAF.exec(body);
  if (!found) return null;
  const moves = found[12].split('\n').slice(0, -1);
  return {
    fields: Object.fromEntries(FIELDS.map((name, at) => [name, found[at + 1]])),
    moves: moves.map((line) => {
      const [, source, target, unit, amount] = line.split(' ');
      return { source, target, unit, amount: Number(amount) };
    }),
  };
}

/**
 * What a leaf says; an error for a text that isn't written as a leaf is.
 *
 * @param {string} body
 * @returns {Leaf}
 */
export function readLeaf(body) {
  const leaf = matchLeaf(body);
  if (!leaf || body.length > BYTES_AT_MOST) throw new Error('this is no leaf');
  if (!isDay(leaf.fields.occurred)) throw new Error('this is no leaf');
  if ((leaf.fields.kind === 'reversal') !== (leaf.fields.reverses !== '-')) {
    throw new Error('only a reversal reverses');
  }
  for (const { source, target, unit } of leaf.moves) {
    for (const code of [source, target]) {
      if (!accountKind(code)) throw new Error(`${code} is no account`);
      if (accountUnit(code) !== unit) throw new Error(`${code} doesn't count ${unit}`);
    }
    if (source === target) throw new Error('a transfer needs two accounts');
  }
  return leaf;
}

/**
 * Whether an event touches no household's account and no debt.
 *
 * @param {Move[]} moves
 */
export function isPublic(moves) {
  return !moves.some((move) =>
    [move.source, move.target].some((code) => code.startsWith('h.') || code.startsWith('debt.')),
  );
}

/** The micro-fund, recomputed from leaves alone: cash, bank, income, spending, payable. */
export class Fund {
  constructor() {
    /** @type {Record<string, number>} */
    this.balances = {};
  }

  /**
   * Move the fen of an event; the accounts that then stand beyond their floor or ceiling.
   *
   * @param {Move[]} moves
   * @returns {string[]}
   */
  add(moves) {
    const touched = [];
    for (const { source, target, unit, amount } of moves) {
      if (unit !== 'fen') continue;
      this.balances[source] = (this.balances[source] || 0) - amount;
      this.balances[target] = (this.balances[target] || 0) + amount;
      touched.push(source, target);
    }
    return touched.filter((code) => beyond(String(accountKind(code)), this.balances[code]));
  }

  /** Cash and bank, and by code what came in, what was spent, what is owed, in fen. */
  report() {
    /** @type {Record<string, any>} */
    const report = { cash_fen: this.balances.cash || 0, bank_fen: this.balances.bank || 0 };
    for (const [kind, sign] of /** @type {[string, number][]} */ ([
      ['income', -1],
      ['spending', 1],
      ['payable', -1],
    ])) {
      const codes = Object.keys(this.balances).filter((code) => code.startsWith(`${kind}.`));
      report[`${kind}_fen`] = Object.fromEntries(
        codes.sort().map((code) => [code, sign * this.balances[code] || 0]),
      );
    }
    return report;
  }
}
