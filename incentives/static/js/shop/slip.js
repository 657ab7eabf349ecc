// @ts-check
/** A receipt, and the vouchers with it, on 58 mm paper. */

const MILLIMETRE = 96 / 25.4; // CSS pixels
const MARGINS = 16; // millimetres above, below and for each slip's end

/** Print the slips on one page as long as they are: no roll knows pages. */
export function printSlip() {
  const root = document.documentElement;
  root.classList.add('prints-slip');
  const slips = [...document.querySelectorAll('.receipt')];
  const length = slips.reduce(
    (sum, slip) => sum + Math.ceil(slip.scrollHeight / MILLIMETRE) + MARGINS,
    0,
  );
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `@page { size: 58mm ${length}mm; margin: 3mm; @bottom-right { content: none; } }`,
  );
  const before = document.adoptedStyleSheets;
  document.adoptedStyleSheets = [...before, sheet];
  window.addEventListener(
    'afterprint',
    () => {
      document.adoptedStyleSheets = before;
      root.classList.remove('prints-slip');
    },
    { once: true },
  );
  window.print();
}
