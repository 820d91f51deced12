// The calendar's dialogs: the booking form, "only this one or all?", and a refusal with the times that are free.

const bookingDialog = document.getElementById("booking-dialog");
const reachDialog = document.getElementById("reach-dialog");
const refusalDialog = document.getElementById("refusal-dialog");
const form = bookingDialog?.querySelector("form");

function closed(dialog) {
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

function open(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return closed(dialog);
}

// By name, asked of the list: `elements.length` is how many there are, not the field.
const field = (name) => form.elements.namedItem(name);

// Only what the chosen recurrence needs is on the form.
function fit() {
  const repeat = field("repeat").value;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(repeat);
}

function fill(asked) {
  form.reset();
  for (const row of [...form.querySelectorAll(".item-row")].slice(1)) row.remove();
  const items = asked.items ?? [];
  for (const select of form.querySelectorAll(".item-row select")) delete select.dataset.chosen;
  items.slice(1).forEach(() => addItem());
  form.querySelectorAll(".item-row select").forEach((select, index) => { if (items[index]) choose(select, items[index], asked.item_words?.[items[index]]); });
  for (const name of ["booking", "title", "day", "time", "length", "state", "repeat", "until", "rule", "plays"]) {
    if (asked[name] !== undefined) field(name).value = asked[name];
  }
  field("premiere").checked = Boolean(asked.is_premiere);
  for (const box of form.querySelectorAll("[name=screens]")) box.checked = (asked.screens ?? []).includes(box.value);
  for (const box of form.querySelectorAll("[name=weekday]")) box.checked = (asked.weekdays ?? []).includes(box.value);
  bookingDialog.querySelector("[data-new]").hidden = Boolean(asked.booking);
  bookingDialog.querySelector("[data-old]").hidden = !asked.booking;
  bookingDialog.querySelector("[value=cancel-booking]").hidden = !asked.booking;
  bookingDialog.querySelector("[data-summary]").textContent = asked.summary ?? "";
  fit();
}

// Of many items the select offers some: what a booking has is among them whatever it is.
function choose(select, item, words = item) {
  select.dataset.chosen = "1";
  select.value = item;
  if (select.value === item) return;
  select.prepend(new Option(words, item));
  select.value = item;
}

function addItem() {
  const [first] = form.querySelectorAll(".item-row");
  const row = first.cloneNode(true);
  row.querySelector("select").removeAttribute("id");
  row.querySelector("select").required = false;
  row.querySelector("select").value = "";
  delete row.querySelector("select").dataset.chosen;
  first.parentElement.querySelector(".add-item").before(row);
  return row;
}

export async function openBooking(asked, save, cancel) {
  fill(asked);
  const answer = await open(bookingDialog);
  if (answer === "save") await save(new URLSearchParams(new FormData(form)));
  if (answer === "cancel-booking") await cancel?.();
}

// "this", "following", "all", or "" when the reader thinks better of it.
export async function askReach(title, isCancelling = false, isRecurring = true) {
  for (const part of reachDialog.querySelectorAll("[data-cancelling]")) part.hidden = (part.dataset.cancelling === "1") !== isCancelling;
  for (const part of reachDialog.querySelectorAll("[data-recurring]")) part.hidden = (part.dataset.recurring === "1") !== isRecurring;
  reachDialog.querySelector("[data-title]").textContent = title;
  return open(reachDialog);
}

export async function tellRefusal(sentence, free, again) {
  refusalDialog.querySelector("[data-sentence]").textContent = sentence;
  const offers = refusalDialog.querySelector("[data-offers]");
  refusalDialog.querySelector("[data-free]").hidden = !free.length || !again;
  offers.replaceChildren(...(again ? free : []).map((one, index) => {
    const button = document.createElement("button");
    button.value = String(index + 1);
    button.className = "second";
    button.textContent = one.words;
    return button;
  }));
  const answer = await open(refusalDialog);
  if (answer && free[Number(answer) - 1]) await again(free[Number(answer) - 1]);
}

form?.addEventListener("change", fit);
form?.querySelector(".add-item")?.addEventListener("click", () => addItem().querySelector("select").focus());
