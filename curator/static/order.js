// The running order: drag with a pointer, or the arrows without loading the page again. Without this script the
// arrows are plain form buttons and do the same.

const list = document.querySelector(".order");
const said = document.getElementById("said");

const playing = () => [...list.querySelectorAll(".order-item:not(.left-out)")];

function number(item) { return playing().indexOf(item) + 1; }

function renew() {
  const items = playing();
  items.forEach((item, index) => {
    item.querySelector("[name=up]").disabled = index === 0;
    item.querySelector("[name=down]").disabled = index === items.length - 1;
  });
}

async function save(item) {
  renew();
  const body = new URLSearchParams(playing().map((one) => ["order", one.dataset.item]));
  try {
    const answer = await fetch(list.dataset.order, { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    said.textContent = list.dataset.said.replace("{title}", item.dataset.title).replace("{number}", number(item));
  } catch {
    said.textContent = list.dataset.failed;
    said.classList.remove("visually-hidden");
  }
}

function step(button, item) {
  const items = playing();
  const other = items[items.indexOf(item) + (button.name === "up" ? -1 : 1)];
  if (!other) return;
  if (button.name === "up") other.before(item); else other.after(item);
  save(item);
  // At the end of the list the arrow pressed no longer works; the focus goes to the other one.
  (button.disabled ? item.querySelector(button.name === "up" ? "[name=down]" : "[name=up]") : button).focus();
}

if (list) {
  list.classList.add("draggable");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[name=up], [name=down]");
    if (!button) return;
    event.preventDefault();
    step(button, button.closest(".order-item"));
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
