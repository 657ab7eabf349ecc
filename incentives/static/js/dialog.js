// @ts-check
/** Opens the dialogs that ask before what is hard to undo. */

const SETTLES = 500; // milliseconds in which a tap may still be meant for what the dialog covers

/**
 * Open a dialog. The second tap of a double tap may hit what the dialog brought under the finger:
 * what does as it asks takes no tap for a moment, nor one that belongs to a tap before.
 *
 * @param {HTMLDialogElement} dialog
 */
export function openDialog(dialog) {
  const buttons = [...dialog.querySelectorAll('button')];
  const doing = buttons.filter((each) => each.type === 'submit' && each.value !== 'no' && !each.disabled);
  const closed = new AbortController();
  const settle = () => {
    for (const each of doing) each.disabled = false;
  };
  /** @param {MouseEvent} event */
  const ignoreSecond = (event) => {
    if (event.detail < 2 || !doing.some((each) => each.contains(/** @type {Node} */ (event.target)))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  for (const each of doing) each.disabled = true;
  const settling = setTimeout(settle, SETTLES);
  dialog.addEventListener('click', ignoreSecond, { capture: true, signal: closed.signal });
  dialog.addEventListener(
    'close',
    () => {
      clearTimeout(settling);
      settle();
      closed.abort();
    },
    { once: true },
  );
  dialog.showModal();
}
