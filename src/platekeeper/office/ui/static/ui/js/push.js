/* Asks this browser's push service for an address, and gives it to the office; or takes it back. */
(function () {
  "use strict";
  const place = document.querySelector("[data-push]");
  if (!place) return;
  const button = place.querySelector("[data-push-button]");
  const said = place.querySelector("[data-push-said]");
  const say = (text) => (said.textContent = text);

  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    say("This browser cannot be woken. The alerts page sounds while it is open.");
    return;
  }
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

  function paint(isOn) {
    button.disabled = false;
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = isOn ? "Let this browser sleep" : "Wake this browser";
  }
  async function tell(subscription, isOn) {
    const keys = subscription.toJSON().keys;
    const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ on: isOn ? "1" : "", endpoint: subscription.endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch(place.dataset.pushUrl, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || "The office could not note it: try again.");
  }
  async function turnOn(registration) {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("Allow notifications for this page first.");
    const wanted = { userVisibleOnly: true, applicationServerKey: bytes(place.dataset.pushKey) };
    const subscription = await registration.pushManager.subscribe(wanted);
    await tell(subscription, true).catch(async function (error) {
      await subscription.unsubscribe();
      throw error;
    });
  }
  async function turnOff(subscription) {
    await tell(subscription, false);
    await subscription.unsubscribe();
  }

  navigator.serviceWorker.register(place.dataset.pushWorker).then(async function () {
    const registration = await navigator.serviceWorker.ready;
    paint(Boolean(await registration.pushManager.getSubscription()));
    button.addEventListener("click", async function () {
      button.disabled = true;
      const present = await registration.pushManager.getSubscription();
      try {
        await (present ? turnOff(present) : turnOn(registration));
        say(present ? "This browser sleeps." : "This browser is woken when an alert waits.");
      } catch (error) {
        say(error.name === "AbortError" ? "This browser reaches no push service from here." : error.message);
      }
      paint(Boolean(await registration.pushManager.getSubscription()));
    });
  }, () => say("This page runs without the encryption (https) that waking a browser needs."));
})();
