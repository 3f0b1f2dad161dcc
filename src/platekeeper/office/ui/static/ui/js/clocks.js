/* Running clocks: <time data-clock datetime="..."> counts up from then as 0:07, 12:40 or 1:02:40. */
(function () {
  "use strict";
  function since(then) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(then)) / 1000));
    const minutes = Math.floor(seconds / 60) % 60;
    const hours = Math.floor(seconds / 3600);
    const two = (number) => String(number).padStart(2, "0");
    return hours ? hours + ":" + two(minutes) + ":" + two(seconds % 60) : minutes + ":" + two(seconds % 60);
  }
  function tick() {
    for (const clock of document.querySelectorAll("time[data-clock]")) {
      clock.textContent = since(clock.dateTime);
      const late = Number(clock.dataset.late);
      if (late) clock.classList.toggle("is-late", Date.now() - Date.parse(clock.dateTime) > late * 1000);
    }
  }
  setInterval(tick, 1000);
  document.addEventListener("htmx:load", tick);
  document.addEventListener("DOMContentLoaded", tick);
})();
