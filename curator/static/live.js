// Parts of a page that look again when something changed: <section id="x" data-live="item:4k… queue" data-from="/address">.
// The server only says that something changed; what the reader may see is asked for anew and put in place.

const parts = [...document.querySelectorAll("[data-live]")];
// As the server sent it: what a script changed since then is no news.
const shown = new Map(parts.map((part) => [part, part.innerHTML]));
const addressOf = (part) => part.dataset.from || location.href;
const busy = new Set();
const wanted = new Set();

// How to find the element again that somebody stands on with the keyboard.
function sameAs(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["href", "value"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return element.localName === "summary" ? "summary" : "";
}

function renew(part, fresh) {
  const typing = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  // What is the same stays in place: a film goes on playing, and nothing is read out twice.
  if (!fresh || typing || fresh.innerHTML === shown.get(part)) return;
  const focused = part.contains(document.activeElement) ? sameAs(document.activeElement) : "";
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  shown.set(part, fresh.innerHTML);
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll("details").forEach((one, index) => { one.open ||= open[index] ?? false; });
  if (focused) part.querySelector(focused)?.focus();
  part.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
}

// One request for all parts that come from the same address.
async function lookAgain(address) {
  if (busy.has(address)) { wanted.add(address); return; }
  busy.add(address);
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) if (addressOf(part) === address) renew(part, fresh.getElementById(part.id));
    }
  } catch { /* the network is away: the next hint, or the reader, will ask again */ }
  busy.delete(address);
  if (wanted.delete(address)) setTimeout(lookAgain, 250, address);
}

if (parts.length) {
  const topics = new Set(parts.flatMap((part) => part.dataset.live.split(" ").filter(Boolean)));
  const events = new EventSource(`/live?${new URLSearchParams([...topics].map((topic) => ["topic", topic]))}`);
  events.addEventListener("changed", (event) => {
    const told = parts.filter((part) => part.dataset.live.split(" ").some((topic) => topic && event.data.startsWith(topic)));
    new Set(told.map(addressOf)).forEach((address) => lookAgain(address));
  });
  // Between the page and its ear, and while a connection was lost, anything may have changed.
  events.addEventListener("open", () => new Set(parts.map(addressOf)).forEach((address) => lookAgain(address)));
}
