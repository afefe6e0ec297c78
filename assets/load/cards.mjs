/* The files as cards: what each is taken for, whether it can be loaded, and the way out. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { again, change, desk, pick, remove } from "./desk.mjs";
import { counting } from "./keep.mjs";

export function drawCards() {
  return el("ul", { class: "lcards" }, desk.tables.map(card));
}

export function sizeText(bytes) {
  return bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${Math.max(1, Math.round(bytes / 1024))} kB`;
}

function card(table) {
  const on = table.key === desk.chosen;
  const name = el("button", { class: "lname", type: "button", "data-key": `card-${table.key}`, "aria-pressed": String(on), onclick: () => pick(table.key) },
    el("b", {}, table.part || table.name), table.part ? el("span", { class: "mut" }, table.name) : "");
  const out = el("button", { class: "ib", type: "button", "data-key": `out-${table.key}`, "aria-label": page.say("load_remove", { name: table.part || table.name }), title: page.say("load_remove", { name: table.part || table.name }), onclick: () => remove(table) }, icon(table.state === "sending" ? "close" : "trash"));
  return el("li", { class: `lcard ${on ? "on" : ""} ${tone(table)}` },
    el("div", { class: "lhead1" }, name, el("span", { class: "mut" }, sizeText(table.size)), out),
    table.look ? el("div", { class: "lkind" }, kindChoice(table)) : "",
    state(table));
}

function tone(table) {
  if (table.error || table.state === "refused" || table.state === "wrong") return "bad";
  if (!table.look) return "";
  return table.look.ready ? "fine" : table.look.kind ? "lacking" : "none";
}

export function kindChoice(table) {
  const { kinds } = desk.limits;
  const of = (fact) => Object.keys(kinds).filter((kind) => kinds[kind].fact === fact).map((kind) => option(kind, table.look.kind, page.words[`kind_${kind}`]));
  const select = el("select", { class: "inp", "data-key": `kind-${table.key}`, "aria-label": `${page.words.load_kind}: ${table.part || table.name}`, disabled: table.look.busy },
    option("", table.look.kind, page.words.load_kind_none),
    table.look.form === "OSM" ? option("osm", table.look.kind, page.words.kind_osm) : [el("optgroup", { label: page.words.kinds_facts }, of(true)), el("optgroup", { label: page.words.kinds_ground }, of(false))]);
  select.addEventListener("change", () => change(table, { kind: select.value }));
  return select;
}

export function option(value, now, label) {
  return el("option", { value, selected: value === now }, label);
}

function line(sign, words, kind = "") {
  return el("p", { class: `lstate ${kind}`, role: kind === "bad" ? "alert" : null }, icon(sign), el("span", {}, words));
}

function state(table) {
  const { words } = page;
  if (table.state === "sending") {
    const share = Math.round(table.share * 100);
    return [el("progress", { max: 100, value: share, "aria-label": page.say("load_sending", { n: share }) }), line("clock", page.say("load_sending", { n: share }))];
  }
  const retry = el("button", { class: "btn sm", type: "button", onclick: () => again(table) }, words.load_again);
  if (table.error) return [line("warn", table.error, "bad"), table.file || table.id ? retry : ""];
  if (!table.look || table.busy) return line("clock", words.load_reading);
  const { look } = table;
  if (look.error) return line("warn", look.error[page.view.lang], "bad");
  const cut = table.cut ? line("warn", words.load_cut, "warn") : "";
  if (!look.kind) return [cut, line("info", table.cut || look.headers ? words.load_not_known : words.load_kind_none)];
  const lacking = look.lacking.map((name) => labelOf(look, name)).join(page.view.lang === "zh" ? "、" : ", ");
  if (lacking) return [cut, line("warn", page.say("load_lacks", { names: lacking }), "warn")];
  if (look.lacks) return [cut, line("warn", look.lacks[page.view.lang], "warn")];
  if (look.origin?.needed) return [cut, line("warn", page.say("load_lacks", { names: words.load_origin }), "warn")];
  const fewer = look.rows * 2 < look.replaces;
  const takes = look.replaces ? line(fewer ? "warn" : "info", page.say("load_replaces", { n: look.replaces.toLocaleString("en"), source: look.source }), fewer ? "warn" : "") : "";
  const unsure = look.guessed && look.guessed.kind === look.kind && !look.guessed.clearly;
  return [cut, line(look.wrong ? "info" : "check", counted(look), look.wrong ? "warn" : "fine"), takes, unsure ? line("info", words.load_unsure, "warn") : ""];
}

export function counted(look) {
  if (look.form === "OSM") return page.words.load_ready;
  const all = look.rows > look.looked ? `${page.say("load_about", { n: round(look.rows) })}${page.view.lang === "zh" ? "；" : "; "}` : "";
  return all + counting(page, look.wrong ? "load_looked_wrong" : "load_looked", look.looked, { wrong: look.wrong.toLocaleString("en") });
}

function round(rows) {
  return Number(rows.toPrecision(2)).toLocaleString("en");
}

export function labelOf(look, name) {
  const column = look.columns?.find((one) => one.name === name);
  return column ? column.label[page.view.lang] : name;
}
