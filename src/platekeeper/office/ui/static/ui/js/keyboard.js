/* Keyboard. A template writes data-key="a" (or "g s" for two strokes, "Escape") on a link, button or field;
   this file does the rest, and "?" lists whatever the present page offers. Lists marked data-list move by j and k. */
(function () {
  "use strict";
  let first = ""; // the first stroke of a two-stroke key
  let firstAt = 0;

  const isVisible = (element) => element.checkVisibility() || element.closest("[data-menu]");
  const isTyping = (element) =>
    element.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

  function owners() {
    const open = document.querySelector("dialog[open]");
    return [...(open || document).querySelectorAll("[data-key]")].filter(isVisible);
  }

  function wording(element) {
    if (element.dataset.keyLabel) return element.dataset.keyLabel;
    const label = element.getAttribute("aria-label") || (element.labels && element.labels[0] && element.labels[0].textContent);
    if (label) return label.trim();
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd, .tip, .count, .visually-hidden").forEach((node) => node.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  }

  function press(owner) {
    const element = owner.dataset.keyFor ? document.getElementById(owner.dataset.keyFor) : owner;
    if (element.matches("input, textarea, select") && isTyping(element)) {
      element.focus();
      if (element.select) element.select();
    } else if (element.getAttribute("aria-disabled") === "true") {
      element.focus(); // its explanation opens on focus
    } else {
      element.focus({ preventScroll: true });
      element.click();
    }
  }

  function step(list, by) {
    const items = [...list.querySelectorAll("[data-list-item]")].filter(isVisible);
    if (!items.length) return;
    const at = items.findIndex((item) => item.contains(document.activeElement) || item.hasAttribute("data-selected"));
    const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
    const target = next.matches("a, button") ? next : next.querySelector("a, button");
    target.focus();
    next.scrollIntoView({ block: "nearest" });
    next.dispatchEvent(new CustomEvent("platekeeper:selected", { bubbles: true }));
  }

  function line(keys, text) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    for (const key of keys) {
      const cap = document.createElement("kbd");
      cap.textContent = key === "Escape" ? "Esc" : key;
      term.append(cap, " ");
    }
    meaning.textContent = text;
    row.append(term, meaning);
    return row;
  }

  function showHelp() {
    const dialog = document.getElementById("shortcuts");
    if (!dialog || dialog.open) return;
    const rows = owners().map((element) => line(element.dataset.key.split(" "), wording(element)));
    if (document.querySelector("[data-list]")) {
      rows.unshift(line(["j"], "Next in the list"), line(["k"], "Previous in the list"), line(["Enter"], "Open"));
    }
    rows.push(line(["?"], "This help"));
    dialog.querySelector("[data-shortcut-list]").replaceChildren(...rows);
    dialog.showModal();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const dialogOpen = document.querySelector("dialog[open]");
    if (event.key === "Escape" && dialogOpen) return; // the browser closes it
    const list = document.querySelector("[data-list]");
    const sequence = first && Date.now() - firstAt < 1500 ? first + " " + event.key : event.key;
    first = "";
    const found = owners().find((element) => element.dataset.key === sequence);
    if (found) {
      press(found);
    } else if (sequence === "g") {
      first = "g";
      firstAt = Date.now();
      return;
    } else if (sequence === "?") {
      showHelp();
    } else if (list && !dialogOpen && (sequence === "j" || sequence === "k")) {
      step(list, sequence === "j" ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-show-shortcuts]")) showHelp();
  });
})();
