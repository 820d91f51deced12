// Parts of a page that look again when something changed: <section data-live="item:4k… queue" data-from="/address">.
// The server only says that something changed; what the reader may see is asked for anew and put in place.

const parts = [...document.querySelectorAll("[data-live]")];

async function lookAgain(part) {
  if (part.dataset.busy) { part.dataset.again = "1"; return; }
  part.dataset.busy = "1";
  try {
    const answer = await fetch(part.dataset.from || location.href, { headers: { "X-Part": part.id }, credentials: "same-origin" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      const typing = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
      if (fresh && !typing) {
        const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
        part.replaceChildren(...fresh.childNodes);
        if (focused) document.getElementById(focused)?.focus();
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
