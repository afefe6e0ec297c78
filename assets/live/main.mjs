/* The live page: static files over a folder of publications. */
import { app } from "./app.mjs";
import * as banner from "./banner.mjs";
import * as calendar from "./calendar.mjs";
import * as card from "./card.mjs";
import { byId, kept } from "./dom.mjs";
import { dateOf } from "./days.mjs";
import * as list from "./list.mjs";
import * as near from "./near.mjs";
import * as numbers from "./numbers.mjs";
import * as picture from "./picture.mjs";
import * as slider from "./slider.mjs";
import * as wall from "./wall.mjs";
import { words } from "./words.mjs";

const LANGS = ["zh", "en"];
const THEMES = ["light", "dark"];
const one = (given, allowed, other) => (allowed.includes(given) ? given : other);

function begin() {
  const dark = app.wall || matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = one(app.asked.get("theme"), THEMES, one(!app.wall && kept.get("theme"), THEMES, dark ? "dark" : "light"));
  words.lang = one(app.asked.get("lang"), LANGS, one(kept.get("lang"), LANGS, navigator.language.startsWith("zh") ? "zh" : "en"));
  words.apply();
  app.zone = new URLSearchParams(location.hash.slice(1)).get("z");
}

function buttons() {
  for (const lang of LANGS) byId(`lang-${lang}`).addEventListener("click", () => app.setLang(lang));
  byId("theme").addEventListener("click", () => app.setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("print").addEventListener("click", () => picture.forPaper().then(() => print()));
  for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => app.setMode(button.dataset.mode));
  for (const button of document.querySelectorAll("[data-tab]")) button.addEventListener("click", () => showTab(button.dataset.tab));
  app.on("mode view", press);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input")) return;
    event.preventDefault();
    byId("search").focus();
  });
}

/* Paper is always light; the map, which is not printed, is left alone. */
function paper() {
  let theme = null;
  addEventListener("beforeprint", () => {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    document.documentElement.dataset.theme = theme;
  });
}

function showTab(tab) {
  document.body.dataset.shown = tab;
  if (tab === "changes") app.setMode("changes");
  else if (app.mode === "changes") app.setMode("now");
  press();
  scrollTo(0, 0);
}

function press() {
  for (const lang of LANGS) byId(`lang-${lang}`).setAttribute("aria-pressed", String(words.lang === lang));
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(app.mode === button.dataset.mode));
  for (const button of document.querySelectorAll("[data-tab]")) {
    if (button.dataset.tab === document.body.dataset.shown) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}

function head() {
  const { snapshot } = app;
  document.body.classList.toggle("empty-page", !snapshot);
  const empty = byId("nothing");
  empty.hidden = Boolean(snapshot);
  if (!snapshot) {
    empty.textContent = words.say(app.store.current || app.store.trouble ? "nothing" : "loading");
    return;
  }
  const { list, base } = snapshot;
  byId("title").textContent = list.title || words.say("zones_live");
  byId("issuer").textContent = list.issuer[words.lang] || "";
  document.title = [list.title, words.say("zones_live")].filter(Boolean).join(" · ");
  byId("geojson").href = `${base}zones.geojson`;
}

const RENEW_MS = 600000;

/* A wall is never reloaded by hand: it takes up a newer page by itself. */
async function renew() {
  const own = new URL(".", import.meta.url).pathname.split("/").at(-2);
  const answer = await fetch("./", { cache: "no-cache" }).catch(() => null);
  if (answer?.ok && !(await answer.text()).includes(own)) location.reload();
}

/* Each second: has midnight or another date passed, and how old is what is shown. */
function tick() {
  const { store } = app;
  if (store.snapshot && !app.past) {
    const today = dateOf(app.clock.now(), store.snapshot.list.time_zone);
    if (app.clock.now() >= app.turnsAt || (app.rows.length && app.rows[0].today !== today)) {
      app.refresh();
      app.updateSince();
      app.bus.tell("day");
    }
  }
  app.bus.tell("tick");
}

async function run() {
  begin();
  buttons();
  paper();
  app.on("choice", () => {
    // On a phone the card stands below the map and in the list.
    if (app.zone && ["changes", "calendar"].includes(document.body.dataset.shown)) showTab("map");
  });
  for (const part of [banner, picture, numbers, list, card, near, calendar, slider, wall]) part.start();
  app.on("snapshot", () => {
    if (app.past && !app.store.snapshot) app.past = null;
    app.refresh();
    app.updateSince();
  });
  app.on("moment", () => app.updateSince());
  app.on("view line", head);
  app.on("choice", () => history.replaceState(null, "", app.zone ? `#z=${encodeURIComponent(app.zone)}` : location.pathname + location.search));
  window.cordonLive = app; // for whoever looks from outside, such as a test
  setInterval(tick, 1000);
  if (app.wall) setInterval(renew, RENEW_MS);
  await app.store.start();
  const map = await import("./map.mjs");
  await map.start();
}

run();
