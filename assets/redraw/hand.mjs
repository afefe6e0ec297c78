/* What an analyst has in hand: the tool, the class it paints, how wide, where it may go; and the stroke that comes of it. */
import { fill } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline, Refused } from "../shared/server.mjs";
import { desk, push } from "./state.mjs";

/* key, key of the keyboard, icon; `stays`: the map is not dragged while it is in hand. */
export const TOOLS = [
  ["move", "M", "move"],
  ["paint", "P", "brush"],
  ["erase", "E", "erase"],
  ["lasso", "L", "lasso"],
  ["polygon", "G", "polygon"],
  ["rectangle", "B", "rectangle"],
  ["circle", "C", "circle"],
  ["unit", "U", "unit"],
  ["area", "A", "area"],
  ["block", "O", "block"],
  ["split", "X", "split"],
  ["merge", "J", "merge"],
  ["pick", "I", "pick"],
];
export const LEVELS = ["", "building", "estate"];
export const MOST_BRUSH = 100;
const handlers = [];

export const hand = { tool: "move", of: "", brush: 7, snap: "", inside: null, zone: null, level: "", roads: [], along: "line", whole: null, section: null, merging: [], keeping: false, said: null };

export function onHand(handler) {
  handlers.push(handler);
}

export function changed(why = "") {
  for (const handler of handlers) handler(why);
}

export function take(tool) {
  if (desk.classes.length && !desk.classes.some(({ id }) => id === hand.of) && hand.of !== "none") hand.of = hand.zone?.of || desk.classes[0]?.id || "none";
  Object.assign(hand, { tool, roads: [], whole: null, merging: hand.zone ? [hand.zone] : [], section: null, keeping: false, said: null });
  changed("tool");
}

/* 1 is the strictest class; 0 erases to the proposal; 9 takes out of every zone. */
export function setClass(n) {
  if (n === 0) return take("erase");
  const of = n === 9 ? "none" : desk.classes[n - 1]?.id;
  if (!of) return;
  hand.of = of;
  if (["move", "erase", "pick"].includes(hand.tool)) take("paint");
  changed("class");
}

export function setBrush(by) {
  hand.brush = Math.min(MOST_BRUSH, Math.max(1, hand.brush + by));
  changed("brush");
}

export function setLevel(level) {
  hand.level = level;
  take("unit");
}

/* What parts a zone: a line that is drawn, or roads that are pointed at. */
export function setAlong(way) {
  hand.along = way;
  take("split");
}

/* What is pointed at next bounds all that is taken afterwards; with a bound there, it goes. */
export function keepInside() {
  if (!hand.inside) take("pick");
  Object.assign(hand, { keeping: !hand.inside, inside: null });
  changed("inside");
}

/* A text key, or a text that the server has in both languages. */
export function say(key) {
  hand.said = typeof key === "string" ? both(key) : key || null;
  changed("said");
}

/* A text in both languages; a field may be one too. */
export function both(key, fields = {}) {
  const own = (lang) => Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, of?.[lang] ?? of]));
  const said = (lang) => fill(page.texts[lang], `redraw_${key}`, own(lang));
  return { zh: said("zh"), en: said("en") };
}

/* What stands at a point, in the draft; null, and said, where the server cannot tell. */
export async function standing({ lng, lat }) {
  try {
    return await getJson(`/api/desk/drafts/${desk.id}/at?lng=${lng.toFixed(7)}&lat=${lat.toFixed(7)}`);
  } catch (error) {
    if (error instanceof Offline) say({ zh: page.texts.zh.offline_short, en: page.texts.en.offline_short });
    else if (error instanceof Refused) say({ zh: error.body.what_zh || error.message, en: error.body.what || error.message });
    else throw error;
    return null;
  }
}

/* Paint or erase a selection; what is painted at once is told by its cells. */
export function stroke(pick, label = null) {
  const own = { ...pick, ...(hand.snap && { snap: hand.snap }), ...(hand.inside && { inside: hand.inside.id }) };
  if (hand.tool === "erase") return push({ do: "erase", pick: own, label });
  const zone = hand.zone && hand.zone.of === hand.of ? hand.zone.id : "";
  return push({ do: "paint", to: hand.of, zone, pick: own, label });
}

/* The zone that is worked on: chosen on the page, or picked under the cursor. */
export async function chooseZone(id, of = "", name = null) {
  if (!id) hand.zone = null;
  else if (!hand.zone || hand.zone.id !== id || (of && of !== hand.zone.of)) {
    // It is in hand at once, for keys that follow; what it is called comes later.
    if (of) hand.zone = { id, of, name: name || { zh: "…", en: "…" } };
    const row = (await rows()).find((one) => one.id === id);
    if (of && hand.zone?.id !== id) return;
    const known = of || desk.classes.find(({ look }) => look === row?.look)?.id || "";
    hand.zone = { id, of: known, name: name || row?.name || newName(id) };
  }
  changed("zone");
}

/* Where the zone in hand has lost its ground to another one, as by merging, that one is in hand. */
export function followZone(zones) {
  const left = zones.find(({ id, atoms }) => id === hand.zone?.id && !atoms[1]);
  const to = left && zones.filter(({ atoms }) => atoms[1]).sort((a, b) => b.atoms[1] - a.atoms[1])[0];
  return to ? chooseZone(to.id, to.class) : undefined;
}

export function newName(id) {
  const n = id.replace("new:", "");
  return { zh: `新区 ${n}`, en: `New zone ${n}` };
}

export async function zoneName(id) {
  return (await rows()).find((one) => one.id === id)?.name || newName(id);
}

export async function rows() {
  return page.plan ? (await getJson(`/api/zones?${page.plan.query}`)).zones : [];
}

export const className = (of) => (of === "none" ? { zh: page.texts.zh.redraw_none, en: page.texts.en.redraw_none } : desk.classes.find(({ id }) => id === of)?.names || { zh: of, en: of });
export const lookOf = (of) => desk.classes.find(({ id }) => id === of)?.look || "none";
export const letterOf = (of) => desk.classes.find(({ id }) => id === of)?.letter || { zh: "–", en: "–" };
export const isLocked = (what) => desk.locks.includes(what) || desk.locks.includes("all");

/* Acts on the zone in hand, without a gesture on the map. */
export function onZone(act) {
  if (!hand.zone) return say("zone_first");
  return act(hand.zone);
}

/* By rings of cells or by metres, inwards where it is less than nothing; never out of the area that the brush keeps to. */
function swell(by, size) {
  onZone(({ id, of }) => {
    const pick = { tool: "grow", id, ...by };
    if (hand.inside) pick.inside = hand.inside.id;
    push(size > 0 ? { do: "paint", to: of, zone: id, pick } : { do: "paint", to: "none", pick });
  });
}

export const grow = (steps) => swell({ steps }, steps);
export const growMetres = (metres) => swell({ metres }, metres);

export function lock(what) {
  const name = what === "zone" ? hand.zone && `zone:${hand.zone.id}` : what === "class" ? hand.of && `class:${hand.of}` : "all";
  if (!name) return onZone(() => {});
  return push({ do: desk.locks.includes(name) || (what === "all" && desk.locks.length) ? "unlock" : "lock", locks: [name] });
}

export function turn(n) {
  const to = desk.classes[n - 1]?.id;
  return to ? onZone(({ id }) => push({ do: "turn", zone: id, to })) : undefined;
}
