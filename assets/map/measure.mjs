/* Measuring on the map: points by click, or by Enter at the cross in its middle while the arrows move it; the length of the
   way, and from three points on the area inside. Esc ends. */
import { command } from "../shared/commands.mjs";
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { svg } from "../charts/svg.mjs";
import { area, length } from "./geodesic.mjs";

let tool = null; // {map, points, at, drawing, box, keys} while measuring

export function start() {
  command({ key: "measure", label: "measure", icon: "ruler", keys: "Shift+M", menu: "more", when: () => Boolean(window.cordon.stage.map), run: () => (tool ? stop() : begin()) });
  page.on("view", () => tool && say());
}

function begin() {
  const { stage } = window.cordon, { map } = stage;
  const drawing = svg("svg", { class: "measured", "aria-hidden": "true" });
  const box = el("div", { class: "fl measure", role: "status" });
  const root = stage.root.parentElement;
  stage.root.append(drawing); // in the map's own pixels, which a wall enlarges
  root.append(box);
  tool = { stage, map, points: [], at: null, drawing, box, root, zoomed: map.doubleClickZoom.isEnabled() };
  map.doubleClickZoom.disable();
  stage.picking = ({ lng, lat }) => add([lng, lat], false);
  map.on("move", draw);
  map.on("mousemove", follow);
  document.addEventListener("keydown", keys, true);
  root.classList.add("measuring");
  map.getCanvas().focus();
  say();
}

function stop() {
  const { stage, map, drawing, box, root, zoomed } = tool;
  map.off("move", draw);
  map.off("mousemove", follow);
  if (zoomed) map.doubleClickZoom.enable();
  document.removeEventListener("keydown", keys, true);
  stage.picking = null;
  root.classList.remove("measuring", "cross");
  drawing.remove();
  box.remove();
  tool = null;
}

/* A second point at one place is a double click, not a point. */
function add(point, byKey) {
  const last = tool.points.at(-1);
  if (last && last[0] === point[0] && last[1] === point[1]) return;
  tool.points.push(point);
  tool.at = byKey ? null : tool.at;
  draw();
  say();
}

function drop() {
  tool.points.pop();
  draw();
  say();
}

function follow({ lngLat }) {
  tool.root.classList.remove("cross");
  tool.at = [lngLat.lng, lngLat.lat];
  draw();
  say();
}

/* The map's own arrows move the ground under the cross; Enter takes the point below it. */
function keys(event) {
  const { map } = tool;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    return stop();
  }
  if (document.activeElement !== map.getCanvas()) return;
  if (event.key.startsWith("Arrow")) {
    tool.root.classList.add("cross");
    tool.at = null;
  } else if (event.key === "Enter" || event.key === " ") {
    const { lng, lat } = map.getCenter();
    tool.root.classList.add("cross");
    event.preventDefault();
    event.stopPropagation();
    add([lng, lat], true);
  } else if (event.key === "Backspace" && tool.points.length) {
    event.preventDefault();
    drop();
  }
}

function draw() {
  const { map, points, at, drawing, root } = tool;
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.style.width = `${width}px`;
  drawing.style.height = `${height}px`;
  const place = (point) => map.project(point);
  const cross = root.classList.contains("cross") ? [map.getCenter().lng, map.getCenter().lat] : at;
  const way = [...points, ...(cross && points.length ? [cross] : [])].map(place);
  const path = way.map(({ x, y }, k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const ring = points.length > 2 ? `${points.map(place).map(({ x, y }, k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("")}Z` : "";
  drawing.replaceChildren(
    svg("path", { class: "ring", d: ring }), svg("path", { class: "halo", d: path }), svg("path", { class: "way", d: path }),
    ...points.map(place).map(({ x, y }) => svg("circle", { cx: x, cy: y, r: 4 })),
  );
}

const plain = (value) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
export const sayLength = (metres) => (metres < 1000 ? page.say("measure_m", { n: plain(metres) }) : page.say("measure_km", { n: plain(metres / 1000) }));
export const sayArea = (m2) => (m2 < 1e4 ? page.say("measure_m2", { n: plain(m2) }) : m2 < 1e6 ? page.say("hectares", { n: plain(m2 / 1e4) }) : page.say("measure_km2", { n: plain(m2 / 1e6) }));

function say() {
  const { words } = page, { points, at, box } = tool;
  const next = at && points.length ? length([points.at(-1), at]) : 0;
  const told = points.length
    ? [el("b", {}, sayLength(length(points))), next ? el("span", { class: "mut" }, page.say("measure_next", { n: sayLength(next) })) : "", points.length > 2 ? el("span", {}, page.say("measure_area", { area: sayArea(area(points)), around: sayLength(length(points, true)) })) : ""]
    : [el("span", {}, words.measure_how)];
  const button = (label, sign, run, off) => el("button", { type: "button", class: "ib", "aria-label": words[label], title: words[label], disabled: off, onclick: () => (run(), tool?.map.getCanvas().focus()) }, icon(sign));
  box.replaceChildren(icon("ruler"), el("div", { class: "mtold" }, told), button("measure_back", "undo", drop, !points.length), button("measure_end", "close", stop));
}
