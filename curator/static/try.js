/* Trying an activity: draws what the simulated screen shows, and tells it what was pressed. Keeps nothing. */
const place = document.getElementById("try");
const canvas = document.getElementById("screen");
const picture = canvas.getContext("2d");
const crowd = document.getElementById("crowd");
const count = document.getElementById("count");
const seed = document.getElementById("seed");
const run = document.getElementById("run");
const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const handheld = document.getElementById("handheld");
let socket = null, isRunning = true, part = "";

const word = (name) => place.getAttribute(`data-w-${name}`) || "";
const chosen = (name) => crowd.querySelector(`[name="${name}"]:checked`).value;
const say = (order) => { if (socket && socket.readyState === WebSocket.OPEN) { socket.send(JSON.stringify(order)); } };

function tellVisitors() {
  document.getElementById("count-said").textContent = count.value;
  say({do: "visitors", count: Number(count.value), behaviour: chosen("behaviour")});
}
// The phone takes part of the same beginning: what was chosen before counts no more.
function forgetOwn() {
  const page = handheld.contentDocument;
  if (!page) { return; }
  for (const button of page.querySelectorAll(".option[aria-pressed]")) { button.setAttribute("aria-pressed", "false"); }
}
function connectPhone(language) {
  for (const button of place.querySelectorAll("[data-language]")) { button.setAttribute("aria-pressed", String(button.dataset.language === language)); }
  handheld.contentWindow.location.replace(`${location.pathname}/phone/${language}`);
}
function begin() {
  forgetOwn();
  say({do: "begin", seed: Math.max(0, Math.floor(Number(seed.value)) || 0), shape: chosen("shape")});
  canvas.classList.toggle("few", chosen("shape") === "small");
  canvas.classList.toggle("upright", chosen("shape") === "upright");
}
function draw(state) {
  if (state.refused) { document.getElementById("part").textContent = state.refused; return; }
  isRunning = state.is_running;
  run.textContent = word(isRunning ? "pause" : "run");
  if (state.part !== part) {
    if (state.part === "attract") { forgetOwn(); }
    part = state.part;
    document.getElementById("part").textContent = word(part);
  }
  document.getElementById("left").textContent = word("left").replace("#", Math.ceil(state.left_ms / 1000));
  document.getElementById("here").textContent = word("here").replace("#", state.here);
  for (const button of place.querySelectorAll("[data-part]")) { button.setAttribute("aria-pressed", String(button.dataset.part === part)); }
}
async function show(blob) {
  try {
    const bitmap = await createImageBitmap(blob);
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) { canvas.width = bitmap.width; canvas.height = bitmap.height; }
    picture.drawImage(bitmap, 0, 0);
    bitmap.close();
  } finally {
    say({do: "seen"});
  }
}
function connect(afterwards) {
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${place.dataset.socket}`);
  socket = mine;
  mine.onopen = () => {
    tellVisitors();
    begin();
    if (isCalm) { say({do: "pause"}); }
    afterwards();
  };
  mine.onmessage = (event) => { if (typeof event.data === "string") { draw(JSON.parse(event.data)); } else { show(event.data); } };
  mine.onclose = (event) => {
    if (socket !== mine) { return; }
    socket = null;
    if (event.code !== 4001) { document.getElementById("part").textContent = word(event.code === 4002 ? "over" : "lost"); }
  };
}
function does(order) {
  if (socket) { say(order); } else { connect(() => say(order)); }
}

run.addEventListener("click", () => { does({do: isRunning ? "pause" : "run"}); });
document.getElementById("step").addEventListener("click", () => { does({do: "step"}); });
document.getElementById("anew").addEventListener("click", () => { if (socket) { begin(); } else { connect(() => {}); } });
count.addEventListener("input", tellVisitors);
crowd.addEventListener("submit", (event) => { event.preventDefault(); });
crowd.addEventListener("change", (event) => {
  if (event.target.name === "behaviour") { tellVisitors(); } else if (event.target !== count) { begin(); }
});
place.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) { return; }
  if (button.dataset.part) {
    if (button.dataset.part !== "result") { forgetOwn(); }
    does({do: "jump", part: button.dataset.part});
  } else if (button.dataset.language) {
    connectPhone(button.dataset.language);
  }
});
window.addEventListener("pagehide", () => { if (socket) { socket.close(); } });
connect(() => {});
