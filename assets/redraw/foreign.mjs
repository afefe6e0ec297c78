/* A list from elsewhere: looked at first (what it would come to, its rejects, whether it is shifted), then taken as strokes. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline, Refused } from "../shared/server.mjs";
import { closeSheet, openSheet } from "../shared/sheet.mjs";
import { className, letterOf, lookOf } from "./hand.mjs";
import { desk, push } from "./state.mjs";

const word = (key, fields) => page.say(`redraw_${key}`, fields);
const whole = (n) => Math.round(n).toLocaleString("en");
const SYSTEMS = ["", "wgs84", "gcj02", "bd09"];
let asked = { file: null, crs: "", of: "" };
let told = null;
let failed = "";
let busy = false;
let sheet = null;

export function openForeign() {
  told = null;
  failed = "";
  asked = { file: null, crs: "", of: "" };
  sheet = openSheet({ key: "foreign", draw });
}

async function look() {
  if (!asked.file) return;
  busy = true;
  failed = "";
  sheet.redraw();
  const query = new URLSearchParams({ file: asked.file.name, crs: asked.crs, of: asked.of });
  try {
    told = await getJson(`/api/desk/drafts/${desk.id}/foreign?${query}`, { method: "POST", body: asked.file });
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    told = null;
    failed = [error.message, error.fix].filter(Boolean).join(" ");
  }
  busy = false;
  sheet.redraw();
}

function take() {
  for (const { key, class: to, zone } of told.groups) push({ do: "paint", to, zone, pick: { tool: "file", id: told.token, words: key } });
  closeSheet();
}

function choice(label, value, options, set) {
  const select = el("select", { class: "inp" }, options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  select.addEventListener("change", () => (set(select.value), look()));
  return el("label", {}, el("span", {}, label), " ", select);
}

function draw() {
  const lang = page.view.lang;
  const file = el("input", { type: "file", id: "foreign-file", accept: ".geojson,.json,.gpkg,.kml,.zip,.csv,.txt,.xlsx,.parquet" });
  file.addEventListener("change", () => ((asked.file = file.files[0] || null), look()));
  const tools = [
    el("label", { class: "btn", for: "foreign-file" }, icon("upload"), el("span", {}, asked.file?.name || word("choose_file")), file),
    choice(word("crs"), asked.crs, SYSTEMS.map((key) => [key, key ? key.toUpperCase() : word("crs_told")]), (value) => (asked.crs = value)),
    choice(word("class_of_all"), asked.of, [["", word("class_told")], ...desk.classes.map(({ id, names }) => [id, names[lang]]), ["none", word("none")]], (value) => (asked.of = value)),
  ];
  return { title: word("foreign"), note: word("foreign_note"), tools, body: el("div", { class: "foreign" }, body(lang)) };
}

function body(lang) {
  if (busy) return el("p", { class: "empty", role: "status" }, word("looking", { name: asked.file.name }));
  if (failed) return el("p", { class: "empty", role: "alert" }, failed);
  if (!told) return el("p", { class: "empty" }, word("foreign_empty"));
  const notes = [told.shift && ["warn", `${word("shifted")} ${told.shift}`], told.overlaps && ["warn", word("overlaps", { n: whole(told.overlaps) })], told.beyond && ["info", word("beyond_ground")], told.ours && ["check", word("ours")]].filter(Boolean);
  const groups = told.groups.map((group) => el("li", {}, el("span", { class: `chip ${lookOf(group.class)}` }, letterOf(group.class)[lang]), el("b", {}, className(group.class)[lang]), el("span", {}, word("atoms_n", { n: whole(group.atoms) })), el("span", { class: "mut" }, word("people_n", { n: whole(group.people) }))));
  const rejects = told.rejects.map((row) => el("tr", {}, el("td", { class: "num" }, String(row.row)), el("td", {}, row.value || row.column), el("td", {}, row.reason, row.fix ? el("div", { class: "mut" }, row.fix) : "")));
  const heads = ["row", "value", "reject_reason"].map((key) => el("th", { scope: "col" }, word(key)));
  return [
    el("p", { class: "counts" }, word("counts", { read: whole(told.read), accepted: whole(told.accepted), rejected: whole(told.rejected) })),
    ...notes.map(([sign, text]) => el("p", { class: "note" }, icon(sign), " ", text)),
    el("ul", { class: "groups" }, groups),
    told.groups.length ? el("button", { type: "button", class: "btn pri", onclick: take }, word("take_strokes", { n: told.groups.length })) : "",
    rejects.length ? el("table", { class: "sheet-table" }, el("caption", {}, word("rejects")), el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rejects)) : "",
  ];
}
