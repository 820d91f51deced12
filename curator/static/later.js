// A part of a page that takes long to make: <section id="x" data-later="/address"> holds a link to it; with this it comes by itself.
// While the answer says data-again="MS" on that section it shows how far it is, and is asked for again.

for (const part of document.querySelectorAll("[data-later]")) {
  const waiting = part.querySelector("[data-waiting]");
  part.setAttribute("aria-busy", "true");
  if (waiting) waiting.hidden = false;
  try {
    for (let again = 1; again; ) {
      const answer = await fetch(part.dataset.later, { credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (fresh) part.replaceChildren(...fresh.childNodes);
      again = Number(fresh?.dataset.again ?? 0);
      if (again) await new Promise((resolve) => setTimeout(resolve, again));
    }
  } catch { /* the network is away: the link stays */ }
  if (waiting) waiting.hidden = true;
  part.removeAttribute("aria-busy");
}
