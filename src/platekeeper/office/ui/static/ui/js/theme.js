/* Light, dark and night. Runs before the page is drawn, so that no light page flashes in a dark car. */
(function () {
  "use strict";
  const themes = ["auto", "light", "dark", "night"];
  const names = { auto: "Auto", light: "Light", dark: "Dark", night: "Night" };
  const icons = { auto: "theme", light: "sun", dark: "moon", night: "night" };

  function stored() {
    try {
      return localStorage.getItem("platekeeper.theme");
    } catch {
      return null; // storage is blocked: the theme lasts for this page only
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem("platekeeper.theme", theme);
    } catch {
      /* as above */
    }
  }

  function apply(theme) {
    document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.querySelector("[data-theme-name]").textContent = names[theme];
      const use = button.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#" + icons[theme]));
      button.setAttribute("aria-label", "Colours: " + names[theme] + ". Change");
    }
  }

  const kept = stored();
  apply(themes.includes(kept) ? kept : "auto");

  document.addEventListener("DOMContentLoaded", function () {
    apply(document.documentElement.dataset.theme);
    document.addEventListener("click", function (event) {
      if (!event.target.closest("[data-theme-toggle]")) return;
      const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
      remember(next);
      apply(next);
    });
  });
})();
