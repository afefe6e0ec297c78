/* How many zones, people and tests; what is new and what was lifted since yesterday. */
import { app } from "./app.mjs";
import { SIGNS, peopleChange } from "./changes.mjs";
import { byId, chip, el, number, signed } from "./dom.mjs";
import { sayDay, sayMoment } from "./days.mjs";
import { words } from "./words.mjs";
import { IN_FORCE, sum, testsOn, totals } from "./zones.mjs";

const SHOWN = 8;
const STEP = 100; // more of them at a time
let many = SHOWN;

export function start() {
  app.on("view", () => app.snapshot && draw());
}

function draw() {
  const { rows, changes, since, snapshot } = app;
  const { list, days } = snapshot;
  const inForce = rows.filter((row) => IN_FORCE.includes(row.state));
  const tests = testsOn(days, rows, rows[0]?.today ?? "");
  const kinds = (...names) => changes.filter(({ change }) => names.includes(change)).length;
  byId("since").textContent = sinceText();
  byId("figures").replaceChildren(...[
    figure(number(sum(inForce)), words.say("people_under"), since ? signed(peopleChange(changes)) : ""),
    testFigure(tests),
    figure(number(inForce.length), words.say("zones_in_force"), upcoming(rows)),
    since ? figure([number(kinds("opened", "held")), el("small", {}, ` / ${number(kinds("lifted", "watch", "gone"))}`)], words.say("opened_lifted"), others(changes)) : null,
  ].filter(Boolean));
  drawChanges(changes, since);
  byId("classes").replaceChildren(...totals(list, rows, app.before).map((line) => classRow(line, since)));
}

export function sinceText() {
  const { since } = app;
  if (!since) return words.say("since_none");
  return words.say(since.day ? "since_day" : "since_first", { when: sayMoment(since.then, app.zoneName, words.lang) });
}

function figure(value, label, more) {
  return el("div", { class: "figure" }, el("b", {}, value), el("span", {}, label), more ? el("span", { class: "more" }, more) : null);
}

function upcoming(rows) {
  const soon = rows.filter((row) => row.state === "upcoming").length;
  return soon ? words.say("upcoming_n", { n: soon }) : "";
}

function others(changes) {
  const rest = changes.filter(({ change }) => !(change in SIGNS)).length;
  return rest ? words.say("changed_n", { n: rest }) : "";
}

function testFigure({ due, done, people, tested }) {
  if (!due) return figure("0", words.say("rounds_due"), words.say("rounds_none"));
  const share = tested ? Math.min(1, tested / people) : done / due;
  const text = tested ? words.say("tested_of", { tested: number(tested), people: number(people) }) : words.say("people_due", { n: number(people) });
  const bar = el("span", { class: "meter", "aria-hidden": "true" }, el("i", { style: `width:${(share * 100).toFixed(1)}%` }));
  return el("div", { class: "figure" }, el("b", {}, String(done), el("small", {}, ` / ${due}`)), el("span", {}, words.say("rounds_done")), el("span", { class: "more" }, text), bar);
}

function drawChanges(changes, since) {
  const box = byId("changes");
  const left = changes.length - many;
  const empty = el("p", { class: "empty" }, words.say(since ? "changes_none" : "changes_first"));
  const turn = (to) => () => { many = to; draw(); };
  const more = left > 0 ? el("button", { class: "btn quiet", type: "button", onclick: turn(many + STEP) }, words.say("more_changes", { n: number(left) })) : null;
  const fewer = many > SHOWN && changes.length > SHOWN ? el("button", { class: "btn quiet", type: "button", onclick: turn(SHOWN) }, words.say("fewer")) : null;
  box.replaceChildren(...(changes.length ? [el("ul", { class: "changes" }, changes.slice(0, many).map(changeRow)), more, fewer].filter(Boolean) : [empty]));
}

function changeRow(change) {
  const look = app.snapshot.list.looks.get(change.look);
  const button = el("button", { type: "button", class: "row", onclick: () => app.choose(change.id, { fly: change.box }) },
    look ? chip(look, words.lang) : null,
    el("span", { class: "two" }, el("b", {}, words.name(change)), el("span", {}, whatChanged(change))),
    el("span", { class: `tag ${SIGNS[change.change] ?? "other"}` }, words.say(`change_${change.change}`)));
  return el("li", {}, button);
}

export function whatChanged({ change, old, now, people }) {
  const lang = words.lang;
  const name = (version) => (version ? app.snapshot.list.looks.get(version.look)?.names[lang] : "") ?? "";
  const told = people === null ? "" : words.say("people_n", { n: number(people) });
  const parts = {
    class: () => `${name(old)} → ${name(now)}`,
    dates: () => (now.last_date ? sayDay(now.last_date, lang) : liftText(now)),
    announced: () => words.say("from_when", { when: sayMoment(now.ms.in_force_from ?? now.ms.shown_from, app.zoneName, lang) }),
    outline: () => (old.people !== null && now.people !== null && old.people !== now.people ? words.say("people_change", { n: signed(now.people - old.people) }) : ""),
  }[change];
  return [name(now || old), parts ? parts() : told].filter((text, k, all_) => text && all_.indexOf(text) === k).join(words.lang === "zh" ? "，" : ", ");
}

export function liftText(row) {
  const end = row.ms.hold_until ?? (row.kind === "watch" ? row.ms.watch_until : row.ms.earliest_lift_at);
  if (end === null) return words.say("lift_open");
  const key = row.kind === "watch" ? "watch_until" : row.kind === "hold" ? "hold_until" : "lift_at";
  return words.say(key, { when: sayMoment(end, app.zoneName, words.lang) });
}

function classRow({ of, zones, people, change, upcoming: soon }, since) {
  return el("tr", {},
    el("th", { scope: "row" }, el("span", {}, chip(of, words.lang), words.cap(of.names[words.lang]))),
    el("td", { class: "b" }, number(zones)), el("td", {}, number(people)),
    el("td", {}, since ? signed(change) : "–", soon ? el("span", { class: "soon" }, words.say("soon_n", { n: soon })) : null));
}
