/* Results of a round of tests, by building: a table that is walked by arrows, with what is missing in each row. */
import { el, icon, number, sequence } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { openSheet, sheetKey } from "../shared/sheet.mjs";
import { page } from "../shared/page.mjs";
import { getJson, post } from "../shared/server.mjs";
import { failed, loading, own, query, renew, saved } from "./parts.mjs";

const COUNTS = ["due", "tested", "excused", "refused", "absent", "pools_open", "positive"];
const next = sequence();

export function openRounds(zone) {
  const state = { zone, told: null, error: null, round: "", typed: new Map(), text: "", said: "" };
  state.sheet = openSheet({ key: "rounds", draw: () => draw(state) });
  read(state);
}

async function read(state, start = 0) {
  const current = next();
  try {
    const told = await getJson(`/api/rounds?${query({ zone: state.zone, round: state.round, q: state.text, start })}`);
    if (!current()) return;
    if (start) told.rows = [...state.told.rows, ...told.rows];
    if (!start && state.told?.round !== told.round) state.form = null;
    Object.assign(state, { told, error: null, round: told.round });
  } catch (error) {
    if (!current()) return;
    state.error = error;
  }
  if (sheetKey() !== "rounds") return;
  const filtering = document.activeElement?.classList.contains("rfind");
  state.sheet.redraw();
  const root = document.getElementById("sheet");
  (filtering ? root.querySelector(".rfind") : root.querySelector("td input"))?.focus();
}

function draw(state) {
  const { told, error } = state;
  const title = page.words.rounds;
  if (error) return { title, body: el("div", { class: "rbody" }, failed(error, () => read(state))) };
  if (!told) return { title, body: el("div", { class: "rbody" }, loading()) };
  return { title, note: own(told.name), tools: tools(state), body: el("div", { class: "rbody" }, state.said ? saved(state.said) : "", form(state)) };
}

function tools(state) {
  const { told } = state;
  const fresh = told.rounds.some((r) => r.round_id === told.round) ? [] : [{ round_id: told.round }];
  const pick = el("select", { class: "inp", "aria-label": page.words.round }, [...fresh, ...told.rounds].map((r) => el("option", { value: r.round_id, selected: r.round_id === told.round }, sayRound(r))));
  pick.addEventListener("change", () => {
    Object.assign(state, { round: pick.value, typed: new Map(), form: null, said: "" });
    read(state);
  });
  const find = el("input", { class: "inp rfind", type: "search", value: state.text, placeholder: page.words.round_find, "aria-label": page.words.round_find });
  let timer;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ((state.text = find.value.trim()), read(state)), 200);
  });
  return [pick, find];
}

function sayRound(round) {
  if (!round.ended) return page.say("round_new", { id: round.round_id });
  return page.say("round_said", { id: round.round_id, at: round.ended, share: `${Math.floor(round.share * 100)}%`, missing: round.missing });
}

function form(state) {
  const { told } = state;
  const clock = told.fresh ? told.now : told.ended;
  state.form ||= new RoundForm(state, {
    fields: [
      { name: "round_id", label: "round_id", kind: "text", required: true, value: told.round, max: 60 },
      { name: "started_at", label: "round_started", kind: "time", value: told.started },
      { name: "ended_at", label: "round_ended", kind: "time", required: true, value: clock, hint: "hint_time" },
      { name: "rows", label: "round_rows", own: { draw: () => table(state), value: () => changed(state) } },
    ],
    submit: "round_save",
    send: (values, sent) => send(state, values, sent),
    done: (said) => finish(state, said),
    more: (error) => (error.status === 409 ? [el("div", {}, el("button", { class: "btn sm", type: "button", onclick: () => ((state.form = null), read(state)) }, page.words.look_again))] : []),
  });
  return state.form.draw();
}

class RoundForm extends Form {
  constructor(state, options) {
    super(options);
    this.state = state;
  }

  /* What is wrong with a count stands in its cell. */
  refuse(error) {
    const sent = changed(this.state);
    error.faults = (error.faults || []).filter((f) => {
      const cell = COUNTS.includes(f.column) && this.node.querySelector(`tr[data-unit="${CSS.escape(sent[f.row]?.unit_id || "")}"] [name=${f.column}]`);
      if (!cell) return true;
      cell.setAttribute("aria-invalid", "true");
      cell.title = `${f.reason}${f.fix ? `; ${f.fix}` : ""}`;
      this.said.append(el("p", {}, `${sent[f.row].name}: ${cell.title}`));
      return false;
    });
    if (error.faults.length || !this.said.children.length) return super.refuse(error);
    this.node.querySelector("[aria-invalid]").focus();
    return null;
  }
}

const shown = (state, row, name) => state.typed.get(row.unit_id)?.[name] ?? (row[name] === null ? "" : String(row[name]));

/* The rows that were typed into, each whole, so that a later correction of one count keeps the others. */
function changed(state) {
  return state.told.rows.filter((row) => state.typed.has(row.unit_id)).map((row) => ({ unit_id: row.unit_id, name: page.view.lang === "zh" ? row.name : row.name_en, ...Object.fromEntries(COUNTS.map((c) => [c, shown(state, row, c)])) }));
}

function table(state) {
  const { told } = state;
  const zh = page.view.lang === "zh";
  const head = el("tr", {}, el("th", { scope: "col" }, page.words.round_building), el("th", { scope: "col", class: "r" }, page.words.round_people), COUNTS.map((c) => el("th", { scope: "col", class: "r" }, page.words[`round_${c}`])), el("th", { scope: "col" }, page.words.round_done), el("th", {}, el("span", { class: "vh" }, page.words.round_all)));
  const body = el("tbody", {}, told.rows.map((row) => line(state, row, zh ? row.name : row.name_en)));
  const total = el("tr", { class: "rtotal" });
  const node = el("div", { class: "rtable" }, el("table", {}, el("caption", { class: "vh" }, page.words.rounds), el("thead", {}, head), body, el("tfoot", {}, total)));
  const left = told.n - told.rows.length;
  if (!told.n) node.append(el("p", { class: "empty" }, state.text ? page.say("round_no_match", { q: state.text }) : page.words.round_empty));
  if (left > 0) node.append(el("button", { class: "btn", type: "button", onclick: () => read(state, told.rows.length) }, page.say("inbox_more", { n: left })));
  node.addEventListener("keydown", walk);
  sum(state, total);
  state.total = total;
  return node;
}

function line(state, row, name) {
  const node = el("tr", { "data-unit": row.unit_id });
  const cells = COUNTS.map((column) => {
    const input = el("input", { class: "inp", name: column, inputmode: "numeric", autocomplete: "off", maxlength: 7, value: shown(state, row, column), placeholder: column === "due" ? String(row.people) : "", "aria-label": `${name} ${page.words[`round_${column}`]}` });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("input", () => {
      keep(state, row, column, input.value.trim());
      progress(state, row, bar);
    });
    return el("td", {}, input);
  });
  const bar = el("td", { class: "rbar" });
  const all = () => {
    const due = Number(shown(state, row, "due") || row.people);
    keep(state, row, "tested", String(Math.max(0, due - ["excused", "refused", "absent"].reduce((n, c) => n + Number(shown(state, row, c) || 0), 0))));
    node.querySelector("[name=tested]").value = shown(state, row, "tested");
    progress(state, row, bar);
  };
  const fill = el("button", { class: "btn sm", type: "button", title: page.words.round_all_hint, "aria-label": `${name}: ${page.words.round_all}`, onclick: all }, page.words.round_all);
  node.append(el("th", { scope: "row" }, name), el("td", { class: "r num" }, number(row.people)), ...cells, bar, el("td", {}, fill));
  progress(state, row, bar);
  return node;
}

function keep(state, row, column, value) {
  state.typed.set(row.unit_id, { ...state.typed.get(row.unit_id), [column]: value });
  if (state.total) sum(state, state.total);
}

/* Tested of those due and not excused, as a bar, with who is missing in words. */
function progress(state, row, bar) {
  const of = (name) => Number(shown(state, row, name) || 0);
  const known = COUNTS.some((name) => shown(state, row, name) !== "");
  const due = Math.max(0, (shown(state, row, "due") === "" ? row.people : of("due")) - of("excused"));
  const missing = due - of("tested");
  const share = due ? Math.min(1, of("tested") / due) : 1;
  const words = !known ? page.words.round_none : missing > 0 ? page.say("round_missing", { n: number(missing) }) : page.words.round_whole;
  bar.replaceChildren(el("i", { class: "rline", "aria-hidden": "true" }, el("i", { style: `width:${share * 100}%` })), el("span", { class: known && missing > 0 ? "warn" : "mut" }, words));
}

function sum(state, node) {
  const { told } = state;
  const nothing = (row, name) => (name === "due" ? row.people : 0);
  const change = (row, name) => Number(shown(state, row, name) || nothing(row, name)) - (row[name] ?? nothing(row, name));
  const add = (name) => told.rows.reduce((n, row) => n + (state.typed.has(row.unit_id) ? change(row, name) : 0), told.totals[name]);
  node.replaceChildren(el("th", { scope: "row" }, page.say("round_total", { n: told.n })), el("td", {}), ...COUNTS.map((name) => el("td", { class: "r num" }, number(add(name)))), el("td", { colspan: 2, class: "mut" }, page.say("round_changed", { n: state.typed.size })));
}

/* Enter and the arrows walk the cells; Enter in the last row goes to the button that saves. */
function walk(event) {
  const cell = event.target.closest("td");
  const by = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
  if (!by || event.target.tagName !== "INPUT" || !cell) return;
  event.preventDefault();
  const rows = [...cell.closest("tbody").rows];
  const row = rows[rows.indexOf(cell.parentNode) + by];
  if (row) row.cells[cell.cellIndex].querySelector("input")?.focus();
  else if (by > 0) cell.closest("form").querySelector("[type=submit]").focus();
}

function send(state, { round_id, started_at, ended_at, rows }, sent) {
  const told = rows.map(({ name, ...row }) => ({ round_id, started_at, ended_at, ...row }));
  return post("/api/enter", { kind: "rounds", rows: told, base: state.told.log, sent });
}

async function finish(state, said) {
  const n = state.typed.size;
  Object.assign(state, { said: said.written ? page.say("round_saved", { n }) : own(said.said), typed: new Map(), form: null });
  renew(said.log);
  await read(state);
}
