/* One search box over the map: zones, places, addresses in words, cells, points; the list below it is walked by arrows. */
import { command } from "../shared/commands.mjs";
import { el, icon, sequence } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline } from "../shared/server.mjs";

const WAIT_MS = 160;
const next = sequence();
let box, list, timer;
let hits = [];
let at = -1;

export function start() {
  box = el("input", { class: "inp", type: "search", id: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "search-list", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" });
  list = el("ul", { id: "search-list", class: "hits", role: "listbox", hidden: true });
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  box.addEventListener("keydown", walk);
  box.addEventListener("blur", () => setTimeout(() => (list.hidden = true), 150));
  box.addEventListener("focus", () => hits.length && box.value && show());
  const root = el("div", { class: "fl find-box", role: "search" }, icon("search"), box, el("kbd", {}, "Ctrl K"), list);
  document.querySelector(".stage").append(root);
  command({ key: "search", label: "search_all", keys: "Ctrl+K", run: () => (box.focus(), box.select()) });
  page.on("view", () => {
    box.placeholder = page.words.search_hint;
    box.setAttribute("aria-label", page.words.search_all);
  });
}

async function look() {
  const text = box.value.trim();
  const current = next();
  if (!text || !page.plan) return hide();
  try {
    const found = await getJson(`/api/find?${page.plan.query}&q=${encodeURIComponent(text)}`);
    if (!current()) return;
    hits = found;
    at = -1;
    show();
  } catch (error) {
    if (current()) list.replaceChildren(el("li", { class: "none" }, error instanceof Offline ? page.words.offline_short : error.message));
  }
}

function show() {
  const { lang } = page.view;
  const rows = hits.map((hit, n) =>
    el("li", { role: "option", id: `hit-${n}`, "aria-selected": String(n === at), class: n === at ? "on" : "", onmousedown: (event) => (event.preventDefault(), take(hit)) },
      hit.look ? el("span", { class: `chip ${hit.look}` }, hit.letter[lang]) : icon("pin"),
      el("span", {}, el("span", { class: "n" }, hit.name[lang]), el("span", { class: "s" }, hit.class ? hit.class[lang] : page.words[hit.kind] || hit.kind))),
  );
  list.replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, page.say("search_none", { q: box.value.trim() }))]));
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  box.setAttribute("aria-activedescendant", at >= 0 ? `hit-${at}` : "");
  list.querySelector(".on")?.scrollIntoView({ block: "nearest" });
}

function hide() {
  hits = [];
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
}

function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && hits.length) {
    at = (at + by + hits.length) % hits.length;
    show();
    event.preventDefault();
  } else if (event.key === "Enter" && hits.length) {
    take(hits[Math.max(at, 0)]);
    event.preventDefault();
  } else if (event.key === "Escape") {
    box.value = "";
    hide();
    box.blur();
    event.preventDefault();
  }
}

function take(hit) {
  hide();
  box.value = "";
  box.blur();
  const stage = window.cordon.stage;
  if (hit.box) stage.fly(hit.box);
  else if (hit.at) stage.fly([hit.at[0], hit.at[1], hit.at[0], hit.at[1]]);
  if (hit.layer !== "point") page.choose({ layer: hit.layer, id: hit.id, zone: hit.zone });
  page.tell("found", hit);
}
