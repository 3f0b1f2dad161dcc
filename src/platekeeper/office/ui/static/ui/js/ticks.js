/* A colleague's answer or a step of one's own brings the open alert anew; what somebody has ticked stays ticked, and
   whoever is at one of its buttons stays there. */
(function () {
  "use strict";
  let alert = "";
  let ticked = [];
  let key = "";
  const panel = () => document.getElementById("alert-panel");
  const boxes = () => (panel() ? [...panel().querySelectorAll(".checks input")] : []);

  document.addEventListener("htmx:beforeSwap", function () {
    const at = document.activeElement;
    alert = panel() ? panel().dataset.alert : "";
    ticked = boxes().filter((box) => box.checked).map((box) => box.name);
    key = panel() && panel().contains(at) ? at.dataset.key : "";
  });
  document.addEventListener("htmx:afterSwap", function () {
    if (!panel() || panel().dataset.alert !== alert) return;
    for (const box of boxes()) box.checked = box.checked || ticked.includes(box.name);
    document.dispatchEvent(new Event("change"));
    const button = key && panel().querySelector('[data-key="' + key + '"]');
    if (button && !panel().contains(document.activeElement)) button.focus({ preventScroll: true });
  });
})();
