/* A stay: where, from when to when, how likely spread is there; the text that it is typed from stands beside it. */
import { el, icon } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson, post } from "../shared/server.mjs";
import { options } from "./case.mjs";
import { openFile, openWithdraw } from "./file.mjs";
import { again, own, query, renew } from "./parts.mjs";
import { PlaceField } from "./place.mjs";

const RISKS = ["unsaid", "likely", "some", "none"];
const YES = { True: "yes", False: "no" };

/* `file`: of the case; `fact`: of a stay, to correct it; `arrive`: where the line of days was clicked; `read`: what a
   pasted text said of it (leave, hit, said), and what comes after. */
export async function openStay(file, fact = null, arrive = "", read = {}) {
  const stay = fact ? await getJson(`/api/fact?${query({ id: fact })}`) : null;
  const state = { file, stay, read };
  state.place = new PlaceField({ kind: "visits", known: stay?.place, label: "stay_place" });
  state.place.hit = read.hit || null;
  state.form = make(state, arrive);
  const title = page.say(stay ? "stay_correct" : "stay_new", { id: file.case_id });
  openPanel({ key: "stay", draw: () => ({ title, body: draw(state), foot: foot(state) }), onClose: () => state.place.close() });
}

function make(state, arrive) {
  const row = state.stay?.row || {};
  const fields = [
    { name: "place", label: "stay_place", own: state.place, required: true },
    { name: "arrive_at", label: "stay_arrive_at", kind: "time", required: true, value: row.arrive_at || arrive, hint: "hint_time_past" },
    { name: "leave_at", label: "stay_leave_at", kind: "time", value: row.leave_at || state.read.leave || "" },
    { name: "place_risk", label: "stay_place_risk", kind: "choice", options: options(RISKS, "risk"), value: row.place_risk || "unsaid" },
    { name: "contacts_traceable", label: "stay_contacts_traceable", kind: "choice", options: options(["unsaid", "yes", "no"], "traceable"), value: YES[row.contacts_traceable] || "unsaid" },
    { name: "text", label: state.stay ? "case_why" : "case_text", kind: "area", rows: 2, max: 20000, hint: "case_text_hint", value: state.read.said || "" },
  ];
  return new Form({ fields: fields.map((f) => (f.name === "place" && state.stay ? { ...f, required: false } : f)), submit: "stay_save", send: (values, sent) => send(state, values, sent), done: (told) => finish(state, told), more: (error) => again(error, state.stay?.fact, () => state.form, (now) => (state.stay.log = now.log)) });
}

function draw({ file, form }) {
  const pasted = file.changes.filter((c) => c.text).map((c) => c.text);
  return [pasted.length ? el("details", { class: "beside", open: true }, el("summary", {}, page.words.pasted_beside), pasted.map((text) => el("blockquote", { class: "pasted" }, text))) : "", el("div", { class: "cform" }, form.draw())];
}

function finish({ file, read }, told) {
  renew(told.log);
  if (read.after) read.after(told, { ...file, log: told.log });
  else openFile(file.fact, told.said);
}

function foot({ file, stay }) {
  const back = el("button", { class: "btn sm", type: "button", onclick: () => openFile(file.fact) }, icon("left"), file.case_id);
  if (!stay || stay.withdrawn) return back;
  const place = own(stay.place.name);
  const withdraw = () => openWithdraw(stay.fact, page.say("withdraw_stay", { place }), stay, (said) => openFile(file.fact, said));
  return [back, el("button", { class: "btn sm", type: "button", onclick: withdraw }, page.words.stay_withdraw)];
}

function send({ file, stay }, values, sent) {
  const { text, place, arrive_at, leave_at } = values;
  const said = (name) => (values[name] === "unsaid" ? "" : values[name]);
  const row = { arrive_at, leave_at, place_risk: said("place_risk"), contacts_traceable: said("contacts_traceable") };
  if (!stay) {
    const full = Object.fromEntries(Object.entries({ person_id: file.person, ...row, ...(place || {}) }).filter(([, value]) => value !== ""));
    return post("/api/enter", { kind: "visits", rows: [full], text, sent, base: file.log });
  }
  const before = { ...stay.row, contacts_traceable: YES[stay.row.contacts_traceable] };
  const changes = Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== (before[name] || "")));
  if (place) Object.assign(changes, place);
  return post("/api/amend", { fact: stay.fact, changes: Object.keys(changes).length ? changes : { arrive_at }, text, sent, base: stay.log });
}
