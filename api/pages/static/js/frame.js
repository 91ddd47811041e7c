/** What every page does: say when there is no network, send a form once, fetch the modules that the page asks for. */

const offline = document.getElementById("offline");
const body = document.body;

/** Forms that change something are at rest while nothing can be sent. @param {boolean} resting */
function rest(resting) {
  for (const form of document.querySelectorAll("form[method=post]")) {
    for (const button of form.querySelectorAll("button")) button.disabled = resting;
  }
}

/** Show or hide the notice. @param {boolean} away */
function away(away) {
  if (body.dataset.offline) return; // an old copy stays marked
  offline?.toggleAttribute("hidden", !away);
  rest(away);
}

addEventListener("offline", () => away(true));
addEventListener("online", () => away(false));
if (!navigator.onLine) away(true);

if (body.dataset.offline && offline) {
  const when = new Date(body.dataset.offline);
  const said = when.toLocaleString({ en: "en-GB" }[document.documentElement.lang] ?? "fr-FR", { dateStyle: "medium", timeStyle: "short" });
  offline.querySelector("span").textContent = body.dataset.asOf.replace("{when}", said);
  offline.hidden = false;
  rest(true);
  const back = () => fetch("/healthz", { cache: "no-store" }).then((got) => got.ok && location.reload(), () => {});
  addEventListener("online", back);
  setInterval(back, 3000);
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    form.removeAttribute("aria-busy");
  }
});

for (const here of document.querySelectorAll(".tabs:not(.dock) [aria-current]")) {
  const row = here.parentElement; // where one is can be seen, in a row of tabs that is wider than the screen
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

document.querySelector("[data-focus]")?.focus();
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/** What waits for its script can be sent now. @param {{forms: () => void}} module */
function ready(module) {
  module.forms();
  for (const fields of document.querySelectorAll("fieldset[data-waits]")) fields.disabled = false;
  if (document.activeElement === body) document.querySelector("fieldset [autofocus]")?.focus(); // what waits cannot be focused
}

if (document.querySelector("form[data-sign]")) import("./device.js").then(ready);
if (document.querySelector("form[data-enrol]")) import("./enrol.js").then(ready);
if (document.querySelector("form[data-passkey]")) import("./passkey.js").then((module) => module.forms());
if (document.querySelector("[data-swap]")) import("./swap.js").then((module) => module.begin());

if ("serviceWorker" in navigator) {
  const scope = ["/wallet", "/till"].find((path) => location.pathname.startsWith(path));
  if (scope && body.dataset.signed === "in") navigator.serviceWorker.register("/sw.js", { scope });
}
if (body.dataset.signed === "out" && "caches" in window) caches.delete("ricochet-pages"); // nobody's copies stay behind
