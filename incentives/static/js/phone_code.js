// @ts-check
/**
 * The changing code on a resident's phone: a new one every half minute. Without an answer the page
 * shows the printed card's code, which it has had from the start.
 */

const root = /** @type {HTMLElement | null} */ (document.querySelector('[data-phone-code]'));

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (root?.querySelector(`[data-part="${name}"]`));

/** @type {ReturnType<typeof setInterval> | undefined} */
let clock;

/** @param {'live' | 'offline' | 'refused'} state */
function show(state) {
  for (const name of ['live', 'offline', 'refused']) part(name).hidden = name !== state;
}

/** @param {number} seconds until the next code */
function count(seconds) {
  clearInterval(clock);
  const bar = /** @type {HTMLProgressElement} */ (part('left'));
  const end = Date.now() + seconds * 1000;
  bar.max = seconds;
  clock = setInterval(() => {
    bar.value = Math.max(0, (end - Date.now()) / 1000);
    if (Date.now() >= end) next();
  }, 250);
}

async function next() {
  clearInterval(clock);
  const meta = document.querySelector('meta[name="csrf-token"]');
  try {
    const answer = await fetch(root?.dataset.address ?? '', {
      method: 'POST',
      cache: 'no-store',
      headers: {
        Accept: 'application/json',
        'X-CSRFToken': meta instanceof HTMLMetaElement ? meta.content : '',
      },
    });
    if (answer.status === 401) {
      location.assign(root?.dataset.account ?? '/c');
      return;
    }
    if (answer.status >= 500) throw new Error(String(answer.status));
    const body = await answer.json();
    if (!answer.ok) {
      const words = part('refused').querySelector('p');
      if (words) words.textContent = body.detail || body.title;
      show('refused');
      return;
    }
    const picture = /** @type {HTMLImageElement} */ (part('picture'));
    picture.src = `data:image/svg+xml,${encodeURIComponent(body.picture)}`;
    show('live');
    count(body.renew_after);
  } catch {
    show('offline');
    clock = setInterval(next, Number(root?.dataset.renew) * 1000);
  }
}

if (root) {
  part('again').addEventListener('click', next);
  window.addEventListener('offline', () => { show('offline'); });
  window.addEventListener('online', next);
  // A phone that was put away shows an old code: the counter would refuse it.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) next(); });
  next();
}
