/* Maps. <div data-map data-points="ids of JSON scripts"> draws cameras and reads; with data-tile-url it has a
   street map beneath, without one a grid in round metres, which is enough to judge distance and direction.
   data-pick="latitude,longitude,radius_m" names three fields of a form: a click moves the circle they describe. */
(function () {
  "use strict";
  const steps = [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 500000];
  const metresPerDegree = 111320;

  function distance(metres) {
    return metres < 1000 ? metres + " m" : metres / 1000 + " km";
  }

  function drawGrid(map, layer, legend) {
    const bounds = map.getBounds();
    const metresPerDegreeEast = metresPerDegree * Math.cos((map.getCenter().lat * Math.PI) / 180);
    const heightMetres = (bounds.getNorth() - bounds.getSouth()) * metresPerDegree;
    const step = steps.find((size) => heightMetres / size <= 5) || steps[steps.length - 1];
    layer.clearLayers();
    const style = { className: "map__grid", weight: 1, interactive: false };
    const north = step / metresPerDegree;
    const east = step / metresPerDegreeEast;
    for (let lat = Math.ceil(bounds.getSouth() / north) * north; lat < bounds.getNorth(); lat += north) {
      layer.addLayer(L.polyline([[lat, bounds.getWest()], [lat, bounds.getEast()]], style));
    }
    for (let lon = Math.ceil(bounds.getWest() / east) * east; lon < bounds.getEast(); lon += east) {
      layer.addLayer(L.polyline([[bounds.getSouth(), lon], [bounds.getNorth(), lon]], style));
    }
    legend.textContent = "N ↑   one square is " + distance(step);
  }

  function addGrid(map) {
    const layer = L.layerGroup().addTo(map);
    const legend = L.DomUtil.create("div", "map__legend");
    const control = L.control({ position: "topright" });
    control.onAdd = () => legend;
    control.addTo(map);
    map.on("moveend", () => drawGrid(map, layer, legend));
  }

  function caption(point) {
    const box = document.createElement("div");
    const title = document.createElement(point.url ? "a" : "strong");
    if (point.url) title.href = point.url;
    title.textContent = point.label;
    box.append(title);
    if (point.note) {
      const note = document.createElement("div");
      note.textContent = point.note;
      box.append(note);
    }
    return box;
  }

  function drawPoints(map, layer, points) {
    layer.clearLayers();
    const places = [];
    const reads = points.filter((point) => point.kind !== "camera");
    for (const point of points) {
      const place = [point.lat, point.lon];
      const isCamera = point.kind === "camera";
      const marker = L.circleMarker(place, { radius: isCamera ? 6 : 8 + 8 * (point.share || 0), className: "map__" + point.kind });
      marker.bindPopup(caption(point));
      const isNamed = points.length <= 8 && (!isCamera || !reads.length);
      marker.bindTooltip(point.label, { permanent: isNamed, direction: "top", offset: [0, -8] });
      layer.addLayer(marker);
      if (isNamed) nameOnPointing(layer, marker);
      if (!isCamera || !reads.length) places.push(place);
    }
    return places;
  }

  /* A name that would cover another one, or another dot, is left out until there is room or somebody points at its dot. */
  function thinNames(layer) {
    const named = layer.getLayers().filter((marker) => marker.getTooltip().options.permanent);
    const boxes = new Map(layer.getLayers().map((marker) => [marker, marker.getElement().getBoundingClientRect()]));
    const shown = [];
    const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
    for (const marker of named) {
      const label = marker.getTooltip().getElement();
      const box = label.getBoundingClientRect();
      const dots = [...boxes].filter(([other]) => other !== marker).map(([, dot]) => dot);
      const isCrowded = [...shown, ...dots].some((other) => meet(box, other));
      label.classList.toggle("map__crowded", isCrowded);
      if (!isCrowded) shown.push(box);
    }
  }
  function nameOnPointing(layer, marker) {
    marker.on("mouseover", () => marker.getTooltip().getElement()?.classList.remove("map__crowded"));
    marker.on("mouseout", () => thinNames(layer));
  }

  function read(ids) {
    const scripts = ids.split(" ").map((id) => document.getElementById(id));
    return scripts.flatMap((script) => (script ? JSON.parse(script.textContent) : []));
  }

  function addPicker(map, names) {
    const fields = names.split(",").map((name) => document.querySelector("[name=" + name + "]"));
    if (fields.some((field) => !field)) return;
    const [latitude, longitude, radius] = fields;
    let circle = null;
    function show() {
      if (circle) circle.remove();
      circle = null;
      if (latitude.value === "" || longitude.value === "") return;
      circle = L.circle([Number(latitude.value), Number(longitude.value)], {
        radius: Number(radius.value) || 500,
        className: "map__area",
      }).addTo(map);
    }
    map.on("click", function (event) {
      latitude.value = event.latlng.lat.toFixed(5);
      longitude.value = event.latlng.lng.toFixed(5);
      if (!radius.value) radius.value = "500";
      const fold = latitude.closest("details");
      if (fold) fold.open = true; // what was set is seen before it is sent
      latitude.dispatchEvent(new Event("change", { bubbles: true }));
      show();
    });
    fields.forEach((field) => field.addEventListener("input", show));
    document.addEventListener("platekeeper:place-cleared", function () {
      fields.forEach((field) => (field.value = ""));
      show();
    });
    show();
  }

  function start(element) {
    if (element.dataset.started) return;
    element.dataset.started = "yes";
    const map = L.map(element, { zoomControl: true, attributionControl: Boolean(element.dataset.tileUrl), scrollWheelZoom: false });
    element.addEventListener("focusin", () => map.scrollWheelZoom.enable());
    L.control.scale({ imperial: true, metric: true, maxWidth: 120 }).addTo(map);
    if (element.dataset.tileUrl) {
      map.attributionControl.setPrefix(false);
      L.tileLayer(element.dataset.tileUrl, { maxZoom: 19, attribution: element.dataset.tileCredit || "" }).addTo(map);
    } else {
      addGrid(map);
    }
    const layer = L.layerGroup().addTo(map);
    let shown = null;
    let places = [];
    let isMoved = false; // a person's own view stays
    for (const kind of ["pointerdown", "wheel", "keydown"]) element.addEventListener(kind, () => (isMoved = true), { passive: true });
    function fit() {
      if (places.length > 1) map.fitBounds(L.latLngBounds(places).pad(0.3), { maxZoom: 16, animate: false });
      else map.setView(places[0] || [36.7, -119.4], places.length ? 15 : 6, { animate: false });
    }
    function show() {
      const points = read(element.dataset.points);
      if (JSON.stringify(points) === shown) return; // the person's own zoom stays
      shown = JSON.stringify(points);
      places = drawPoints(map, layer, points);
      isMoved = false;
      fit();
      thinNames(layer);
    }
    show();
    map.on("moveend zoomend resize", () => thinNames(layer));
    if (element.dataset.pick) addPicker(map, element.dataset.pick);
    element.dispatchEvent(new CustomEvent("platekeeper:map", { bubbles: true, detail: { map: map } })); // for who draws on it
    document.addEventListener("htmx:afterSettle", () => element.isConnected && show());
    new ResizeObserver(function () {
      map.invalidateSize();
      if (!isMoved) fit();
    }).observe(element);
  }

  function startWhenSeen(element) {
    if (element.offsetWidth) return start(element);
    new ResizeObserver(function (_, watch) {
      if (!element.offsetWidth) return;
      watch.disconnect(); // a map that nobody sees has no size, and so no view
      start(element);
    }).observe(element);
  }

  function startAll(root) {
    root.querySelectorAll("[data-map]").forEach(startWhenSeen);
  }
  document.addEventListener("DOMContentLoaded", () => startAll(document));
  document.addEventListener("htmx:load", (event) => startAll(event.detail.elt));
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-clear-place]")) document.dispatchEvent(new Event("platekeeper:place-cleared"));
  });
})();
