/* How old what is shown is, and what is wrong: one line in the bar, one banner that stays until it is over. */
import { app } from "./app.mjs";
import { byId, el, icon } from "./dom.mjs";
import { dateOf, sayDay, sayMoment, timeOf } from "./days.mjs";
import { words } from "./words.mjs";

const STALE_S = 60;
const NOTICED_S = 4; // a single lost answer is no news

export function start() {
  app.on("line view tick", draw);
}

function draw() {
  const { store } = app;
  drawStatus(store);
  drawBanners(store);
}

function drawStatus(store) {
  const status = byId("status");
  if (!store.snapshot) return status.replaceChildren(words.say(store.trouble ? "no_answer" : "loading"));
  const { list } = store.snapshot;
  const zone = list.time_zone;
  const at = Date.parse(store.current.published_at) + app.clock.shift;
  const stale = store.age > STALE_S || (store.trouble && store.trouble.kind !== "offline");
  const live = !store.trouble || store.age < NOTICED_S;
  const checked = store.age < 3 ? words.say("checked_now") : words.say("checked", { age: words.span(store.age) });
  status.className = stale ? "stale" : live ? "live" : "waiting";
  return status.replaceChildren(
    el("span", { class: "dot", "aria-hidden": "true" }),
    el("span", { class: "what" }, words.say("published"), " ", el("b", {}, sayMoment(at, zone, words.lang))),
    el("span", { class: "age" }, live && !stale ? words.say("live") : checked),
    el("span", { class: "clock" }, `${sayDay(dateOf(app.clock.now(), zone), words.lang)} ${timeOf(app.clock.now(), zone)}`),
  );
}

function drawBanners(store) {
  const found = [];
  const { trouble } = store;
  if (trouble && (trouble.kind !== "offline" || store.age >= NOTICED_S || !store.snapshot)) found.push(troubleLine(store));
  if (store.current && store.current.snapshot === null) found.push(["info", "info", words.say("withdrawn_all")]);
  if (app.clock.wrong) found.push(["warn", "clock", words.say("wrong_clock", { by: words.span(Math.abs(app.clock.wrong) / 1000) })]);
  if (store.snapshot && app.clock.shift) {
    found.push(["info", "info", words.say("exercise", { when: sayMoment(Date.parse(store.snapshot.list.as_of), app.zoneName, words.lang) })]);
  }
  if (store.current?.note && store.current.snapshot) found.push(["info", "info", words.say("note", { note: store.current.note })]);
  const text = JSON.stringify(found);
  const box = byId("banners");
  if (box.dataset.told === text) return;
  box.dataset.told = text;
  box.replaceChildren(...found.map(([kind, sign, said, act]) => el(
    "p", { class: `banner ${kind}`, role: kind === "info" ? "note" : "alert" }, icon(sign), el("span", {}, said),
    act ? el("button", { class: "btn", type: "button", onclick: () => location.reload() }, words.say("reload")) : null,
  )));
}

/* What happened, what stays, what to do. */
function troubleLine({ trouble, snapshot, nextAt }) {
  const stays = snapshot ? words.say("stays") : "";
  const next = words.say("next_try", { n: Math.max(1, Math.ceil((nextAt - performance.now()) / 5000) * 5) });
  const what = words.say(`trouble_${trouble.kind}`, { what: trouble.detail });
  const sign = trouble.kind === "offline" ? "offline" : "warn";
  return [trouble.kind === "empty" ? "info" : "warn", sign, [what, stays, trouble.kind === "newer" ? "" : next].filter(Boolean).join(words.lang === "zh" ? "" : " "), trouble.kind === "newer"];
}
