/* The list of zones: searched, near a point, or all; one row a zone, the strictest first. */
import { app } from "./app.mjs";
import { byId, chip, el, number } from "./dom.mjs";
import { sayDay, sayMoment } from "./days.mjs";
import { liftText } from "./numbers.mjs";
import { words } from "./words.mjs";

const STEP = 120; // rows that are made at once; more as the list is scrolled
let shown = STEP;
let found = [];

export function start() {
  const search = byId("search");
  search.addEventListener("input", () => {
    app.query = search.value;
    shown = STEP;
    app.bus.tell("query");
  });
  byId("clear").addEventListener("click", () => {
    search.value = app.query = "";
    search.focus();
    app.bus.tell("query");
  });
  new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting) && shown < found.length) {
      shown += STEP;
      draw();
    }
  }).observe(byId("more"));
  addEventListener("beforeprint", () => {
    shown = Infinity;
    draw();
  });
  app.on("view query near distances", draw);
  app.on("choice", mark);
}

const plain = (text) => String(text ?? "").normalize("NFKC").toLowerCase().replace(/\s+/g, "");

/* What a zone is found by: its names, pinyin and initials, number, class and the areas that hold it. */
function textOf(row) {
  const { list } = app.snapshot;
  const look = list.looks.get(row.look);
  const areas = [];
  for (let area = list.area.get(row.area); area; area = list.area.get(area.parent)) areas.push(area.name, area.name_en);
  return [row.name, row.name_en, ...(row.typed ?? []), row.number, look?.names.zh, look?.names.en, ...areas].map(plain).join(" ");
}

export function matches(row, query) {
  const terms = query.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  row.text ??= textOf(row);
  return terms.every((term) => row.text.includes(term));
}

function draw() {
  if (!app.snapshot) return byId("rows").replaceChildren();
  const { near, query } = app;
  found = app.rows.filter((row) => matches(row, near?.typed ? "" : query));
  if (near) {
    found = found.filter((row) => row.metres !== undefined && row.metres <= near.radius).sort((a, b) => a.metres - b.metres || a.rank - b.rank);
  }
  byId("clear").hidden = !query;
  byId("count").textContent = [...new Set([found.length, app.rows.length])].map(number).join(" / ");
  const held = document.activeElement?.closest?.("#rows [data-zone]")?.dataset.zone;
  byId("rows").replaceChildren(...found.slice(0, shown).map(rowOf));
  // Whoever walks the list by keys stays where they are when a publication comes.
  if (held) byId("rows").querySelector(`[data-zone="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  byId("none").replaceChildren(...(found.length ? [] : [empty()]));
  return mark();
}

function empty() {
  const { near, query } = app;
  if (!app.rows.length) return el("p", { class: "empty" }, words.say("no_zones"));
  if (near) return el("p", { class: "empty" }, words.say("near_none", { radius: words.metres(near.radius) }));
  return el("p", { class: "empty" }, words.say("search_none", { text: query }), " ",
    el("button", { class: "btn quiet", type: "button", onclick: () => byId("clear").click() }, words.say("show_all")));
}

function rowOf(row) {
  const look = app.lookOf(row);
  const place = words.name(app.snapshot.list.area.get(row.area));
  const end = row.metres !== undefined && app.near
    ? el("span", { class: "end" }, el("b", {}, row.metres === 0 ? words.say("inside") : words.metres(row.metres)), el("span", {}, number(row.people)))
    : el("span", { class: "end" }, el("b", {}, number(row.people)), el("span", {}, dayText(row)));
  const button = el("button", { type: "button", class: "row", "data-zone": row.id, onclick: () => app.choose(row.id, { fly: row.box }) },
    chip(look, words.lang, row.state === "upcoming" ? "sketch" : ""),
    el("span", { class: "two" }, el("b", {}, words.name(row)), el("span", { class: "hear" }, look.names[words.lang]), el("span", {}, [place, stateText(row)].filter(Boolean).join(" · "))),
    end);
  return el("li", {}, button);
}

export function stateText(row) {
  if (row.state === "upcoming") return words.say("from_when", { when: sayMoment(row.ms.in_force_from ?? row.ms.shown_from, app.zoneName, words.lang) });
  return row.due ? words.say("test_today") : row.next && row.kind === "zone" ? words.say("test_on", { day: sayDay(row.next, words.lang) }) : liftText(row);
}

export function dayText(row) {
  if (row.kind !== "zone" || row.day === null) return "";
  if (row.days === null || row.day > row.days) return words.say("day_n", { n: row.day });
  return words.say("day_of", { n: row.day, of: row.days });
}

function mark() {
  for (const button of byId("rows").querySelectorAll("[data-zone]")) {
    const on = button.dataset.zone === app.zone;
    button.classList.toggle("on", on);
    if (on) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
