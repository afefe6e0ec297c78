/* Which column of the file is which of ours, each with how it is known; what is needed comes first. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { option } from "./cards.mjs";
import { change } from "./desk.mjs";
import { said } from "./keep.mjs";

const VALUE = "\u0000value";
const setting = new Set(); // columns for which a value is being typed
let shown = false;

export function drawColumns(table) {
  const { look } = table;
  const has = (c) => c.theirs || c.constant || c.how === "shape" || c.required || setting.has(`${table.key} ${c.name}`);
  const first = look.columns.filter(has);
  const rest = look.columns.filter((c) => !has(c));
  const used = new Set(look.columns.map((c) => c.theirs));
  const unused = look.headers.filter((name) => !used.has(name));
  const more = el("details", { open: shown }, el("summary", { "data-key": "more-columns" }, page.say("load_more_columns", { n: rest.length })), body(table, rest));
  more.addEventListener("toggle", () => (shown = more.open));
  return el("section", { class: "lcolumns" }, el("h4", {}, page.words.load_columns), el("div", { class: "ltable" }, heads(), body(table, first)), rest.length ? more : "",
    unused.length ? el("p", { class: "mut" }, page.say("load_unused", { names: unused.join(page.view.lang === "zh" ? "、" : ", ") })) : "");
}

function heads() {
  const { words } = page;
  return el("div", { class: "lcol lcolhead", "aria-hidden": "true" }, [words.load_column_ours, words.load_column_theirs, words.load_column_sample, words.load_column_how].map((word) => el("span", {}, word)));
}

function body(table, columns) {
  return el("div", { class: "lcolbody" }, columns.map((column) => line(table, column)));
}

function line(table, column) {
  const lacking = table.look.lacking.includes(column.name);
  const label = column.label[page.view.lang];
  return el("div", { class: `lcol ${lacking ? "lacking" : ""}`, "data-column": column.name },
    el("label", { for: `col-${column.name}`, title: column.meaning }, label, column.required ? el("span", { class: "lneed", title: page.words.load_required }, "*") : "", label === column.name ? "" : el("span", { class: "lcode" }, column.name)),
    el("span", { class: "lpick" }, choice(table, column), value(table, column)),
    el("span", { class: "lsample" }, sample(table.look, column)),
    el("span", { class: `lhow ${column.how} ${lacking ? "missing" : ""}`, title: said(column.why, page) }, sign(column, lacking)));
}

function sign(column, lacking) {
  const how = lacking ? "missing" : column.how;
  const marks = { name: "check", kept: "check", chosen: "person", guessed: "info", shape: "check", missing: "warn" };
  return how ? [icon(marks[how] || "info"), page.words[`load_how_${how}`]] : "";
}

function sample(look, column) {
  if (column.constant) return column.constant;
  const at = look.headers.indexOf(column.theirs);
  return at < 0 ? "" : look.lines.map((one) => one.cells[at]).find((cell) => cell && cell.trim()) || "";
}

function choice(table, column) {
  const now = column.constant || setting.has(`${table.key} ${column.name}`) ? VALUE : column.theirs;
  const select = el("select", { class: "inp", id: `col-${column.name}`, "data-key": `col-${column.name}`, disabled: table.look.busy },
    option("", now, page.words.load_column_none), table.look.headers.map((name) => option(name, now, name)),
    column.type === "geometry" ? "" : option(VALUE, now, page.words.load_column_value));
  select.addEventListener("change", () => {
    const typing = select.value === VALUE;
    setting[typing ? "add" : "delete"](`${table.key} ${column.name}`);
    // A column that is let go is left without any: its name would find it again.
    return change(table, typing ? {} : { mapping: { [column.name]: select.value }, constants: { [column.name]: select.value ? null : "" } });
  });
  return select;
}

/* One value for all rows: a word of those allowed, or any text. */
function value(table, column) {
  if (!column.constant && !setting.has(`${table.key} ${column.name}`)) return "";
  const props = { class: "inp", "data-key": `value-${column.name}`, "aria-label": page.say("load_column_set", { name: column.label[page.view.lang] }) };
  const closed = column.choices.length && !column.open;
  const control = closed ? el("select", props, option("", column.constant, "…"), column.choices.map((word) => option(word, column.constant, word))) : el("input", { ...props, type: "text", value: column.constant, maxlength: 200 });
  control.addEventListener("change", () => {
    const text = control.value.trim();
    if (!text) return null;
    setting.delete(`${table.key} ${column.name}`);
    return change(table, { constants: { [column.name]: text }, mapping: { [column.name]: null } });
  });
  return control;
}
