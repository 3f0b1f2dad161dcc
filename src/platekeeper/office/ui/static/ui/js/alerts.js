/* The operator's board: new alerts come by server-sent events, sound (sound.js) and are announced; one is open at a time.
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

  const play = () => window.platekeeper.sound.play();
  const ask = window.platekeeper.line.ask;
  const byItself = window.platekeeper.line.byItself;

  /* Which alert is open beside the list */
  function select(card, headers) {
    list.querySelectorAll("[data-selected]").forEach((other) => {
      other.removeAttribute("data-selected");
      other.querySelector("a").removeAttribute("aria-current");
    });
    card.setAttribute("data-selected", "");
    const link = card.querySelector("a");
    link.setAttribute("aria-current", "true");
    if (isWide()) ask(panel, link.href, () => ({ target: panel, swap: "innerHTML", select: "#alert-panel", headers: headers }));
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
  panel.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target.id === "alert-panel") fetchCard(panel.querySelector("[data-alert]").dataset.alert);
  });
  function fetchCard(id) {
    let known = null;
    function how() {
      known = document.getElementById("alert-" + id);
      return { target: known || list, swap: known ? "outerHTML" : "afterbegin", headers: byItself };
    }
    ask(list, cardUrl(id), how).then((isAnswered) => (isAnswered ? arrived(id, Boolean(known)) : line.renew()));
  }
  /* A step that a colleague took shows in the open alert, too; what somebody is typing is not swept away. */
  function refreshPanel(card) {
    const open = panel.querySelector("[data-alert]");
    if (!open || card.id !== "alert-" + open.dataset.alert || card.dataset.steps === open.dataset.steps) return;
    if (!document.querySelector("dialog[open]")) select(card, byItself);
  }
  function reselect() {
    const open = panel.querySelector("[data-alert]");
    const card = open && document.getElementById("alert-" + open.dataset.alert);
    if (card) card.setAttribute("data-selected", "");
  }
  function arrived(id, known) {
    const card = document.getElementById("alert-" + id);
    reselect();
    if (card && known) refreshPanel(card);
    if (!card || known) return;
    card.classList.add("is-new");
    document.getElementById("announcement").textContent = card.dataset.announce;
    play();
    if (document.hidden) document.title = "(" + ++unseen + ") " + title;
    if (!panel.querySelector("#alert-panel")) select(card, byItself);
  }
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });

  /* What came before the line was there, or while it was lost */
  function catchUp() {
    let known = null;
    function how() {
      known = new Set([...list.children].map((card) => card.id));
      return { target: list, swap: "innerHTML", select: "#alert-list > li", headers: byItself };
    }
    ask(list, location.href, how).then(function (isAnswered) {
      if (!isAnswered) return line.renew();
      reselect();
      const missed = [...list.children].filter((card) => !known.has(card.id));
      missed.forEach((card) => card.classList.add("is-new"));
      if (!missed.length) return;
      document.getElementById("announcement").textContent = missed.length + " alerts came while this page did not listen";
      play();
    });
  }
  const line = window.platekeeper.line.open(
    board,
    "Connection lost: alerts may be missing here.",
    catchUp,
    (about, id) => about === "alert" && fetchCard(id)
  );
})();
