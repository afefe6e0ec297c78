/* The drawer below the map: people to be tested on each day against capacity; a day is read, walked to, or listed. */
import { command } from "../shared/commands.mjs";
import { sayDay } from "../shared/days.mjs";
import { el, fill, icon, number, sequence } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { drawBars } from "./bars.mjs";
import { reading } from "./reading.mjs";

const HEIGHT = 132, FOLDED = "demand-folded";
const next = sequence(), nextDay = sequence();
const root = () => document.getElementById("drawer");
let load = null;
let key = "";
let amount = "people";
let chosen = null; // day that was clicked
let looked = null; // day under the pointer, or with focus
let where = null; // areas of the chosen day, or of the worst

const folded = () => (localStorage.getItem(FOLDED) ?? String(innerWidth < 900 || innerHeight < 700)) === "true";

export function start() {
  command({ key: "demand", label: "demand_key", icon: "tube", keys: "Shift+T", menu: "more", run: toggle });
  page.on("view", show);
  page.on("cleared", () => pick(null));
  new ResizeObserver(() => load && !folded() && drawChart()).observe(root());
}

function toggle() {
  localStorage.setItem(FOLDED, String(!folded()));
  draw();
  root().querySelector(".fold")?.focus();
}

async function show() {
  if (!page.plan) return;
  const current = next();
  if (key !== page.plan.key) {
    try {
      const found = await getJson(`/api/load_per_day?${page.plan.query}`);
      if (!current()) return;
      load = found;
      key = page.plan.key;
      where = null;
      if (!load.days.includes(chosen)) chosen = null;
    } catch (error) {
      if (current()) root().replaceChildren(el("p", { class: "empty" }, page.say("demand_failed", { what: error.message })));
      return;
    }
  }
  draw();
  lookWhere();
}

/* Which areas a day is in is asked for when somebody looks at it; the worst day is looked at first. */
async function lookWhere() {
  const day = chosen || load.worst?.day;
  if (folded() || !day || where?.on === day) return;
  const current = nextDay();
  try {
    const found = await getJson(`/api/load_per_day/areas?${page.plan.query}&on=${day}`);
    if (!current()) return;
    where = found;
    drawSide();
  } catch (error) {
    if (current()) root().querySelector(".dside")?.append(el("p", { class: "mut" }, page.say("demand_failed", { what: error.message })));
  }
}

const totals = () => load.days.map((_, d) => load.people.reduce((sum, of) => sum + of[d], 0));

/* The one line that stays readable when the drawer is folded. */
function worstLine() {
  const { lang } = page.view, sums = totals(), most = sums.indexOf(Math.max(...sums));
  if (!Math.max(...sums)) return el("span", {}, page.words.demand_none);
  if (load.worst) return el("b", { class: "lack" }, page.say("demand_short", { day: sayDay(load.worst.day, lang), n: number(load.worst.short) }));
  const known = load.capacity.some((v) => v !== null);
  return el("span", {}, page.say(known ? "demand_enough" : "demand_most", { day: sayDay(load.days[most], lang), n: number(sums[most]) }));
}

function draw() {
  const { words } = page;
  const fold = el("button", { class: "ib fold", type: "button", "aria-expanded": String(!folded()), "aria-label": words[folded() ? "demand_open" : "demand_fold"], title: `${words[folded() ? "demand_open" : "demand_fold"]} (Shift+T)`, onclick: toggle }, icon(folded() ? "up" : "down"));
  root().classList.toggle("folded", folded());
  if (folded()) return root().replaceChildren(el("div", { class: "dmhead" }, el("h2", {}, words.drawer), worstLine(), el("span", { class: "sp" }), fold));
  const kinds = ["people", "tubes"].map((of) => el("button", { type: "button", "aria-pressed": String(of === amount), onclick: () => ((amount = of), draw(), root().querySelector(`.kinds [aria-pressed="true"]`).focus()) }, words[`demand_${of}`]));
  root().replaceChildren(
    el("div", { class: "dmain" }, el("div", { class: "dmhead" }, el("h2", {}, words.demand_head), el("span", { class: "mut" }, words[`demand_${amount}_unit`]), el("span", { class: "sp" }), el("div", { class: "kinds", role: "group" }, kinds), fold), el("div", { class: "dchart" })),
    el("div", { class: "dside", role: "status" }),
  );
  drawChart();
  drawSide();
}

function drawChart() {
  const box = root().querySelector(".dchart");
  if (!box || !box.clientWidth) return;
  const { lang } = page.view, focused = box.contains(document.activeElement) ? document.activeElement.dataset.day : null;
  const values = load[amount];
  const series = load.classes.map((of, k) => ({ look: of.look, values: values[k], assumed: amount === "people" ? load.assumed[k] : values[k].map(() => 0) })).reverse();
  const capacity = amount === "people" ? load.capacity : load.days.map(() => null);
  const { node, each, left } = drawBars({ days: load.days, series, capacity, today: load.today, chosen, width: box.clientWidth, height: HEIGHT, lang, tick: (day) => sayDay(day, lang), todayWord: page.words.today });
  const stop = chosen || load.today;
  const buttons = load.days.map((day, d) =>
    el("button", { type: "button", "data-day": day, "aria-pressed": String(day === chosen), "aria-label": sayLoad(d).filter(Boolean).join(page.view.lang === "zh" ? "，" : ", "), tabindex: day === stop || (d === 0 && !load.days.includes(stop)) ? "0" : "-1", style: `left:${left + d * each}px;width:${each}px`, onclick: () => pick(day === chosen ? null : day), onfocus: () => look(day), onblur: () => look(null), onmouseenter: () => look(day), onmouseleave: () => look(null) }));
  const days = el("div", { class: "ddays", role: "group", "aria-label": page.words.demand_head }, buttons);
  days.addEventListener("keydown", walk);
  box.replaceChildren(node, days);
  if (focused) box.querySelector(`[data-day="${focused}"]`)?.focus();
}

function sayLoad(d) {
  const { lang } = page.view, sum = load[amount].reduce((all, of) => all + of[d], 0), room = amount === "people" ? load.capacity[d] : null;
  const first = page.say(`demand_day_${amount}`, { day: sayDay(load.days[d], lang), n: number(sum) });
  if (room === null) return [first, ""];
  return [first, page.say(sum > room ? "demand_day_short" : "demand_day_enough", { n: number(room), short: number(sum - room) })];
}

function head(d) {
  const [first, second] = sayLoad(d);
  return [el("p", { class: "dsay" }, el("b", {}, first)), second ? el("p", { class: load.capacity[d] < totals()[d] ? "lack" : "mut" }, second) : ""];
}

function walk(event) {
  const all = [...event.currentTarget.children], at = all.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || !all[to]) return;
  event.preventDefault();
  for (const [k, button] of all.entries()) button.tabIndex = k === to ? 0 : -1;
  all[to].focus();
}

/* What is read is drawn anew only for another day: a button must not go away between the press and its end. */
function look(day) {
  const before = looked || chosen;
  looked = day;
  if ((looked || chosen) !== before) drawSide();
}

/* A click on a day: it stays marked, and what can be done with it stands beside the chart. */
function pick(day) {
  if (!load || (day === null && chosen === null)) return;
  chosen = day;
  drawChart();
  drawSide();
  lookWhere();
}

function drawSide() {
  const side = root().querySelector(".dside");
  if (!side || !load) return;
  const { words } = page, day = looked || chosen;
  const go = () => page.ask({ day: day === page.plan.day ? page.plan.asked_day : day });
  const list = () => page.tell("tested", day);
  const acts = chosen && day === chosen ? el("div", { class: "dacts" }, el("button", { class: "btn sm", type: "button", onclick: go }, words.demand_go), where?.on === chosen && where.zones ? el("button", { class: "btn sm", type: "button", onclick: list }, fill(words, "demand_zones", { n: number(where.zones) })) : "") : "";
  side.replaceChildren(...(day ? reading({ load, d: load.days.indexOf(day), say: head, where: where?.on === day ? where : null, acts }) : reading({ load, d: -1, head: worstLine(), where: load.worst && where?.on === load.worst.day ? where : null, acts: "" })));
}
