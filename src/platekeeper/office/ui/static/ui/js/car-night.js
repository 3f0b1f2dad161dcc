/* In the car it is dark at night unless somebody chose otherwise; runs before the page is drawn, after theme.js. */
(function () {
  "use strict";
  const hour = new Date().getHours();
  if (document.documentElement.dataset.theme === "auto" && (hour >= 19 || hour < 6)) {
    document.documentElement.dataset.theme = "dark";
  }
})();
