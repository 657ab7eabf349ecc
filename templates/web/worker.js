{#- A page's service worker. Given `app` (web/apps.py), `version` (of all that it keeps), `files`
    (their paths). -#}
// Keeps a page's shell, so that it opens without signal (docs/counter.md). Made of a template.
'use strict';

const SHELL = 'jishan-{{ app.key }}-{{ version }}';
const PAGE = 'jishan-{{ app.key }}-page';
const HOME = '{{ app.page }}';
const WAYS = {{ ([app.page] + app.also|list)|tojson }};
const BESIDES = {{ app.besides|list|tojson }};
const FILES = {{ files|tojson }};
const STAYS = {{ app.stays|tojson }};
const PATIENCE = 4000; // milliseconds that a page with bad signal is waited for

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(kept(event.request));
  else if (event.request.mode === 'navigate' && WAYS.includes(url.pathname)) {
    const opened = page(url.href, HOME, STAYS);
    event.respondWith(opened);
    if (BESIDES.length) event.waitUntil(opened.then(fetchBesides, () => undefined));
  } else if (event.request.mode === 'navigate' && BESIDES.includes(url.pathname)) {
    event.respondWith(page(url.href, url.pathname, false));
  }
});

async function install() {
  const cache = await caches.open(SHELL);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })));
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith('jishan-{{ app.key }}-') && name !== SHELL && name !== PAGE) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
  await fetchPage(HOME, HOME).catch(() => undefined);
  await fetchBesides();
}

async function fetchBesides() {
  for (const path of BESIDES) await fetchPage(path, path).catch(() => undefined);
}

async function kept(request) {
  const found = await caches.match(request, { cacheName: SHELL });
  return found || fetch(request);
}

// Ways are followed to their end here: a sign-in that the browser would be sent to may be out of
// reach by then. What comes is whole, and is the page itself or the sign-in in its place. Asked for
// by its address, as Chromium crashes where a navigation's own request is made to follow ways.
// What is kept is opened before: signing out meanwhile takes it away, with what comes later.
async function fetchPage(address, path) {
  const pages = await caches.open(PAGE).catch(() => undefined);
  const answer = await fetch(address);
  const whole = new Response(await answer.blob(), answer);
  const itself = new URL(answer.url).pathname === path;
  if (answer.ok && itself) await pages?.put(path, whole.clone()).catch(() => undefined);
  return { whole, itself, down: answer.status >= 500 };
}

async function page(address, path, stays) {
  const fresh = fetchPage(address, path);
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const answer = await Promise.race([fresh.catch(() => undefined), late]);
  if (answer && !answer.down && (answer.itself || !stays)) return answer.whole;
  return (await caches.match(path, { cacheName: PAGE })) || (await fresh).whole;
}
