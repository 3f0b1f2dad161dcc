/* The operator's board: new alerts come by server-sent events, sound and are announced; one is open at a time.
   The stream only says which alert changed; its card is fetched, so that the access is decided and recorded. */
(function () {
  "use strict";
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const list = document.getElementById("alert-list");
  const panel = document.getElementById("board-panel");
  const title = document.title;
  let unseen = 0;

  const isWide = () => getComputedStyle(panel).display !== "none";

  /* Sound: two rising tones, made here; browsers allow it only after a person has touched the page. */
  const soundButton = board.querySelector("[data-sound]");
  let audio = null;
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
    try {
      localStorage.setItem("platekeeper.sound", soundIsOn() ? "off" : "on");
    } catch {
      /* storage is blocked: the choice lasts for this page only */
    }
    paintSound();
    play();
  });
  paintSound();

  /* Which alert is open beside the list */
  function select(card) {
    list.querySelectorAll("[data-selected]").forEach((other) => {
      other.removeAttribute("data-selected");
      other.querySelector("a").removeAttribute("aria-current");
    });
    card.setAttribute("data-selected", "");
    const link = card.querySelector("a");
    link.setAttribute("aria-current", "true");
    if (isWide()) htmx.ajax("GET", link.href, { target: panel, swap: "innerHTML", select: "#alert-panel" });
  }
  let waiting = 0;
  list.addEventListener("platekeeper:selected", function (event) {
    clearTimeout(waiting); // holding j down opens only the alert one stops at
    const card = event.target;
    waiting = setTimeout(() => select(card), 180);
  });
  list.addEventListener("click", function (event) {
    const link = event.target.closest("a");
    const byKeyboard = event.detail === 0;
    if (!link || byKeyboard || !isWide() || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    select(link.closest("[data-list-item]"));
  });

  /* News */
  function cardUrl(id) {
    return list.dataset.cardUrl.replace(list.dataset.cardId, encodeURIComponent(id));
  }
  list.addEventListener("htmx:sseMessage", (event) => fetchCard(event.detail.data));
  panel.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target.id === "alert-panel") fetchCard(panel.querySelector("[data-alert]").dataset.alert);
  });
  function fetchCard(id) {
    const known = document.getElementById("alert-" + id);
    htmx
      .ajax("GET", cardUrl(id), { target: known || list, swap: known ? "outerHTML" : "afterbegin" })
      .then(() => arrived(id, Boolean(known)));
  }
  function reselect() {
    const open = panel.querySelector("[data-alert]");
    const card = open && document.getElementById("alert-" + open.dataset.alert);
    if (card) card.setAttribute("data-selected", "");
  }
  function arrived(id, known) {
    const card = document.getElementById("alert-" + id);
    reselect();
    if (!card || known) return;
    card.classList.add("is-new");
    document.getElementById("announcement").textContent = card.dataset.announce;
    play();
    if (document.hidden) document.title = "(" + ++unseen + ") " + title;
    if (!panel.querySelector("#alert-panel")) select(card);
  }
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });

  /* The line: an operator must never take a silent page for a quiet night. */
  const status = board.querySelector("[data-live]");
  let wasLost = false;
  function line(state, text) {
    status.dataset.live = state;
    status.querySelector("[data-live-name]").textContent = text;
  }
  board.addEventListener("htmx:sseOpen", function () {
    line("on", "Live");
    if (wasLost) htmx.ajax("GET", location.href, { target: list, swap: "innerHTML", select: "#alert-list > li" }).then(reselect);
    wasLost = false;
  });
  board.addEventListener("htmx:sseError", function () {
    wasLost = true;
    line("off", "Connection lost: alerts may be missing here. Trying again");
  });
})();
