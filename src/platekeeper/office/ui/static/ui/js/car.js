/* The screen in the car: one alert fills it, the others wait in the queue above. The stream only says what changed; what
   is shown is fetched, so that each look is decided and recorded. Nothing that somebody ticked is swept away (ticks.js). */
(function () {
  "use strict";
  const car = document.querySelector("[data-car]");
  if (!car) return;
  const stage = document.getElementById("car-alert");
  const queue = document.getElementById("car-queue");
  const said = document.getElementById("announcement");
  const ask = window.platekeeper.line.ask;
  const byItself = window.platekeeper.line.byItself;

  const panel = () => stage.querySelector("[data-alert]");
  const current = () => (panel() ? panel().dataset.alert : "");
  const isFinished = () => !panel() || panel().hasAttribute("data-finished");
  const chips = () => [...queue.querySelectorAll("[data-chip]")];
  const address = (id) => car.dataset.address + (id ? "?alert=" + encodeURIComponent(id) : "");

  /* A new alert takes the screen from one that nobody deals with: not from ticks, a dialog, or what has just come up.
     What waits for a second person is out of this one's hands: it gives way, and comes back when it is answered. */
  let shownAt = 0;
  let isShowing = false;
  const waits = (chip) => chip.hasAttribute("data-waits");
  const answered = new Set();
  function givesWay() {
    const chip = chips().find((one) => one.dataset.chip === current());
    if (!chip) return true;
    if (document.querySelector("dialog[open]")) return false;
    const isBegun = stage.querySelector(".checks input:checked");
    return waits(chip) || (chip.dataset.state === "RAISED" && !isBegun && Date.now() - shownAt > 20000);
  }
  /* A key or thumb on its way to the alert that was there a moment ago must not count for the one that took its place. */
  function take(id) {
    stage.toggleAttribute("data-deaf", !isFinished());
    return show(id, byItself).then(function () {
      scrollTo(0, 0); // the queue above it belongs to it
      setTimeout(() => stage.removeAttribute("data-deaf"), 1000);
    });
  }
  addEventListener(
    "keydown",
    function (event) {
      if (!stage.hasAttribute("data-deaf") || event.key === "x" || event.key === "Tab") return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true
  );
  function show(id, headers) {
    if (id !== current()) shownAt = Date.now();
    answered.delete(id);
    isShowing = true;
    const how = () => ({ target: stage, swap: "innerHTML", select: "#car-alert > *", headers: headers });
    return ask(stage, address(id), how).then(function () {
      isShowing = false;
      mark();
    });
  }
  function mark() {
    for (const chip of chips()) {
      if (chip.dataset.chip === current()) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
  }
  /* The queue is asked for anew at each piece of news, and whenever the line is back: nothing is missed. */
  let isBusy = false;
  let isDue = false;
  function refresh() {
    isDue = isBusy;
    if (isBusy) return;
    isBusy = true;
    const known = new Set(chips().map((chip) => chip.dataset.chip));
    const waited = new Set(chips().filter(waits).map((chip) => chip.dataset.chip));
    const how = () => ({ target: queue, swap: "innerHTML", select: "#car-queue > *", headers: byItself });
    ask(queue, address(current()), how).then(function (isThere) {
      isBusy = false;
      if (!isThere) return line.renew();
      arrived(chips().filter((chip) => !known.has(chip.dataset.chip)));
      chips().forEach((chip) => waited.has(chip.dataset.chip) && !waits(chip) && back(chip));
      follow();
      if (isDue) refresh();
    });
  }
  function arrived(fresh) {
    mark();
    if (!fresh.length) return;
    window.platekeeper.sound.play();
    said.textContent = "New alert: " + fresh[0].dataset.announce;
    fresh.forEach((chip) => chip.classList.add("is-new"));
    if (!isShowing && (isFinished() || givesWay())) take(fresh[0].dataset.chip);
  }
  function back(chip) {
    window.platekeeper.sound.play();
    said.textContent = "Answered: " + chip.dataset.announce;
    if (chip.dataset.chip !== current()) answered.add(chip.dataset.chip);
  }
  function follow() {
    const waiting = !panel() && !isShowing && chips().find((one) => one.dataset.state === "RAISED");
    if (waiting) return show(waiting.dataset.chip, byItself); // it came when the line was too bad to show it
    const due = chips().filter((one) => answered.has(one.dataset.chip));
    due.forEach((one) => one.classList.add("is-new"));
    if (due.length && !isShowing && (isFinished() || givesWay())) return take(due[0].dataset.chip);
    const chip = chips().find((one) => one.dataset.chip === current());
    const isStale = panel() && (!chip || Number(chip.dataset.steps) > Number(panel().dataset.steps)) && !isFinished();
    if (isStale && !isStepping && !document.querySelector("dialog[open]")) show(current(), byItself);
  }

  /* One's own step is answered with the alert as it then stands: no need to ask for it besides. */
  let isStepping = false;
  stage.addEventListener("htmx:beforeRequest", (event) => (isStepping = isStepping || event.target.matches("form")));
  stage.addEventListener("htmx:afterSettle", (event) => event.detail.target.id === "alert-panel" && (isStepping = false));
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:swapError"]) {
    document.addEventListener(failure, () => (isStepping = false));
  }

  car.addEventListener("click", function (event) {
    const chip = event.target.closest("[data-chip]");
    if (!chip || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(chip.dataset.chip).then(() => panel() && panel().focus());
  });
  document.addEventListener("keydown", function (event) {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
    if (event.key !== "x" || !isPlain || event.target.matches("input:not([type=checkbox]), textarea") || document.querySelector("dialog[open]")) return;
    const others = chips().filter((chip) => chip.dataset.chip !== current());
    const rank = (chip) => (answered.has(chip.dataset.chip) ? 0 : chip.dataset.state === "RAISED" ? 1 : waits(chip) ? 3 : 2);
    const waiting = others.sort((one, other) => rank(one) - rank(other))[0];
    if (waiting) show(waiting.dataset.chip).then(() => panel() && panel().focus());
  });
  stage.addEventListener("htmx:afterSettle", (event) => event.detail.target.id === "alert-panel" && refresh());
  const line = window.platekeeper.line.open(car, "Connection lost: alerts may be missing here.", refresh, refresh);
  mark();
})();
