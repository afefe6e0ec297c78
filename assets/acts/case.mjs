/* A case, typed without a name: status, place and report first, so that a call at 2 a.m. takes a minute. */
import { el } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { post } from "../shared/server.mjs";
import { openFile } from "./file.mjs";
import { setRadius } from "./mark.mjs";
import { again, clock, renew } from "./parts.mjs";
import { PlaceField } from "./place.mjs";

export const STATUSES = ["preliminary", "confirmed", "asymptomatic", "re_positive", "imported", "excluded"];
const FOUND = ["community", "closed_loop", "quarantine", "home"];
const TIMES = ["first_positive_at", "onset_at", "isolated_at"];
const drafts = new Map(); // of each outbreak a new case that was not saved: closing the panel loses nothing

export const options = (names, prefix) => names.map((value) => ({ value, label: `${prefix}_${value}` }));

/* `file`: of /api/fact, to correct it; without one a new case. */
export async function openCase(file = null) {
  const now = file ? null : await clock();
  const state = file ? { file, base: file.log } : kept(now.typed);
  if (!file) state.base = now.log;
  state.place ||= new PlaceField({ kind: "cases", known: file?.place, label: "case_place", radius: () => Number(state.form?.values().location_radius_m || file?.row.location_radius_m || 0) });
  state.form ||= make(state);
  state.panel = openPanel({ key: "case", draw: () => ({ title: file ? page.say("case_correct", { id: file.case_id }) : page.words.case_new, body: draw(state) }), onClose: () => close(state) });
  state.place.mark();
}

/* A form that was only looked at is none to keep: the next one begins with the time it is then. */
function close(state) {
  state.place.close();
  const { place, text, location_radius_m: radius } = state.form.values();
  if (!place && !text && !radius) forget(state);
}

function forget(state) {
  for (const [name, one] of drafts) if (one === state) drafts.delete(name);
}

function kept(typed) {
  const name = page.plan?.outbreak || "";
  if (!drafts.has(name)) drafts.set(name, { file: null, now: typed });
  return drafts.get(name);
}

function draw(state) {
  const node = state.form.draw();
  state.form.controls.get("location_radius_m").addEventListener("input", (event) => setRadius(Number(event.target.value)));
  return el("div", { class: "cform" }, node);
}

function make(state) {
  const row = state.file?.row || {};
  const time = (name, hint) => ({ name, label: `case_${name}`, kind: "time", value: row[name] || "", hint });
  const fields = [
    { name: "status", label: "case_status", kind: "choice", options: options(STATUSES, "status"), value: row.status || "preliminary" },
    { ...time("reported_at"), required: true, value: row.reported_at || state.now, hint: "hint_time_past" },
    { name: "place", label: "case_place", own: state.place, hint: "" },
    { name: "location_radius_m", label: "case_radius", kind: "number", min: 0, value: row.location_radius_m ? String(Number(row.location_radius_m)) : "", hint: "case_radius_hint" },
    { name: "found_in", label: "case_found_in", kind: "choice", options: options(FOUND, "found"), value: row.found_in || "community" },
    ...TIMES.map((name) => time(name)),
    ...(state.file ? [] : [{ name: "case_id", label: "case_id", kind: "text", max: 60, hint: "case_id_hint" }]),
    { name: "text", label: state.file ? "case_why" : "case_text", kind: "area", rows: state.file ? 2 : 4, max: 20000, hint: "case_text_hint" },
  ];
  return new Form({ fields, submit: state.file ? "case_save" : "case_save_new", send: (values, sent) => send(state, values, sent), done: (told) => finish(state, told), more: (error) => again(error, state.file?.fact, () => state.form, (now) => (state.base = now.log)) });
}

function send(state, values, sent) {
  const { text, place, by, ...rest } = values;
  const { file } = state;
  if (!file) {
    const row = Object.fromEntries(Object.entries({ ...rest, ...(place || {}) }).filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]));
    return post("/api/enter", { kind: "cases", rows: [row], text, sent, base: state.base });
  }
  const before = (name) => (name === "location_radius_m" && file.row[name] ? String(Number(file.row[name])) : file.row[name] || "");
  const changes = Object.fromEntries(Object.entries(rest).filter(([name, value]) => String(value) !== before(name)).map(([name, value]) => [name, String(value)]));
  if (place) Object.assign(changes, place);
  return post("/api/amend", { fact: file.fact, changes: Object.keys(changes).length ? changes : { status: file.row.status }, text, sent, base: state.base });
}

function finish(state, told) {
  forget(state);
  renew(told.log);
  openFile(told.facts[0], told.said);
}
