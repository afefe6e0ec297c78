/* The wall: no hands, no scrolling. It pages by itself through the whole and each area that has zones. */
import { app } from "./app.mjs";
import { sinceText, whatChanged } from "./numbers.mjs";
import { SIGNS, peopleChange } from "./changes.mjs";
import { byId, chip, el, number, signed } from "./dom.mjs";
import { boxOf } from "./geo.mjs";
import { dayText, stateText } from "./list.mjs";
import { words } from "./words.mjs";
import { IN_FORCE, sum, testsOn, totals } from "./zones.mjs";

const WIDTH = 1280; // px that the wall is drawn for; 11 px of it are 33 px at 3840
const PACE_S = 12;
const MOST = 40; // lines that are made; as many stay as there is room for
let pages = [];
let page = 0;
let held = false;

export function start() {
  if (!app.wall) return;
  document.body.classList.add("wall");
  const size = () => document.documentElement.style.setProperty("--zoom", innerWidth / WIDTH);
  size();
  addEventListener("resize", size);
  const pace = Math.max(2, Number(app.asked.get("wall")) || PACE_S);
  setInterval(() => held || turn(1), pace * 1000);
  addEventListener("keydown", ({ key }) => {
    if (key === "ArrowRight") turn(1);
    else if (key === "ArrowLeft") turn(-1);
    else if (key === " ") { held = !held; draw(); }
  });
  app.on("view", () => { plan(); draw(); });
}

/* The level of areas whose pages are a round that people wait for: more than one, and the finest with at most twenty. */
function plan() {
  if (!app.snapshot) return;
  const { areas, area } = app.snapshot.list;
  const byLevel = new Map();
  for (const row of app.rows) {
    for (let of = area.get(row.area); of; of = area.get(of.parent)) {
      const level = byLevel.get(of.level) ?? byLevel.set(of.level, new Map()).get(of.level);
      level.set(of.id, [...(level.get(of.id) ?? []), row]);
    }
  }
  const fit = [...byLevel.values()].filter((level) => level.size <= 20).sort((a, b) => b.size - a.size)[0] ?? new Map();
  const parts = areas.filter((of) => fit.has(of.id)).map((of) => ({ area: of, rows: fit.get(of.id) }));
  const id = pages[page]?.area?.id;
  pages = [{ area: null, rows: app.rows }, ...(parts.length > 1 ? parts : [])];
  page = Math.max(0, pages.findIndex((one) => one.area?.id === id));
}

function turn(by) {
  if (pages.length < 2) return;
  page = (page + by + pages.length) % pages.length;
  draw();
  const { area, rows } = pages[page];
  app.bus.tell("fly", boxOf(rows) ?? area?.box);
}

function draw() {
  if (!app.snapshot || !pages.length) return;
  const { area, rows } = pages[page];
  const before = area ? app.before.filter((row) => inside(row, area)) : app.before;
  const changes = area ? app.changes.filter((change) => inside(change, area)) : app.changes;
  const inForce = rows.filter((row) => IN_FORCE.includes(row.state));
  const tests = testsOn(app.snapshot.days, rows, rows[0]?.today ?? "");
  byId("wall-page").textContent = `${area ? words.name(area) : words.say("wall_all")} · ${words.say("wall_page", { n: page + 1, of: pages.length })}${held ? ` · ${words.say("wall_held")}` : ""}`;
  byId("wall-dots").replaceChildren(...pages.map((_, k) => el("i", { class: k === page ? "on" : "" })));
  byId("wall-side").replaceChildren(
    el("div", { class: "big" }, el("b", {}, number(sum(inForce))), el("span", {}, words.say("people_under")), el("span", { class: "r" }, app.since ? signed(peopleChange(changes)) : "")),
    tested(tests),
    el("div", { class: "lines" }, el("table", {}, el("tbody", {}, totals(app.snapshot.list, rows, before).filter(({ zones, change }) => zones || change).map(({ of, zones, people }) => el("tr", {},
      el("th", { scope: "row" }, el("span", {}, chip(of, words.lang), words.cap(of.names[words.lang]))), el("td", { class: "b" }, number(zones)), el("td", {}, number(people))))))),
    el("h2", {}, words.say("since_yesterday"), " ", el("span", {}, sinceText())), changeList(changes),
    ...(area ? [el("h2", {}, words.say("zones_now")), el("ul", { class: "all", "data-rest": Math.max(0, rows.length - MOST) }, rows.slice(0, MOST).map(zoneLine))] : []));
  fit();
}

function zoneLine(row) {
  return el("li", {}, chip(app.lookOf(row), words.lang, row.state === "upcoming" ? "sketch" : ""),
    el("span", { class: "two" }, el("b", {}, words.name(row)), el("span", {}, [dayText(row), stateText(row)].filter(Boolean).join(" · "))), el("span", { class: "r" }, number(row.people)));
}

/* No hand scrolls a wall: what has no room is counted. */
function fit() {
  for (const list of byId("wall-side").querySelectorAll("ul")) shorten(list);
}

function shorten(list) {
  const rows = [...list.children];
  const rest = el("li", { class: "rest" });
  for (let left = Number(list.dataset.rest) || 0; list.scrollHeight > list.clientHeight + 1 && rows.length; ) {
    rows.pop().remove();
    left += 1;
    rest.textContent = words.say("and_more", { n: left });
    list.append(rest);
  }
}

function inside(row, area) {
  for (let of = app.snapshot.list.area.get(row.area); of; of = app.snapshot.list.area.get(of.parent)) if (of.id === area.id) return true;
  return false;
}

function tested({ due, done, people, tested: count }) {
  if (!due) return el("div", { class: "big tests" }, el("span", {}, words.say("rounds_none")));
  const share = count ? Math.min(1, count / people) : done / due;
  return el("div", { class: "big tests" }, el("b", {}, `${done} / ${due}`), el("span", {}, words.say("rounds_done")),
    el("span", { class: "meter", "aria-hidden": "true" }, el("i", { style: `width:${(share * 100).toFixed(1)}%` })));
}

function changeList(changes) {
  if (!changes.length) return el("p", { class: "empty" }, words.say(app.since ? "changes_none" : "changes_first"));
  return el("ul", { "data-rest": Math.max(0, changes.length - MOST) }, changes.slice(0, MOST).map((change) => el("li", {}, chip(app.snapshot.list.looks.get(change.look), words.lang),
    el("span", { class: "two" }, el("b", {}, words.name(change)), el("span", {}, whatChanged(change))), el("span", { class: `tag ${SIGNS[change.change] ?? "other"}` }, words.say(`change_${change.change}`)))));
}
