/* What the draft comes to, before and after; its strokes; and the form that saves it: at the right while painting. */
import { el, icon, perFrame } from "../shared/dom.mjs";
import { openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { author, getJson, Offline, Refused, setAuthor } from "../shared/server.mjs";
import { className, hand, letterOf, lookOf, newName, onHand, rows } from "./hand.mjs";
import { act, desk, forget, on } from "./state.mjs";

const word = (key, fields) => page.say(`redraw_${key}`, fields);
const TEMPLATES = ["shared", "survey", "wall", "geocode"];
const SHOWN = 40;
let panel = null;
let parts = null;
let names = new Map();
let typed = { reason: "", effective_at: "", until: "" };
let after = () => {};

export function showConsequences(onSaved = after) {
  after = onSaved;
  if (panel) return;
  panel = openPanel({ key: "redraw", draw, onClose: () => (panel = parts = null) });
  nameZones();
}

export function hideConsequences() {
  panel?.close();
}

export const isOpen = () => Boolean(panel);

async function nameZones() {
  names = new Map((await rows()).map((row) => [row.id, row.name]));
  update();
}

const soon = perFrame(update);
for (const name of ["open", "acked", "queued", "refused", "line"]) on(name, soon);
onHand((why) => why === "zone" && soon());
page.on("view", () => panel && nameZones());

/* Drawn once for a language: what was typed, and what was wrong with it, stays. */
function draw() {
  if (parts?.lang !== page.view.lang) make();
  update();
  const body = [parts.head, parts.sums, parts.rule, parts.zones, parts.form, parts.steps];
  return { title: word("draft"), body, foot: foot() };
}

function make() {
  parts = { lang: page.view.lang, head: el("div", { class: "drafthead" }), sums: el("section", { class: "sct" }), rule: el("section", { class: "sct" }), zones: el("section", { class: "sct" }), steps: el("section", { class: "sct strokes" }) };
  form();
}

const whole = (n) => Math.round(n).toLocaleString("en");

function change(before, now) {
  const by = Math.round(now) - Math.round(before);
  return el("span", { class: `tag ${by ? "" : "mut"}` }, by ? `${by > 0 ? "+" : "−"}${whole(Math.abs(by))}` : word("same"));
}

function line(label, [before, now], note = "") {
  return el("tr", {}, el("th", { scope: "row" }, label, note ? el("span", { class: "mut" }, ` ${note}`) : ""), el("td", { class: "num mut" }, whole(before)), el("td", { class: "mut", "aria-hidden": "true" }, "→"), el("td", { class: "num b" }, whole(now)), el("td", { class: "r" }, change(before, now)));
}

function update() {
  if (!parts || !desk.id) return;
  const waits = desk.queue.length;
  const state = desk.full ? word("browser_full") : desk.offline ? word("offline", { n: waits }) : waits ? word("waiting", { n: waits }) : word("all_saved");
  parts.head.replaceChildren(el("b", {}, desk.title || word("untitled")), el("span", { class: "mut" }, word("on_base", { base: desk.base, n: desk.undo })), el("span", { class: `saved ${waits || desk.offline || desk.full ? "waits" : ""}`, role: "status" }, icon(waits || desk.offline ? "clock" : "check"), state));
  if (desk.totals) drawSums(desk.totals);
  drawZones();
  drawSteps();
}

function drawSums({ people, person_days: days, tests, beyond, below }) {
  const [first, second] = [tests[0], tests[1] || tests[0]];
  parts.sums.replaceChildren(
    el("h3", {}, word("consequences"), el("span", { class: "mut" }, desk.ms === null ? "" : `${desk.ms} ms`)),
    el("table", { class: "fromto" }, el("tbody", {}, line(word("people"), people), line(word("person_days"), days), line(word("tests"), [first[1], first[2]], day(first[0])), line(word("tests"), [second[1], second[2]], day(second[0])))),
    bars(tests),
  );
  const over = [["beyond", beyond, "note"], ["below", below, "note bad"]].filter(([, side]) => side.atoms[1] || side.atoms[0]);
  const lost = desk.lost.length ? el("div", { class: "note bad", role: "alert" }, word("lost", { n: whole(desk.lost.length), names: desk.lost.slice(0, 5).join(", ") })) : "";
  parts.rule.hidden = !over.length && !lost;
  parts.rule.replaceChildren(lost, ...over.map(([key, { atoms, people: who }, kind]) => el("div", { class: kind }, el("b", {}, word(key, { people: whole(who[1]), atoms: whole(atoms[1]) })), el("div", {}, word(`${key}_more`, { people: whole(who[0]), atoms: whole(atoms[0]) })))));
}

const day = (text) => `${Number(text.slice(5, 7))}/${Number(text.slice(8))}`;

/* Tests a day, the black line the load before the draft. */
function bars(tests) {
  const most = Math.max(1, ...tests.flatMap(([, a, b]) => [a, b]));
  const tall = (n) => `height:${((n / most) * 100).toFixed(1)}%`;
  return el("div", { class: "daybars", role: "img", "aria-label": word("tests_chart", { days: tests.map(([d, a, b]) => `${day(d)} ${whole(a)} → ${whole(b)}`).join("; ") }) }, tests.map(([date, before, now]) => el("div", {}, el("i", {}, el("u", { style: tall(now) }), el("s", { style: `bottom:${((before / most) * 100).toFixed(1)}%` })), el("span", {}, day(date)))));
}

function nameOf(id) {
  return (names.get(id) || (hand.zone?.id === id && hand.zone.name) || newName(id))[page.view.lang];
}

function drawZones() {
  const lang = page.view.lang;
  parts.zones.hidden = !desk.zones.length;
  parts.zones.replaceChildren(el("h3", {}, word("touched")), el("ul", { class: "tzones" }, desk.zones.map((zone) => el("li", {}, el("span", { class: `chip ${lookOf(zone.class)}` }, letterOf(zone.class)[lang]), el("span", { class: "n" }, nameOf(zone.id)), el("span", { class: "r num" }, `${whole(zone.people[0])} → `, el("b", {}, whole(zone.people[1]))), el("span", { class: "s mut" }, shape(zone))))));
}

function shape({ parts: pieces, holes, atoms: [, n] }) {
  if (!n) return word("emptied");
  if (!pieces) return "…";
  const [[p0, p1], [h0, h1]] = [pieces, holes];
  const pair = (a, b) => (a === b ? String(b) : `${a} → ${b}`);
  return `${word("parts")} ${pair(p0, p1)} · ${word("holes")} ${pair(h0, h1)}${p1 > Math.max(1, p0) ? ` · ${word("apart")}` : ""}`;
}

const SIGNS = { paint: "brush", erase: "erase", leave: "people", split: "split", merge: "merge", turn: "changes", lock: "lock", unlock: "unlock", undo: "undo", redo: "redo" };

function stepLine(step, waits) {
  const lang = page.view.lang;
  const to = step.class || step.to || (step.do === "paint" ? "none" : "");
  const what = to ? `${word(`did_${step.do}`)} ${className(to)[lang]}` : word(`did_${step.do}`);
  const size = step.size ?? step.pick?.cells?.length;
  const when = step.at ? new Date(step.at).toLocaleTimeString("en-GB") : "";
  return el("li", { class: waits ? "waits" : "" }, icon(SIGNS[step.do] || "edit"), el("span", { class: "n" }, what, size ? el("span", { class: "mut" }, ` ${word("atoms_n", { n: whole(size) })}`) : ""), waits ? el("span", { class: "tag warn" }, word("not_saved")) : el("span", { class: "mut" }, step.by && step.by !== author() ? `${step.by} ` : "", when));
}

on("acked", (step, answer) => {
  if (step.pick && !answer.count && !answer.left_out) return;
  const { pick, label, sent, ...own } = step;
  desk.steps = [...desk.steps, { ...own, size: answer.count, n: answer.n, by: author(), at: new Date().toISOString() }].slice(-200);
});

/* Parts and holes take as long as the zones are large: asked for once no stroke waits. */
on("acked", async () => {
  const { n, zones } = desk;
  if (desk.queue.length || !zones.length) return;
  try {
    const forms = await getJson(`/api/desk/drafts/${desk.id}/forms?${new URLSearchParams(zones.map(({ id }) => ["zone", id]))}`);
    if (desk.n !== n) return;
    desk.zones = zones.map((row) => ({ ...row, ...forms[row.id] }));
    soon();
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
  }
});

function drawSteps() {
  if (!parts) return;
  const waiting = desk.queue.slice(-SHOWN).reverse();
  const kept = desk.steps.toReversed().slice(0, SHOWN - waiting.length);
  const lines = [...waiting.map((step) => stepLine(step, true)), ...kept.map((step) => stepLine(step, false))];
  const none = el("li", { class: "mut" }, word("no_strokes"));
  parts.steps.replaceChildren(el("h3", {}, word("strokes"), el("span", { class: "mut" }, word("strokes_n", { n: desk.undo, redo: desk.redo }))), el("ol", {}, lines.length ? lines : none));
}

function form() {
  const field = (name, control, label, hint = "") => {
    control.addEventListener("input", () => (typed[name] = control.value));
    control.value = typed[name] ?? "";
    return el("div", { class: "fline", "data-field": name }, el("label", { for: `rd-${name}` }, label), control, el("p", { class: "fhint" }, hint), el("p", { class: "fwrong" }));
  };
  const reason = el("textarea", { id: "rd-reason", class: "inp area", rows: 2, maxlength: 2000 });
  const who = el("input", { id: "rd-by", class: "inp", value: author(), maxlength: 80 });
  const chips = TEMPLATES.map((key) => el("button", { type: "button", class: "tag", onclick: () => ((typed.reason = reason.value = [reason.value.trim(), word(`why_${key}`)].filter(Boolean).join(page.view.lang === "zh" ? "；" : "; ")), reason.focus()) }, word(`why_${key}`)));
  parts.said = el("div", { class: "fsaid", role: "alert" });
  parts.form = el("section", { class: "sct form" }, field("reason", reason, word("reason"), word("reason_hint")), el("div", { class: "templates" }, chips), el("div", { class: "fpair" }, field("effective_at", el("input", { id: "rd-effective_at", class: "inp", placeholder: word("from_now") }), word("effective")), field("until", el("input", { id: "rd-until", class: "inp", placeholder: "+3d" }), word("until"))), field("by", who, page.words.author), parts.said);
  who.value = author();
  who.addEventListener("change", () => setAuthor(who.value));
}

function fault(name, text) {
  const own = parts.form.querySelector(`[data-field="${name}"]`);
  if (own) own.querySelector(".fwrong").textContent = text;
  return own;
}

function foot() {
  const run = (key, keys, kind, what) => el("button", { type: "button", class: `btn ${kind}`, "data-do": key, title: keys ? `${word(key)} (${keys})` : word(key), onclick: what }, word(key), keys ? el("kbd", {}, keys) : "");
  return [run("submit", "Ctrl+S", "pri", () => submit()), run("review", "", "", () => set("review")), run("discard", "", "quiet", () => set("discarded"))];
}

/* Save the draft as edits; where others changed its ground, three ways on are offered. */
export async function submit(choice = "refuse") {
  if (!panel) showConsequences();
  for (const wrong of parts.form.querySelectorAll(".fwrong")) wrong.textContent = "";
  parts.said.replaceChildren();
  if (desk.queue.length) return sayIn(word("wait_first", { n: desk.queue.length }));
  if (!author()) return fault("by", page.words.field_required).querySelector("input").focus();
  if (!typed.reason.trim()) return fault("reason", word("reason_needed")).querySelector("textarea").focus();
  try {
    const told = await act("submit", { ...typed, choice });
    typed = { reason: "", effective_at: "", until: "" };
    forget();
    return after("submitted", told);
  } catch (error) {
    return refused(error);
  }
}

async function set(state) {
  try {
    await act("name", { state });
    forget();
    after(state);
  } catch (error) {
    refused(error);
  }
}

function refused(error) {
  if (error instanceof Offline) return sayIn(page.words.offline_kept);
  if (!(error instanceof Refused)) throw error;
  if (error.body?.conflicts) return after("conflict", error.body);
  const left = error.faults.filter((one) => !fault(one.column, one.reason));
  if (!error.faults.length || left.length) sayIn(error.message);
  return null;
}

function sayIn(text) {
  parts.said.replaceChildren(el("p", {}, text));
}
