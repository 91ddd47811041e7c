/** The till: big keys, and a sale that turns green when the server says that it is paid, and only then. */

import { announce, listen } from "./live.js";
import { swap } from "./swap.js";

const SILENT = "ricochet-silent";

/** Keys for fingers; keyboards type into the field by themselves. @param {HTMLFormElement} form */
function keys(form) {
  const pad = form.querySelector("[data-pad]");
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input[name=amount]"));
  const point = document.documentElement.lang === "fr" ? "," : ".";
  for (const sign of ["1", "2", "3", "4", "5", "6", "7", "8", "9", point, "0", "⌫"]) {
    const key = document.createElement("button");
    key.type = "button";
    key.tabIndex = -1;
    key.textContent = sign;
    key.addEventListener("click", () => {
      if (sign === "⌫") field.value = field.value.slice(0, -1);
      else if (sign !== point || !field.value.includes(point)) field.value += sign;
    });
    pad.append(key);
  }
  pad.hidden = false;
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      field.focus();
    }
  });
}

/** Two notes upwards for yes, one low for no; the browser's own tone. @param {boolean} good */
function sound(good) {
  if (localStorage.getItem(SILENT)) return;
  const context = new AudioContext();
  for (const [at, pitch] of good ? [[0, 660], [0.14, 990]] : [[0, 220]]) {
    const tone = context.createOscillator(), loud = context.createGain();
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.2, context.currentTime + at);
    loud.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.3);
    tone.connect(loud).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.32);
  }
}

/** A sale that is open is watched until it is decided. @param {HTMLElement} sale */
function watch(sale) {
  const said = sale.querySelector("[data-say]");
  const waiting = said.textContent;
  const end = listen(
    sale.dataset.stream,
    {
      sale: async ({ state }) => {
        if (state === "open") return;
        end();
        sound(state === "paid");
        await swap(location.href, "#screen", false);
        document.title = document.querySelector("#sale h1").textContent;
        announce(document.querySelector("#sale [data-say]").textContent);
        document.querySelector("#next [data-focus]")?.focus();
        switches();
      },
    },
    {
      lost: () => {
        sale.classList.add("unsure");
        said.textContent = sale.dataset.unsure;
        announce(sale.dataset.unsure);
      },
      back: () => {
        sale.classList.remove("unsure");
        said.textContent = waiting;
      },
    },
  );
}

/** The switch of the sound, and the print button after a swap. */
function switches() {
  const button = document.getElementById("sound");
  if (button) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(!localStorage.getItem(SILENT)));
    button.addEventListener("click", () => {
      if (localStorage.getItem(SILENT)) localStorage.removeItem(SILENT);
      else localStorage.setItem(SILENT, "yes");
      button.setAttribute("aria-pressed", String(!localStorage.getItem(SILENT)));
    });
  }
  for (const print of document.querySelectorAll("#next [data-print]")) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
}

const form = document.querySelector("form[data-keys]");
const sale = document.getElementById("sale");
if (form) keys(/** @type {HTMLFormElement} */ (form));
else if (sale?.dataset.state === "open") watch(sale);
switches();
