// @ts-check
/** While a list of payees is made: what it asks for against what the purpose has left this year.
 *
 * It counts who is ticked and what is typed; who looks at the list afterwards sees it reckoned by
 * the server, with what a sheet brings.
 */

// Headings and sums of a pasted table are nobody's lines.
const NOBODY = /姓名|户主|金额|合计|总计|小计/;

/**
 * The amount in a typed line: the last number in it, else that of all; 0 for nobody's.
 *
 * @param {string} line
 * @param {number} all
 */
function amountIn(line, all) {
  if (!line.trim() || NOBODY.test(line)) return 0;
  const numbers = line.replaceAll(/(\d),(?=\d{3})/g, '$1').match(/\d+(\.\d+)?(?=\s*元?\s*$)/);
  return numbers ? Number(numbers[0]) : all;
}

/** @param {string} id */
function typed(id) {
  const field = document.getElementById(id);
  const known =
    field instanceof HTMLInputElement ||
    field instanceof HTMLTextAreaElement ||
    field instanceof HTMLSelectElement;
  return known ? field.value : '';
}

/** @param {HTMLElement} band */
function start(band) {
  const form = band.closest('form');
  const said = band.querySelector('p');
  if (!form || !said) return;
  /** @type {Record<string, number>} */
  const left = JSON.parse(band.dataset.left || '{}');
  const update = () => {
    const purpose = typed('field-purpose');
    const all = Number(typed('field-amount_fen').replaceAll(',', '')) || 0;
    const ticked = form.querySelectorAll(`#${band.dataset.listBudget} input:checked`).length;
    const lines = typed('field-names').split('\n');
    const sum = lines.reduce((total, line) => total + amountIn(line, all), ticked * all);
    const there = left[purpose];
    const rest = (there ?? 0) / 100;
    const less = Math.round((sum - rest) * 100) / 100;
    const { covered, short, without, sheet } = band.dataset;
    const sentence = (there === undefined && without) || (less > 0 ? short : covered) || '';
    said.textContent = [
      sentence
        .replaceAll('{sum}', sum.toFixed(2))
        .replaceAll('{left}', rest.toFixed(2))
        .replaceAll('{less}', less.toFixed(2)),
      typed('field-sheet') ? sheet : '',
    ].join(' ');
    band.classList.toggle('band-waiting', there === undefined || less > 0);
    band.classList.toggle('band-info', there !== undefined && less <= 0);
    band.hidden = !purpose || !sum;
  };
  form.addEventListener('input', update);
  form.addEventListener('change', update);
  // Browsers put ticks back without telling when one goes back to a page.
  window.addEventListener('pageshow', update);
  update();
}

for (const band of document.querySelectorAll('[data-list-budget]')) {
  if (band instanceof HTMLElement) start(band);
}
