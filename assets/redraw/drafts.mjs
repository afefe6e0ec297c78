/* Drafts and scenarios side by side: whose, on what, where they stand, and what each comes to. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline, post, Refused, token } from "../shared/server.mjs";
import { closeSheet, openSheet } from "../shared/sheet.mjs";

const word = (key, fields) => page.say(`redraw_${key}`, fields);
const whole = (n) => Math.round(n).toLocaleString("en");
let rows = null;
let failed = "";
let sheet = null;
let enter = () => {};

export function openDrafts(onEnter) {
  enter = onEnter;
  rows = null;
  sheet = openSheet({ key: "drafts", draw });
  load();
}

async function load() {
  try {
    rows = await getJson(`/api/desk/drafts?outbreak=${page.plan.outbreak}`);
    failed = "";
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    failed = error.message;
  }
  sheet.redraw();
}

async function change(row, body) {
  try {
    await post(`/api/desk/drafts/${row.id}/name`, { sent: token(), ...body });
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    failed = error.message;
  }
  load();
}

function draw() {
  const begin = el("button", { type: "button", class: "btn pri", onclick: () => (closeSheet(), enter()) }, icon("brush"), el("span", {}, word("begin")));
  const body = failed ? el("p", { class: "empty", role: "alert" }, failed) : !rows ? el("p", { class: "empty" }, page.words.loading) : rows.length ? table() : el("p", { class: "empty" }, word("no_drafts"));
  return { title: word("drafts"), note: word("drafts_note"), tools: begin, body };
}

function table() {
  const heads = ["title", "state", "base_head", "strokes", "people", "person_days", "beyond_head", "below_head", ""];
  const most = Math.max(1, ...rows.flatMap((row) => row.told.person_days || [0]));
  return el("table", { class: "sheet-table drafts" }, el("thead", {}, el("tr", {}, heads.map((key) => el("th", { scope: "col" }, key ? word(key) : "")))), el("tbody", {}, rows.map((row) => line(row, most))));
}

function pair(values) {
  if (!values) return "–";
  return [el("span", { class: "mut" }, `${whole(values[0])} → `), el("b", {}, whole(values[1]))];
}

function line(row, most) {
  const { told } = row;
  const title = el("input", { class: "inp", value: row.title, placeholder: word("untitled"), "aria-label": word("title") });
  title.addEventListener("change", () => change(row, { title: title.value }));
  const act = (key, run) => el("button", { type: "button", class: "btn sm", onclick: run }, word(key));
  const acts = row.state === "open" ? [act("go_on", () => (closeSheet(), enter(row.id))), act("review", () => change(row, { state: "review" })), act("discard", () => change(row, { state: "discarded" }))] : row.state === "review" ? [act("reopen", () => change(row, { state: "open" })), act("discard", () => change(row, { state: "discarded" }))] : [];
  const share = told.person_days ? (told.person_days[1] / most) * 100 : 0;
  return el("tr", {}, el("td", {}, title, el("div", { class: "mut" }, `${row.author} · ${new Date(row.changed_at).toLocaleString(page.view.lang === "zh" ? "zh-CN" : "en-GB")}`)), el("td", {}, word(`state_${row.state}`)), el("td", { class: "num" }, `r ${row.base}`), el("td", { class: "num" }, told.strokes ?? "–"), el("td", { class: "num" }, pair(told.people)), el("td", { class: "num" }, pair(told.person_days), el("div", { class: "meter", "aria-hidden": "true" }, el("i", { style: `width:${share.toFixed(1)}%` }))), el("td", { class: "num" }, told.beyond ? whole(told.beyond.people[1]) : "–"), el("td", { class: "num" }, told.below ? whole(told.below.people[1]) : "–"), el("td", {}, el("div", { class: "acts" }, acts, el("a", { class: "btn sm", href: `/api/desk/drafts/${row.id}/file`, download: "" }, icon("download"), el("span", {}, word("file"))))));
}
