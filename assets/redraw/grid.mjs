/* What the map shows of a draft: cells under the brush at once by feature-state, saved changes as areas, the brush's rim. */
import { colourOf, desk } from "./state.mjs";

const VENDOR = "/assets/vendor/";
const MOST_CELLS = 9000; // cells of the view that are there to be painted; farther out they are under 3 px
const BURST_MS = 400;
const empty = () => ({ type: "FeatureCollection", features: [] });
const changed = new Map(); // cell -> class that the draft gives it, "none": taken out
const units = new Map(); // unit -> class
const moves = []; // answers of the server that the map does not show yet
let timer = null;
let map = null;
let h3 = null;
let grid = new Set();

export const library = () => h3;

export async function startGrid(of) {
  map = of;
  h3 ??= await import(`${VENDOR}h3-js.mjs`);
  addLayers();
  map.on("moveend", fillView);
  fillView();
}

export function stopGrid() {
  if (!map) return;
  map.off("moveend", fillView);
  for (const id of units.keys()) map.removeFeatureState({ source: "base", sourceLayer: "buildings", id }, "draft");
  for (const layer of map.getStyle().layers) if (layer.id.startsWith("desk-")) map.removeLayer(layer.id);
  for (const name of ["desk-cells", "desk-draft", "desk-tool"]) if (map.getSource(name)) map.removeSource(name);
  changed.clear();
  units.clear();
  moves.length = 0;
  grid = new Set();
  map = null;
}

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Colours are of the theme: another theme draws the layers anew. */
export function addLayers() {
  if (!map) return;
  for (const name of ["desk-cells", "desk-draft", "desk-tool"]) if (!map.getSource(name)) map.addSource(name, { type: "geojson", data: empty(), promoteId: "id" });
  const fills = desk.classes.flatMap(({ id }) => [id, colourOf(id)]);
  const state = ["coalesce", ["feature-state", "paint"], ""];
  const classes = (of) => ["match", of, ...(fills.length ? fills : ["-", "#000"]), "none", ink("--m-land"), ink("--m-land")];
  const own = ["coalesce", ["get", "of"], ""];
  const out = ["==", ["get", "of"], "none"];
  const layers = [
    { id: "desk-draft", source: "desk-draft", type: "fill", paint: { "fill-color": classes(own), "fill-opacity": 0.62 } },
    { id: "desk-draft-in", source: "desk-draft", type: "line", filter: ["!", out], paint: { "line-color": ink("--ink"), "line-width": 1.6, "line-dasharray": [3, 1.5] } },
    { id: "desk-draft-out", source: "desk-draft", type: "line", filter: out, paint: { "line-color": ink("--ink"), "line-width": 1.6, "line-dasharray": [0.6, 1.8] } },
    { id: "desk-cells", source: "desk-cells", type: "fill", paint: { "fill-color": classes(state), "fill-opacity": ["match", state, "", 0, 0.62] } },
    { id: "desk-cells-line", source: "desk-cells", type: "line", minzoom: 14.5, paint: { "line-color": ink("--ink"), "line-opacity": ["match", state, "", 0.08, 0.6], "line-width": 0.8 } },
    { id: "desk-tool-fill", source: "desk-tool", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink("--ink"), "fill-opacity": 0.1 } },
    { id: "desk-tool-halo", source: "desk-tool", type: "line", paint: { "line-color": ink("--surface"), "line-width": 4.5, "line-opacity": 0.9 } },
    { id: "desk-tool-line", source: "desk-tool", type: "line", paint: { "line-color": ink("--ink"), "line-width": 2 } },
    { id: "desk-tool-point", source: "desk-tool", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4.5, "circle-color": ink("--surface"), "circle-stroke-color": ink("--ink"), "circle-stroke-width": 2 } },
  ];
  const above = map.getStyle().layers.find((layer) => layer.type === "symbol")?.id;
  for (const layer of layers) {
    if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    map.addLayer(layer, layer.id.startsWith("desk-tool") ? undefined : above);
  }
  drawChanged();
}

const outline = (cell) => ({ type: "Feature", properties: { id: cell }, geometry: { type: "Polygon", coordinates: [h3.cellToBoundary(cell, true)] } });

function fillView() {
  const box = map.getBounds();
  const ring = [[box.getWest(), box.getSouth()], [box.getEast(), box.getSouth()], [box.getEast(), box.getNorth()], [box.getWest(), box.getNorth()], [box.getWest(), box.getSouth()]];
  const area = (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth()) * 12364 * Math.cos((box.getCenter().lat * Math.PI) / 180);
  const many = area / h3.getHexagonAreaAvg(desk.resolution, "km2") > MOST_CELLS;
  const cells = many ? [] : h3.polygonToCells([ring], desk.resolution, true);
  grid = new Set(cells);
  map.getSource("desk-cells").setData({ type: "FeatureCollection", features: cells.map(outline) });
}

/* Cells as the pointer passes: seen before anybody is asked. */
export function paintCells(cells, of) {
  for (const id of cells) if (grid.has(id)) map.setFeatureState({ source: "desk-cells", id }, { paint: of || "none" });
}

export function unpaint(cells) {
  for (const id of cells) if (grid.has(id)) map.removeFeatureState({ source: "desk-cells", id }, "paint");
}

function note(moved) {
  for (const [of, cells] of Object.entries(moved.cells)) for (const id of cells) of ? changed.set(id, of) : changed.delete(id);
  for (const [of, ids] of Object.entries(moved.units)) {
    for (const id of ids) {
      const feature = { source: "base", sourceLayer: "buildings", id };
      if (of) map.setFeatureState(feature, { draft: of });
      else map.removeFeatureState(feature, "draft");
      of ? units.set(id, of) : units.delete(id);
    }
  }
}

/* What the server says has moved takes the place of what was only painted. In a burst of strokes a picture for each would
   hold up the next one: then the map follows now and then. */
export function showMoved(moved, painted = []) {
  moves.push([moved, painted]);
  if (!desk.queue.length) showMoves();
  else timer ??= setTimeout(showMoves, BURST_MS);
}

function showMoves() {
  clearTimeout(timer);
  timer = null;
  const all = moves.splice(0);
  if (!map || !all.length) return;
  for (const [moved] of all) note(moved);
  drawChanged();
  for (const [, painted] of all) unpaint(painted);
}

export function showAll(moved) {
  moves.length = 0;
  if (!map) return;
  for (const id of units.keys()) map.removeFeatureState({ source: "base", sourceLayer: "buildings", id }, "draft");
  changed.clear();
  units.clear();
  map.removeFeatureState({ source: "desk-cells" });
  note(moved);
  drawChanged();
}

function drawChanged() {
  const groups = new Map();
  for (const [cell, of] of changed) groups.set(of, [...(groups.get(of) || []), cell]);
  const features = [...groups].map(([of, cells]) => ({ type: "Feature", properties: { of }, geometry: { type: "MultiPolygon", coordinates: h3.cellsToMultiPolygon(cells, true) } }));
  map.getSource("desk-draft")?.setData({ type: "FeatureCollection", features });
}

/* What the tool in hand would take: cells, a line, a polygon, points. */
export function showTool(features = []) {
  map?.getSource("desk-tool")?.setData({ type: "FeatureCollection", features });
}

export const toolCells = (cells) => (cells.length ? [{ type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: h3.cellsToMultiPolygon(cells, true) } }] : []);
export const toolLine = (points) => (points.length > 1 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } }] : []);
export const toolPoints = (points) => points.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }));

/* The n cells nearest to a point: a brush of n. */
export function brushCells(at, n) {
  const centre = h3.latLngToCell(at.lat, at.lng, desk.resolution);
  const rings = Math.ceil((Math.sqrt(12 * n - 3) - 3) / 6);
  const away = (cell) => {
    const [lat, lng] = h3.cellToLatLng(cell);
    return (lat - at.lat) ** 2 + ((lng - at.lng) * Math.cos((at.lat * Math.PI) / 180)) ** 2;
  };
  const near = h3.gridDisk(centre, rings);
  if (n === near.length) return near;
  return near.map((cell) => [away(cell), cell]).sort((a, b) => a[0] - b[0]).slice(0, n).map(([, cell]) => cell);
}

/* Width of a cell in degrees of latitude. */
export const cellStep = () => (h3.getHexagonEdgeLengthAvg(desk.resolution, "m") * 1.732) / 111195;
