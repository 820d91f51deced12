/* The pad of a visitor's phone: steer every way and press a few buttons. Read before phone.js, which gives it `send`.
   A finger slides, keys are held, and whoever presses a button without either sets a course that stays. For old browsers. */
window.commonscreenPad = function (part, send) {
  "use strict";
  var card = part.querySelector(".pad");
  if (!card) { return null; }
  var activity = card.getAttribute("data-activity"), number = Number(card.getAttribute("data-number"));
  var stick = card.querySelector(".stick"), told = card.querySelector(".told"), where = card.querySelector(".where"), act = card.querySelector(".act");
  var join = card.querySelector(".join"), back = card.querySelector(".back"), hands = card.querySelector(".hands");
  var WAYS = {up: [0, -100], down: [0, 100], left: [-100, 0], right: [100, 0]}, BUTTONS = {act: 0, start: 1, back: 2};
  var KEYS = {ArrowUp: "up", Up: "up", ArrowDown: "down", Down: "down", ArrowLeft: "left", Left: "left", ArrowRight: "right", Right: "right"};
  var x = 0, y = 0, sent = "0 0", sentAt = 0, timer = null, held = {}, finger = null, wants = false, isOn = false, now = null;

  function word(name) { return card.getAttribute("data-w-" + name) || ""; }
  function filled(name, values) {
    return word(name).replace(/\{(\w+)\}/g, function (whole, key) { return values[key]; });
  }
  function say(text) { if (told.textContent !== text) { told.textContent = text; } }
  function shake() { if (navigator.vibrate) { navigator.vibrate(12); } }

  // At most fifteen times a second; the last always goes.
  function steer(newX, newY) {
    x = newX;
    y = newY;
    Array.prototype.forEach.call(stick.querySelectorAll(".way"), function (button) {
      var way = WAYS[button.value], isThis = way[0] * x + way[1] * y > 5000;
      button.setAttribute("aria-pressed", isThis ? "true" : "false");
    });
    if (timer) { return; }
    var left = sentAt + 66 - Date.now();
    if (left <= 0) { flush(); } else { timer = setTimeout(flush, left); }
  }
  function flush() {
    timer = null;
    if (sent === x + " " + y || !send({"do": "steer", x: x, y: y})) { return; }
    sent = x + " " + y;
    sentAt = Date.now();
  }
  function press(button) { shake(); return send({"do": "press", button: BUTTONS[button]}); }

  // --- a finger, or a mouse ---
  function follow(event) {
    var box = stick.getBoundingClientRect(), half = box.width / 2;
    var far = [(event.clientX - box.left - half) / half, (event.clientY - box.top - box.height / 2) / half];
    var length = Math.max(0.01, Math.sqrt(far[0] * far[0] + far[1] * far[1])), reach = Math.min(1, length * 1.5) / length;
    steer(Math.round(far[0] * reach * 10) * 10, Math.round(far[1] * reach * 10) * 10);
  }
  function lift(event) {
    if (finger === event.pointerId) { finger = null; steer(0, 0); }
  }
  if (window.PointerEvent) {
    stick.addEventListener("pointerdown", function (event) {
      if (event.target.closest(".act") || finger !== null || event.button > 0) { return; }
      finger = event.pointerId;
      try { stick.setPointerCapture(finger); } catch (error) { /* a browser without it loses the finger at the rim */ }
      shake();
      follow(event);
    });
    stick.addEventListener("pointermove", function (event) { if (finger === event.pointerId) { follow(event); } });
    stick.addEventListener("pointerup", lift);
    stick.addEventListener("pointercancel", lift);
  }

  // --- buttons, keys and switches ---
  card.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button === where) { say(nearest()); return; }
    if (button.className === "begin") { wants = true; return; }
    if (button.name !== "pad") { return; }
    event.preventDefault();
    var way = WAYS[button.value];
    if (!way) { press(button.value); return; }
    // With a finger or a mouse it was steered already; `detail` is 0 for keys, switches and screen readers.
    if (window.PointerEvent && event.detail > 0) { return; }
    if (button.getAttribute("aria-pressed") === "true") { steer(0, 0); } else { shake(); steer(way[0], way[1]); }
  });
  function keyed() {
    var newX = (held.right ? 100 : 0) - (held.left ? 100 : 0), newY = (held.down ? 100 : 0) - (held.up ? 100 : 0);
    steer(newX, newY);
  }
  function key(event, isDown) {
    var name = KEYS[event.key];
    if (!isOn || event.ctrlKey || event.altKey || event.metaKey || /INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) { return; }
    if (name) {
      event.preventDefault();
      if (!!held[name] !== isDown) { held[name] = isDown; keyed(); }
    } else if ((event.key === " " || event.key === "Spacebar") && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      if (isDown && !event.repeat) { press("act"); }
    }
  }
  document.addEventListener("keydown", function (event) { key(event, true); });
  document.addEventListener("keyup", function (event) { key(event, false); });
  window.addEventListener("blur", function () { held = {}; if (x || y) { steer(0, 0); } });

  // --- how it stands ---
  function mine() {
    return (now.seats || []).filter(function (seat) { return seat[0] === number; })[0];
  }
  function nearest() {
    var seat = now && mine(), best = null;
    if (!seat) { return ""; }
    (now.lights || []).forEach(function (light) {
      var far = [light[0] - seat[1], light[1] - seat[2]], length = far[0] * far[0] + far[1] * far[1];
      if (!best || length < best[2]) { best = [far[0], far[1], length]; }
    });
    if (!best) { return word("none"); }
    var ways = [];
    if (Math.abs(best[1]) > 600) { ways.push(word(best[1] < 0 ? "up" : "down")); }
    if (Math.abs(best[0]) > 600) { ways.push(word(best[0] < 0 ? "left" : "right")); }
    return ways.length ? filled("near", {way: ways.join(", ")}) : word("here");
  }
  function standing(seat, place) {
    if (now.phase === "result") { return filled("done", {lit: now.lit, needed: now.needed}); }
    if (place >= 0) {
      var ms = now.next_ms + Math.floor(place / 8) * now.round_ms;
      return filled("wait", {count: place + 1, minutes: Math.max(1, Math.ceil(ms / 60000))});
    }
    if (!seat) { return word("watch"); }
    if (now.phase === "lobby") { return word("soon"); }
    if (seat[5] >= 8 && now.queue.length) { return word("still"); }
    if (seat[3] >= 5) { return word("full"); }
    return seat[3] ? filled("tail", {count: seat[3]}) : word("fly");
  }
  function draw(state) {
    var wasOn = isOn;
    isOn = state.on === activity;
    hands.hidden = !isOn;
    if (state.refused) { wants = false; }
    if (!isOn) { now = null; sent = "0 0"; x = y = 0; return; }
    if (wants && send({"do": "press", button: BUTTONS.start})) { wants = false; }
    if (!wasOn) { sent = "-"; steer(x, y); }
    if (!state.snapshot || !state.snapshot.seats) { return; }
    now = state.snapshot;
    var seat = mine(), place = now.queue.indexOf(number), canAgain = seat && now.phase === "result" && !now.queue.length;
    var label = canAgain ? "again" : now.seats.length < 8 ? "join" : "line";
    join.hidden = place >= 0 || !!seat && !canAgain;
    back.hidden = place < 0 && !seat;
    where.hidden = !seat;
    if (join.textContent !== word(label)) { join.textContent = word(label); }
    if (act.textContent !== word(seat ? "turn" : "throw")) { act.textContent = word(seat ? "turn" : "throw"); }
    say(standing(seat, place));
  }
  // Whether this phone is heard of although nobody presses anything.
  function stay() { return isOn && send({"do": "steer", x: x, y: y}); }
  return {draw: draw, stay: stay};
};
