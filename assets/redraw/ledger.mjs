/* The ledger of edits: who, when, why, on what base, from when to when; filtered, shown on the map, taken back one by one. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { author, getJson, Offline, post, Refused, token } from "../shared/server.mjs";
import { closeSheet, openSheet } from "../shared/sheet.mjs";
import { showOnMap } from "./shown.mjs";

const word = (key, fields) => page.say(`redraw_${key}`, fields);
const STATES = ["", "suspended", "senseless", "emptied", "adrift", "in_effect", "not_yet", "replaced", "expired", "undone"];
let rows = null;
let failed = "";
let asked = { q: "", status: "" };
let sheet = null;
let timer = null;
let list = null;

export function openLedger() {
  rows = null;
  list = el("div", { class: "ledger" });
  sheet = openSheet({ key: "ledger", draw });
  load();
}

async function load() {
  try {
    rows = await getJson(`/api/desk/ledger?${page.plan.query}&q=${encodeURIComponent(asked.q)}&status=${asked.status}`);
    failed = "";
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    failed = error.message;
  }
  drawList();
}

page.on("log", () => document.querySelector(".ledger") && load());

function draw() {
  const find = el("input", { class: "inp", type: "search", value: asked.q, placeholder: word("ledger_find"), "aria-label": word("ledger_find") });
  find.addEventListener("input", () => {
    asked.q = find.value;
    clearTimeout(timer);
    timer = setTimeout(load, 200);
  });
  const state = el("select", { class: "inp", "aria-label": word("state") }, STATES.map((key) => el("option", { value: key, selected: key === asked.status }, word(key ? `edit_${key}` : "edit_all"))));
  state.addEventListener("change", () => ((asked.status = state.value), load()));
  drawList();
  return { title: word("ledger"), note: word("ledger_note"), tools: [find, state], body: list };
}

function drawList() {
  if (failed) return list.replaceChildren(el("p", { class: "empty", role: "alert" }, failed));
  if (!rows) return list.replaceChildren(el("p", { class: "empty" }, page.words.loading));
  if (!rows.length) return list.replaceChildren(el("p", { class: "empty" }, word(asked.q || asked.status ? "ledger_no_match" : "ledger_empty")));
  return list.replaceChildren(el("ul", {}, rows.map(line)));
}

const moment = (text) => (text ? new Date(text).toLocaleString(page.view.lang === "zh" ? "zh-CN" : "en-GB", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) : "");

function line(row) {
  const lang = page.view.lang;
  const undone = row.status === "undone";
  const span = [row.effective_at && word("from", { at: moment(row.effective_at) }), row.until && word("until_at", { at: moment(row.until) })].filter(Boolean).join(" ");
  const back = row.status === "emptied" ? "" : el("button", { type: "button", class: "btn sm", onclick: () => revert(undone ? row.undone_by : row.event_id) }, icon(undone ? "redo" : "undo"), el("span", {}, word(undone ? "bring_back" : "revert")));
  return el("li", { class: ["suspended", "senseless", "emptied"].includes(row.status) ? "asks" : "", "data-edit": row.event_id },
    el("div", {}, el("b", {}, row.class === "none" ? word("none") : row.names?.[lang] || row.class), " ", el("span", { class: "tag" }, word(`edit_${row.status}`)), " ", el("span", {}, row.reason)),
    el("div", { class: "mut" }, `${row.author} · ${moment(row.recorded_at)} · r ${row.base ?? "–"} · ${word("atoms_n", { n: row.atoms ?? 0 })} ${span}`),
    el("div", {}, row[`text_${lang}`]),
    el("div", { class: "acts" }, el("button", { type: "button", class: "btn sm", onclick: () => show(row) }, icon("pin"), el("span", {}, word("show"))), back));
}

async function show(row) {
  try {
    const { outline, box } = await getJson(`/api/desk/ledger/${row.event_id}/atoms?${page.plan.query}`);
    if (!outline) return say(word("show_none"));
    closeSheet();
    showOnMap(outline, () => [el("b", {}, row.reason), el("span", { class: "mut" }, `${row.author} · ${moment(row.recorded_at)}`)]);
    return window.cordon.stage.fly(box);
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    return say(error.message);
  }
}

async function revert(id) {
  if (!author()) return say(page.words.author_hint);
  try {
    await post("/api/desk/ledger/revert", { event_id: id, sent: token() });
    page.ask();
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    say(error.message);
  }
  return load();
}

function say(text) {
  list.prepend(el("p", { class: "note", role: "alert" }, text));
}
