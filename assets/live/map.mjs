/* The map: loads after the first view, follows snapshot, moment, choice and mode; without WebGL the picture stays. */
import { app } from "./app.mjs";
import { groundOf, install, keepOnly, tilesOf } from "./archive.mjs";
import { SIGNS } from "./changes.mjs";
import { byId, el } from "./dom.mjs";
import { boxOf, circle } from "./geo.mjs";
import { addImage, show } from "./images.mjs";
import { addMark } from "./marks.mjs";
import { points } from "./shapes.mjs";
import { words } from "./words.mjs";

const HERE = new URL(".", import.meta.url).href;
const VENDOR = new URL("../vendor/", HERE).href;
const EMPTY = { type: "FeatureCollection", features: [] };
const GATES = ["open", "closed", "unknown"];
const REACH = 6; // px around a click
let map = null;
let images = {};
let tiles = "";
let asked = 0;

export async function start() {
  app.on("view", update);
  if (app.asked.has("nomap") || !document.createElement("canvas").getContext("webgl2")) return refuse("no_webgl");
  if (!app.snapshot) await new Promise((resolve) => app.on("snapshot", () => app.snapshot && resolve()));
  await idle();
  if (isSlow()) await wanted();
  try {
    await make();
  } catch (error) {
    return refuse("map_failed", error.message);
  }
  app.on("choice", choose);
  app.on("near", ({ fly } = {}) => drawNear(fly));
  app.on("mode", update);
  app.on("theme view snapshot", restyle);
  app.on("fly", fly);
  return null;
}

const idle = () => new Promise((resolve) => (document.readyState === "complete" ? setTimeout(resolve, 50) : addEventListener("load", () => setTimeout(resolve, 50), { once: true })));

/* Who pays by the megabyte, or waits long for one, is asked first. */
const isSlow = () => !app.wall && Boolean(navigator.connection?.saveData || /2g/.test(navigator.connection?.effectiveType ?? ""));

function wanted() {
  const said = byId("map-said");
  said.hidden = false;
  return new Promise((resolve) => said.replaceChildren(el("button", { type: "button", class: "btn", onclick: () => {
    said.hidden = true;
    resolve();
  } }, words.say("load_map"))));
}

function refuse(key, what = "") {
  byId("map-said").hidden = false;
  byId("map-said").textContent = words.say(key, { what });
  document.body.classList.add("no-map");
  return null;
}

const styleName = () => `map-${document.documentElement.dataset.theme}-${words.lang}.json`;

async function readStyle() {
  const answer = await fetch(`${HERE}${styleName()}`);
  if (!answer.ok) throw new Error(`${styleName()} (${answer.status})`);
  const style = await answer.json();
  images = { ...images, ...withLetters(style.metadata.images) };
  const { snapshot } = app;
  const stands = (id) => app.store.current.snapshot === id || app.store.history.some((entry) => entry.snapshot === id);
  const files = { ground: await groundOf(snapshot, stands), zones: `${snapshot.base}zones.pmtiles` };
  for (const [name, address] of Object.entries(files)) style.sources[name] = { type: "vector", tiles: [tilesOf(address)], minzoom: 6, maxzoom: 14 };
  style.metadata.files = Object.values(files);
  for (const name of ["gates", "sites", "near", "marks"]) style.sources[name] = { type: "geojson", data: EMPTY };
  return style;
}

/* Letters are those of the pack that the snapshot was made with. */
function withLetters(specs) {
  const { looks } = app.snapshot.list;
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => {
    const look = looks.get(name.match(/^badge-([a-z]+)/)?.[1]);
    return [name, look && spec.text ? { ...spec, text: look.letter[words.lang] } : spec];
  }));
}

async function make() {
  const library = await import(`${VENDOR}maplibre-gl.mjs`);
  await new Promise((resolve) => document.head.append(el("link", { rel: "stylesheet", href: `${VENDOR}maplibre-gl.css`, onload: resolve, onerror: resolve })));
  library.setWorkerUrl(`${VENDOR}maplibre-gl-worker.mjs`);
  await install(library, VENDOR);
  const style = await readStyle();
  tiles = app.snapshot.base + styleName();
  const zoom = Number(getComputedStyle(byId("map")).getPropertyValue("--zoom")) || 1;
  const made = new library.Map({
    container: byId("map"), style, bounds: home(), fitBoundsOptions: { padding: 40, maxZoom: 16 }, attributionControl: false,
    fadeDuration: 0, dragRotate: false, pitchWithRotate: false, pixelRatio: devicePixelRatio * zoom,
    localIdeographFontFamily: getComputedStyle(document.body).fontFamily, interactive: !app.wall,
    locale: { "Map.Title": words.say("map") },
  });
  made.touchZoomRotate?.disableRotation();
  made.setMissingStyleImageResolver((id) => images[id] && (images[id].ring ? addMark : addImage)(made, id, images[id]));
  made.on("error", ({ error }) => { if (error?.name !== "AbortError") app.bus.tell("map-error", error); });
  made.on("click", click);
  made.on("contextmenu", ({ lngLat }) => app.bus.tell("place", [lngLat.lng, lngLat.lat]));
  await made.once("load");
  map = made;
  app.map = map;
  byId("overview").hidden = true;
  byId("map").classList.add("ready");
  for (const [id, by] of [["zoom-in", 1], ["zoom-out", -1]]) byId(id).addEventListener("click", () => map.zoomTo(map.getZoom() + by));
  byId("zoom-home").addEventListener("click", () => fly(home()));
  update();
  drawNear(false);
}

/* Zones of now, else those of the snapshot, else its areas. */
function home() {
  return boxOf(app.rows) ?? boxOf(app.snapshot.list.zones) ?? boxOf(app.snapshot.list.areas) ?? [113.9, 22.5, 114.2, 22.7];
}

export function fly(box) {
  if (!map || !box) return;
  const still = app.wall || matchMedia("(prefers-reduced-motion: reduce)").matches;
  const rim = Math.min(64, byId("map").clientWidth / 8);
  map.fitBounds(box, { padding: rim, maxZoom: 17, duration: still ? 0 : 500 });
}

/* Another snapshot's tiles come into the sources that are there, so that the old picture stays until the new one is whole. */
async function restyle() {
  const wanted = app.snapshot.base + styleName();
  if (!map || wanted === tiles) return;
  tiles = wanted;
  const mine = ++asked;
  const style = await readStyle().catch((error) => app.bus.tell("map-error", error));
  if (!style || mine !== asked) return;
  for (const name of ["ground", "zones"]) {
    const [address] = style.sources[name].tiles;
    const source = map.getSource(name);
    if (source.tiles[0] !== address) source.setTiles([address]);
    style.sources[name] = { ...style.sources[name], tiles: source.tiles };
  }
  for (const name of ["gates", "sites", "near", "marks"]) style.sources[name].data = map.getStyle().sources[name].data;
  style.state = map.getStyle().state;
  map.setStyle(style, { diff: true });
  keepOnly(style.metadata.files);
  update();
}

/* What is shown at the moment is told to the style; tiles hold all versions. */
function update() {
  if (!map) return;
  const keys = (rows) => Object.fromEntries(rows.map((row) => [row.key, true]));
  map.setGlobalStateProperty("shown", keys(app.rows));
  map.setGlobalStateProperty("soon", keys(app.rows.filter((row) => row.state === "upcoming")));
  map.setGlobalStateProperty("zone", app.zone ?? "");
  map.getSource("marks").setData({ type: "FeatureCollection", features: marks() });
  fillPoints();
  drawLegend();
}

async function fillPoints() {
  const { snapshot } = app;
  if (fillPoints.of === snapshot.id) return;
  fillPoints.of = snapshot.id;
  try {
    const { gates, sites } = await points(snapshot);
    const state = (open) => (open === null ? "unknown" : open ? "open" : "closed");
    fillPoints.states = new Set(gates.map((gate) => state(gate.properties.open)));
    map.getSource("gates").setData({ ...EMPTY, features: gates.map((gate) => ({ ...gate, properties: { ...gate.properties, state: state(gate.properties.open) } })) });
    map.getSource("sites").setData({ ...EMPTY, features: sites });
    drawLegend();
  } catch {
    fillPoints.of = "";
  }
}

/* Rings about what is new or lifted since yesterday, or about the zones that are tested today. */
function marks() {
  const feature = (at, properties) => ({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties });
  if (app.mode === "tests") return app.rows.filter((row) => row.due && row.state === "in_force").map((row) => feature(row.at, { id: row.id, sign: "due" }));
  if (app.mode !== "changes" && !app.wall) return [];
  return app.changes.map((change) => feature(change.at, { id: change.id, sign: SIGNS[change.change] ?? "other" }));
}

function drawLegend() {
  const { theme } = document.documentElement.dataset;
  const image = (name) => images[`${name}@${theme}@${words.lang}`];
  const swatch = (look) => image(`swatch-${look}`);
  const gates = GATES.filter((state) => fillPoints.states?.has(state) && image(`gate-${state}`));
  const shown = app.snapshot.list.classes.filter((of) => swatch(of.look));
  const own = app.mode === "tests" ? [["due", "mark_due"]] : app.mode === "changes" || app.wall ? [["plus", "mark_plus"], ["minus", "mark_minus"], ["other", "mark_other"]] : [];
  const soon = app.rows.some((row) => row.state === "upcoming") ? [["soon-line", "mark_soon"]] : [];
  byId("legend").replaceChildren(...shown.map((of) => el("span", {}, show(swatch(of.look)), words.cap(of.names[words.lang]))),
    ...[...soon, ...own].map(([sign, key]) => el("span", {}, el("i", { class: `mark ${sign}` }), words.say(key))),
    ...gates.map((state) => el("span", {}, show(image(`gate-${state}`)), words.say(`gate_${state}`))));
}

function drawNear(flies) {
  if (!map) return;
  const { near } = app;
  const at = near && [near.lng, near.lat];
  map.getSource("near").setData(near ? { ...EMPTY, features: [
    { type: "Feature", geometry: { type: "Polygon", coordinates: [circle(at, near.radius)] }, properties: {} },
    { type: "Feature", geometry: { type: "Point", coordinates: at }, properties: {} },
  ] } : EMPTY);
  if (near && flies) fly(boxOf([{ box: circle(at, near.radius).reduce((b, [x, y]) => [Math.min(b[0], x), Math.min(b[1], y), Math.max(b[2], x), Math.max(b[3], y)], [180, 90, -180, -90]) }]));
}

function choose(more) {
  if (!map) return;
  map.setGlobalStateProperty("zone", app.zone ?? "");
  if (more?.fly) fly(more.fly);
}

/* The strictest zone under the finger; beside all zones the choice is undone. */
function click({ point }) {
  const fills = map.getStyle().layers.filter((layer) => layer.type === "fill" && layer["source-layer"] === "zones").map(({ id }) => id);
  const around = [[point.x - REACH, point.y - REACH], [point.x + REACH, point.y + REACH]];
  const found = [...map.queryRenderedFeatures(point, { layers: fills }), ...map.queryRenderedFeatures(around, { layers: ["marks"] })];
  found.sort((a, b) => (a.properties.rank ?? 99) - (b.properties.rank ?? 99));
  app.choose(found[0]?.properties.id ?? null, found.length ? { fly: null, tapped: true } : {});
}
