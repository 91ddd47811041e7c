/**
 * A live screen: server-sent events with a fresh connection whenever one is lost, and the notice that says so at once.
 *
 * @param {string} address of the stream
 * @param {Record<string, (data: any, id: string) => void>} events what to do by the name of the event; data is JSON
 * @param {{lost?: () => void, back?: () => void}} when what the page does besides, when the line is lost or back
 * @returns {() => void} ends it
 */
export function listen(address, events, when = {}) {
  const notice = document.getElementById("offline");
  let source, last = "", wait = 500, lost = false, ended = false, timer;

  function lose() {
    if (lost) return;
    lost = true;
    notice?.removeAttribute("hidden");
    when.lost?.();
  }

  /** Closed at once: an answer still on its way must not say that the line is back. */
  function again() {
    lose();
    source?.close();
    clearTimeout(timer);
    if (ended) return;
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, 8000);
  }

  function open() {
    clearTimeout(timer);
    source?.close();
    if (ended) return;
    const begun = last ? `${address}${address.includes("?") ? "&" : "?"}after=${encodeURIComponent(last)}` : address;
    source = new EventSource(begun);
    source.onopen = () => {
      wait = 500;
      if (lost) when.back?.();
      lost = false;
      notice?.setAttribute("hidden", "");
    };
    source.onerror = again;
    for (const [name, told] of Object.entries(events)) {
      source.addEventListener(name, (event) => {
        if (event.lastEventId) last = event.lastEventId;
        told(event.data ? JSON.parse(event.data) : null, event.lastEventId);
      });
    }
  }

  addEventListener("offline", again);
  addEventListener("online", open);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}

/** Say something to who cannot see the screen. @param {string} said */
export function announce(said) {
  const place = document.getElementById("live");
  if (place) place.textContent = said;
}
