// Long lists of items in a form: what is typed into the field to look for one changes what its select offers.

const PAUSE_MS = 250;

function select(field) {
  return [...field.closest("form").querySelectorAll("select[data-items]")];
}

function fill(list, items) {
  // What somebody chose stays on offer; what only stood first does not.
  const isChosen = (option) => option.selected && (list.dataset.chosen || option.defaultSelected);
  const kept = [...list.options].filter((option) => !option.value || isChosen(option));
  const known = new Set(kept.map((option) => option.value));
  list.replaceChildren(...kept, ...items.filter((item) => !known.has(item.id)).map((item) => new Option(item.words, item.id)));
}

async function look(field, words) {
  const answer = await fetch(`/programme/items.json?${new URLSearchParams({ find: words })}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = await answer.json();
  if (field.querySelector("input").value.trim() !== words) return;
  for (const list of select(field)) fill(list, found.items);
  const told = field.querySelector("[data-found]");
  told.textContent = !found.total ? told.dataset.none : found.more ? told.dataset.more : "";
}

for (const field of document.querySelectorAll("[data-find-items]")) {
  field.closest("form").addEventListener("change", (event) => { if (event.target.matches("select[data-items]")) event.target.dataset.chosen = "1"; });
  const input = field.querySelector("input");
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look(field, input.value.trim()), PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(waiting);
    look(field, input.value.trim());
  });
  field.querySelector("button").addEventListener("click", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    look(field, input.value.trim());
  });
}
