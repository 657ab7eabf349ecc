// @ts-check
/**
 * Starts the components of a page by their data-attributes (templates/components/README.md).
 * Without it every form still works: what is here only makes it quicker.
 */

import { startBatches } from './batches.js';
import { openDialog } from './dialog.js';
import { startDrafts, startHeldBack } from './drafts.js';
import { changed, startFilter } from './filter.js';
import { startScanner } from './scanner.js';
import { startSignOut } from './sign_out.js';
import { startTiles } from './tiles.js';

/**
 * @param {string} selector
 * @param {(element: HTMLElement) => void} start
 */
function each(selector, start) {
  for (const element of document.querySelectorAll(selector)) {
    start(/** @type {HTMLElement} */ (element));
  }
}

/** @param {HTMLElement} root */
function startStepper(root) {
  const field = /** @type {HTMLInputElement} */ (root.querySelector('input'));
  const keys = [...root.querySelectorAll('button')];
  const update = () => {
    for (const key of keys) {
      const up = Number(key.dataset.step) > 0;
      const end = up ? field.max : field.min;
      key.disabled = end !== '' && (up ? field.valueAsNumber >= +end : field.valueAsNumber <= +end);
    }
  };
  for (const key of keys) {
    key.hidden = false;
    key.addEventListener('click', () => {
      const least = field.min === '' ? -Infinity : Number(field.min);
      const most = field.max === '' ? Infinity : Number(field.max);
      const next = (field.valueAsNumber || 0) + Number(key.dataset.step);
      field.value = String(Math.min(most, Math.max(least, next)));
      changed(field);
    });
  }
  field.addEventListener('input', update);
  update();
}

/** @param {HTMLElement} root */
function startNumberPad(root) {
  const field = /** @type {HTMLInputElement} */ (root.querySelector('input'));
  const length = Number(root.dataset.length);
  const group = Number(root.dataset.group || 0);
  /** @param {string} typed */
  const write = (typed) => {
    const digits = typed.replace(/\D/g, '').slice(0, length);
    const parts = group ? digits.match(new RegExp(`\\d{1,${group}}`, 'g')) || [] : [digits];
    field.value = parts.join(' ');
  };
  field.addEventListener('input', () => {
    const atEnd = field.selectionStart === field.value.length;
    if (atEnd || /[^\d ]/.test(field.value)) write(field.value);
  });
  const keys = /** @type {HTMLElement} */ (root.querySelector('.pad-keys'));
  keys.hidden = false;
  keys.addEventListener('click', (event) => {
    const key = event.target instanceof Element && event.target.closest('[data-key]');
    if (!(key instanceof HTMLElement)) return;
    const digits = field.value.replace(/\D/g, '');
    if (key.dataset.key === 'clear') write('');
    else if (key.dataset.key === 'back') write(digits.slice(0, -1));
    else write(digits + key.dataset.key);
    changed(field);
  });
}

/** @param {HTMLElement} root */
function startConfirm(root) {
  const details = /** @type {HTMLDetailsElement} */ (root);
  const sheet = /** @type {HTMLElement} */ (root.querySelector('.confirm-sheet'));
  const summary = /** @type {HTMLElement} */ (root.querySelector('summary'));
  const dialog = document.createElement('dialog');
  if (!dialog.showModal) return;
  dialog.className = 'confirm-dialog';
  const title = sheet.querySelector('.confirm-title');
  if (title) dialog.setAttribute('aria-label', title.textContent || '');
  details.append(dialog);
  dialog.append(sheet);
  const open = () => {
    details.open = true;
    openDialog(dialog);
  };
  summary.addEventListener('click', (event) => {
    event.preventDefault();
    if (saysWhatIsMissing(details.closest('form'), sheet)) return;
    open();
  });
  dialog.addEventListener('close', () => {
    details.open = false;
    summary.focus();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && outside(dialog, event)) dialog.close();
  });
  for (const button of sheet.querySelectorAll('[data-close]')) {
    /** @type {HTMLElement} */ (button).hidden = false;
    button.addEventListener('click', () => dialog.close());
  }
  // Who tapped before this script was there has the fold open already.
  if (details.open || sheet.querySelector('[aria-invalid], .field-error')) open();
}

/**
 * Let the browser complain of what is missing before a sheet covers it: under it nobody would see,
 * and the form would not be sent.
 *
 * @param {HTMLFormElement | null} form
 * @param {HTMLElement} sheet
 */
function saysWhatIsMissing(form, sheet) {
  const fields = /** @type {HTMLInputElement[]} */ ([...(form?.elements || [])]);
  const bad = fields.find((field) => !sheet.contains(field) && !field.checkValidity());
  return bad ? !bad.reportValidity() : false;
}

/**
 * @param {HTMLElement} element
 * @param {MouseEvent} event
 */
function outside(element, event) {
  const box = element.getBoundingClientRect();
  return (
    event.clientX < box.left ||
    event.clientX > box.right ||
    event.clientY < box.top ||
    event.clientY > box.bottom
  );
}

/** @param {HTMLElement} root */
function startMenu(root) {
  const menu = /** @type {HTMLDetailsElement} */ (root);
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}

/** @param {HTMLElement} band */
function startOffline(band) {
  const update = () => {
    band.hidden = navigator.onLine;
  };
  window.addEventListener('online', update);
  window.addEventListener('offline', update);
  update();
}

/** @param {HTMLElement} root */
function startOnce(root) {
  const form = /** @type {HTMLFormElement} */ (root);
  /** @type {{ button: HTMLElement, text: string } | null} */
  let sent = null;
  form.addEventListener('submit', (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    const button = event.submitter || form.querySelector('button[type="submit"]');
    if (event.defaultPrevented || !(button instanceof HTMLElement)) return;
    sent = { button, text: button.textContent || '' };
    if (button.dataset.busy) button.textContent = button.dataset.busy;
    button.setAttribute('aria-disabled', 'true');
  });
  window.addEventListener('pageshow', () => {
    if (!sent) return;
    sent.button.textContent = sent.text;
    sent.button.removeAttribute('aria-disabled');
    sent = null;
  });
}

/** @param {HTMLElement} button */
function startCopy(button) {
  if (!navigator.clipboard) return;
  const text = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(String(button.dataset.copy));
    button.textContent = button.dataset.copied || '';
    setTimeout(() => {
      button.textContent = text;
    }, 2000);
  });
}

/**
 * A camera whose code goes into a field, whose form is then sent; a good's barcode is looked for.
 *
 * @param {HTMLElement} root
 */
function startCamera(root) {
  const video = /** @type {HTMLVideoElement} */ (root.querySelector('video'));
  const opener = /** @type {HTMLButtonElement} */ (root.querySelector('[data-camera-open]'));
  const field = document.getElementById(String(root.dataset.scanner));
  const goods = 'goods' in root.dataset;
  /** @param {'note' | 'denied' | 'missing' | ''} name */
  const say = (name) => {
    for (const each of ['note', 'denied', 'missing']) {
      const text = /** @type {HTMLElement} */ (root.querySelector(`[data-camera-${each}]`));
      text.hidden = each !== name;
    }
  };
  opener.hidden = false;
  opener.addEventListener('click', async () => {
    const camera = new AbortController();
    opener.hidden = true;
    video.hidden = false;
    say('note');
    /** @param {string} text */
    const take = (text) => {
      camera.abort();
      say('');
      opener.hidden = false;
      if (!(field instanceof HTMLInputElement)) return;
      field.value = text;
      changed(field);
      if (goods) field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
      else field.form?.requestSubmit();
    };
    try {
      await startScanner(video, take, { signal: camera.signal, goods });
    } catch (error) {
      video.hidden = true;
      opener.hidden = false;
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      say(refused ? 'denied' : 'missing');
    }
  });
}

/**
 * Prints the page, or its receipt as a slip.
 *
 * @param {HTMLElement} button
 */
function startPrint(button) {
  button.addEventListener('click', async () => {
    if (button.dataset.print === 'slip') (await import('./shop/slip.js')).printSlip();
    else window.print();
  });
}

/**
 * What was refused is seen at once, however far down its form is.
 *
 * @param {HTMLElement} form
 */
function showRefusal(form) {
  const refusal = form.querySelector('.band-refused:not([hidden]), [aria-invalid], .field-error');
  if (refusal && refusal.getBoundingClientRect().bottom > window.innerHeight) {
    refusal.scrollIntoView({ block: 'center' });
  }
}

each('[data-held-back]', startHeldBack);
startDrafts();
each('[data-stepper]', startStepper);
each('[data-number-pad]', startNumberPad);
each('[data-filter]', startFilter);
startTiles();
startBatches();
each('[data-confirm]', startConfirm);
each('[data-menu]', startMenu);
each('[data-offline]', startOffline);
each('[data-sign-out]', startSignOut);
each('[data-once]', startOnce);
each('[data-copy]', startCopy);
each('[data-scanner]', startCamera);
each('[data-print]', startPrint);
each('form[data-kept]', showRefusal);
