// Moderation by keyboard. Everything here can also be done without it.

const FRESH_MS = 600; // a key meant for the item before must not decide about this one
setTimeout(() => { document.documentElement.dataset.keys = "awake"; }, FRESH_MS);

function remembered(id, byDefault) {
  const box = document.getElementById(id);
  if (!box) return { on: false };
  const key = `commonscreen-${id}`;
  const state = { on: (localStorage.getItem(key) ?? byDefault) === "yes" };
  box.checked = state.on;
  box.addEventListener("change", () => {
    state.on = box.checked;
    localStorage.setItem(key, box.checked ? "yes" : "no");
  });
  return state;
}

const legend = document.getElementById("legend");
if (legend) legend.hidden = false;
const keys = remembered("keys", "yes");

function unfold(id, field) {
  const fold = document.getElementById(id);
  if (!fold) return;
  fold.open = true;
  document.querySelector(field).focus();
}

const does = {
  a: () => document.getElementById("approve")?.requestSubmit(),
  r: () => document.querySelector('#reject input[type="radio"]')?.focus(),
  s: () => document.getElementById("show")?.click(),
  c: () => unfold("ask", "#asked"),
  p: () => unfold("pass", "#to"),
  j: () => document.getElementById("next")?.click(),
  k: () => document.getElementById("previous")?.click(),
};

document.addEventListener("keydown", (event) => {
  const busy = event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const elsewhere = event.target.closest("input, textarea, select, button, a, video, summary, [contenteditable]");
  if (!keys.on || busy || elsewhere || !document.documentElement.dataset.keys) return;
  const act = does[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});

// "Reject…" goes to the reasons and puts the focus there, so that the next key chooses one.
document.getElementById("to-reject")?.addEventListener("click", () => setTimeout(does.r));

// One press, one decision: the second press of a double tap does nothing.
for (const form of document.querySelectorAll("#approve, #reject, #ask form, #pass form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

// A moment of the film: the player goes there and stands still, so that it can be looked at.
const player = document.getElementById("look");
if (player instanceof HTMLVideoElement) {
  for (const jump of document.querySelectorAll(".jump")) {
    jump.addEventListener("click", (event) => {
      event.preventDefault();
      player.pause();
      player.currentTime = Number(jump.dataset.atMs) / 1000;
      player.scrollIntoView({ block: "nearest" });
    });
  }
}
