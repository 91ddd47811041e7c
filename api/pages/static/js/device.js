/**
 * The keys of this device, and what they sign. A key is Ed25519, made by the browser and never shown, not even to us;
 * it lies in IndexedDB. What is signed is a JWS over a command in canonical JSON (RFC 8785), as in ledger/core/signing.py.
 *
 * @typedef {{public: string, key: CryptoKey, code: string, made: number}} Kept the public key in base64url
 * @typedef {{command: object, keys: string[]}} Order a command, and the public keys one of which must sign it
 */

const DATABASE = "ricochet";
const STORE = "keys";
const utf8 = new TextEncoder();

/** base64url without padding. @param {Uint8Array} bytes */
export function b64(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** RFC 8785 for what commands hold: text, whole numbers, lists, objects with ASCII names. @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "public" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} */
async function store(mode, ask) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const running = database.transaction(STORE, mode);
    const asked = ask(running.objectStore(STORE));
    running.oncomplete = () => resolve(asked.result);
    running.onerror = () => reject(running.error);
  });
}

/** Every key of this device. @returns {Promise<Kept[]>} */
export function kept() {
  return store("readonly", (keys) => keys.getAll());
}

/** The key for an enrolment code: the one made for it before, or a new one. @param {string} code @returns {Promise<Kept>} */
export async function keyFor(code) {
  const before = (await kept()).find((each) => each.code === code);
  if (before) return before;
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]));
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const made = { public: b64(raw), key: pair.privateKey, code, made: Date.now() };
  await store("readwrite", (keys) => keys.put(made));
  await navigator.storage?.persist?.();
  return made;
}

/** The JWS of an order, in compact form; null when no key of this device may sign it. @param {Order} order */
export async function sign(order) {
  const mine = (await kept()).find((each) => order.keys.includes(each.public));
  if (!mine) return null;
  const part = (value) => b64(utf8.encode(canonical(value)));
  const input = `${part({ alg: "Ed25519", kid: mine.public })}.${part(order.command)}`;
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", mine.key, utf8.encode(input)));
  return `${input}.${b64(signature)}`;
}

/** Sign what the forms of this page ask for when they are sent: the JSON of one order, or of several, in data-sign. */
export function forms() {
  for (const form of document.querySelectorAll("form[data-sign]")) {
    form.addEventListener("submit", async (event) => {
      const field = /** @type {HTMLInputElement} */ (form.querySelector("input[name=signed]"));
      if (field.value) return;
      event.preventDefault();
      const asked = JSON.parse(form.dataset.sign);
      const signed = await Promise.all((Array.isArray(asked) ? asked : [asked]).map((each) => sign(each).catch(() => null)));
      if (signed.includes(null)) {
        const problem = form.querySelector("[data-problem]");
        problem.textContent = form.dataset.signFailed;
        problem.hidden = false;
        delete form.dataset.sent;
        return;
      }
      field.value = signed.join(" ");
      form.requestSubmit();
    });
  }
}
