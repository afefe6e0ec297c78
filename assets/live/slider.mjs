/* The date slider: back over what was published, forward over what the current publication says of the days to come. */
import { app } from "./app.mjs";
import { byId, el, icon, svg } from "./dom.mjs";
import { addDays, dateOf, sayDay, sayMoment, startOfDay } from "./days.mjs";
import { words } from "./words.mjs";
import { IN_FORCE, newest, stateOf } from "./zones.mjs";

const AHEAD = 10; // days
const PACE_MS = 900;
let stops = [];
let present = 0; // index of now
let playing = null;

export function start() {
  const slider = byId("slider");
  slider.addEventListener("input", () => go(Number(slider.value)));
  byId("play").addEventListener("click", () => (playing ? pause() : play()));
  byId("to-now").addEventListener("click", () => { pause(); go(present); });
  addEventListener("keydown", keys);
  app.on("snapshot day", build);
  app.on("view", () => stops.length && show());
  app.on("since", () => stops.length && app.store.snapshot && drawBars(app.store.snapshot));
}

function keys(event) {
  if (event.target.closest("input, textarea, select, button, a") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { ",": () => step(-1), ".": () => step(1), " ": () => (playing ? pause() : play()) }[event.key];
  if (!act || !stops.length || app.wall) return;
  event.preventDefault();
  act();
}

/* Publications, now, then the noon of each day to come: what counts from that midnight on is shown. */
async function build() {
  const { snapshot } = app.store;
  if (!snapshot) return;
  const zone = snapshot.list.time_zone;
  const now = app.clock.now();
  const past = (await app.stops()).filter(({ entry, at }) => at < now && entry.seq < app.store.current.seq && entry.snapshot !== snapshot.id);
  const today = dateOf(now, zone);
  const coming = Array.from({ length: AHEAD }, (_, k) => addDays(today, k + 1)).map((date) => ({ date, at: startOfDay(date, zone) + 43200000 }));
  const kept = app.past ? stops[index()] : null;
  stops = [...past, { now: true, at: now }, ...coming];
  present = past.length;
  if (kept) byId("slider").value = Math.max(0, stops.findIndex((stop) => stop.entry?.snapshot === kept.entry?.snapshot && stop.date === kept.date));
  const slider = byId("slider");
  slider.max = stops.length - 1;
  if (!app.past) slider.value = present;
  drawBars(snapshot);
  show();
}

const index = () => Number(byId("slider").value);

function countAt(snapshot, at) {
  return [...newest(snapshot.list, at).values()].filter((version) => IN_FORCE.includes(stateOf(version, at))).length;
}

/* A bar a stop: zones in force, as far as they are known without another request. */
function drawBars(snapshot) {
  const counts = stops.map(({ entry, at }) => {
    const of = entry ? app.store.loaded.get(entry.snapshot) : snapshot;
    return of ? countAt(of, at) : null;
  });
  const most = Math.max(1, ...counts.map((n) => n ?? 0));
  const bars = counts.map((n, k) => svg("rect", {
    x: k + 0.08, width: 0.84, y: n === null ? 38 : 40 - (38 * n) / most, height: n === null ? 2 : (38 * n) / most, class: k > present ? "ahead" : k === present ? "now" : "past",
  }));
  const box = byId("bars");
  box.setAttribute("viewBox", `0 0 ${stops.length} 40`);
  box.replaceChildren(...bars);
  byId("slider").style.setProperty("--n", stops.length);
}

async function go(at) {
  const mine = (go.n = (go.n || 0) + 1);
  const stop = stops[at];
  if (!stop) return;
  byId("slider").value = at;
  show();
  if (stop.now) app.past = null;
  else {
    try {
      const snapshot = stop.entry ? await app.store.load(stop.entry.snapshot, stop.entry.published_at) : app.store.snapshot;
      if (mine !== go.n) return;
      app.past = { snapshot, at: stop.at + (stop.entry ? 1 : 0), stop, seq: stop.entry?.seq ?? app.store.current.seq };
    } catch {
      byId("stop").textContent = words.say("stop_failed");
      return;
    }
  }
  app.refresh();
  app.bus.tell("moment");
  drawBars(app.store.snapshot);
}

function step(by) {
  go(Math.max(0, Math.min(stops.length - 1, index() + by)));
}

function play() {
  if (index() >= stops.length - 1) go(0);
  playing = setInterval(() => (index() >= stops.length - 1 ? pause() : step(1)), PACE_MS);
  show();
}

function pause() {
  clearInterval(playing);
  playing = null;
  show();
}

function textOf(stop) {
  const { lang } = words;
  if (stop.now) return words.say("stop_now", { when: sayMoment(app.clock.now(), app.zoneName, lang) });
  if (stop.entry) return words.say("stop_past", { when: sayMoment(stop.at, app.zoneName, lang) });
  return words.say("stop_ahead", { day: sayDay(stop.date, lang) });
}

function show() {
  const slider = byId("slider");
  const stop = stops[index()];
  if (!stop) return;
  byId("stop").textContent = textOf(stop);
  slider.setAttribute("aria-valuetext", textOf(stop));
  byId("to-now").hidden = Boolean(stop.now);
  document.body.classList.toggle("not-now", !stop.now);
  const button = byId("play");
  button.replaceChildren(icon(playing ? "pause" : "play"));
  button.setAttribute("aria-label", words.say(playing ? "pause" : "play"));
  const ends = byId("ends");
  const first = stops[0];
  const last = stops.at(-1);
  const say = (of) => sayDay(of.date ?? dateOf(of.at, app.zoneName), words.lang);
  ends.replaceChildren(el("span", {}, say(first)), el("span", {}, say(last)));
}
