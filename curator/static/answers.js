// Strangers' answers by keyboard: A approves the first that waits, R turns it down. Everything works without it too.

const FRESH_MS = 600; // a key meant for the answer before must not decide about this one
let since = Date.now();
const keys = { a: "approve", r: "reject" };

document.addEventListener("renewed", () => { since = Date.now(); });
document.addEventListener("keydown", (event) => {
  const busy = event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const elsewhere = event.target.closest("input, textarea, select, button, a, [contenteditable]");
  const does = keys[event.key.toLowerCase()];
  if (!does || busy || elsewhere || Date.now() - since < FRESH_MS) return;
  const button = document.querySelector(`#first button[value="${does}"]`);
  if (button) { event.preventDefault(); since = Infinity; button.click(); }
});
addEventListener("pageshow", () => { since = Date.now(); });
