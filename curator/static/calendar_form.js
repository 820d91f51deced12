// The booking's form on its own page: only what the chosen recurrence needs is seen.

const form = document.querySelector("form:has([name=repeat])");
const fit = () => {
  const repeat = form.elements.namedItem("repeat").value;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(repeat);
};
form?.addEventListener("change", fit);
if (form) fit();
