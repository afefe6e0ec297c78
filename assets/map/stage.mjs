/* The map: one MapLibre map kept on a style by address; a click is a choice, a choice is an outline. */
import { choose, el, fill, sequence } from "../shared/dom.mjs";
import { getJson } from "../shared/server.mjs";
import { addImage } from "./images.mjs";

const VENDOR = "/assets/vendor/";
const CLEARLY = 0.4; // levels of zoom: a third larger
const REACH = 5; // px around a click in which a small mark is still hit
// Which style layers a click asks, in turn; the layer of each is what is chosen.
const TURNS = ["gates", "sites", "places", "buildings", "act-badges", "stage-signs", "zone-badges-first", "zone-badges", "zones", "estates", "cells-pick", "roads", "areas-pick"];

const SIGNS = ["stages", "proposals"]; // layers of signs that stand for their zone

const EMPTY = [113.9, 22.5, 114.2, 22.7]; // what a workspace without ground shows

/* What the tiles hold is named by `v` alone: another day may have the same ground under another address. */
const version = ([address]) => new URL(address.replace(/[{}]/g, "")).searchParams.get("v");

/* What a tool has put on the map stays when the style changes. */
function keepOwn(before, next) {
  const own = (id) => /^(desk|td|shown)-/.test(id);
  const sources = Object.fromEntries(Object.entries(before?.sources || {}).filter(([name]) => own(name)));
  const layers = (before?.layers || []).filter((layer) => own(layer.id));
  return { ...next, sources: { ...next.sources, ...sources }, layers: [...next.layers, ...layers] };
}

export class Stage {
  constructor(root, panels) {
    this.root = root;
    this.panels = panels;
    this.next = sequence();
    this.images = {};
    this.choice = {};
    this.since = ""; // which earlier plan the layer of changes compares with; the day before where it is empty
  }

  /* Has the layer of changes compare with another earlier plan: {since, since_then}, or null for the day before. */
  async compareTo(earlier) {
    this.since = earlier ? `&${new URLSearchParams(earlier)}` : "";
    if (this.view) await this.show(this.view);
  }

  async show(view) {
    const current = this.next();
    const address = `/api/style?theme=${view.theme}&lang=${view.lang}&${view.plan.query}${this.since}`;
    const style = await getJson(address);
    if (!current()) return;
    const moved = this.view && this.view.plan.outbreak !== view.plan.outbreak;
    this.view = view;
    this.images = { ...this.images, ...style.metadata.images };
    this.panels.showStyle(style.metadata);
    this.ready ??= this.start(style);
    const map = await this.ready;
    if (!current()) return;
    if (map) this.setStyle(map, style);
    else if (this.refused) this.refuse(this.refused.key, this.refused.fields);
    // The first ground of an empty workspace and another outbreak are gone to, wherever they lie.
    if (map && (this.bare || moved) && view.plan.bounds) this.fly(view.plan.bounds);
    this.bare = !view.plan.bounds;
  }

  /* Returns the map, or null with the reason written where the map would be. */
  async start(style) {
    const { plan } = this.view;
    if (!document.createElement("canvas").getContext("webgl2")) return this.refuse("no_webgl");
    let library;
    try {
      library = await import(`${VENDOR}maplibre-gl.mjs`);
    } catch {
      return this.refuse("no_vendor", { file: "maplibre-gl.mjs" });
    }
    await new Promise((resolve) => {
      document.head.append(el("link", { rel: "stylesheet", href: `${VENDOR}maplibre-gl.css`, onload: resolve, onerror: resolve }));
    });
    library.setWorkerUrl(new URL(`${VENDOR}maplibre-gl-worker.mjs`, location.href).href);
    const map = new library.Map({
      container: this.root,
      style: this.withLayers(style),
      bounds: plan.bounds || EMPTY,
      attributionControl: false,
      pixelRatio: devicePixelRatio * (getComputedStyle(this.root).zoom || 1),
      fadeDuration: 0,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
    });
    map.fitBounds(plan.bounds || EMPTY, { padding: this.room(map, plan.bounds || EMPTY, 48), maxZoom: 18, animate: false });
    map.touchZoomRotate.disableRotation();
    map.setMissingStyleImageResolver((id) => this.images[id] && addImage(map, id, this.images[id]));
    map.on("error", ({ error }) => this.panels.say("map_failed", { what: error.message }));
    map.on("click", (event) => this.click(map, event));
    map.on("mousemove", (event) => this.panels.showView(map.getZoom(), map.getCenter().lat, event.lngLat));
    map.on("move", () => this.panels.showView(map.getZoom(), map.getCenter().lat));
    await map.once("load");
    this.panels.showView(map.getZoom(), map.getCenter().lat, map.getCenter());
    this.Marker = library.Marker;
    this.map = map;
    return map;
  }

  /* Says where the map would be why there is none, in the language of the view; the same words stay as they are. */
  refuse(key, fields = {}) {
    this.refused = { key, fields };
    const reason = fill(this.view.words, key, fields);
    this.root.parentElement?.classList.add("nogl");
    if (this.root.textContent !== reason) this.root.replaceChildren(el("p", { class: "empty nomap", role: "alert" }, reason));
    return null;
  }

  withLayers(style) {
    for (const layer of style.layers) {
      const on = !layer.metadata.layer || this.panels.isOn(layer.metadata.layer);
      layer.layout = { ...layer.layout, visibility: on ? "visible" : "none" };
    }
    return style;
  }

  setStyle(map, style) {
    // New tiles come into the source that is there, so that the old picture stays until the new one is whole.
    for (const [name, own] of Object.entries(style.sources)) {
      const now = map.getSource(name)?.tiles;
      if (now && version(now) === version(own.tiles)) own.tiles = now;
      else if (now) this.setTiles(map, name, own.tiles);
    }
    map.setStyle(this.withLayers(style), { diff: true, transformStyle: keepOwn });
    this.outline();
  }

  /* A source that still loads keeps the answers that are on their way, though they are of the old address: it is told
     again once they are here. */
  setTiles(map, name, tiles) {
    const busy = !map.isSourceLoaded(name);
    map.getSource(name).setTiles(tiles);
    if (busy) map.once("idle", () => map.getSource(name)?.tiles[0] === tiles[0] && map.getSource(name).setTiles(tiles));
  }

  setLayer(key, on) {
    if (!this.map) return;
    for (const layer of this.map.getStyle().layers) {
      if (layer.metadata?.layer === key) this.map.setLayoutProperty(layer.id, "visibility", on ? "visible" : "none");
    }
  }

  zoomBy(by) {
    if (by) this.map?.zoomTo(this.map.getZoom() + by);
    else if (this.view.plan.bounds) this.fly(this.view.plan.bounds);
  }

  fly(box) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.map) this.map.fitBounds(box, { padding: this.room(this.map, box, 64), maxZoom: 17.5, duration: still ? 0 : 500 });
  }

  /* Returns the rim around a box so that it lies beside the layer panel; below it only where that shows it clearly
     larger, for then the ground beside the panel stays empty. */
  room(map, box, rim) {
    const { offsetWidth: width, offsetHeight: height } = this.panels.layers;
    const plain = { top: rim, right: rim, bottom: rim, left: rim };
    const beside = this.root.clientWidth - width > 4 * rim ? [{ ...plain, right: rim + width }] : [];
    const below = this.root.clientHeight - height > 4 * rim ? [{ ...plain, top: rim / 2 + height }] : [];
    const zoom = (padding) => (map.cameraForBounds(box, { padding })?.zoom ?? -1) + (padding === beside[0] ? CLEARLY : 0);
    return [...beside, ...below].sort((a, b) => zoom(b) - zoom(a))[0] || plain;
  }

  click(map, { point, lngLat }) {
    if (this.picking) return this.picking(lngLat); // somebody asked for a point: this click is no choice
    if (this.taken) return; // a tool is in hand: its clicks choose nothing
    const near = [[point.x - REACH, point.y - REACH], [point.x + REACH, point.y + REACH]];
    const zones = map.getStyle().layers.filter((l) => l["source-layer"] === "zones" && l.type === "fill").map((l) => l.id);
    const zone = this.hit(map, point, zones.reverse())?.properties.id || "";
    for (const turn of TURNS) {
      const ids = turn === "zones" ? zones : [turn];
      const small = ["symbol", "circle", "line"].includes(map.getLayer(ids[0])?.type);
      const found = this.hit(map, small ? near : point, ids);
      if (!found) continue;
      const { id, zone_id: own } = found.properties;
      const of = found.layer.metadata.layer;
      const layer = SIGNS.includes(of) ? "zones" : of;
      return choose({ layer, id, zone: layer === "zones" ? id : own || zone, lng: lngLat.lng, lat: lngLat.lat });
    }
    return choose(null);
  }

  hit(map, where, layers) {
    const known = layers.filter((id) => map.getLayer(id));
    return known.length ? map.queryRenderedFeatures(where, { layers: known })[0] : null;
  }

  choose(choice, box) {
    this.choice = choice;
    this.outline();
    if (choice.fly && box && this.flown !== choice) {
      this.flown = choice;
      this.fly(box);
    }
  }

  /* A style that is still being put on takes no state: it is told once it is there. */
  outline() {
    if (!this.map) return;
    try {
      this.map.setGlobalStateProperty("zone", this.choice.zone || "");
      this.map.setGlobalStateProperty("item", this.choice.layer === "zones" ? "" : this.choice.id || "");
    } catch {
      this.map.once("style.load", () => this.outline());
    }
  }
}
