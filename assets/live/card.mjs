/* One zone: what holds, which day it is, when it is tested, where its gates and sites are, and its notice. */
import { app } from "./app.mjs";
import { byId, chip, el, icon, number, offer } from "./dom.mjs";
import { sayDay, sayMoment } from "./days.mjs";
import { toCalendar } from "./ics.mjs";
import { dayText } from "./list.mjs";
import { liftText } from "./numbers.mjs";
import { points } from "./shapes.mjs";
import { strip } from "./strip.mjs";
import { words } from "./words.mjs";

export function start() {
  app.on("view choice", draw);
  addEventListener("keydown", ({ key }) => key === "Escape" && app.zone && close());
}

function close() {
  const { zone } = app;
  app.choose(null);
  document.querySelector(`#rows [data-zone="${CSS.escape(zone)}"]`)?.focus();
}

function draw(more) {
  const box = byId("card");
  const row = app.row;
  box.hidden = !row;
  document.body.classList.toggle("has-card", Boolean(row));
  if (!row) {
    // What was chosen may be over since; then the card says so instead of going without a word.
    if (app.zone && app.snapshot) lifted(box);
    return;
  }
  const title = el("h2", { tabindex: "-1" }, words.name(row));
  box.replaceChildren(head(row, title), status(row), strip(row), calendarLine(row), el("dl", { class: "facts" }, facts(row)), el("div", { class: "near-sites" }), foot(row));
  placesOf(row, box.querySelector(".near-sites"));
  if (more?.fly) title.focus({ preventScroll: true });
  if ((more?.fly || more?.tapped) && matchMedia("(max-width: 759px)").matches) box.scrollIntoView({ block: more.tapped ? "nearest" : "start" });
}

function lifted(box) {
  box.hidden = false;
  document.body.classList.add("has-card");
  const change = app.changes.find(({ id }) => id === app.zone);
  box.replaceChildren(el("header", {}, el("h2", {}, change ? words.name(change) : words.say("zone_over")), closer()), el("p", { class: "empty" }, words.say("zone_over_text")));
}

function closer() {
  return el("button", { type: "button", class: "ib", "aria-label": words.say("close"), onclick: close }, icon("close"));
}

function head(row, title) {
  const look = app.lookOf(row);
  return el("header", {}, chip(look, words.lang, `lg ${row.state === "upcoming" ? "sketch" : ""}`),
    el("div", {}, title, el("p", {}, `${look.names[words.lang]} · ${row.number}`)), closer());
}

function status(row) {
  const start = row.ms.in_force_from ?? row.ms.shown_from;
  const when = sayMoment(start, app.zoneName, words.lang);
  const text = { upcoming: "state_upcoming", in_force: "state_in_force", hold: "state_hold", watch: "state_watch" }[row.state];
  return el("p", { class: `state ${row.state}` }, el("b", {}, words.say(text, { when })), dayText(row) ? ` · ${dayText(row)}` : "", el("br"), words.cap(liftText(row)));
}

function calendarLine(row) {
  const reported = app.snapshot.days.done.some((round) => round.zone === row.id && round.date === row.today);
  const next = row.due ? words.say(reported ? "test_today_done" : "test_today") : row.next ? words.say("test_next", { day: sayDay(row.next, words.lang) }) : words.say("test_none");
  const button = row.test_dates.length ? el("button", { type: "button", class: "btn", onclick: () => save(row) }, icon("download"), words.say("ics")) : null;
  return el("div", { class: "calendar" }, el("b", {}, words.cap(next)), button);
}

function save(row) {
  const name = words.name(row);
  const address = new URL(`#z=${row.id}`, location.href).href;
  const events = row.test_dates.map((date) => ({ date, kind: "test", title: words.say("ics_test", { name }), text: row.number }));
  if (row.last) events.push({ date: row.last, kind: "last", title: words.say("ics_last", { name }), text: liftText(row) });
  offer(`${row.number}.ics`, "text/calendar", toCalendar({ id: row.id, name, url: address, stamp: app.snapshot.publishedAt, events }));
}

function facts(row) {
  const { rules, area } = app.snapshot.list;
  const place = [];
  for (let of = area.get(row.area); of; of = area.get(of.parent)) place.unshift(words.name(of));
  const told = [
    ["fact_people", row.people === null ? null : number(row.people)],
    ["fact_place", place.join(words.lang === "zh" ? "" : ", ")],
    ["fact_decided", row.decided_on && sayDay(row.decided_on, words.lang)],
    ["fact_area", areaText(row.area_m2)],
    ["fact_rules", row.rules.map((id) => (rules[id] ? `${rules[id].cite} (${rules[id].grade})` : id)).join("; ")],
  ];
  return told.filter(([, value]) => value).flatMap(([key, value]) => [el("dt", {}, words.say(key)), el("dd", {}, value)]);
}

function areaText(m2) {
  if (m2 === null) return null;
  return m2 < 10000 ? words.say("square_metres", { n: number(m2) }) : words.say("hectares", { n: (m2 / 10000).toFixed(m2 < 100000 ? 1 : 0) });
}

/* Gates and the nearest site of each kind come after, for they are files of their own. */
async function placesOf(row, box) {
  const { gates, sites } = await points(app.snapshot).catch(() => ({ gates: [], sites: [] }));
  if (!box.isConnected) return;
  const own = gates.filter(({ properties }) => properties.zone === row.id);
  const open = own.filter(({ properties }) => properties.open).length;
  const near = sites.flatMap(({ properties }) => properties.zones.filter((of) => of.zone === row.id).map((of) => ({ ...properties, metres: of.metres }))).sort((a, b) => a.metres - b.metres);
  if (!own.length && !near.length) return;
  box.replaceChildren(
    own.length ? el("p", {}, icon("compare"), words.say("gates_n", { open, all: own.length })) : "",
    el("ul", {}, near.map((site) => el("li", {}, icon("pin"), el("span", {}, words.has(`site_${site.kind}`) ? words.say(`site_${site.kind}`) : site.kind, words.lang === "zh" ? "：" : ": ", words.name(site)), el("span", { class: "r" }, words.metres(site.metres))))));
}

function foot(row) {
  const { hotline } = app.snapshot.list;
  return el("footer", {},
    row.notice ? el("a", { class: "btn", href: `${app.snapshot.base}notices/${row.id}.html`, target: "_blank", rel: "noopener" }, icon("file"), words.say("notice")) : null,
    hotline ? el("a", { class: "btn", href: `tel:${hotline.replace(/[^\d+]/g, "")}` }, words.say("hotline", { number: hotline })) : null);
}
