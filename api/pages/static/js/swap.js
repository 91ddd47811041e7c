/**
 * Part of a page, changed in place. A GET form or a link with data-swap="#id" fetches its page and puts that page's #id
 * where ours was; without this module it is a plain form or link. A form with data-typing asks while somebody types.
 */

const WAIT = 250;
let running = new AbortController();

/** @param {string} address @param {string} selector @param {boolean} remember */
export async function swap(address, selector, remember = true) {
  running.abort();
  running = new AbortController();
  const place = document.querySelector(selector);
  place.setAttribute("aria-busy", "true");
  try {
    const got = await fetch(address, { headers: { accept: "text/html" }, signal: running.signal });
    const page = new DOMParser().parseFromString(await got.text(), "text/html");
    const fresh = page.querySelector(selector);
    if (!got.ok || !fresh) return void location.assign(address);
    place.replaceWith(document.adoptNode(fresh));
    if (remember) history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

/** @param {HTMLFormElement} form */
function addressOf(form) {
  const address = new URL(form.action || location.href);
  address.search = new URLSearchParams(new FormData(form)).toString();
  return address.toString();
}

/** Begin: every form and link of this page that asks for it, those that come later too. */
export function begin() {
  let timer;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    swap(link.href, link.dataset.swap);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[method=get][data-swap]")) return;
    event.preventDefault();
    clearTimeout(timer);
    swap(addressOf(form), form.dataset.swap);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-swap][data-typing]");
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => swap(addressOf(form), form.dataset.swap), WAIT);
  });
}
