// Running orders: drag with a pointer, or the arrows (pressed, or by the arrow keys, Home and End on them) without
// loading the page again. Without this script the arrows are plain form buttons and do the same.

const said = document.getElementById("said");
const KEYS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

function arrangeable(list) {
  const playing = () => [...list.querySelectorAll(".order-item:not(.left-out)")];
  let isSaving = false;
  let waits = null;

  function renew() {
    const items = playing();
    items.forEach((item, index) => {
      item.querySelector("[name=up]").disabled = index === 0;
      item.querySelector("[name=down]").disabled = index === items.length - 1;
    });
  }

  function tell(words) {
    said.textContent = words;
  }

  // One request at a time: of several steps taken quickly the last one is what holds.
  async function save(item) {
    renew();
    waits = item;
    if (isSaving) return;
    isSaving = true;
    try {
      while (waits) {
        const moved = waits;
        waits = null;
        const body = new URLSearchParams(playing().map((one) => ["order", one.dataset.item]));
        const answer = await fetch(list.dataset.order, { method: "POST", body, credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const place = playing().indexOf(moved) + 1;
        if (!waits) tell(list.dataset.said.replace("{title}", moved.dataset.title).replace("{number}", place));
      }
    } catch {
      waits = null;
      tell(list.dataset.failed);
      said.classList.remove("visually-hidden");
    }
    isSaving = false;
  }

  function step(button, item, by) {
    const items = playing();
    const place = items.indexOf(item);
    const other = items[Math.min(Math.max(place + by, 0), items.length - 1)];
    if (other === item) return;
    if (by < 0) other.before(item); else other.after(item);
    save(item);
    // At the end of the list the arrow pressed no longer works; the focus goes to the other one.
    (button.disabled ? item.querySelector(button.name === "up" ? "[name=down]" : "[name=up]") : button).focus();
    item.scrollIntoView({ block: "nearest" });
  }

  list.classList.add("draggable");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[name=up], [name=down]");
    if (!button) return;
    event.preventDefault();
    step(button, button.closest(".order-item"), button.name === "up" ? -1 : 1);
  });
  list.addEventListener("keydown", (event) => {
    const button = event.target.closest("[name=up], [name=down]");
    if (!button || !(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    step(button, button.closest(".order-item"), KEYS[event.key]);
  });
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    const item = handle?.closest(".order-item:not(.left-out)");
    if (!item || event.button) return;
    event.preventDefault();
    item.classList.add("dragged");
    const before = playing().map((one) => one.dataset.item).join();
    const over = (move) => {
      const other = playing().find((one) => {
        const box = one.getBoundingClientRect();
        return one !== item && move.clientY >= box.top && move.clientY <= box.bottom;
      });
      if (!other) return;
      const box = other.getBoundingClientRect();
      if (move.clientY < box.top + box.height / 2) other.before(item); else other.after(item);
    };
    const drop = () => {
      for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, drop);
      window.removeEventListener("pointermove", over);
      item.classList.remove("dragged");
      if (playing().map((one) => one.dataset.item).join() !== before) save(item);
    };
    // On the window: an element that is moved in the page loses the pointer it has captured.
    window.addEventListener("pointermove", over);
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, drop);
  });
}

document.querySelectorAll(".order").forEach(arrangeable);
