/* One table: encoding, system and source as choices, the places of its rows, its columns, its first rows. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { option } from "./cards.mjs";
import { drawColumns } from "./columns.mjs";
import { change } from "./desk.mjs";
import { said } from "./keep.mjs";
import { Sketch } from "./sketch.mjs";

const ENCODINGS = { "utf-8": "UTF-8", gb18030: "GB18030 (GBK, GB2312)", big5: "Big5", "utf-16": "UTF-16" };
const SYSTEMS = {
  wgs84: "WGS84 (GPS)", gcj02: "GCJ-02 (高德, 腾讯)", bd09: "BD-09 (百度)", "EPSG:4490": "CGCS2000 (EPSG:4490)", "EPSG:4526": "CGCS2000 / 38 (EPSG:4526)",
  "EPSG:4527": "CGCS2000 / 39 (EPSG:4527)", "EPSG:4547": "CGCS2000 114E (EPSG:4547)", "EPSG:4548": "CGCS2000 117E (EPSG:4548)", "EPSG:3857": "Web Mercator (EPSG:3857)",
  "EPSG:32649": "UTM 49N (EPSG:32649)", "EPSG:32650": "UTM 50N (EPSG:32650)", "EPSG:27700": "OSGB (EPSG:27700)",
};
let sketch = null;
let other = "";

export function restDetail() {
  sketch?.rest();
  sketch = null;
}

export function drawDetail(table) {
  const { look } = table;
  const title = el("h3", { class: "ltitle" }, table.part ? `${table.part} · ${table.name}` : table.name);
  if (!look) return [title, el("p", { class: "mut" }, table.state === "reading" ? page.words.load_reading : table.error || "")];
  if (look.form === "OSM") return [title, el("p", {}, page.words.load_osm)];
  if (look.error) return [title, el("p", { class: "lsaid" }, said(look.error, page))];
  if (look.rejects) return [title, el("p", {}, page.words.load_rejects_file)];
  const shapes = look.kind && look.columns?.length ? [places(table)] : [];
  return [title, look.kind ? choices(table) : "", el("div", { class: "lpair" }, look.kind ? drawColumns(table) : "", el("div", { class: "lright" }, shapes)), firstRows(look), notes(look)];
}

/* A label over its control, and why it is so below. */
function field(id, label, control, why) {
  control.id = id;
  return el("div", { class: "lfield" }, el("label", { for: id }, label), control, why ? el("p", { class: "fhint" }, why) : "");
}

function choices(table) {
  const { look } = table;
  const { words } = page;
  const parts = [];
  if (look.encoding.value) parts.push(field("load-encoding", words.load_encoding, encodings(table), said(look.encoding.why, page)));
  parts.push(field("load-crs", words.load_crs, systems(table), [how(look.crs.how), said(look.crs.why, page)].filter(Boolean).join(" · ")));
  if (other === table.key) parts.push(field("load-code", words.load_crs_code, typed("code", /^EPSG:/.test(look.crs.value) ? look.crs.value : "EPSG:", (value) => { other = ""; change(table, { crs: value }); })));
  if (look.origin) parts.push(field("load-origin", words.load_origin, typed("origin", look.origin.value, (value) => change(table, { origin: value || null }), words.load_origin_needed), said(look.origin.why, page)));
  parts.push(field("load-source", words.load_source, typed("source", look.source, (value) => change(table, { source: value || null })), words.load_source_hint));
  return el("div", { class: "lchoices" }, parts);
}

function how(which) {
  return which && which !== "guessed" ? page.words[`load_how_${which}`] : "";
}

function typed(key, value, done, placeholder = "") {
  const input = el("input", { class: "inp", type: "text", "data-key": key, value, maxlength: 120, placeholder });
  input.addEventListener("change", () => done(input.value.trim()));
  return input;
}

function encodings(table) {
  const { value, how: from } = table.look.encoding;
  const known = value in ENCODINGS ? {} : { [value]: value };
  const select = el("select", { class: "inp", "data-key": "encoding" }, Object.entries({ ...known, ...ENCODINGS }).map(([code, label]) => option(code, value, code === value && !from ? page.say("load_auto", { value: label }) : label)));
  select.addEventListener("change", () => change(table, { encoding: select.value }));
  return select;
}

function systems(table) {
  const { value, declared } = table.look.crs;
  const all = value in SYSTEMS || value === declared ? SYSTEMS : { ...SYSTEMS, [value]: value };
  const select = el("select", { class: "inp", "data-key": "crs" },
    declared ? option("", value === declared ? "" : value, page.say("load_crs_file", { crs: declared })) : "",
    Object.entries(all).map(([code, label]) => option(code, declared && value === declared ? "" : value, label)),
    option("other", other === table.key ? "other" : "", page.words.load_crs_other));
  select.addEventListener("change", () => {
    other = select.value === "other" ? table.key : "";
    return change(table, other ? {} : { crs: select.value });
  });
  return select;
}

function places(table) {
  sketch ??= new Sketch();
  sketch.show(table);
  return sketch.node;
}

/* The rows as the file has them; what is wrong stands below the cell that it concerns. */
function firstRows(look) {
  if (!look.lines?.length) return "";
  const ours = Object.fromEntries((look.columns || []).filter((c) => c.theirs).map((c) => [c.theirs, c.label[page.view.lang]]));
  const wrong = new Map();
  for (const fault of look.faults) for (const column of fault.columns) wrong.set(`${fault.row} ${column}`, fault);
  const head = el("tr", {}, el("th", { class: "r" }, page.words.load_row), look.headers.map((name) => el("th", { scope: "col", class: ours[name] ? "" : "mut" }, name, ours[name] && ours[name] !== name ? el("span", { class: "lours" }, ours[name]) : "")));
  const lines = look.lines.map(({ row, cells }) => {
    const stray = look.faults.filter((fault) => fault.row === row && !fault.columns.some((column) => look.headers.includes(column)));
    return el("tr", {}, el("th", { scope: "row", class: "r mut" }, row.toLocaleString("en"), stray.map((fault) => reason(fault))), cells.map((cell, at) => {
      const fault = wrong.get(`${row} ${look.headers[at]}`);
      return el("td", { class: fault ? "lwrong" : "" }, cell, fault ? reason(fault) : "");
    }));
  });
  return el("section", {}, el("h4", {}, page.words[look.faults.length ? "load_rows_wrong" : "load_rows"]),
    el("div", { class: "ltable", "data-scroll": "rows", tabindex: 0, role: "region", "aria-label": page.words.load_rows }, el("table", {}, el("thead", {}, head), el("tbody", {}, lines))));
}

export function reason(fault) {
  const fix = said(fault.fix, page);
  return el("span", { class: "lreason" }, icon("warn"), said(fault.reason, page), fix ? el("i", {}, fix) : "");
}

function notes(look) {
  const all = [...(look.told || [])].map((note) => said(note, page));
  if (!all.length) return "";
  return el("section", {}, el("h4", {}, page.words.load_notes), el("ul", { class: "lnotes" }, all.map((note) => el("li", {}, note))));
}
