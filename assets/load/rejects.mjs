/* Rejected rows: corrected in place, each with what is wrong beside the cell; the corrected ones are loaded again. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { author, setAuthor } from "../shared/server.mjs";
import { correct, correctAlike, loadAgain, progress, rejectGroups, rejectRows } from "./asks.mjs";
import { reason } from "./detail.mjs";
import { counting, said, wrong } from "./keep.mjs";

const PAGE = 50;
/* groups, chosen (index), rows of a page, from; what was said last. */
const here = { groups: null, chosen: 0, sheet: null, from: 0, told: "", error: "", busy: false };
let root = null;
let changed = () => {};

export const rejectsCount = () => (here.groups || []).reduce((sum, group) => sum + group.rows, 0);

/* The number of rejected rows stands outside of this part too. */
export function onRejects(handler) {
  changed = handler;
}

export async function openRejects(quietly = false, wanted = null) {
  try {
    here.groups = await rejectGroups();
    here.error = "";
    if (!quietly) here.told = "";
    const at = here.groups.findIndex((group) => group.source === wanted?.source && group.kind === wanted?.kind);
    if (at >= 0) here.chosen = at;
    here.chosen = Math.min(here.chosen, Math.max(0, here.groups.length - 1));
    if (!quietly && here.groups.length) await turn(0);
  } catch (error) {
    here.error = wrong(error, page);
  }
  redraw();
}

async function turn(from) {
  const group = here.groups[here.chosen];
  here.sheet = await rejectRows(group.source, group.kind, from, PAGE);
  here.from = from;
  // A phone shows two columns: those with something wrong in them come first.
  const wrongs = new Set(here.sheet.rows.flatMap((row) => row.faults.flatMap((fault) => fault.columns)));
  if (innerWidth < 720) here.sheet.headers.sort((a, b) => wrongs.has(b) - wrongs.has(a));
}

const steady = (work) => work().catch((error) => { here.error = wrong(error, page); }).then(redraw);

function redraw() {
  changed();
}

export function drawRejects() {
  root = el("div", { class: "lrejects" });
  if (here.error) root.append(el("p", { class: "lsaid", role: "alert" }, here.error));
  if (here.told) root.append(el("p", { class: "lgood", role: "status" }, icon("check"), here.told));
  if (!here.groups) root.append(el("p", { class: "mut", role: "status" }, page.words.load_reading));
  else if (!here.groups.length) root.append(el("p", { class: "empty" }, page.words.load_empty_rejects));
  else root.append(el("div", { class: "ldesk" }, el("div", { class: "ldside" }, groups()), el("div", { class: "ldmain" }, here.sheet ? table() : "")), foot());
  return root;
}

function groups() {
  return el("ul", { class: "lcards" }, here.groups.map((group, at) => {
    const on = at === here.chosen;
    const pick = () => { here.chosen = at; here.told = ""; steady(() => turn(0)); };
    return el("li", { class: `lcard ${on ? "on" : ""}` }, el("button", { class: "lname", type: "button", "data-key": `group-${at}`, "aria-pressed": String(on), onclick: pick },
      el("b", {}, group.source), el("span", { class: "mut" }, page.words[`kind_${group.kind}`] || group.kind), el("span", {}, page.say("load_rejects_count", { n: group.rows.toLocaleString("en") })),
      group.drafts ? el("span", { class: "lhow chosen" }, icon("edit"), page.say("load_rejects_drafts", { n: group.drafts })) : ""));
  }));
}

function table() {
  const { headers, ours, rows, start, of } = here.sheet;
  const head = el("tr", {}, el("th", { class: "r", scope: "col" }, page.words.load_row), headers.map((name) => {
    const label = ours[name]?.[page.view.lang];
    return el("th", { scope: "col" }, name, label && label !== name ? el("span", { class: "lours" }, label) : "");
  }));
  const last = start + rows.length;
  const step = (label, to, sign, off) => el("button", { class: "ib", type: "button", "aria-label": page.words[label], title: page.words[label], disabled: off, onclick: () => steady(() => turn(to)) }, icon(sign));
  const pages = of > PAGE ? el("div", { class: "lpages" }, step("load_page_back", start - PAGE, "left", start === 0), page.say("load_page", { from: start + 1, to: last, of }), step("load_page_on", last, "right", last >= of)) : "";
  return [el("p", { class: "mut" }, page.words.load_rejects_note), el("div", { class: "ltable edit", "data-scroll": "rejects" }, el("table", {}, el("thead", {}, head), el("tbody", {}, rows.map((row) => line(row))))), pages];
}

function line(row) {
  const { headers } = here.sheet;
  const stray = row.faults.filter((fault) => !fault.columns.some((column) => headers.includes(column)));
  const fine = row.draft && !row.faults.length;
  const sign = fine ? el("span", { class: "lhow name" }, icon("check"), page.words.load_rejects_fine) : "";
  const back = row.draft ? el("button", { class: "ib sm", type: "button", "aria-label": page.say("load_rejects_undo", { row: row.row }), title: page.say("load_rejects_undo", { row: row.row }), onclick: () => keep(row, null) }, icon("undo")) : "";
  const torn = row.value && !Object.keys(row.was).length ? el("span", { class: "mut" }, page.say("load_rejects_torn", { text: row.value })) : "";
  const first = el("th", { scope: "row", class: "r" }, el("span", { class: "lrowno" }, row.row.toLocaleString("en"), back), sign, stray.map((fault) => reason(fault)), torn);
  const node = el("tr", { class: fine ? "fine" : "", "data-row": row.row }, first, headers.map((name) => cell(row, name)));
  row.node = node;
  return node;
}

function cell(row, name) {
  const fault = row.faults.find((one) => one.columns.includes(name));
  const input = el("input", { class: "inp", type: "text", value: row.cells[name] ?? "", "aria-label": page.say("load_rejects_cell", { row: row.row, name }), "aria-invalid": fault ? "true" : null, "data-key": `cell-${row.row}-${name}` });
  input.addEventListener("change", () => keep(row, { ...row.cells, [name]: input.value }, { column: name, was: row.cells[name] ?? "" }));
  return el("td", { class: fault ? "lwrong" : "" }, input, fault ? reason(fault) : "", row.alike?.column === name ? same(row) : "");
}

/* One wrong word often stands in many rows: it is put right in all of them at once. */
function same(row) {
  const { column, was, n } = row.alike;
  const { source, kind } = here.sheet;
  const act = () => steady(async () => {
    const told = await correctAlike({ source, kind, column, was, now: row.cells[column] ?? "" });
    here.told = page.say("load_alike_done", { n: told.rows.toLocaleString("en") });
    here.groups = await rejectGroups();
    await turn(here.from);
  });
  return el("button", { class: "btn sm lalike", type: "button", "data-key": `alike-${row.row}-${column}`, onclick: act }, counting(page, "load_alike", n, { was }));
}

/* A correction is kept as soon as the cell is left; the row then says what is still wrong with it. */
async function keep(row, cells, changed = {}) {
  const { source, kind } = here.sheet;
  try {
    const told = await correct({ source, kind, file: row.file, row: row.row, cells, ...changed });
    here.groups[here.chosen].drafts = told.drafts;
    here.error = here.told = "";
    if (cells === null) return steady(() => turn(here.from));
    const alike = told.alike && changed.was && !told.faults.length ? { ...changed, n: told.alike } : null;
    Object.assign(row, { cells, draft: true, faults: told.faults, alike });
    const held = document.activeElement?.dataset?.key;
    row.node.replaceWith(line(row));
    root.querySelector(`[data-key="${CSS.escape(held || "none")}"]`)?.focus();
    root.querySelector(".lfoot")?.replaceWith(foot());
    return null;
  } catch (error) {
    here.error = wrong(error, page);
    return redraw();
  }
}

function foot() {
  const group = here.groups[here.chosen];
  const who = el("input", { class: "inp", id: "load-by", "data-key": "by", value: author(), maxlength: 80 });
  who.addEventListener("input", () => { setAuthor(who.value); go.disabled = !group.drafts || !who.value.trim(); });
  const go = el("button", { class: "btn pri", type: "button", "data-key": "again", disabled: here.busy || !group.drafts || !author(), onclick: reload }, goLabel(group.drafts));
  return el("div", { class: "lfoot" }, el("span", { class: "sp" }), el("label", { for: "load-by" }, page.words.author), who, go);
}

function goLabel(drafts) {
  if (here.busy) return page.words.load_running;
  return drafts ? counting(page, "load_rejects_go", drafts) : page.words.load_rejects_go_none;
}

async function reload() {
  const { source, kind } = here.sheet;
  here.busy = true;
  redraw();
  try {
    let job = await loadAgain(source, kind);
    while (["waiting", "loading"].includes(job.state)) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      job = await progress(job.job);
    }
    const [file] = job.files;
    const [read, taken] = file.done[kind] || [0, 0];
    here.error = file.error ? said(file.error, page) : "";
    here.groups = await rejectGroups();
    const left = here.groups.find((group) => group.source === source && group.kind === kind)?.rows || 0;
    here.told = read ? page.say(left ? "load_rejects_done" : "load_rejects_done_all", { n: taken.toLocaleString("en"), left: left.toLocaleString("en") }) : "";
    here.chosen = Math.max(0, here.groups.findIndex((group) => group.source === source && group.kind === kind));
    here.sheet = null;
    if (here.groups.length) await turn(0);
  } catch (error) {
    here.error = wrong(error, page);
  }
  here.busy = false;
  redraw();
}
