// @ts-check
/**
 * What a scanned card opens. The code is read from the address's fragment, which no browser sends,
 * and goes to the server in a body only: no log ever has it.
 */

const root = /** @type {HTMLElement} */ (document.querySelector('[data-card]'));
const code = /** @type {HTMLInputElement} */ (document.querySelector('[data-card-code]'));

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {'none' | 'waiting' | 'refused' | 'offline' | 'card'} state */
function show(state) {
  for (const name of ['none', 'waiting', 'refused', 'offline', 'card']) {
    part(name).hidden = name !== state;
  }
}

/** @param {Record<string, any>} shown what the scan told */
function showCard(shown) {
  const hidden = shown.balance === null || shown.balance === undefined;
  part('holder').textContent = shown.holder;
  part('balance').textContent = hidden ? '' : String(shown.balance);
  part('points').hidden = hidden;
  part('hidden').hidden = !hidden;
  part('renewal').hidden = !shown.card.renewal_due;
  show('card');
}

async function open() {
  if (location.hash.length > 1) code.value = location.hash.slice(1);
  if (!code.value) {
    show('none');
    return;
  }
  show('waiting');
  try {
    const answer = await fetch('/api/v1/cards/scan', {
      method: 'POST',
      credentials: 'omit',
      cache: 'no-store',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'Accept-Language': document.documentElement.lang,
      },
      body: JSON.stringify({ code: code.value }),
    });
    const body = await answer.json();
    if (answer.ok) {
      showCard(body);
    } else {
      part('reason').textContent = body.detail || body.title;
      show('refused');
    }
  } catch {
    show('offline');
  }
}

part('again').addEventListener('click', open);
window.addEventListener('hashchange', open);
open();
