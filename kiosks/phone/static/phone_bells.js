/* The round of the bells, heard on the phone that asks for it: for whoever does not see the star, and for everybody else.
   It reads the notes off the page's own buttons, so that what strangers set meanwhile is heard in the next round. */
(function () {
  "use strict";
  var part = document.getElementById("part"), Sound = window.AudioContext || window.webkitAudioContext;
  if (!part || !Sound) { return; }
  var PITCHES_HZ = [523.25, 587.33, 659.26, 783.99, 880], BEAT_S = 0.5, AHEAD_S = 0.7, RING_S = 1.6, ROUNDS = 20;
  var calm = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var sound = null, playing = null, timer = null, beat = 0, dueS = 0, left = 0;

  function each(root, selector, act) { Array.prototype.forEach.call(root.querySelectorAll(selector), act); }
  function strike(pitch, atS) {
    var bell = sound.createOscillator(), over = sound.createOscillator(), loud = sound.createGain(), faint = sound.createGain();
    bell.frequency.value = PITCHES_HZ[pitch];
    over.frequency.value = PITCHES_HZ[pitch] * 2.76;
    faint.gain.value = 0.2;
    loud.gain.setValueAtTime(0.0001, atS);
    loud.gain.exponentialRampToValueAtTime(0.12, atS + 0.01);
    loud.gain.exponentialRampToValueAtTime(0.0001, atS + RING_S);
    bell.connect(loud);
    over.connect(faint);
    faint.connect(loud);
    loud.connect(sound.destination);
    [bell, over].forEach(function (one) { one.start(atS); one.stop(atS + RING_S); });
  }
  function show(card, now) {
    var columns = Number(card.getAttribute("data-beats"));
    each(card, ".cell", function (cell) {
      var isNow = !calm && Number(cell.value) % columns === now;
      if (cell.classList.contains("now") !== isNow) { cell.classList.toggle("now"); }
    });
  }
  function ahead() {
    var columns = Number(playing.getAttribute("data-beats"));
    if (!part.contains(playing)) { stop(); return; }
    while (playing && dueS < sound.currentTime + AHEAD_S) {
      if (beat === columns) { beat = 0; left -= 1; }
      if (!left) { stop(); return; }
      each(playing, ".cell.set", function (cell) {
        if (Number(cell.value) % columns === beat) { strike(Math.floor(Number(cell.value) / columns), dueS); }
      });
      setTimeout(show, Math.max(0, (dueS - sound.currentTime) * 1000), playing, beat);
      beat += 1;
      dueS += BEAT_S;
    }
  }
  function say(card, isOn) {
    var button = card.querySelector(".listen");
    button.textContent = button.getAttribute(isOn ? "data-stop" : "data-listen");
  }
  function stop() {
    if (!playing) { return; }
    clearInterval(timer);
    say(playing, false);
    setTimeout(show, BEAT_S * 2000, playing, -1);
    show(playing, -1);
    playing = null;
    sound.close();
    sound = null;
  }
  function listen(card) {
    playing = card;
    sound = new Sound();
    if (sound.resume) { sound.resume(); }
    beat = 0;
    left = ROUNDS;
    dueS = sound.currentTime + 0.1;
    say(card, true);
    timer = setInterval(ahead, 200);
    ahead();
  }
  part.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest(".listen") : null, was = playing;
    if (!button) { return; }
    stop();
    if (!was) { listen(button.closest(".bells")); }
  });
  document.addEventListener("visibilitychange", function () { if (document.hidden) { stop(); } });
  // A card may come later than the page.
  function reveal() { each(part, ".listen[hidden]", function (button) { button.hidden = false; }); }
  setInterval(reveal, 1000);
  reveal();
}());
