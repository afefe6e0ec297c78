/* Gestures on the map, by pointer and by keyboard alike: what is done at a point with the tool in hand. */
import { shapeOf } from "./corners.mjs";
import { brushCells, cellStep, paintCells, showTool, toolCells, toolLine, toolPoints } from "./grid.mjs";
import { both, changed, chooseZone, className, hand, say, standing, stroke, take, zoneName } from "./hand.mjs";
import { drop, inOrder } from "./order.mjs";
import { desk, push } from "./state.mjs";
import { clearShape, startShape, stopShape } from "./terra.mjs";

const SHAPES = ["lasso", "polygon", "rectangle", "circle", "split"];
const draws = (tool) => SHAPES.includes(tool) && !(tool === "split" && hand.along === "road");
export const BRUSHES = ["paint", "erase"];
const round = ([lng, lat]) => [Math.round(lng * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7];
let map = null;
let drag = null; // cells of the stroke under the pointer
let last = null;
let cursor = null; // where keys are, once they moved it
let corners = []; // of a shape that keys draw
let shape = null; // what terra-draw has drawn, until it is taken

export function startGestures(of) {
  map = of;
  map.on("mousedown", down);
  map.on("mousemove", move);
  map.on("click", click);
  map.on("touchstart", down);
  map.on("touchmove", move);
  map.on("touchend", up);
  window.addEventListener("mouseup", up);
}

export function stopGestures() {
  if (!map) return;
  for (const [name, handler] of Object.entries({ mousedown: down, mousemove: move, click, touchstart: down, touchmove: move, touchend: up })) map.off(name, handler);
  window.removeEventListener("mouseup", up);
  drop();
  equip("move");
  map = null;
}

/* A tool comes into the hand: what the last one had begun is put away. */
export function equip(tool) {
  stopShape();
  drag = last = shape = null;
  corners = [];
  showTool();
  const brush = BRUSHES.includes(tool);
  map.dragPan[brush || draws(tool) ? "disable" : "enable"]();
  map.keyboard[tool === "move" ? "enable" : "disable"]();
  map.getCanvas().style.cursor = tool === "move" ? "" : "crosshair";
  if (draws(tool)) startShape(map, tool === "split" ? "line" : tool, (geometry) => ((shape = geometry), changed("shape")));
  if (cursor) showCursor();
}

const at = ({ lngLat }) => ({ lng: lngLat.lng, lat: lngLat.lat });

function down(event) {
  if (!BRUSHES.includes(hand.tool) || event.originalEvent.button > 0 || event.points?.length > 1) return;
  event.preventDefault();
  drag = new Set();
  last = null;
  dab(at(event));
}

function move(event) {
  cursor = null;
  if (drag) dab(at(event));
  if (BRUSHES.includes(hand.tool)) showTool(toolCells(brushCells(at(event), hand.brush)));
}

/* Cells between two places of the pointer are painted too, however fast it went. */
function dab(to) {
  const from = last || to;
  const step = cellStep() * Math.max(1, Math.sqrt(hand.brush) / 2);
  const away = Math.hypot(to.lat - from.lat, (to.lng - from.lng) * Math.cos((to.lat * Math.PI) / 180));
  const times = Math.min(400, Math.max(1, Math.ceil(away / step)));
  const fresh = [];
  for (let k = 1; k <= times; k++) {
    const point = { lng: from.lng + ((to.lng - from.lng) * k) / times, lat: from.lat + ((to.lat - from.lat) * k) / times };
    for (const cell of brushCells(point, hand.brush)) if (!drag.has(cell)) drag.add(cell), fresh.push(cell);
  }
  paintCells(fresh, hand.tool === "erase" ? "none" : hand.of);
  last = to;
}

function up() {
  if (!drag) return;
  const cells = [...drag];
  drag = null;
  if (cells.length) stroke({ tool: "cells", cells });
}

function click(event) {
  if (!BRUSHES.includes(hand.tool) && !draws(hand.tool)) inOrder((counts) => use(at(event), counts));
}

/* What the tool in hand does at a point. */
async function use(point, counts) {
  const { tool } = hand;
  if (tool === "move") return;
  const found = await standing(point);
  if (!found || !counts() || hand.tool !== tool) return;
  const uses = { unit: useUnit, area: useArea, block: useBlock, split: useRoad, merge: useMerge, pick: usePick };
  await uses[tool]?.(found, point);
}

function useUnit(found) {
  const chain = found.units;
  if (!chain.length) return say("no_building");
  if (hand.whole) return without(chain);
  const levels = { building: ["building"], estate: ["estate"] }[hand.level];
  const one = levels ? chain.find((unit) => levels.includes(unit.level)) : chain[0];
  if (!one) return say("no_estate");
  if (hand.level === "estate") {
    hand.whole = { ...one, less: [] };
    return changed("whole");
  }
  if (!hand.level && found.parts.length > 1 && one.level === "building") {
    hand.section = { unit: one, parts: found.parts, taken: new Set() };
    return changed("section");
  }
  return stroke({ tool: "unit", id: one.id }, one.name);
}

/* An estate is in hand: buildings of it that are clicked stay out, or come in again. */
function without(chain) {
  const { whole } = hand;
  if (!chain.some((unit) => unit.id === whole.id)) return say("not_in_estate");
  const one = chain.find((unit) => unit.level === "building") || chain[0];
  if (one.id === whole.id) return changed("whole");
  const there = whole.less.findIndex((unit) => unit.id === one.id);
  if (there < 0) whole.less.push(one);
  else whole.less.splice(there, 1);
  return changed("whole");
}

function useArea(found) {
  const level = hand.areaLevel || "community";
  const one = found.areas.find((area) => area.level === level) || found.areas[0];
  if (!one) return say("no_area");
  return stroke({ tool: "area", id: one.id }, one.name);
}

function useBlock(found, point) {
  if (!found.road && hand.roads.length > 1) return takeBlock(point);
  return useRoad(found);
}

function useRoad({ road }) {
  if (!road) return say("point_road");
  if (!hand.roads.some(({ id, name }) => id === road.id || (name.zh && name.zh === road.name.zh))) hand.roads.push(road);
  return changed("roads");
}

function takeBlock(point = null) {
  stroke({ tool: "block", roads: hand.roads.map((road) => road.id), ...(point && { at: round([point.lng, point.lat]) }) });
  hand.roads = [];
  changed("roads");
}

/* The building counts before the cell that it stands in, as where a zone is picked. */
const zoned = (found) => [...found.units, found].find((one) => one.zone);

async function useMerge(found) {
  const place = zoned(found);
  if (!place) return say("no_zone_here");
  const there = hand.merging.findIndex((one) => one.id === place.zone);
  const other = hand.merging.find(({ of }) => of && of !== place.class);
  if (there < 0 && other) return say(both("merge_other", { one: className(other.of), two: className(place.class) }));
  if (there < 0) hand.merging.push({ id: place.zone, of: place.class, name: await zoneName(place.zone) });
  else hand.merging.splice(there, 1);
  return changed("merging");
}

function usePick(found) {
  if (hand.keeping) {
    const bound = found.areas.find((area) => area.level === (hand.areaLevel || "community")) || found.areas[0] || found.units.at(-1);
    if (!bound) return say("no_area");
    hand.inside = { id: bound.id, name: bound.name };
    return take("paint");
  }
  const place = zoned(found);
  if (!place) return say("no_zone_here");
  hand.of = place.class;
  return chooseZone(place.zone, place.class);
}

/* Enter, or its button: what was gathered is taken. */
export function confirm() {
  if (hand.tool === "unit" && hand.section) return takeSection();
  if (hand.tool === "unit" && hand.whole) {
    const { id, less, name } = hand.whole;
    stroke({ tool: "unit", id, less: less.map((unit) => unit.id) }, name);
    hand.whole = null;
    return changed("whole");
  }
  if (hand.tool === "block" && hand.roads.length) return takeBlock();
  if (hand.tool === "merge" && hand.merging.length > 1) {
    const done = push({ do: "merge", zones: hand.merging.map((zone) => zone.id) });
    hand.merging = [];
    changed("merging");
    return done;
  }
  if (hand.tool === "split" && hand.roads.length) return splitAlong();
  if (SHAPES.includes(hand.tool)) return takeShape();
  return undefined;
}

function splitAlong() {
  if (!hand.zone) return say("split_first");
  push({ do: "split", zone: hand.zone.id, pick: { tool: "road", id: hand.zone.id, roads: hand.roads.map(({ id }) => id) } });
  hand.roads = [];
  return changed("roads");
}

function takeSection() {
  const names = [...hand.section.taken];
  hand.section = null;
  if (names.length) stroke({ tool: "names", names });
  changed("section");
}

export function hasShape() {
  return Boolean(shape) || corners.length > 1;
}

function takeShape() {
  const geometry = corners.length > 1 ? shapeOf(hand.tool, corners) : shape;
  if (!geometry) return;
  const line = geometry.type === "LineString";
  if (hand.tool === "split") {
    if (hand.zone) push({ do: "split", zone: hand.zone.id, pick: { tool: "line", id: hand.zone.id, line: geometry.coordinates.map(round) } });
    else say("split_first");
  } else if (!line) stroke({ tool: "shape", rings: geometry.coordinates.map((ring) => ring.map(round)) });
  corners = [];
  shape = null;
  clearShape(hand.tool === "split" ? "line" : hand.tool);
  showTool();
  changed("shape");
}

/* Keys move a cursor by cells; it is the pointer of those who use none. */
export function moveCursor(east, north, far) {
  if (!inView()) cursor = null;
  const from = cursor || map.getCenter();
  const step = cellStep() * (far ? 5 : 1);
  cursor = { lng: from.lng + (east * step) / Math.cos((from.lat * Math.PI) / 180), lat: from.lat + north * step };
  const { x, y } = map.project(cursor);
  const { clientWidth: w, clientHeight: h } = map.getCanvas();
  if (x < 60 || y < 60 || x > w - 60 || y > h - 60) map.panTo(cursor, { duration: 0 });
  showCursor();
}

/* A cursor that the map has left behind begins anew in the middle. */
const inView = () => Boolean(cursor && map.getBounds().contains(cursor));

function showCursor() {
  const points = [...corners, cursor].map(({ lng, lat }) => [lng, lat]);
  const brush = BRUSHES.includes(hand.tool);
  showTool([...toolCells(brushCells(cursor, brush ? hand.brush : 1)), ...toolLine(points), ...toolPoints(points)]);
}

/* Space: the tool in hand, at the cursor. */
export async function applyCursor(counts) {
  if (!inView()) cursor = null;
  cursor ??= map.getCenter();
  const point = { ...cursor };
  const asks = !BRUSHES.includes(hand.tool) && !draws(hand.tool);
  if (draws(hand.tool)) {
    corners.push(point);
    changed("shape");
  } else if (!asks) {
    const cells = brushCells(point, hand.brush);
    paintCells(cells, hand.tool === "erase" ? "none" : hand.of);
    stroke({ tool: "cells", cells });
  }
  showCursor();
  if (asks) await use(point, counts);
}

/* Escape: what was begun goes first; true where something was. */
export function cancel() {
  const begun = Boolean(drop() || shape || corners.length || hand.whole || hand.section || hand.roads.length);
  Object.assign(hand, { whole: null, section: null, roads: [] });
  corners = [];
  shape = null;
  if (draws(hand.tool)) clearShape(hand.tool === "split" ? "line" : hand.tool);
  showTool();
  if (begun) changed("cancel");
  return begun;
}
