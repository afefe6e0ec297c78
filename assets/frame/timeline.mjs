/* The time slider over the epidemic curve: a day, as it is known now or as it was known then; play walks through them. */
import { command } from "../shared/commands.mjs";
import { sayDay } from "../shared/days.mjs";
import { el, icon, sequence } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";

const STEP_MS = 700;
const DAY_MS = 86400000;
const next = sequence();
let curve = null;
let playing = null;
let wanted = null; // the day that was asked for last: keys may come faster than plans

const root = () => document.getElementById("timeline");
const iso = (day) => new Date(day).toISOString().slice(0, 10);
const dayOf = (n) => iso(Date.parse(curve.first) + n * DAY_MS);
const place = (day) => Math.round((Date.parse(day) - Date.parse(curve.first)) / DAY_MS);

export async function start() {
  page.on("view", show);
  page.on("log", () => (curve = null));
  command({ key: "day_back", label: "day_back", keys: ",", run: () => step(-1) });
  command({ key: "day_on", label: "day_on", keys: ".", run: () => step(1) });
  command({ key: "day_now", label: "day_now", keys: "Shift+N", run: () => go(null) });
  command({ key: "play", label: "play", keys: "Space", run: () => toggle(), when: () => document.activeElement === document.body || root().contains(document.activeElement) });
}

async function show() {
  if (!page.plan) return;
  const current = next();
  if (!curve || curve.outbreak !== page.plan.outbreak) {
    const found = await getJson(`/api/curve?outbreak=${page.plan.outbreak}`);
    if (!current()) return;
    curve = { ...found, outbreak: page.plan.outbreak };
  }
  if ((page.plan.asked_day || curve.today) === wanted) wanted = null;
  draw();
}

function step(by) {
  if (!curve || !page.plan) return;
  const at = place(wanted || page.plan.day) + by;
  if (at < 0 || at >= curve.cases.length) return stop();
  go(dayOf(at));
}

function go(day) {
  wanted = day || curve.today;
  page.ask({ day: day === curve.today ? null : day });
}

function toggle() {
  if (playing) return stop();
  if (page.plan.day >= curve.today) go(dayOf(0));
  playing = setInterval(() => {
    // The next day is asked for once the last one is on the page: a slow plan slows the play.
    if (document.getElementById("busy").hidden) {
      if (page.plan.day >= dayOf(curve.cases.length - 1)) stop();
      else step(1);
    }
  }, STEP_MS);
  draw();
}

function stop() {
  clearInterval(playing);
  playing = null;
  draw();
}

function bars(width, height) {
  const most = Math.max(1, ...curve.cases);
  const each = width / curve.cases.length;
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const today = place(curve.today), at = place(page.plan.day);
  curve.cases.forEach((n, k) => {
    const tall = n ? Math.max(2, (n / most) * (height - 2)) : 0;
    const bar = document.createElementNS(ns, "rect");
    for (const [name, value] of Object.entries({ x: k * each + 0.5, y: height - tall, width: Math.max(each - 1, 0.5), height: tall })) bar.setAttribute(name, value);
    bar.setAttribute("class", k > today ? "ahead" : k > at ? "later" : "past");
    svg.append(bar);
  });
  return svg;
}

function draw() {
  const { day, asked_day: asked, then } = page.plan;
  const at = place(day), last = curve.cases.length - 1, share = (at + 0.5) / (last + 1);
  const slider = el("input", { type: "range", min: 0, max: last, value: at, "aria-label": page.words.as_of, "aria-valuetext": sayDay(day) });
  slider.addEventListener("input", () => (bubble.textContent = sayDay(dayOf(Number(slider.value)))));
  slider.addEventListener("change", () => go(dayOf(Number(slider.value))));
  const bubble = el("span", { class: "bubble", style: `left:clamp(46px, ${(share * 100).toFixed(2)}%, calc(100% - 46px))` }, asked ? sayDay(day) : `${sayDay(day)}, ${page.words.now}`);
  const ticks = [0, Math.round(last / 2), last].map((n) => el("span", { style: Math.abs(n / last - share) < 0.25 ? "visibility:hidden" : "" }, sayDay(dayOf(n))));
  const button = el("button", { class: "ib", type: "button", "aria-label": page.words[playing ? "pause" : "play"], title: `${page.words[playing ? "pause" : "play"]} (Space)`, onclick: toggle }, icon(playing ? "pause" : "play"));
  const known = el("button", { class: "then", type: "button", "aria-pressed": String(Boolean(then)), title: page.words.as_known_then_hint, onclick: () => page.ask({ then: !then }) }, page.words.as_known_then);
  const track = el("div", { class: "track" }, bars(600, 30), el("i", { class: "at", style: `left:${(share * 100).toFixed(2)}%` }), slider, el("div", { class: "ticks", "aria-hidden": "true" }, ticks), bubble);
  const focused = root().contains(document.activeElement) && document.activeElement.type === "range";
  root().replaceChildren(button, track, known);
  root().classList.toggle("past", Boolean(asked) && day < curve.today);
  if (focused) slider.focus();
}
