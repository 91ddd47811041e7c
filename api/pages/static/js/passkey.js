/**
 * Passkeys. A form with data-passkey "get" or "create" asks the server for a question (data-question), lets the browser
 * answer it, and is sent with the answer in the field that data-field names. With data-keep the answer is sent there
 * first, and the form then goes without it.
 */

/** @param {string} text base64url @returns {ArrayBuffer} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer | null | undefined} buffer @returns {string | undefined} base64url */
function text(buffer) {
  if (!buffer) return undefined;
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {{id: string}[] | undefined} some */
const named = (some) => some?.map((each) => ({ ...each, id: bytes(each.id) }));

/** What the browser answers to a question, as JSON. @param {any} asked @param {boolean} create */
async function answer(asked, create) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge) };
  if (create) {
    publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
    publicKey.excludeCredentials = named(asked.excludeCredentials);
  } else {
    publicKey.allowCredentials = named(asked.allowCredentials);
  }
  const made = /** @type {any} */ (
    await (create ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }))
  );
  const { response } = made;
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
      transports: response.getTransports?.(),
    },
  });
}

/** POST the form's token and some fields; the answer must be good. @param {string} where @param {HTMLFormElement} form */
async function send(where, form, fields = {}) {
  const sent = new URLSearchParams({ _csrf: form.elements.namedItem("_csrf").value, ...fields });
  const got = await fetch(where, { method: "POST", body: sent, headers: { accept: "application/json" } });
  if (!got.ok) throw new Error((await got.json().catch(() => ({}))).detail);
  return got;
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const { passkey, question, field = "answer", keep } = form.dataset;
  const asked = await (await send(question, form)).json();
  const said = await answer(asked, passkey === "create");
  if (keep) await send(keep, form, { answer: said });
  else form.querySelector(`input[name=${field}]`).value = said;
}

/** Begin: the forms of this page that want a passkey. */
export function forms() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const able = "credentials" in navigator && "PublicKeyCredential" in window;
    form.querySelector("[data-unable]")?.toggleAttribute("hidden", able);
    let answered = false;
    form.addEventListener("submit", async (event) => {
      if (answered || event.submitter?.matches("[data-plain]")) return;
      event.preventDefault();
      const problem = form.querySelector("[data-problem]");
      problem.hidden = true;
      try {
        await ask(form);
        answered = true;
        form.requestSubmit();
      } catch (error) {
        problem.textContent = (error.name === "Error" && error.message) || form.dataset.cancelled;
        problem.hidden = false;
      }
    });
  }
}
