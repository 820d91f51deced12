// How many notices are unread, in the head of a page that stays open: asked for once a minute, and only while somebody
// can see the page. Without this script the number is that of the moment the page was opened.

const EVERY_MS = 60_000;
const link = document.querySelector("[data-notices]");

function show({ unread, words }) {
  if (link.dataset.notices === String(unread)) return;
  link.dataset.notices = unread;
  link.querySelectorAll("span").forEach((one) => one.remove());
  if (!unread) return;
  const heard = document.createElement("span");
  heard.className = "visually-hidden";
  heard.textContent = ` ${words}`;
  const seen = document.createElement("span");
  seen.className = "count";
  seen.ariaHidden = "true";
  seen.textContent = unread.toLocaleString(document.documentElement.lang);
  link.append(heard, " ", seen);
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/notices/count", { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.ok) show(await answer.json());
  } catch { /* the network is away: the next minute will do */ }
}

if (link) {
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}
