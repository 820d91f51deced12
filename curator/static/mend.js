// The page to have a version mended: shows which part of the picture the slider means; who picks a colour means it.
const slider = document.getElementById("position");
const look = document.getElementById("part-look");
const part = document.getElementById("part");

function show() {
  look?.style.setProperty("object-position", `${slider.value}% ${slider.value}%`);
}

slider?.addEventListener("input", () => {
  part.checked = true;
  show();
});
if (slider) show();

document.getElementById("ground")?.addEventListener("input", () => {
  document.getElementById("in-colour").checked = true;
});
