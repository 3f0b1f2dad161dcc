/* The dispatcher's board asks for itself anew at each piece of news, and whenever the line is back: nothing is missed.
   A new question of an officer sounds. */
(function () {
  "use strict";
  const dispatch = document.querySelector("[data-dispatch]");
  if (!dispatch) return;
  const asks = () => new Set([...dispatch.querySelectorAll("[data-ask]")].map((one) => one.dataset.ask));
  let timer = 0;

  function refresh() {
    clearTimeout(timer);
    timer = setTimeout(function () {
      const known = asks();
      const focused = document.activeElement && document.activeElement.id;
      htmx.ajax("GET", location.pathname, { target: "#dispatch-board", swap: "outerHTML", select: "#dispatch-board" }).then(function () {
        if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
        if (![...asks()].some((id) => !known.has(id))) return;
        window.platekeeper.sound.play();
        document.getElementById("announcement").textContent = "An officer asks for a status";
      });
    }, 150);
  }
  dispatch.addEventListener("htmx:sseMessage", refresh);

  const status = dispatch.querySelector("[data-live]");
  dispatch.addEventListener("htmx:sseOpen", function () {
    status.dataset.live = "on";
    status.querySelector("[data-live-name]").textContent = "Live";
    refresh();
  });
  dispatch.addEventListener("htmx:sseError", function () {
    status.dataset.live = "off";
    status.querySelector("[data-live-name]").textContent = "Connection lost: questions may be missing here. Trying again";
  });
})();
