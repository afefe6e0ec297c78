/* The coming test rounds: people due a day over all zones, and per day which zones are due. */
import { app } from "./app.mjs";
import { byId, chip, el, number } from "./dom.mjs";
import { addDays, sayDay, weekday } from "./days.mjs";
import { words } from "./words.mjs";
import { testsOn } from "./zones.mjs";

const DAYS = 7, MOST = 200;
// Where one part is shown at a time there is room below the bars: today's zones stand there until somebody chooses.
const alone = matchMedia("(max-width: 759px)");
let chosen;

export function start() {
  const renew = () => app.snapshot && draw();
  app.on("view", renew);
  alone.addEventListener("change", renew);
}

const short = (n) => (n < 10000 ? number(n) : words.lang === "zh" ? `${(n / 10000).toFixed(1)}万` : `${Math.round(n / 1000)}k`);

function draw() {
  const { rows, snapshot } = app;
  const today = rows[0]?.today;
  const box = byId("tests");
  if (!today) return box.replaceChildren(el("p", { class: "empty" }, words.say("tests_none")));
  const days = Array.from({ length: DAYS }, (_, k) => addDays(today, k)).map((date) => ({ date, ...testsOn(snapshot.days, rows, date) }));
  const most = Math.max(1, ...days.map((day) => day.people));
  if (chosen && !days.some(({ date }) => date === chosen)) chosen = undefined;
  const open = chosen === undefined && alone.matches ? today : chosen;
  const bars = days.map(({ date, people, due }) => el("button", {
    type: "button", "data-date": date, class: `bar ${date === today ? "today" : ""}`, "aria-pressed": String(date === open), onclick: () => { chosen = date === open ? null : date; draw(); },
  }, el("span", {}, short(people)), el("i", { style: `height:${((56 * people) / most).toFixed(1)}px` }),
  el("span", { class: "d" }, date === today ? words.say("today") : weekday(date, words.lang)), el("span", { class: "d" }, String(Number(date.slice(8)))),
  el("span", { class: "hear" }, words.say("tests_day", { day: sayDay(date, words.lang), n: due, people: number(people) }))));
  const held = document.activeElement?.closest?.("#tests [data-date]")?.dataset.date;
  box.replaceChildren(el("div", { class: "bars", role: "group", "aria-label": words.say("tests_next") }, bars), ...dueOn(days.find(({ date }) => date === open)));
  if (held) box.querySelector(`[data-date="${held}"]`)?.focus({ preventScroll: true });
}

function dueOn(day) {
  if (!day) return [];
  const zones = new Map(app.rows.map((row) => [row.id, row]));
  const items = day.rounds.map(({ zone, day: n, people_due: people }) => ({ row: zones.get(zone), n, people })).filter(({ row }) => row);
  return [el("p", { class: "b" }, words.say("tests_day", { day: sayDay(day.date, words.lang), n: day.due, people: number(day.people) })),
    el("ul", { class: "due" }, items.slice(0, MOST).map(({ row, n, people }) => el("li", {}, el("button", { type: "button", class: "row", onclick: () => app.choose(row.id, { fly: row.box }) },
      chip(app.lookOf(row), words.lang), el("span", { class: "two" }, el("b", {}, words.name(row)), el("span", {}, words.say("day_n", { n }))), el("span", { class: "end" }, number(people)))))),
    items.length > MOST ? el("p", { class: "b" }, words.say("and_more", { n: items.length - MOST })) : "",
  ];
}
