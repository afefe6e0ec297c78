/* The tools at the left of the map, and beside them what the tool in hand can do; every one says its key. */
import { el, icon, perFrame } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { cancel, confirm, hasShape } from "./gestures.mjs";
import { changed, className, grow, growMetres, hand, isLocked, keepInside, letterOf, LEVELS, lock, lookOf, onHand, say, setAlong, setBrush, setClass, setLevel, take, TOOLS, turn } from "./hand.mjs";
import { inOrder } from "./order.mjs";
import { desk, on, push } from "./state.mjs";

const WAYS = ["line", "road"];
const word = (key, fields) => page.say(`redraw_${key}`, fields);
// Drawn by the style sheet, so that a button is called by its words alone.
const keyHint = (keys) => el("kbd", { "data-keys": keys });
const named = (names) => names?.[page.view.lang] || names?.zh || "";
let bar = null;
let strip = null;
let said = null;
export let leave = () => {};

export function startToolbar(stage, onLeave) {
  leave = onLeave;
  bar = el("div", { class: "fl tools", role: "toolbar", "aria-orientation": "vertical" });
  strip = el("div", { class: "fl strip", role: "group" });
  said = el("div", { class: "fl handsaid", role: "status", hidden: true });
  stage.append(bar, strip, said);
  bar.addEventListener("keydown", walk);
  draw();
}

export function stopToolbar() {
  for (const node of [bar, strip, said]) node?.remove();
  bar = strip = said = null;
}

onHand((why) => bar && (why === "said" ? drawSaid() : draw()));
const soon = perFrame(() => bar && draw());
for (const name of ["open", "acked", "queued", "line"]) on(name, soon);

function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const all = [...bar.querySelectorAll("button:not([disabled])")];
  all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
  event.preventDefault();
  event.stopPropagation();
}

function tool(key, keys, sign, run, props = {}) {
  return el("button", { type: "button", class: "tool", "data-tool": key, title: `${word(key)} (${keys})`, "aria-label": word(key), "aria-keyshortcuts": keys.replace("Ctrl", "Control"), onclick: () => inOrder(run), ...props }, icon(sign), keyHint(keys.replace("Ctrl+", "^").replace("Shift+", "⇧")));
}

function draw() {
  const focus = document.activeElement?.dataset?.tool;
  bar.setAttribute("aria-label", word("tools"));
  const rule = () => el("hr");
  const zone = hand.zone && isLocked(`zone:${hand.zone.id}`);
  bar.replaceChildren(
    ...TOOLS.slice(0, 10).map(([key, keys, sign]) => tool(key, keys, sign, () => take(key), { "aria-pressed": String(hand.tool === key) })),
    rule(),
    tool("grow", "R", "grow", () => grow(1)),
    tool("shrink", "Shift+R", "shrink", () => grow(-1)),
    ...TOOLS.slice(10).map(([key, keys, sign]) => tool(key, keys, sign, () => take(key), { "aria-pressed": String(hand.tool === key) })),
    tool(zone ? "unlock" : "lock", "K", zone ? "unlock" : "lock", () => lock("zone"), { "aria-pressed": String(Boolean(zone)) }),
    rule(),
    tool("undo", "Ctrl+Z", "undo", () => void push({ do: "undo" }), { disabled: !desk.undo && !desk.queue.length }),
    tool("redo", "Ctrl+Shift+Z", "redo", () => void push({ do: "redo" }), { disabled: !desk.redo }),
  );
  if (focus) bar.querySelector(`[data-tool="${focus}"]`)?.focus();
  drawStrip();
  drawSaid();
}

function drawSaid() {
  if (!said) return;
  said.hidden = !hand.said;
  said.replaceChildren(hand.said ? icon("info") : "", hand.said ? el("span", {}, named(hand.said)) : "", hand.said ? el("button", { type: "button", class: "ib", "aria-label": page.words.close, onclick: () => say() }, icon("close")) : "");
}

function classes() {
  const keys = [...desk.classes.map(({ id }, n) => [id, String(n + 1)]), ["none", "9"]];
  const button = ([of, key]) => el("button", { type: "button", class: "classkey", "aria-pressed": String(hand.of === of && hand.tool !== "erase"), title: `${named(className(of))} (${key})`, "aria-label": named(className(of)), "aria-keyshortcuts": key, "data-class": of, onclick: () => inOrder(() => setClass(Number(key))) }, el("span", { class: `chip ${lookOf(of)}` }, named(letterOf(of))), keyHint(key));
  return el("div", { class: "classes", role: "group", "aria-label": word("class") }, keys.map(button), isLocked(`class:${hand.of}`) ? icon("lock") : "");
}

function choice(label, value, options, set) {
  const select = el("select", { class: "inp", "aria-label": label }, options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  select.addEventListener("change", () => set(select.value));
  return el("label", {}, el("span", {}, label), select);
}

const button = (text, run, kind = "btn sm", props = {}) => el("button", { type: "button", class: kind, onclick: () => inOrder(run), ...props }, text);
const enter = (key, run, props) => button([word(key), el("kbd", {}, "↵")], run, "btn sm pri", props);

function brush() {
  return el("div", { class: "brush" }, el("span", {}, word("brush", { n: hand.brush })), button("[", () => setBrush(-1), "keybtn", { "aria-label": word("brush_less") }), button("]", () => setBrush(1), "keybtn", { "aria-label": word("brush_more") }));
}

function snap() {
  return choice(word("snap"), hand.snap, [["", word("snap_none")], ["building", word("snap_building")], ["estate", word("snap_estate")]], (value) => ((hand.snap = value), changed("snap")));
}

function inside() {
  if (hand.inside) return button([word("inside", { name: named(hand.inside.name) }), icon("close")], keepInside, "btn sm", { title: `${word("inside_off")} (Shift+I)` });
  return "";
}

function zoneWord() {
  if (!hand.zone) return el("span", { class: "mut" }, word("no_zone_hand"));
  return el("span", { class: "inhand" }, el("span", { class: `chip ${lookOf(hand.zone.of)}` }, named(letterOf(hand.zone.of))), named(hand.zone.name), el("button", { type: "button", class: "ib", "aria-label": word("zone_off"), title: word("zone_off"), onclick: () => ((hand.zone = null), changed("zone")) }, icon("close")));
}

const STRIPS = {
  move: () => [zoneWord(), ...onZoneButtons(), ...locks()],
  paint: () => [classes(), brush(), snap(), inside()],
  erase: () => [el("b", {}, word("erase_long")), brush(), snap(), inside()],
  lasso: () => [classes(), snap(), inside(), ...taking("shape_hint")],
  polygon: () => [classes(), snap(), inside(), ...taking("shape_hint")],
  rectangle: () => [classes(), snap(), inside(), ...taking("shape_hint")],
  circle: () => [classes(), snap(), inside(), ...taking("shape_hint")],
  unit: () => [classes(), el("div", { class: "seg", role: "group" }, LEVELS.map((level) => button(word(`level_${level || "unit"}`), () => setLevel(level), "", { "aria-pressed": String(hand.level === level) }))), ...wholes()],
  area: () => [classes(), choice(word("area_level"), hand.areaLevel || "community", levels(), (value) => ((hand.areaLevel = value), changed("level"))), button(word("keep_inside"), keepInside, "btn sm", { title: `${word("keep_inside")} (Shift+I)` })],
  block: () => [classes(), ...roads(), el("span", { class: "mut" }, word("block_hint")), hand.roads.length > 1 ? enter("take", confirm) : ""],
  split: () => [zoneWord(), el("div", { class: "seg", role: "group", "aria-label": word("split") }, WAYS.map((way) => button(word(`along_${way}`), () => setAlong(way), "", { "aria-pressed": String(hand.along === way), title: `${word(`along_${way}`)} (Shift+X)` }))), ...(hand.along === "line" ? taking("split_hint") : [...roads(), hand.roads.length ? enter("take", confirm) : el("span", { class: "mut" }, word("split_road_hint"))])],
  merge: () => [...hand.merging.map((zone) => el("span", { class: "tag" }, named(zone.name) || zone.id.slice(0, 8))), el("span", { class: "mut" }, word("merge_hint")), hand.merging.length > 1 ? enter("merge", confirm) : ""],
  pick: () => [hand.keeping ? "" : zoneWord(), el("span", { class: "mut" }, word(hand.keeping ? "inside_hint" : "pick_hint"))],
};

const roads = () => hand.roads.map((road) => el("span", { class: "tag" }, named(road.name) || road.id));
const levels = () => ["community", "subdistrict", "grid", "district"].map((level) => [level, word(`area_${level}`)]);

function taking(hint) {
  return [hasShape() ? enter("take", confirm) : el("span", { class: "mut" }, word(hint))];
}

function wholes() {
  if (hand.whole) return [el("span", {}, word("whole", { name: named(hand.whole.name), less: hand.whole.less.map((unit) => named(unit.name)).join(page.view.lang === "zh" ? "、" : ", ") || "–" })), enter("take", confirm)];
  return [el("span", { class: "mut" }, word(hand.level === "estate" ? "estate_hint" : "unit_hint"))];
}

function onZoneButtons() {
  if (!hand.zone) return [];
  const turns = desk.classes.map(({ id, look, letter, names }, n) => id === hand.zone.of ? "" : el("button", { type: "button", class: "classkey", title: `${word("turn", { name: named(names) })} (Shift+${n + 1})`, "aria-label": word("turn", { name: named(names) }), "aria-keyshortcuts": `Shift+${n + 1}`, onclick: () => inOrder(() => turn(n + 1)) }, el("span", { class: `chip ${look}` }, named(letter)), keyHint(`⇧${n + 1}`)));
  const metres = el("input", { class: "inp metres", type: "number", min: -2000, max: 2000, step: 10, value: 30, "aria-label": word("metres") });
  return [el("span", { class: "mut" }, word("turn_to")), ...turns, metres, button(word("grow_m"), () => growMetres(Number(metres.value)))];
}

function locks() {
  const one = (key, locked, keys, fields) => button([icon(locked ? "unlock" : "lock"), word(`${locked ? "unlock" : "lock"}_${key}`, fields), el("kbd", {}, keys)], () => void lock(key), "btn sm", { "aria-pressed": String(locked) });
  return [one("class", desk.locks.includes(`class:${hand.of}`), "⇧K", { name: named(className(hand.of)) }), one("all", desk.locks.includes("all"), "⇧A")];
}

function drawStrip() {
  if (strip.contains(document.activeElement) && /^(INPUT|SELECT)$/.test(document.activeElement.tagName)) return;
  strip.setAttribute("aria-label", word(hand.tool));
  const esc = el("button", { type: "button", class: "btn sm quiet", onclick: () => cancel() || (hand.tool === "move" ? leave() : take("move")) }, word(hand.tool === "move" ? "leave" : "put_away"), el("kbd", {}, "Esc"));
  strip.replaceChildren(...STRIPS[hand.tool](), el("span", { class: "sp" }), esc);
}
