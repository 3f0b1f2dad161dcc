/* Shows a push, and opens the page that it names: an address of this office, whatever the push says. */
"use strict";
self.addEventListener("push", function (event) {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    /* an empty push says that an alert waits, too */
  }
  event.waitUntil(
    self.registration.showNotification(said.title || "Platekeeper", {
      body: said.text || "An alert waits",
      tag: "alert",
      renotify: true,
      requireInteraction: true,
      data: { link: said.link || "/alerts/" },
    })
  );
});
self.addEventListener("notificationclick", function (event) {
  event.notification.close();
  const target = new URL(event.notification.data.link, self.location.origin);
  if (target.origin === self.location.origin) event.waitUntil(self.clients.openWindow(target.href));
});
