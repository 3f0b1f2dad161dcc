/* What every page needs: errors that are shown, toasts, ages that stay true, dialogs, filters of pictures. */
(function () {
  "use strict";

  function toast(text, tone) {
    const region = document.getElementById("toasts");
    const box = document.createElement("div");
    box.className = "toast" + (tone ? " toast--" + tone : "");
    box.textContent = text;
    region.append(box);
    setTimeout(() => box.remove(), 9000);
  }
  window.platekeeper = { toast };

  document.addEventListener("DOMContentLoaded", function () {
    const here = document.querySelector(".tabs [aria-current]"); // on a phone it may stand beyond the edge
    if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
  });

  /* An answer that refuses or fails replaces its target if it brings one of the same id (a search refused in
     place of its results, a form with its errors); a refusal page opens in the dialog; nothing fails silently. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    const detail = event.detail;
    const answeredBy = new URL(detail.xhr.responseURL || location.href).pathname;
    if (answeredBy === document.body.dataset.loginUrl) {
      detail.shouldSwap = false; // the session is over: the log-in page is a page, not a part of this one
      location.reload();
      return;
    }
    if (detail.xhr.status < 400) return;
    const answer = new DOMParser().parseFromString(detail.serverResponse, "text/html");
    if (detail.target.id && answer.getElementById(detail.target.id)) {
      detail.shouldSwap = true;
      detail.isError = false;
      return;
    }
    detail.shouldSwap = false;
    const refusal = answer.querySelector("[data-refusal]");
    const dialog = document.getElementById("interruption");
    if (refusal && dialog) {
      dialog.querySelector("[data-interruption]").replaceChildren(refusal);
      dialog.showModal();
    } else {
      toast("The office could not do that (answer " + detail.xhr.status + "). Nothing was changed: try again, or reload the page.", "danger");
    }
  });
  document.addEventListener("htmx:sendError", function () {
    toast("No connection to the office. Nothing was changed: try again when the connection is back.", "danger");
  });

  /* Whoever works by keyboard or ear goes on where the answer is. */
  document.addEventListener("htmx:afterSettle", function (event) {
    const id = event.detail.target && event.detail.target.id;
    const answer = id === "results" || id === "alert-panel" ? document.getElementById(id) : null;
    if (answer && !answer.contains(document.activeElement)) answer.focus({ preventScroll: true });
  });

  /* A menu closes when somebody goes on elsewhere. */
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
  document.addEventListener("focusin", (event) => closeMenus(event.target.closest("[data-menu]")));
  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* Ages: <time data-ago> is written by the server and kept true here. */
  function ago(seconds) {
    if (seconds < 45) return "just now";
    if (seconds < 3600) return Math.max(1, Math.round(seconds / 60)) + " min ago";
    if (seconds < 48 * 3600) return Math.round(seconds / 3600) + " h ago";
    return Math.round(seconds / 86400) + " days ago";
  }
  function refreshAges() {
    for (const element of document.querySelectorAll("time[data-ago]")) {
      const text = ago((Date.now() - Date.parse(element.dateTime)) / 1000);
      if (element.textContent !== text) element.textContent = text;
    }
  }
  setInterval(refreshAges, 10000);

  document.addEventListener("click", function (event) {
    const closer = event.target.closest("[data-close-dialog]");
    if (closer) closer.closest("dialog").close();
    const opener = event.target.closest("[data-open-dialog]");
    if (opener && opener.getAttribute("aria-disabled") !== "true") {
      document.getElementById(opener.dataset.openDialog).showModal();
    }
    const colours = event.target.closest("[data-true-colours]");
    if (colours) {
      const on = document.documentElement.classList.toggle("true-colours");
      colours.setAttribute("aria-pressed", String(on));
    }
    const disabled = event.target.closest("[aria-disabled=true]");
    if (disabled) event.preventDefault();
  });

  /* A button may wait for ticks: data-needs names a selector whose boxes must all be ticked. */
  function weigh(root) {
    for (const button of root.querySelectorAll("[data-needs]")) {
      const missing = [...document.querySelectorAll(button.dataset.needs)].some((box) => !box.checked);
      if (missing) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }
  document.addEventListener("change", () => weigh(document));
  document.addEventListener("htmx:load", (event) => weigh(event.detail.elt.parentElement || document));
  document.addEventListener("DOMContentLoaded", () => weigh(document));
})();
