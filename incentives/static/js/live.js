// @ts-check
/**
 * Parts of a page that change by themselves. An element with `data-live` (seconds) is asked for
 * anew from the page's own address, and put in its place when its `data-live-state` is another one.
 * What somebody has open or types in is left alone until they are done.
 */

/** @param {Element} part */
function isInUse(part) {
  return part.contains(document.activeElement) || part.querySelector('details[open], dialog[open]') !== null;
}

/** @param {string} id */
async function renew(id) {
  const part = document.getElementById(id);
  if (!part || !part.dataset.live) return;
  try {
    const answer = await fetch(location.href, { cache: 'no-store', headers: { Accept: 'text/html' } });
    const text = answer.ok ? await answer.text() : '';
    const found = new DOMParser().parseFromString(text, 'text/html').getElementById(id);
    if (found && found.dataset.liveState !== part.dataset.liveState && !isInUse(part)) {
      // A form's parts are set going when a page loads.
      if (found.querySelector('form')) location.reload();
      else part.replaceWith(document.adoptNode(found));
    }
  } catch {
    // There is no signal: the next time there may be.
  }
  wait(id);
}

/** @param {string} id */
function wait(id) {
  const seconds = Number(document.getElementById(id)?.dataset.live);
  if (seconds) setTimeout(() => renew(id), seconds * 1000);
}

for (const part of document.querySelectorAll('[data-live]')) wait(part.id);
