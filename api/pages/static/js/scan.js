/** Codes through the camera: read by the browser where it can, else grey pictures are sent to the server, which reads them. */

const WAIT = 250, SERVER_WAIT = 1200, SIDE = 900;
const place = /** @type {HTMLElement} */ (document.querySelector("[data-scan]"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("scan"));
const video = place.querySelector("video");
const say = place.querySelector("[data-say]");
const detector = "BarcodeDetector" in window ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;

/** On to the page of a code of ours. @param {string} text */
function follow(text) {
  form.querySelector("input[name=text]").value = text;
  form.requestSubmit();
}

/** A picture as PGM, small and grey. @param {CanvasImageSource} source @param {number} wide @param {number} high */
function grey(source, wide, high) {
  const scale = Math.min(1, SIDE / Math.max(wide, high));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(wide * scale), height: Math.round(high * scale) });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint8Array(data.length / 4);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (data[at * 4] * 77 + data[at * 4 + 1] * 150 + data[at * 4 + 2] * 29) >> 8;
  return new Blob([`P5 ${canvas.width} ${canvas.height} 255\n`, pixels]);
}

/** Whether the server found a code; it then leads there. @param {Blob} picture */
async function ask(picture) {
  const sent = new FormData();
  sent.set("_csrf", form.elements.namedItem("_csrf").value);
  sent.set("picture", picture, "picture.pgm");
  const got = await fetch(form.action, { method: "POST", body: sent, headers: { accept: "text/html" } });
  if (!got.ok || !got.redirected) return false;
  location.assign(got.url);
  return true;
}

/** Look again and again until a code is seen. */
async function look() {
  if (!video.videoWidth) return void setTimeout(look, WAIT);
  const found = detector ? await detector.detect(video).catch(() => []) : [];
  if (found.length) return follow(found[0].rawValue);
  if (!detector && (await ask(grey(video, video.videoWidth, video.videoHeight)).catch(() => false))) return;
  setTimeout(look, detector ? WAIT : SERVER_WAIT);
}

/** Begin with the camera that looks away from the face. */
async function begin() {
  place.hidden = false;
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    await video.play();
    look();
  } catch {
    video.hidden = true;
    say.textContent = place.dataset.refused;
  }
}

/** A picture that was taken instead. @param {Event} event */
async function photo(event) {
  const file = event.target.files[0];
  if (!file) return;
  const picture = await createImageBitmap(file);
  place.hidden = false;
  const found = detector ? await detector.detect(picture).catch(() => []) : [];
  if (found.length) return follow(found[0].rawValue);
  if (!(await ask(grey(picture, picture.width, picture.height)).catch(() => false))) say.textContent = place.dataset.nothing;
}

document.querySelector("[data-photo]").hidden = false;
document.getElementById("photo").addEventListener("change", photo);
if (navigator.mediaDevices) begin();
