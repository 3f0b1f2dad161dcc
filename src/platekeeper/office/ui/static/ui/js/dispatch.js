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
    timer = setTimeout(renewed, 150);
  }
  function renewed() {
    let known = null;
    let focused = "";
    function how() {
      known = asks();
      focused = document.activeElement && document.activeElement.id;
      return { target: "#dispatch-board", swap: "outerHTML", select: "#dispatch-board", headers: window.platekeeper.line.byItself };
    }
    window.platekeeper.line.ask(dispatch, location.pathname, how).then(function (isAnswered) {
      if (!isAnswered) return line.renew();
      if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
      if (![...asks()].some((id) => !known.has(id))) return;
      window.platekeeper.sound.play();
      document.getElementById("announcement").textContent = "An officer waits for an answer";
    });
  }
  const line = window.platekeeper.line.open(dispatch, "Connection lost: questions may be missing here.", refresh, refresh);
})();
