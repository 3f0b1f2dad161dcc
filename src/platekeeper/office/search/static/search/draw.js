/* Drawing a place on the map: around a point, an outline, along a street. What is drawn is written into the form's
   fields, and what is typed there is drawn; so the map is never needed, and never knows more than the form says. */
(function () {
  "use strict";
  function pointsOf(text) {
    return text
      .split(/\n|;/)
      .map((line) => line.replace(/,/g, " ").trim().split(/\s+/).map(Number))
      .filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
  }

  function written(points) {
    return points.map((point) => point[0].toFixed(5) + ", " + point[1].toFixed(5)).join("\n");
  }

  function begin(map, form) {
    const field = (name) => form.querySelector('[name="' + name + '"], [name$="-' + name + '"]');
    const layer = L.layerGroup().addTo(map);
    const modes = form.querySelectorAll("[data-draw-mode]");
    const mode = () => (Array.from(modes).find((one) => one.checked) || { value: "" }).value;
    const lines = { polygon: field("outline"), street: field("street") };
    const circle = [field("latitude"), field("longitude"), field("radius_m")];
    const width = field("street_width_m");

    function handle(place, moved) {
      const icon = L.divIcon({ className: "draw__corner", iconSize: [14, 14] });
      const marker = L.marker(place, { draggable: true, icon: icon, keyboard: false });
      marker.on("drag", (event) => moved([event.latlng.lat, event.latlng.lng]));
      marker.on("dragend", show);
      layer.addLayer(marker);
    }

    function metresAcross(metres, lat) {
      const zoomMetres = (40075016.686 * Math.abs(Math.cos((lat * Math.PI) / 180))) / Math.pow(2, map.getZoom() + 8);
      return Math.max(2, (2 * metres) / zoomMetres);
    }

    function showLines(kind, shape) {
      const points = pointsOf(lines[kind].value);
      if (points.length > 1) layer.addLayer(shape(points));
      points.forEach((point, at) =>
        handle(point, (moved) => {
          points[at] = moved;
          lines[kind].value = written(points);
        })
      );
    }

    function show() {
      layer.clearLayers();
      if (circle[0].value !== "" && circle[1].value !== "") {
        const middle = [Number(circle[0].value), Number(circle[1].value)];
        layer.addLayer(L.circle(middle, { radius: Number(circle[2].value) || 500, className: "map__area" }));
        handle(middle, (moved) => {
          circle[0].value = moved[0].toFixed(5);
          circle[1].value = moved[1].toFixed(5);
        });
      }
      showLines("polygon", (points) => L.polygon(points, { className: "map__area", interactive: false }));
      showLines("street", function (points) {
        const metres = Number(width.value) || 40;
        const band = { className: "draw__street", interactive: false, weight: metresAcross(metres, points[0][0]) };
        return L.layerGroup([L.polyline(points, band), L.polyline(points, { className: "draw__line", interactive: false })]);
      });
    }

    function clear() {
      circle[0].value = circle[1].value = lines.polygon.value = lines.street.value = "";
      show();
    }

    function undo() {
      const line = lines[mode()];
      if (line) line.value = written(pointsOf(line.value).slice(0, -1));
      else circle[0].value = circle[1].value = "";
      show();
    }

    map.on("click", function (event) {
      const place = [event.latlng.lat, event.latlng.lng];
      const kind = mode();
      if (kind === "circle") {
        circle[0].value = place[0].toFixed(5);
        circle[1].value = place[1].toFixed(5);
        if (!circle[2].value) circle[2].value = "500";
      } else if (lines[kind]) {
        lines[kind].value = written(pointsOf(lines[kind].value).concat([place]));
      }
      const fold = form.closest("details");
      if (fold) fold.open = true; // what was set is seen before it is sent
      show();
    });
    map.on("zoomend", show);
    modes.forEach((one) =>
      one.addEventListener("change", function () {
        clear(); // one place at a time
        map.doubleClickZoom[mode() === "circle" ? "enable" : "disable"]();
      })
    );
    [...circle, lines.polygon, lines.street, width].forEach((one) => one && one.addEventListener("input", show));
    form.addEventListener("click", function (event) {
      if (event.target.closest("[data-draw-undo]")) undo();
      if (event.target.closest("[data-clear-place]")) clear();
    });
    show();
  }

  document.addEventListener("platekeeper:map", function (event) {
    const form = document.getElementById(event.target.dataset.draw);
    if (form) begin(event.detail.map, form);
  });
})();
