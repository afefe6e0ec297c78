/* One case: where it is, what rests on it, its stays on a line of days, what was pasted, and who changed what. */
import { el, icon, sequence } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { openPanel, panelKey } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson, post } from "../shared/server.mjs";
import { openCase, options, STATUSES } from "./case.mjs";
import { openCases } from "./cases.mjs";
import { openDecide } from "./decide.mjs";
import { hideMark, showMark } from "./mark.mjs";
import { again, failed, loading, own, query, renew, saved, sayColumns, zoneLink } from "./parts.mjs";
import { openPaste } from "./paste.mjs";
import { openStay } from "./stay.mjs";
import { sayStay, timeline } from "./timeline.mjs";

const TIMES = ["reported_at", "first_positive_at", "onset_at", "isolated_at"];
const next = sequence();
let shown = null;

export function openFile(fact, said = null) {
  const state = { fact, said, told: null, error: null };
  shown = state;
  state.panel = openPanel({ key: "file", draw: () => draw(state), onClose: hideMark });
  read(state, true);
}

export function startFile() {
  page.on("view", () => {
    if (panelKey() === "file" && shown && page.plan?.log !== shown.told?.log) read(shown);
  });
}

async function read(state, first) {
  const current = next();
  try {
    const told = await getJson(`/api/fact?${query({ id: state.fact })}`);
    if (!current()) return;
    Object.assign(state, { told, error: null });
  } catch (error) {
    if (!current()) return;
    state.error = error;
  }
  if (panelKey() !== "file" || shown !== state) return;
  const at = document.activeElement?.dataset?.focus;
  state.panel.redraw();
  (document.querySelector(`#panel [data-focus="${at || (first ? "stay" : "")}"]`) || document.querySelector("#panel [data-focus]"))?.focus();
  if (!state.placed && state.told?.place.at) {
    state.placed = true;
    showMark(state.told.place.at, Number(state.told.row.location_radius_m || 0), true);
  }
}

function draw(state) {
  const { told, error } = state;
  const title = told ? page.say("file_title", { id: told.case_id, status: own(told.status) }) : page.words.case;
  const back = el("button", { class: "btn sm", type: "button", onclick: () => openCases() }, icon("left"), page.words.cases);
  if (error) return { title, body: failed(error, () => read(state, true)), foot: back };
  if (!told) return { title, body: [state.said ? saved(own(state.said)) : "", loading()] };
  return {
    title,
    body: [
      state.said ? saved(own(state.said)) : "",
      told.withdrawn ? el("p", { class: "note" }, page.words.file_withdrawn) : "",
      ...head(told),
      buttons(state),
      zones(told),
      stays(state),
      changes(told),
    ],
    foot: back,
  };
}

/* Why a place opens no zone, where it does not. */
const lost = (told, place) => (place.counts ? (place.known ? "" : page.words.place_lost) : own(told.apart));

function head(told) {
  const { place, row } = told;
  const where = place.name ? own(place.name) : page.words.place_none;
  const said = lost(told, place) || (place.sure ? "" : page.words.place_weak);
  const weak = said ? el("span", { class: "tag warn" }, said) : "";
  const lines = TIMES.filter((name) => row[name]).flatMap((name) => [el("dt", {}, page.words[`case_${name}`]), el("dd", {}, row[name])]);
  const radius = row.location_radius_m ? [el("dt", {}, page.words.case_radius), el("dd", {}, `${Number(row.location_radius_m)} m`)] : [];
  return [el("p", { class: "fwhere" }, icon("pin"), el("b", {}, where), weak), el("dl", { class: "pairs" }, lines, radius)];
}

function buttons(state) {
  const { told } = state;
  const of = (key, name, run, look = "") => el("button", { class: `btn sm ${look}`, type: "button", "data-focus": key, onclick: run }, name);
  if (told.withdrawn) return el("div", { class: "abtns" }, of("back", page.words.file_bring_back, () => openStatus(state, "back")));
  return el("div", { class: "abtns" },
    of("stay", page.words.stay_add, () => openStay(told), "do"),
    of("paste", page.words.stay_paste, () => openPaste(told)),
    of("correct", page.words.file_correct, () => openCase(told)),
    of("status", page.words.file_status, () => openStatus(state, "status")),
    told.row.status === "excluded" ? "" : of("exclude", page.words.file_exclude, () => openStatus(state, "exclude")),
    of("withdraw", page.words.file_withdraw, () => openWithdraw(told.fact, page.say("withdraw_case", { id: told.case_id }), told, () => openFile(told.fact))),
  );
}

function zones({ zones }) {
  const list = zones.length ? el("div", { class: "fzones" }, zones.map((zone) => el("div", { class: "fzone" }, zoneLink(zone, own(zone.status)), zone.asked ? el("button", { class: "btn sm do", type: "button", onclick: () => openDecide(zone.zone) }, page.words.inbox_decide) : ""))) : el("p", { class: "mut" }, page.words.file_no_zones);
  return el("section", { class: "fsec" }, el("h3", {}, page.words.file_zones), list);
}

function stays(state) {
  const { told } = state;
  const add = (arrive) => openStay(told, null, arrive);
  const open = (stay) => openStay(told, stay.fact);
  const head = el("h3", {}, page.words.stays, el("span", { class: "mut" }, String(told.stays_n)));
  const rows = told.stays.map((stay) => el("li", { class: stay.withdrawn ? "gone" : "" }, el("button", { type: "button", onclick: () => open(stay) }, el("b", {}, own(stay.place.name) || page.words.place_none), el("span", {}, [sayStay(stay), stay.risk ? page.words[`risk_${stay.risk}`] : "", stay.traceable === false ? page.words.untraceable : "", stay.withdrawn ? page.words.withdrawn : lost(told, stay.place)].filter(Boolean).join(" · ")))));
  const picture = told.span.from ? timeline({ span: told.span, stays: told.stays, open, add }) : "";
  return el("section", { class: "fsec" }, head, picture, rows.length ? el("ul", { class: "fstays" }, rows) : el("p", { class: "mut" }, page.words.stays_none));
}

/* Who wrote what, the newest first; what was pasted stands open, so that stays can be typed from it. */
export function changes({ changes }) {
  const what = (c) => (c.what === "withdrawn" ? page.words.change_withdrawn : c.first ? page.words.change_first : page.say("change_of", { columns: sayColumns(c.columns) }));
  const rows = changes.map((c) => el("li", {}, el("p", {}, el("b", {}, own(c.at)), " ", c.by || page.say("from_file", { source: c.source }), page.words.colon, what(c)), c.text ? el("blockquote", { class: "pasted" }, c.text) : ""));
  return el("section", { class: "fsec" }, el("h3", {}, page.words.changes_head), el("ol", { class: "fchanges" }, rows));
}

/* A status is changed, a case excluded, or a withdrawn one brought back, with the reason beside it. */
function openStatus(state, how) {
  const { told } = state;
  const exclude = how === "exclude";
  let base = told.log;
  const form = new Form({
    fields: [
      ...(exclude ? [] : [{ name: "status", label: "case_status", kind: "choice", options: options(STATUSES, "status"), value: told.row.status }, { name: "isolated_at", label: "case_isolated_at", kind: "time", value: told.row.isolated_at || "", hint: "hint_time_past" }]),
      { name: "text", label: "case_why", kind: "area", rows: 3, required: exclude, hint: "hint_grounds" },
    ],
    submit: { exclude: "file_exclude", back: "file_bring_back" }[how] || "case_save",
    send: ({ status, isolated_at: isolated, text }, sent) => {
      const changes = { status: exclude ? "excluded" : status };
      if (!exclude && isolated !== (told.row.isolated_at || "")) changes.isolated_at = isolated;
      return post("/api/amend", { fact: told.fact, changes, text, sent, base });
    },
    more: (error) => again(error, told.fact, () => form, (now) => (base = now.log)),
    done: (done) => (renew(done.log), openFile(told.fact, done.said)),
  });
  const title = page.say({ exclude: "exclude_case", back: "back_case" }[how] || "status_case", { id: told.case_id });
  const note = exclude ? el("p", { class: "note" }, page.words.exclude_note) : "";
  openPanel({ key: "status", draw: () => ({ title, body: [note, form.draw()] }) });
}

/* Taking a fact back: it fires nothing any more, and stays in the history. */
export function openWithdraw(fact, title, told, after) {
  let base = told.log;
  const form = new Form({
    fields: [{ name: "reason", label: "case_why", kind: "area", rows: 3, required: true, hint: "hint_grounds" }],
    submit: "file_withdraw",
    send: ({ reason }, sent) => post("/api/withdraw", { fact, reason, sent, base }),
    more: (error) => again(error, fact, () => form, (now) => (base = now.log)),
    done: (done) => (renew(done.log), after(done.said)),
  });
  openPanel({ key: "withdraw", draw: () => ({ title, body: [el("p", { class: "note" }, page.words.withdraw_note), form.draw()] }) });
}
