/* What all parts of the page look at: the snapshot in view, the moment, the choice, and what follows from them. */
import { compare } from "./changes.mjs";
import { Clock, shiftOf } from "./clock.mjs";
import { Bus, kept } from "./dom.mjs";
import { Store, parseFile } from "./store.mjs";
import { words } from "./words.mjs";
import { nextTurn, rowsAt } from "./zones.mjs";

const DAY_MS = 86400000;
const MOST = 60; // publications on the slider

const asked = new URLSearchParams(location.search);
const bus = new Bus();
const clock = new Clock();

export const app = {
  bus, clock, asked,
  store: new Store(clock, bus),
  wall: asked.has("wall"),
  zone: null, // id of the chosen zone
  near: null, // lng, lat, radius; never leaves the page
  query: "",
  mode: "now", // of the map: now, changes, tests
  past: null, // a stop of the slider: snapshot, at; null is now
  rows: [],
  changes: [],
  since: null, // from when changes count, and by which snapshot

  on(names, handler) {
    bus.on(names, handler);
  },

  get snapshot() {
    return this.past?.snapshot ?? this.store.snapshot;
  },

  get at() {
    return this.past?.at ?? clock.now();
  },

  get row() {
    return this.rows.find((row) => row.id === this.zone) ?? null;
  },

  get zoneName() {
    return this.snapshot.list.time_zone;
  },

  lookOf(row) {
    return this.snapshot.list.looks.get(row.look);
  },

  choose(id, more = {}) {
    this.zone = id;
    bus.tell("choice", more);
  },

  setLang(lang) {
    words.lang = lang;
    kept.set("lang", lang);
    words.apply();
    bus.tell("view");
  },

  setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    kept.set("theme", theme);
    bus.tell("theme");
  },

  setMode(mode) {
    this.mode = mode;
    bus.tell("mode");
  },

  /* Works out anew what is shown, and when that turns by itself. */
  refresh() {
    const { snapshot } = this;
    this.rows = snapshot ? rowsAt(snapshot.list, this.at) : [];
    this.turnsAt = snapshot && !this.past ? nextTurn(snapshot.list, this.at) : Infinity;
    this.compareNow();
    bus.tell("view");
  },

  compareNow() {
    const { since, snapshot } = this;
    this.changes = snapshot && since ? compare(since.snapshot.list, since.then, snapshot.list, this.at) : [];
    this.before = since ? rowsAt(since.snapshot.list, since.then) : [];
  },

  /* When a publication counts, in the time of its plan. */
  async planTime(entry) {
    const published = Date.parse(entry.published_at);
    if (!clock.shift) return published;
    entry.as_of ??= (await parseFile(`snapshots/${entry.snapshot}/manifest.json`)).as_of;
    return published + shiftOf(entry.as_of, entry.published_at);
  },

  /* The publications that the slider stops at, oldest first: all, or the last one of each day where these are many. */
  async stops() {
    const entries = this.store.history.slice(-400);
    const told = await Promise.all(entries.map(async (entry) => ({ entry, at: await this.planTime(entry).catch(() => NaN) })));
    let found = told.filter(({ at }) => !Number.isNaN(at));
    if (found.length > MOST) {
      const last = new Map(found.map((stop) => [new Date(stop.at).toISOString().slice(0, 10), stop]));
      found = [...last.values()].slice(-MOST);
    }
    return found;
  },

  /* Yesterday at this time, by what was published then; the oldest publication where there is none of yesterday. */
  async findSince() {
    const { current } = this.store;
    const at = this.at;
    const stops = (await this.stops()).filter(({ entry, at: then }) => then < at && (!this.past || entry.seq <= this.past.seq));
    const earlier = stops.filter(({ at: then }) => then <= at - DAY_MS);
    const self = this.past ? this.past.snapshot.id : current?.snapshot;
    const found = earlier.at(-1) ?? stops.find(({ entry }) => entry.snapshot !== self) ?? null;
    if (!found) return null;
    const then = earlier.length ? at - DAY_MS : found.at;
    return { snapshot: await this.store.load(found.entry.snapshot, found.entry.published_at), then, day: earlier.length > 0 };
  },

  async updateSince() {
    const mine = (this.asking = (this.asking || 0) + 1);
    const found = await this.findSince().catch(() => null);
    if (mine !== this.asking) return;
    this.since = found;
    this.compareNow();
    bus.tell("since view");
  },
};
