/* The cases to find: by number, status or place, the newest first. */
import { el, icon, sequence } from "../shared/dom.mjs";
import { openPanel, panelKey } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { openCase } from "./case.mjs";
import { openFile } from "./file.mjs";
import { failed, loading, own, query } from "./parts.mjs";

const next = sequence();

export function openCases() {
  const state = { told: null, cases: [], error: null, text: "" };
  state.panel = openPanel({ key: "cases", draw: () => draw(state) });
  read(state);
}

async function read(state, start = 0) {
  const current = next();
  try {
    const told = await getJson(`/api/cases?${query({ q: state.text, start })}`);
    if (!current()) return;
    state.cases = start ? [...state.cases, ...told.cases] : told.cases;
    Object.assign(state, { told, error: null });
  } catch (error) {
    if (!current()) return;
    state.error = error;
  }
  if (panelKey() !== "cases") return;
  if (state.list?.isConnected) fillList(state);
  else state.panel.redraw();
}

function draw(state) {
  const find = el("input", { class: "inp", type: "search", value: state.text, placeholder: page.words.cases_find, "aria-label": page.words.cases_find, autofocus: true, autocomplete: "off" });
  let timer;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ((state.text = find.value.trim()), read(state)), 150);
  });
  find.addEventListener("keydown", (event) => {
    const first = state.list.querySelector("button");
    if (event.key === "ArrowDown" && first) (first.focus(), event.preventDefault());
    if (event.key === "Enter" && first) (first.click(), event.preventDefault());
  });
  state.list = el("div", { class: "clist" });
  state.list.addEventListener("keydown", (event) => walk(event, state, find));
  fillList(state);
  return { title: page.words.cases, body: [find, state.list], foot: el("button", { class: "btn sm do", type: "button", onclick: () => openCase() }, icon("plus"), page.words.case_new) };
}

function fillList(state) {
  const { told, cases, error } = state;
  if (error) return state.list.replaceChildren(failed(error, () => read(state)));
  if (!told) return state.list.replaceChildren(loading());
  if (!told.all) return state.list.replaceChildren(el("div", { class: "empty" }, el("p", {}, page.words.cases_empty)));
  if (!told.n) return state.list.replaceChildren(el("div", { class: "empty" }, el("p", {}, page.say("cases_no_match", { q: state.text }))));
  const left = told.n - cases.length;
  const more = left > 0 ? el("button", { class: "btn", type: "button", onclick: () => read(state, cases.length) }, page.say("inbox_more", { n: left })) : "";
  return state.list.replaceChildren(el("ul", {}, cases.map(line)), more);
}

function line(of) {
  return el("li", {}, el("button", { class: `crow ${of.withdrawn ? "gone" : ""}`, type: "button", "data-fact": of.fact, onclick: () => openFile(of.fact) }, el("span", {}, el("b", {}, of.case_id), " ", own(of.status), of.withdrawn ? el("span", { class: "tag" }, page.words.withdrawn) : ""), el("span", { class: "r mut" }, own(of.reported)), el("span", { class: "cwhere" }, own(of.where) || page.words.place_none)));
}

function walk(event, state, find) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const all = [...state.list.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement) + by;
  (at < 0 ? find : all[Math.min(at, all.length - 1)])?.focus();
  event.preventDefault();
}
