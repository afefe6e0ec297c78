/* Where the rows of a table lie, over the loaded map; a browser without WebGL2 gets a plain sketch. */
import { el } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { shapesOf } from "./asks.mjs";

const VENDOR = "/assets/vendor/";
const WIDTH = 420, HEIGHT = 280, RIM = 16;
const SVG = "http://www.w3.org/2000/svg";

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Sketch {
  constructor() {
    this.place = el("div", { class: "lmap" });
    this.told = el("p", { class: "fhint", role: "status" });
    this.head = el("h4", {});
    this.node = el("section", { class: "lplaces" }, this.head, this.place, this.told);
  }

  /* Ask for the places only when something that moves them has changed. */
  async show(table) {
    this.head.textContent = page.words.load_map;
    this.place.setAttribute("aria-label", page.words.load_map);
    const key = `${table.key} ${table.drawn} ${page.view.lang} ${page.view.theme}`;
    if (this.over || this.key === key) return;
    this.key = key;
    const found = await shapesOf(table.id, table.item).catch(() => null);
    if (this.key !== key || !found) return;
    this.tell(found, table);
    this.place.hidden = !found.features.length;
    if (!found.features.length) return;
    const map = await (this.ready ??= this.start());
    if (this.key !== key) return;
    if (map) this.draw(map, found);
    else this.place.replaceChildren(plain(found));
  }

  tell(found, table) {
    const about = found.about || { nowhere: 0 };
    const many = { n: found.features.length.toLocaleString("en"), nowhere: about.nowhere.toLocaleString("en") };
    const lines = found.features.length ? [page.say("load_map_told", many), about.rough ? page.words.load_map_rough : "", table.look.crs.declared ? "" : page.words.load_map_check] : [page.words.load_map_none];
    if (this.bare) lines.push(page.words.load_map_plain);
    this.told.textContent = lines.filter(Boolean).join(page.view.lang === "zh" ? "；" : " · ");
  }

  /* A small map on the ground of the workspace, without words and zones; null where there can be none. */
  async start() {
    if (!document.createElement("canvas").getContext("webgl2")) return this.refuse();
    let library;
    let style;
    try {
      library = await import(`${VENDOR}maplibre-gl.mjs`);
      style = await getJson(`/api/style?theme=${page.view.theme}&lang=${page.view.lang}&${page.plan.query}`);
    } catch {
      return this.refuse();
    }
    if (this.over) return null;
    library.setWorkerUrl(new URL(`${VENDOR}maplibre-gl-worker.mjs`, location.href).href);
    const layers = style.layers.filter((layer) => layer.type === "background" || (layer.source === "base" && ["fill", "line"].includes(layer.type) && !layer.paint?.["fill-pattern"] && !layer.paint?.["line-pattern"]));
    this.map = new library.Map({
      container: this.place,
      style: { version: 8, state: style.state, sources: { base: style.sources.base }, layers },
      attributionControl: false, fadeDuration: 0, dragRotate: false, pitchWithRotate: false,
      bounds: page.plan.bounds || [113.9, 22.5, 114.2, 22.7],
    });
    this.map.touchZoomRotate.disableRotation();
    await this.map.once("load");
    this.map.addSource("rows", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    this.map.addLayer({ id: "rows-fill", type: "fill", source: "rows", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink("--accent"), "fill-opacity": 0.25 } });
    this.map.addLayer({ id: "rows-line", type: "line", source: "rows", paint: { "line-color": ink("--accent"), "line-width": 1.5 } });
    this.map.addLayer({ id: "rows-dot", type: "circle", source: "rows", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": ink("--accent"), "circle-radius": 4, "circle-stroke-color": ink("--surface"), "circle-stroke-width": 1 } });
    return this.map;
  }

  refuse() {
    this.bare = true;
    return null;
  }

  draw(map, found) {
    map.resize();
    map.getSource("rows").setData(found);
    if (found.about.bounds) map.fitBounds(found.about.bounds, { padding: RIM, maxZoom: 17, animate: false });
    this.place.dataset.drawn = String(found.features.length);
  }

  /* The window was closed: what is still on its way finds another key, and draws nothing. */
  rest() {
    this.key = "";
    this.over = true;
    this.map?.remove();
    this.map = null;
  }
}

/* Points, lines and outlines in a box, true to scale in both directions, with a bar of a round length. */
function plain(found) {
  const [west, south, east, north] = found.about.bounds;
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const wide = Math.max((east - west) * narrow, 1e-5);
  const high = Math.max(north - south, 1e-5);
  const scale = Math.min((WIDTH - 2 * RIM) / wide, (HEIGHT - 2 * RIM) / high);
  const at = ([lng, lat]) => [WIDTH / 2 + (lng - (west + east) / 2) * narrow * scale, HEIGHT / 2 - (lat - (south + north) / 2) * scale];
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", page.words.load_map);
  for (const { geometry } of found.features) {
    if (geometry.type === "Point") root.append(mark("circle", { cx: at(geometry.coordinates)[0].toFixed(1), cy: at(geometry.coordinates)[1].toFixed(1), r: 3 }));
    else root.append(mark("path", { d: ways(geometry).map((way) => `M${way.map((point) => at(point).map((v) => v.toFixed(1)).join(",")).join("L")}`).join(""), class: geometry.type.includes("Polygon") ? "area" : "" }));
  }
  const metres = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000].findLast((m) => (m / 111_320) * scale < WIDTH / 3) || 10;
  root.append(mark("path", { class: "bar", d: `M${RIM},${HEIGHT - 8}h${((metres / 111_320) * scale).toFixed(1)}` }));
  const label = mark("text", { x: RIM, y: HEIGHT - 13 });
  label.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  root.append(label);
  return root;
}

function mark(name, props) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
  return node;
}

function ways(geometry) {
  const depth = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2, MultiPoint: 0 }[geometry.type] ?? 0;
  return depth ? geometry.coordinates.flat(depth - 1) : [geometry.coordinates];
}
