// @ts-check
/** The receipt on the screen, with a QR to take a picture of. */

import { Problem, Unknown, call } from '../api.js';
import { encodeQR } from '../../vendor/qr/index.js';
import { element, part, texts } from '../app/page.js';
import { nameOf } from './served.js';

const SVG = 'http://www.w3.org/2000/svg';
const QUIET = 4; // modules of white around a QR code (ISO/IEC 18004)

/**
 * @param {any} redemption
 * @param {string} village where it was posted
 */
export function drawReceipt(redemption, village) {
  part('receipt-number').textContent = String(redemption.receipt);
  part('receipt-points').textContent = String(redemption.points);
  part('receipt-taken').textContent = String(redemption.points);
  part('receipt-balance').textContent = String(redemption.balance);
  part('receipt-village').textContent = nameOf(village);
  part('receipt-when').textContent = new Date(redemption.redeemed_at).toLocaleString(
    document.documentElement.lang,
    { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Shanghai' },
  );
  part('receipt-lines').replaceChildren(
    ...redemption.lines.map((/** @type {any} */ line) => {
      const row = document.createElement('li');
      row.append(
        element('span', `${goodOf(line)} ×${line.quantity}`),
        element('span', String(line.points)),
      );
      return row;
    }),
  );
  part('receipt-cash').hidden = redemption.cash_fen === 0;
  part('receipt-cash-amount').textContent = (redemption.cash_fen / 100).toFixed(2);
  const link = /** @type {HTMLAnchorElement} */ (part('receipt-link'));
  link.href = `${texts.receipts}${redemption.id}?village=${village}`;
  part('receipt-qr').hidden = true;
  drawVouchers(redemption);
  drawProof(redemption, village);
}

/** @param {any} line */
function goodOf(line) {
  const chinese = document.documentElement.lang.startsWith('zh');
  return (!chinese && line.name_en) || line.name_zh;
}

/**
 * The vouchers of the services that were bought, each a slip below the receipt.
 *
 * @param {any} redemption
 */
function drawVouchers(redemption) {
  for (const old of part('receipt').querySelectorAll('.voucher-slip')) old.remove();
  const blank = /** @type {HTMLTemplateElement} */ (part('voucher')).content;
  const slips = (redemption.vouchers || []).map((/** @type {any} */ voucher) => {
    const slip = /** @type {DocumentFragment} */ (blank.cloneNode(true));
    const line = redemption.lines.find((/** @type {any} */ each) => each.id === voucher.line_id);
    const until = new Date(`${voucher.valid_until}T12:00:00+08:00`);
    /** @type {Record<string, string | Node>} */
    const parts = {
      name: goodOf(line),
      until: until.toLocaleDateString(document.documentElement.lang, {
        dateStyle: 'medium',
        timeZone: 'Asia/Shanghai',
      }),
      qr: picture(encodeQR(`${texts.vouchers}${voucher.number}`, 'raw', { border: QUIET })),
      number: voucher.number.replace(/(\d{4})(?=\d)/g, '$1 '),
    };
    for (const [name, content] of Object.entries(parts)) {
      slip.querySelector(`[data-voucher="${name}"]`)?.replaceChildren(content);
    }
    return slip;
  });
  part('receipt-slip').after(...slips);
}

/**
 * The QR that shows anyone that this sale stands in the log. The receipt is good without it.
 *
 * @param {any} redemption
 * @param {string} village
 */
async function drawProof(redemption, village) {
  try {
    const proven = await call('GET', `/villages/${village}/redemptions/${redemption.id}`);
    if (part('receipt-number').textContent !== String(redemption.receipt)) return;
    part('receipt-qr').replaceChildren(picture(encodeQR(proven.proof_url, 'raw', { border: QUIET })));
    part('receipt-qr').hidden = false;
  } catch (error) {
    if (!(error instanceof Unknown || error instanceof Problem)) throw error;
  }
}

/**
 * A QR code as a picture, dark modules as one path.
 *
 * @param {boolean[][]} modules
 */
function picture(modules) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${modules.length} ${modules.length}`);
  const path = document.createElementNS(SVG, 'path');
  const squares = modules.flatMap((row, y) =>
    row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')),
  );
  path.setAttribute('d', squares.join(''));
  svg.append(path);
  return svg;
}
