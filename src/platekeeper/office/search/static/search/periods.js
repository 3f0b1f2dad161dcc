/* Shortcuts to a period that ends now. The office's clock counts, in the agency's time, not that of whoever asks. */
(function () {
  "use strict";
  const started = Date.now();
  const two = (number) => String(number).padStart(2, "0");
  const typed = (at) =>
    at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate()) + "T" + two(at.getHours()) + ":" + two(at.getMinutes());

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-hours]");
    if (!button) return;
    const form = button.closest("form");
    const office = new Date(button.closest("[data-periods]").dataset.now).getTime();
    const until = office + (Date.now() - started) + 60000; // the minute that has begun counts, too
    form.elements.captured_from.value = typed(new Date(until - button.dataset.hours * 3600000 - 60000));
    form.elements.captured_to.value = typed(new Date(until));
  });
})();
