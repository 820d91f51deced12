// Parts of a page that look again when something changed: <section data-live="item:4k… queue" data-from="/address">.
// The server only says that something changed; what the reader may see is asked for anew and put in place.

const parts = [...document.querySelectorAll("[data-live]")];

// As the server sent it: what a script changed since then is no news.
const shown = new Map(parts.map((part) => [part, part.innerHTML]));

// How to find the element again that somebody stands on with the keyboard.
function sameAs(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["href", "value"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return element.localName === "summary" ? "summary" : "";
}

async function lookAgain(part) {
  if (part.dataset.busy) { part.dataset.again = "1"; return; }
  part.dataset.busy = "1";
  try {
    const answer = await fetch(part.dataset.from || location.href, { headers: { "X-Part": part.id }, credentials: "same-origin" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      const typing = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
      // What is the same stays in place: a film goes on playing, and nothing is read out twice.
      if (fresh && !typing && fresh.innerHTML !== shown.get(part)) {
        const focused = part.contains(document.activeElement) ? sameAs(document.activeElement) : "";
        const open = [...part.querySelectorAll("details")].map((one) => one.open);
        shown.set(part, fresh.innerHTML);
        part.replaceChildren(...fresh.childNodes);
        part.querySelectorAll("details").forEach((one, index) => { one.open ||= open[index] ?? false; });
        if (focused) part.querySelector(focused)?.focus();
        part.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
      }
    }
  } catch { /* the network is away: the next hint, or the reader, will ask again */ }
  delete part.dataset.busy;
  if (part.dataset.again) { delete part.dataset.again; setTimeout(() => lookAgain(part), 250); }
}

if (parts.length) {
  const topics = new Set(parts.flatMap((part) => part.dataset.live.split(" ").filter(Boolean)));
  const query = new URLSearchParams([...topics].map((topic) => ["topic", topic]));
  const events = new EventSource(`/live?${query}`);
  let opened = false;
  events.addEventListener("changed", (event) => {
    for (const part of parts) {
      if (part.dataset.live.split(" ").some((topic) => event.data.startsWith(topic))) lookAgain(part);
    }
  });
  // After a lost connection anything may have changed.
  events.addEventListener("open", () => { if (opened) parts.forEach(lookAgain); opened = true; });
}
