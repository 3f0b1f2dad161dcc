/* What live pages share: the line to the office, and parts of the page asked for one after another. */
(function () {
  "use strict";
  const SILENCE_MS = 40000; // the office gives a sign of life every 15 seconds
  const AGAIN_MS = 3000;
  const ANSWER_MS = 20000;

  /* htmx drops what waits behind another request of one element, and calls it done before it began: ours wait their turn.
     `how` is made when the turn comes; the answer is whether the part came. */
  const turns = new Map();
  function ask(source, address, how) {
    const turn = (turns.get(source) || Promise.resolve()).then(function () {
      let isAnswered = false;
      const limit = (event) => event.detail.elt === source && (event.detail.xhr.timeout = ANSWER_MS);
      const note = (event) => event.detail.elt === source && (isAnswered = event.detail.successful);
      source.addEventListener("htmx:beforeSend", limit);
      source.addEventListener("htmx:afterRequest", note);
      return htmx
        .ajax("GET", address, Object.assign({ source: source }, how()))
        .catch(() => {})
        .then(function () {
          source.removeEventListener("htmx:beforeSend", limit);
          source.removeEventListener("htmx:afterRequest", note);
          return isAnswered;
        });
    });
    turns.set(source, turn);
    return turn;
  }

  /* Nobody must take a silent page for a quiet night: the page says when the line is lost, also where the network only
     falls silent, and `onBack` asks for everything anew whenever it is there again. */
  function open(page, lostWords, onBack, onNews) {
    const status = page.querySelector("[data-live]");
    let seen = page.dataset.news; // what the page was drawn with: if it still holds, nothing is asked for anew
    let stream = null;
    let heardAt = 0;
    let again = 0;

    function say(state, words) {
      status.dataset.live = state;
      status.querySelector("[data-live-name]").textContent = words;
    }
    function lost() {
      say("off", lostWords + " Trying again");
    }
    function renew() {
      lost();
      stream.close();
      clearTimeout(again);
      again = setTimeout(connect, AGAIN_MS);
    }
    function connect() {
      heardAt = Date.now();
      const mine = (stream = new EventSource(page.dataset.stream + (seen ? "?seen=" + encodeURIComponent(seen) : "")));
      const hear = (name, act) =>
        mine.addEventListener(name, function (event) {
          heardAt = Date.now();
          if (mine === stream) act(event.data);
        });
      hear("beat", () => {});
      hear("line", function (state) {
        if (state === "off") return lost();
        seen = "";
        say("on", "Live");
        if (state !== "same") onBack();
      });
      hear("alert", (id) => onNews("alert", id));
      hear("dispatch", (id) => onNews("dispatch", id));
      mine.onerror = () => mine === stream && renew();
    }
    setInterval(() => Date.now() - heardAt > SILENCE_MS && renew(), 5000);
    connect();
    return { renew };
  }
  /* said with whatever the page asks for without anybody touching it: that is no use of the session */
  const byItself = { "Platekeeper-By-Itself": "yes" };
  window.platekeeper.line = { ask, open, byItself };
})();
