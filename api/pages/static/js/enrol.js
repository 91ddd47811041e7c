/** Letting this device in: make its key, then send the public half with the form. */

import { keyFor } from "./device.js";

/** Forms with data-enrol, the code; their hidden fields are `public_key` and `label`. */
export function forms() {
  for (const form of document.querySelectorAll("form[data-enrol]")) {
    form.querySelector("input[name=label]").value ||= name();
    form.addEventListener("submit", async (event) => {
      const field = form.querySelector("input[name=public_key]");
      if (field.value) return;
      event.preventDefault();
      try {
        field.value = (await keyFor(form.dataset.enrol)).public;
        form.requestSubmit();
      } catch {
        const problem = form.querySelector("[data-problem]");
        problem.hidden = false;
        problem.focus();
      }
    });
  }
}

/** What this device is called until somebody says better: the system that runs the browser. */
function name() {
  const agent = navigator.userAgent;
  const systems = ["iPhone", "iPad", "Android", "Windows", "Mac", "Linux"];
  return systems.find((each) => agent.includes(each)) ?? "";
}
