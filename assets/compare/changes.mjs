/* What changed between two dates: on the map as its layer, beside it as a list with causes, and as a file. */
import { command } from "../shared/commands.mjs";
import { addDays, sayDay } from "../shared/days.mjs";
import { el, icon, number, sequence } from "../shared/dom.mjs";
import { closePanel, openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";

const LAYER = "changes", BACK = 30; // days that can be gone back
const next = sequence();
let panel = null;
let since = null; // ISO day; null: the day before the one shown
let then = false;
let change = "";
let found = null; // of the server; rows are added as they are asked for
let wrong = "";
let before = null; // whether the layer was on before

export function start() {
  command({ key: "changes", label: "changes", icon: "changes", keys: "Shift+C", menu: "more", run: open });
  page.on("view", () => panel && renew());
}

function open() {
  if (panel) return closePanel();
  const { stage } = window.cordon;
  before = stage.panels.isOn(LAYER);
  stage.panels.flip?.(LAYER, true);
  panel = openPanel({ key: "changes", draw, onClose: close });
  return renew();
}

function close() {
  panel = null;
  const { stage } = window.cordon;
  stage.compareTo(null);
  if (before === false) stage.panels.flip?.(LAYER, false);
}

const earlier = () => ({ since: since && since < page.plan.day ? since : addDays(page.plan.day, -1), since_then: then });

/* Asks for the first part again, and has the map show the same two dates. */
async function renew() {
  const current = next();
  found = null;
  wrong = "";
  panel.redraw();
  const plain = !then && earlier().since === addDays(page.plan.day, -1); // what the layer shows by itself
  window.cordon.stage.compareTo(plain ? null : earlier());
  await take(current, 0);
}

async function take(current, start) {
  try {
    const asked = new URLSearchParams({ ...earlier(), change, start });
    const told = await getJson(`/api/compare/changes?${page.plan.query}&${asked}`);
    if (!current() || !panel) return;
    found = start ? { ...told, rows: [...found.rows, ...told.rows] } : told;
  } catch (error) {
    if (!current() || !panel) return;
    wrong = error.message;
  }
  panel.redraw();
}

function draw() {
  const { words } = page, { lang } = page.view;
  const day = sayDay(page.plan.day, lang);
  const title = words.changes;
  if (wrong) return { title, body: [pickers(), el("p", { class: "fsaid", role: "alert" }, page.say("changes_failed", { what: wrong }))] };
  if (!found) return { title, body: [pickers(), el("p", { class: "mut", role: "status" }, words.changes_loading)] };
  const all = Object.values(found.counts).reduce((sum, n) => sum + n, 0);
  const none = el("p", { class: "empty" }, page.say("changes_none", { from: sayDay(found.from, lang), to: day }));
  return { title, body: [pickers(), ...(all ? [kinds(all), el("ul", { class: "chg" }, found.rows.map(row)), more()] : [none])], foot: all ? downloads() : null };
}

/* The earlier date; the later one is the day that the slider shows. */
function pickers() {
  const { words } = page, { lang } = page.view;
  const from = earlier().since;
  const days = Array.from({ length: BACK }, (_, n) => addDays(page.plan.day, -1 - n));
  if (!days.includes(from)) days.push(from);
  const select = el("select", { class: "inp", id: "changes-since", autofocus: true }, days.map((day) => el("option", { value: day, selected: day === from }, sayDay(day, lang))));
  select.addEventListener("change", () => ((since = select.value), renew()));
  const known = el("input", { type: "checkbox", id: "changes-then", checked: then });
  known.addEventListener("change", () => ((then = known.checked), renew()));
  return el("div", { class: "chgfrom" }, el("label", { for: "changes-since" }, words.changes_since), select, el("span", {}, page.say("changes_to", { day: sayDay(page.plan.day, lang) })), el("label", { class: "chk", for: "changes-then" }, known, words.changes_then));
}

function kinds(all) {
  const chips = [["", all], ...Object.entries(found.counts)];
  const pick = (kind) => ((change = kind), take(next(), 0));
  return el("div", { class: "chgkinds", role: "group" }, chips.map(([kind, n]) => el("button", { type: "button", class: "kind", "aria-pressed": String(kind === change), onclick: () => pick(kind) }, `${page.words[kind ? `change_${kind}` : "changes_all"]} `, el("b", {}, number(n)))));
}

function row(of) {
  const { lang } = page.view, { words } = page;
  const chip = (side) => (side ? el("span", { class: `chip ${side.look}`, title: side.class[lang] }, side.letter[lang]) : el("span", { class: "chip none", title: words.nothing }, "–"));
  const same = of.before && of.after && of.before.look === of.after.look;
  const told = of.before ? moved(of) : [page.say("people_n", { n: number(of.people[1]) }), of.status?.[1]?.[lang], of.lift?.[1] && `${words.lift} ${of.lift[1][lang]}`].filter(Boolean).join(" · ");
  const show = () => {
    page.choose({ layer: "zones", id: of.zone, zone: of.zone });
    if (of.box) window.cordon.stage.fly(of.box);
  };
  return el("li", {}, el("button", { type: "button", class: "chgrow", "data-change": of.change, onclick: show },
    el("span", { class: "chgclass" }, same ? chip(of.after) : [chip(of.before), el("i", { "aria-hidden": "true" }, "→"), chip(of.after)]),
    el("span", { class: "chgtold" }, el("span", { class: "n" }, el("b", {}, words[`change_${of.change}`]), " ", of.name[lang]), [told].flat().map((line) => el("span", { class: "s" }, line)), of.because[lang] ? el("span", { class: "s" }, page.say("changes_because", { why: of.because[lang] })) : "")));
}

/* What is another than it was, a line each. */
function moved(of) {
  const { lang } = page.view, said = (side) => (side ? side[lang] : page.words.nothing);
  return [
    of.people[0] !== of.people[1] && page.say("changes_people", { a: number(of.people[0]), b: number(of.people[1]) }),
    of.status && `${said(of.status[0])} → ${said(of.status[1])}`,
    of.lift && page.say("changes_lift", { a: of.lift[0] ? said(of.lift[0]) : "–", b: of.lift[1] ? said(of.lift[1]) : "–" }),
  ].filter(Boolean);
}

function more() {
  const left = found.n - found.rows.length;
  if (left <= 0) return "";
  const ask = async () => {
    const at = found.rows.length;
    await take(next(), at);
    document.querySelectorAll(".chgrow")[at]?.focus();
  };
  return el("button", { type: "button", class: "btn", onclick: ask }, page.say("changes_more", { n: number(left) }));
}

function downloads() {
  return ["csv", "geojson"].map((form) => el("a", { class: "btn sm", href: `/api/compare/changes.${form}?${page.plan.query}&${new URLSearchParams(earlier())}`, download: "" }, icon("download"), page.say("download_as", { form: { csv: "CSV", geojson: "GeoJSON" }[form] })));
}
