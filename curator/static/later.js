// A part of a page that takes long to make: <section id="x" data-later="/address"> holds a link to it; with this it comes by itself.

for (const part of document.querySelectorAll("[data-later]")) {
  const waiting = part.querySelector("[data-waiting]");
  part.setAttribute("aria-busy", "true");
  waiting.hidden = false;
  try {
    const answer = await fetch(part.dataset.later, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  } catch { /* the network is away: the link stays */ }
  waiting.hidden = true;
  part.removeAttribute("aria-busy");
}
