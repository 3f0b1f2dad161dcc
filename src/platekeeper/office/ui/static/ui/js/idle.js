/* Hides a page that nobody used for as long as the policy allows (CJIS AC-11); by then the server ends the session. */
(function () {
  "use strict";

  const place = document.querySelector("[data-idle-seconds]");
  const limit = 1000 * Number(place && place.dataset.idleSeconds);
  if (!limit) return; // a registered terminal in a vehicle or in dispatch

  let last = Date.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    addEventListener(kind, () => { last = Date.now(); }, { passive: true });
  }
  setInterval(function () {
    if (Date.now() - last < limit) return;
    document.body.replaceChildren(); // nothing stays in sight while the log-in loads
    location.replace(location.pathname);
  }, 5000);
})();
