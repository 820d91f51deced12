/* A visitor's phone: says what is pressed at once, shows how it stands. Without this script the forms do the same, slower.
   Written for old browsers. Keeps nothing: no cookie, no storage. */
(function () {
  "use strict";
  var part = document.getElementById("part");
  if (!part || !window.WebSocket || !window.JSON || !part.closest) { return; }
  var status = document.getElementById("status");
  var socket = null, seq = Math.floor(Date.now() / 100) % 2000000000, wait = 400, failures = 0, lean = 0, said = "", chosen = {};
  var edition = null, offers = null, last = null, waits = false, canRenew = !!(window.fetch && window.DOMParser && window.URLSearchParams);
  var heardAt = 0, isOn = false, timer = null, touched = false, isOver = false;

  function word(name) { return part.getAttribute("data-w-" + name) || ""; }
  var pad = window.commonscreenPad ? window.commonscreenPad(part, send) : null;
  function each(selector, act) { Array.prototype.forEach.call(part.querySelectorAll(selector), act); }
  function tell(name, look) {
    if (said === name) { return; }
    said = name;
    status.textContent = word(name);
    status.className = "status " + (look || "");
  }
  function send(message) {
    if (!socket || socket.readyState !== 1) { return false; }
    seq += 1;
    message.v = 1;
    message.q = seq;
    socket.send(JSON.stringify(message));
    return true;
  }
  function press(buttons, pressed) {
    Array.prototype.forEach.call(buttons, function (button) { button.setAttribute("aria-pressed", button === pressed ? "true" : "false"); });
  }

  function drawPoll(card, snapshot) {
    var counts = snapshot.counts || [], total = 0, index;
    for (index = 0; index < counts.length; index += 1) { total += counts[index]; }
    Array.prototype.forEach.call(card.querySelectorAll(".count"), function (row, place) {
      var meter = row.querySelector("meter");
      meter.max = Math.max(1, total);
      meter.value = counts[place] || 0;
      row.querySelector("span").textContent = counts[place] || 0;
    });
    card.querySelector(".total").textContent = total;
  }
  function draw(state) {
    last = state;
    isOn = !!state.on;
    if (pad) { pad.draw(state); }
    each("[data-activity]", function (card) {
      var isThis = state.on === card.getAttribute("data-activity");
      if (isThis && state.snapshot && state.snapshot.counts) { drawPoll(card, state.snapshot); }
      if (card.querySelector(".begin")) { card.querySelector(".begin").hidden = isOn; }
      if (card.querySelector(".lean")) {
        card.querySelector(".lean").hidden = !isThis;
        card.querySelector(".switch").hidden = !isThis;
        card.querySelector(".score").textContent = isThis && state.snapshot ? state.snapshot.gathered + " " + word("lights") : "";
      }
    });
    if (!state.link) { tell("away", "bad"); }
    else if (state.on && state.snapshot && state.snapshot.phase === "result") { tell("result", "good"); }
    else if (state.on) { tell("on", "good"); }
    else if (state.refused && (state.why === "protected" || state.why === "dark" || state.why === "above")) { tell("protected"); }
    else if (state.refused) { tell("hour"); }
    else if (said !== "voted") { tell("here"); }
    if (!state.on) { lean = 0; each(".lean button", function (button) { button.setAttribute("aria-pressed", "false"); }); }
  }
  // The same button keeps the focus, and a hand that writes is not disturbed.
  function put(place, html) {
    var here = place.contains(document.activeElement) ? document.activeElement : null, name = here && here.name, value = here && here.value;
    place.innerHTML = html;
    if (name) {
      Array.prototype.forEach.call(place.querySelectorAll("button"), function (button) { if (button.name === name && button.value === value) { button.focus(); } });
    }
  }
  function isWriting() { return Array.prototype.some.call(part.querySelectorAll("textarea"), function (words) { return words.value; }); }
  function same(root, card) { return root.querySelector('[data-activity="' + card.getAttribute("data-activity") + '"]'); }
  // What was written, taken away, begun or is over stands in the page that the service makes: asked for again, spread over two seconds.
  function take(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("part"), before = null;
    if (!fresh) { return; }
    each(".wall, .bells, .next", function (card) {
      var place = card.querySelector(".renewed"), other = same(fresh, card) && same(fresh, card).querySelector(".renewed");
      if (place && other && place.innerHTML !== other.innerHTML) { put(place, other.innerHTML); }
    });
    each(".card", function (card) {
      var words = card.querySelector("textarea");
      if (words && words.value || card.hasAttribute("data-activity") && same(fresh, card)) { return; }
      if (card.contains(document.activeElement)) { status.tabIndex = -1; status.focus(); }
      card.parentNode.removeChild(card);
    });
    Array.prototype.forEach.call(fresh.querySelectorAll(".card"), function (card) {
      var mine = card.hasAttribute("data-activity") ? same(part, card) : null;
      if (!mine) {
        mine = document.importNode(card, true);
        part.insertBefore(mine, before ? before.nextSibling : part.querySelector(".card"));
        // A pad has a script of its own, which comes with the page. Until then its buttons are a form's.
        if (/\bpad\b/.test(mine.className) && !isWriting()) { location.replace(location.pathname); }
      }
      before = mine;
    });
    if (last) { draw(last); }
  }
  function textOf(answer) { return answer.text(); }
  function renew() {
    waits = false;
    fetch(location.pathname).then(textOf).then(take)["catch"](function () {});
  }
  function heard(message) {
    if (message.type === "state") {
      var told = (message.offers || []).join();
      if (edition !== null && (message.edition !== edition || told !== offers) && !waits && canRenew) { waits = true; setTimeout(renew, 300 + Math.random() * 2000); }
      edition = message.edition;
      offers = told;
      draw(message);
    }
    if (message.type === "vote") {
      tell(message.said, message.said === "voted" ? "good" : "bad");
      if (message.said !== "voted") { undo(message.activity); }
    }
  }
  function undo(activity) {
    each('[data-activity="' + activity + '"] .option', function (button) { button.setAttribute("aria-pressed", "false"); });
  }
  function connect() {
    var scheme = location.protocol === "https:" ? "wss://" : "ws://";
    timer = null;
    heardAt = Date.now();
    socket = new WebSocket(scheme + location.host + part.getAttribute("data-socket"));
    socket.onopen = function () { wait = 400; failures = 0; said = "-"; if (lean) { send({"do": "steer", x: lean}); } };
    socket.onmessage = function (event) {
      var message;
      heardAt = Date.now();
      try { message = JSON.parse(event.data); } catch (error) { return; }
      heard(message);
    };
    socket.onclose = function (event) {
      if (event.code === 4001) { isOver = true; failures = 8; }
      lost();
    };
  }
  function lost() {
    failures += 1;
    isOn = false;
    socket = null;
    tell(failures > 8 ? "gone" : "lost", "bad");
    if (failures <= 8) { timer = setTimeout(connect, wait); wait = Math.min(4000, wait * 2); }
  }
  /* A network that is gone closes nothing: who hears nothing for longer than the service is ever silent tries anew. */
  function listen() {
    var most = isOn ? 3000 : socket && socket.readyState === 0 ? 5000 : 16000;
    if (!timer && socket && !document.hidden && Date.now() - heardAt > most) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      lost();
    }
  }
  function again() {
    if (isOver || document.hidden || !timer && failures <= 8) { return; }
    clearTimeout(timer);
    failures = 0;
    wait = 400;
    connect();
  }
  function ring(button) {
    var body = new URLSearchParams();
    body.append("activity", button.form.querySelector('[name="activity"]').value);
    body.append("cell", button.value);
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "true" ? "false" : "true");
    if (navigator.vibrate) { navigator.vibrate(15); }
    fetch(button.form.action, {method: "POST", body: body}).then(textOf).then(take)["catch"](function () { tell("lost", "bad"); });
  }
  function steer(x, button) {
    lean = x;
    press(part.querySelectorAll(".lean button"), button);
    send({"do": "steer", x: x});
    if (button && navigator.vibrate) { navigator.vibrate(15); }
  }
  function side(name) { return part.querySelector('.lean button[value="' + name + '"]'); }

  part.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button") : null;
    if (!button) { return; }
    if (button.name === "cell" && canRenew) {
      event.preventDefault();
      ring(button);
      return;
    }
    if (!/option|begin|switch/.test(button.className) && button.name !== "lean") { return; }
    var card = button.closest("[data-activity]"), activity = card.getAttribute("data-activity");
    if (button.classList.contains("option")) {
      if (!send({"do": "vote", option: Number(button.value), activity: activity})) { return; }
      press(card.querySelectorAll(".option"), button);
      chosen[activity] = button.value;
      if (navigator.vibrate) { navigator.vibrate(15); }
    } else if (button.classList.contains("begin")) {
      if (!send({"do": "begin", activity: activity})) { return; }
    } else if (button.name === "lean") {
      steer(button.value === "left" ? -100 : 100, button);
    } else {
      steer(lean > 0 ? -100 : 100, side(lean > 0 ? "left" : "right"));
    }
    event.preventDefault();
  });
  document.addEventListener("keydown", function (event) {
    var name = {ArrowLeft: "left", Left: "left", ArrowRight: "right", Right: "right"}[event.key];
    var button = name && side(name);
    if (button && !button.parentNode.hidden) { steer(name === "left" ? -100 : 100, button); event.preventDefault(); }
  });
  document.addEventListener("visibilitychange", again);
  window.addEventListener("online", again);
  setInterval(listen, 1000);
  ["touchstart", "click", "keydown", "scroll"].forEach(function (name) {
    document.addEventListener(name, function () { touched = true; });
  });
  setInterval(function () {
    if (lean) { send({"do": "steer", x: lean}); }
    if (pad) { pad.stay(); }
    if ((touched || !lean) && send(touched ? {"do": "here", touched: true} : {"do": "here"})) { touched = false; }
  }, 5000);

  var first;
  try { first = JSON.parse(part.getAttribute("data-state")); } catch (error) { first = null; }
  if (first) { edition = first.edition; offers = (first.offers || []).join(); }
  if (first && !/said=/.test(location.search)) { draw(first); }
  connect();
}());
