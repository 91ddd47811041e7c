/**
 * The service worker: the shell, and the last page seen of the wallet and the till, for when there is no network.
 * A page from here is marked with the moment it was fetched at; nothing that changes anything passes through here.
 */

const SHELL = ["shell"];
const FILES = "ricochet-files";
const PAGES = "ricochet-pages";
const FETCHED = "x-fetched-at";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

/** Forget files of former versions. */
async function tidy() {
  const cache = await caches.open(FILES);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/static/") && !SHELL.includes(pathname)) await cache.delete(request);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/static/") || pathname.startsWith("/brand/")) event.respondWith(file(request));
});

/** From the network; without one, the copy of before, marked. @param {Request} request */
async function page(request) {
  const cache = await caches.open(PAGES);
  try {
    const got = await fetch(request);
    if (got.redirected && new URL(got.url).pathname === "/signin") await caches.delete(PAGES);
    else if (got.ok && !got.redirected) await cache.put(address(request), await stamped(got.clone()));
    return got;
  } catch (error) {
    const copy = (await cache.match(address(request))) ?? (await cache.match(home(request)));
    if (!copy) throw error;
    const marked = (await copy.text()).replace("<body ", `<body data-offline="${copy.headers.get(FETCHED)}" `);
    return new Response(marked, { headers: { "content-type": "text/html; charset=utf-8" } });
  }
}

/** @param {Response} response */
async function stamped(response) {
  const headers = new Headers(response.headers);
  headers.set(FETCHED, new Date().toISOString());
  return new Response(await response.blob(), { headers });
}

/** @param {Request} request */
const address = (request) => new URL(request.url).pathname;
/** @param {Request} request */
const home = (request) => `/${new URL(request.url).pathname.split("/")[1]}`;

/** Files are named by their content: a copy is as good as the original. @param {Request} request */
async function file(request) {
  const copy = await caches.match(request);
  if (copy) return copy;
  const got = await fetch(request);
  if (got.ok) (await caches.open(FILES)).put(request, got.clone());
  return got;
}
