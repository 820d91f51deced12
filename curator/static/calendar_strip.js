// Plays a strip: the very files of the programme one after another, each from where it would be. Space plays and pauses,
// the arrows go to the one before and the next.

const strip = document.getElementById("strip");
const plays = JSON.parse(strip.dataset.plays);
const [video, picture, card] = ["video", "img", "[data-card]"].map((name) => strip.querySelector("[data-stage]").querySelector(name));
const button = (name) => strip.querySelector(`[data-button=${name}]`);
const frames = [...strip.querySelectorAll(".frame")];
const sound = strip.querySelector("[data-sound]");
const now = strip.querySelector("[data-now]");
const DRIFT_MS = 400;

let index = -1;
let at = 0;
let isPlaying = false;
let before = 0;

function show(next) {
  index = next;
  const play = plays[index];
  video.hidden = play.kind !== "video";
  picture.hidden = play.kind === "video" || !play.file;
  card.textContent = play.file ? "" : play.title;
  if (play.kind === "video") {
    video.src = play.file;
    video.currentTime = (play.media + Math.max(0, at - play.start)) / 1000;
  } else {
    video.pause();
    video.removeAttribute("src");
    if (play.file) picture.src = play.file;
  }
  frames.forEach((frame, place) => {
    if (place === index) frame.setAttribute("aria-current", "true"); else frame.removeAttribute("aria-current");
  });
  const line = frames[index].parentElement.parentElement;
  line.scrollTo({ left: frames[index].offsetLeft - line.offsetLeft - 40 });
  now.textContent = `${play.time} ${play.title}`;
  hear();
  if (isPlaying) run();
}

function hear() { video.muted = !sound.checked || plays[index].muted; }

function run() {
  if (plays[index].kind === "video") video.play().catch(() => { isPlaying = false; tell(); });
}

function tell() { button("play").textContent = isPlaying ? strip.dataset.pause : strip.dataset.play; }

function toggle() {
  isPlaying = !isPlaying;
  if (isPlaying) { before = performance.now(); run(); requestAnimationFrame(step); } else video.pause();
  tell();
}

function go(next) {
  if (next < 0 || next >= plays.length) return;
  at = Math.max(0, plays[next].start);
  show(next);
}

function step(stamp) {
  if (!isPlaying) return;
  const play = plays[index];
  const isWaiting = play.kind === "video" && video.readyState < 2 && !video.error;
  if (!isWaiting) at += stamp - before;
  before = stamp;
  if (play.kind === "video" && !isWaiting && !video.ended) {
    const due = play.media + at - play.start;
    if (Math.abs(video.currentTime * 1000 - due) > DRIFT_MS) at = play.start - play.media + video.currentTime * 1000;
  }
  if (at >= play.end) {
    if (index + 1 < plays.length) { at = Math.max(at, plays[index + 1].start); show(index + 1); } else { isPlaying = false; video.pause(); tell(); return; }
  }
  requestAnimationFrame(step);
}

button("play").addEventListener("click", toggle);
button("before").addEventListener("click", () => go(index - 1));
button("after").addEventListener("click", () => go(index + 1));
sound.addEventListener("change", hear);
frames.forEach((frame, place) => frame.addEventListener("click", (event) => { event.preventDefault(); go(place); }));
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, button, a, select") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " ") { event.preventDefault(); toggle(); }
  if (event.key === "ArrowLeft") go(index - 1);
  if (event.key === "ArrowRight") go(index + 1);
});
strip.querySelector("[data-controls]").hidden = false;
at = 0;
show(0);
