/* Two plans side by side: packs, days, what was known then, outbreaks; their maps in one view, and what each costs. */
import { command } from "../shared/commands.mjs";
import { addDays, sayDay } from "../shared/days.mjs";
import { el, icon, sequence } from "../shared/dom.mjs";
import { openSheet } from "../shared/sheet.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { Pair } from "./pair.mjs";
import { notes, sums, table } from "./sums.mjs";

const BACK = 45, AHEAD = 14;
const next = sequence();
let sheet = null, pair = null, packs = null, outbreaks = null;
let sides = []; // [{day, policy, outbreak, then}]
let found = null;
let wrong = "";

export function start() {
  command({ key: "compare", label: "compare", icon: "compare", keys: "Shift+V", menu: "more", run: open });
  page.on("view", () => sheet && renew());
}

async function open() {
  if (sheet) return;
  packs ??= await getJson("/api/packs");
  outbreaks = await getJson("/api/outbreaks");
  const { asked_day: day, outbreak, then } = page.plan;
  const other = outbreaks.find((of) => of.name !== outbreak);
  const pack = packs.find((of) => of.id !== page.plan.pack.id && of.id.slice(0, 3) === page.plan.pack.id.slice(0, 3));
  sides = [{ day, policy: "", outbreak, then }, { day, policy: other ? "" : pack?.id || "", outbreak: other ? other.name : outbreak, then }];
  found = null;
  pair = new Pair();
  sheet = openSheet({ key: "compare", draw, onClose: close });
  await renew();
}

function close() {
  sheet = null;
  next();
  pair?.remove();
  pair = null;
}

const asked = ({ day, policy, outbreak, then }, prefix = "") => {
  const given = { day, policy, outbreak, then: then ? "true" : "" };
  return Object.entries(given).filter(([, value]) => value).map(([key, value]) => [prefix + key, value]);
};
const query = () => new URLSearchParams([...asked(sides[0]), ...asked(sides[1], "other_")]);

async function renew() {
  const current = next();
  wrong = "";
  sheet.redraw();
  let told;
  try {
    told = await getJson(`/api/compare/plans?${query()}`);
  } catch (error) {
    if (!current() || !sheet) return;
    wrong = error.fix ? `${error.message} ${error.fix}` : error.message;
    return sheet.redraw();
  }
  if (!current() || !sheet) return;
  found = told;
  sheet.redraw();
  await pair.show(found.sides);
}

function draw() {
  const { words } = page;
  const link = el("a", { class: "btn", target: "_blank", rel: "noopener", href: `/api/compare/page?${query()}&language=${page.view.lang}` }, icon("print"), words.compare_page);
  const columns = sides.map((side, k) => el("section", { class: "cmpside", "aria-label": page.say("compare_side", { side: "AB"[k] }) }, el("header", {}, el("h3", {}, page.say("compare_side", { side: "AB"[k] })), ...pickers(side, k)), pair.roots[k], pair.said[k]));
  const said = wrong ? el("p", { class: "fsaid", role: "alert" }, page.say("compare_failed", { what: wrong })) : found ? "" : el("p", { class: "mut", role: "status" }, words.compare_loading);
  return { title: words.compare, tools: found && !wrong ? link : "", body: [el("div", { class: "cmp" }, columns), el("div", { class: "cmpsums" }, said, ...(found && !wrong ? [sums(found), notes(found), table(found)] : []))] };
}

function pickers(side, k) {
  const { words } = page, { lang } = page.view;
  const change = (name, value) => {
    sides[k] = { ...side, [name]: value };
    renew();
  };
  const pick = (name, label, options, value) => {
    const of = el("select", { class: "inp", id: `cmp-${name}-${k}` }, options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
    of.addEventListener("change", () => change(name, of.value || (name === "day" ? null : "")));
    return el("label", {}, el("span", {}, label), of);
  };
  const set = outbreaks.find((of) => of.name === side.outbreak)?.pack;
  const mine = packs.find((of) => of.id === set);
  const rules = [["", `${mine ? `${mine.title[lang]} ${mine.version}` : set || "–"} (${words.compare_pack_set})`], ...packs.filter((of) => of.id !== set).map((of) => [of.id, `${of.title[lang]} ${of.version}`])];
  const today = found?.sides[k].day || page.plan.day;
  const days = Array.from({ length: BACK + AHEAD }, (_, n) => addDays(page.plan.day, AHEAD - 1 - n));
  if (side.day && !days.includes(side.day)) days.push(side.day);
  const known = el("input", { type: "checkbox", id: `cmp-then-${k}`, checked: Boolean(side.then) });
  known.addEventListener("change", () => change("then", known.checked));
  return [
    outbreaks.length > 1 ? pick("outbreak", words.compare_outbreak, outbreaks.map((of) => [of.name, of.title || of.name || words.outbreak_first]), side.outbreak) : "",
    pick("policy", words.compare_pack, rules, side.policy),
    pick("day", words.compare_day, [["", `${words.compare_now}${side.day ? "" : ` (${sayDay(today, lang)})`}`], ...days.map((day) => [day, sayDay(day, lang)])], side.day || ""),
    el("label", { class: "chk" }, known, words.changes_then),
  ];
}
