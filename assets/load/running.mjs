/* A load under way, table by table, and what came of it. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { closeSheet } from "../shared/sheet.mjs";
import { desk, halt, leaveResult } from "./desk.mjs";
import { counting, said, wrong } from "./keep.mjs";

const SIGNS = { done: "check", failed: "warn", stopped: "hold", waiting: "clock", loading: "clock" };

export function drawRun(show) {
  const { job } = desk;
  const over = job.over;
  const head = over ? { done: "load_done", stopped: "load_done_stopped", failed: "load_done_failed" }[job.state] : "load_running";
  return el("div", { class: "lrun" },
    el("h3", { role: "status" }, page.words[head], " ", el("span", { class: "mut" }, page.say("load_seconds", { n: job.seconds.toFixed(job.seconds < 10 ? 1 : 0) }))),
    el("ul", { class: "ltasks" }, job.files.map(task)),
    el("div", { class: "ldacts" }, over ? after(show) : stopButton()));
}

function stopButton() {
  const label = page.words[desk.job.stopping ? "load_stopping" : "load_stop"];
  const act = () => halt().catch((error) => { desk.said = wrong(error, page); });
  return el("button", { class: "btn", type: "button", "data-key": "stop", disabled: desk.job.stopping, onclick: act }, icon("close"), label);
}

function after(show) {
  const rejected = desk.job.files.reduce((sum, file) => sum + rejectedOf(file), 0);
  const first = desk.job.files.find(rejectedOf);
  const { words } = page;
  return [
    rejected ? el("button", { class: "btn pri", type: "button", "data-key": "to-rejects", onclick: () => { leaveResult(); show("rejects", first); } }, counting(page, "load_to_rejects", rejected)) : "",
    el("button", { class: `btn ${rejected ? "" : "pri"}`, type: "button", "data-key": "to-map", onclick: () => { leaveResult(); closeSheet(); } }, words.load_to_map),
    el("button", { class: "btn", type: "button", "data-key": "to-files", onclick: leaveResult }, words.load_back),
  ];
}

function rejectedOf(file) {
  return Object.values(file.done).reduce((sum, [, , rejected]) => sum + rejected, 0);
}

/* The process that loads takes a moment to begin: the first table in line says so. */
function begun(file) {
  const { job } = desk;
  const next = job.state === "loading" && !job.files.some((one) => one.state === "loading") && job.files.find((one) => one.state === "waiting");
  return next === file ? { ...file, state: "loading", phase: "begin" } : file;
}

function task(told) {
  const file = begun(told);
  const { words } = page;
  const kind = words[`kind_${file.kind}`] || file.kind;
  const line = el("div", { class: "lhead1" }, el("b", {}, file.name), el("span", { class: "mut" }, kind), el("span", { class: "sp" }), el("span", { class: "lsign" }, icon(SIGNS[file.state]), stateWord(file)));
  return el("li", { class: `ltask ${file.state}`, "data-file": file.key }, line, file.state === "loading" ? bar(file) : "", file.error ? el("p", { class: "lsaid", role: "alert" }, said(file.error, page)) : "", counts(file), noted(file));
}

function stateWord(file) {
  const { words } = page;
  if (file.state === "done") return file.changed ? words.load_state_done : words.load_state_same;
  if (file.state === "failed" || file.state === "stopped") return words[`load_state_${file.state}`];
  const phase = file.state === "waiting" ? "waiting" : file.phase || "begin";
  const told = page.say(`load_phase_${phase}`, { n: file.rows.toLocaleString("en") });
  return file.rows ? told : told.replace(/[，,].*$/, "");
}

/* How much is read is told by the length of the file; what comes after that has no measure, and says so by moving. */
function bar(file) {
  const share = file.phase === "reading" && file.of && file.rows ? Math.min(0.99, file.rows / file.of) : null;
  const left = share && desk.job.seconds > 2 ? Math.round((desk.job.seconds / share) * (1 - share)) : 0;
  const props = share === null ? {} : { max: 100, value: Math.round(share * 100) };
  return [el("progress", { ...props, "aria-label": stateWord(file) }), left > 2 ? el("p", { class: "mut" }, page.say("load_left", { n: left })) : ""];
}

function counts(file) {
  return Object.entries(file.done).map(([kind, [read, accepted, rejected]]) => {
    const many = { read: read.toLocaleString("en"), accepted: accepted.toLocaleString("en"), rejected: rejected.toLocaleString("en") };
    const several = Object.keys(file.done).length > 1 ? `${page.words[`kind_${kind}`]}: ` : "";
    return el("p", { class: "lcounts" }, several, page.say("load_counts", many), file.changed && file.log ? el("span", { class: "mut" }, ` · ${page.say("load_event", { n: file.log })}`) : "");
  });
}

function noted(file) {
  return file.notices.length ? el("ul", { class: "lnotes" }, file.notices.map((note) => el("li", {}, said(note, page)))) : "";
}
