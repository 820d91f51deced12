// Live pictures: each <img data-picture> is asked for again and again while it can be seen, and swapped when loaded.
// Parts with data-again are asked for anew every so many seconds, and when what is on ends (data-rest, in ms).

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const CALM_MS = 5000;
const seen = new WeakSet();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) isIntersecting ? seen.add(target) : seen.delete(target);
}, { rootMargin: "100px" });

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function newer(image, number) {
  const answer = await fetch(`${image.dataset.picture}?n=${number}`, { cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) return;
  const address = URL.createObjectURL(await answer.blob());
  const old = image.src;
  image.src = address;
  try { await image.decode(); } catch { /* half a picture: the next one will do */ }
  if (old.startsWith("blob:")) URL.revokeObjectURL(old);
}

async function follow(image) {
  watcher.observe(image);
  for (let number = 1; image.isConnected; number += 1) {
    const everyMs = Math.max(Number(image.dataset.every) || 1000, calm.matches ? CALM_MS : 0);
    const next = wait(everyMs);
    if (!document.hidden && seen.has(image)) {
      try { await newer(image, number); } catch { await wait(2000); /* the network is away */ }
    }
    await next;
  }
}

async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
  } catch { /* the network is away: the next turn will ask again */ }
}

document.querySelectorAll("img[data-picture]").forEach(follow);
const AFTER_MS = 300;
async function keepFresh(part) {
  while (part.isConnected) {
    const ends = part.querySelector("[data-rest]");
    const restMs = ends ? Math.max(0, Number(ends.dataset.rest)) + AFTER_MS : Infinity;
    ends?.removeAttribute("data-rest"); // known now; a part that could not be renewed waits its usual turn
    await wait(Math.min(restMs, Number(part.dataset.again) * 1000));
    await renew(part);
  }
}

document.querySelectorAll("[data-again]").forEach(keepFresh);
