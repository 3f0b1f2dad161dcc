/* The sound of an alert: three rising tones, made here. Browsers allow it only after a person has touched the page, so
   the button [data-sound] says plainly whether it would be heard. */
(function () {
  "use strict";
  const soundButton = document.querySelector("[data-sound]");
  if (!soundButton) return;

  let audio = null;
  let allowedAt = 0;
  function soundIsOn() {
    try {
      return localStorage.getItem("platekeeper.sound") !== "off";
    } catch {
      return true;
    }
  }
  function paintSound() {
    const on = soundIsOn();
    const blocked = on && (!audio || audio.state !== "running");
    soundButton.setAttribute("aria-pressed", String(on));
    soundButton.querySelector("[data-sound-name]").textContent = on ? (blocked ? "Tap for sound" : "Sound on") : "Sound off";
    const use = soundButton.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, on ? "#sound" : "#mute"));
  }
  function allowSound() {
    if (!audio || audio.state !== "running") allowedAt = Date.now();
    audio = audio || new AudioContext();
    audio.resume().then(paintSound);
  }
  function play() {
    if (!soundIsOn() || !audio || audio.state !== "running") return;
    [0, 0.22, 0.44].forEach(function (delay, index) {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.frequency.value = [740, 988, 1319][index];
      gain.gain.setValueAtTime(0.0001, audio.currentTime + delay);
      gain.gain.exponentialRampToValueAtTime(0.4, audio.currentTime + delay + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + delay + 0.2);
      tone.connect(gain).connect(audio.destination);
      tone.start(audio.currentTime + delay);
      tone.stop(audio.currentTime + delay + 0.21);
    });
  }
  document.addEventListener("pointerdown", allowSound, { once: true });
  document.addEventListener("keydown", allowSound, { once: true });
  soundButton.addEventListener("click", function () {
    const wasBlocked = soundIsOn() && Date.now() - allowedAt < 1500; // this very touch allowed it: it stays on
    try {
      localStorage.setItem("platekeeper.sound", soundIsOn() && !wasBlocked ? "off" : "on");
    } catch {
      /* storage is blocked: the choice lasts for this page only */
    }
    paintSound();
    play();
  });
  paintSound();
  window.platekeeper.sound = { play };
})();
