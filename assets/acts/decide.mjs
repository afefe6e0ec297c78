/* Deciding of a zone: what is proposed and why, one choice of what to do, and what that asks for. */
import { el, icon, sequence } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson, post } from "../shared/server.mjs";
import { paperAddress } from "../paper/paper.mjs";
import { openInbox } from "./inbox.mjs";
import { failed, loading, own, query, renew, saved, zoneHead } from "./parts.mjs";
import { Scopes } from "./scopes.mjs";

const time = (name, hint = "hint_time") => ({ name, label: `f_${name}`, kind: "time", hint });
const grounds = (required) => ({ name: "grounds", label: "grounds", kind: "area", rows: 3, required, hint: "hint_grounds" });
const NOTICE = { name: "notice_no", label: "f_notice_no", kind: "text", max: 200 };
const choice = (name, of) => ({ name, label: `${name}_asked`, kind: "choice", of, required: true });

/* What one notice may open together: the other zones on the same facts, none of them taken by itself. */
class Together {
  constructor(zones) {
    this.zones = zones;
    this.on = new Set();
  }

  value() {
    return this.zones.filter((zone) => this.on.has(zone.zone)).map(({ zone, seen }) => ({ zone, seen }));
  }

  draw() {
    const boxes = this.zones.map((zone) => {
      const box = el("input", { type: "checkbox", checked: this.on.has(zone.zone), onchange: () => (box.checked ? this.on.add(zone.zone) : this.on.delete(zone.zone)) });
      return el("label", {}, box, el("span", { class: `chip ${zone.look} sketch`, "aria-hidden": "true" }, own(zone.letter)), el("span", {}, own(zone.name)));
    });
    const all = () => {
      for (const { zone } of this.zones) this.on.add(zone);
      for (const label of boxes) label.querySelector("input").checked = true;
    };
    return el("div", { class: "also", id: "also", role: "group", "aria-label": page.words.also_asked }, boxes, boxes.length > 1 ? el("button", { class: "btn sm", type: "button", onclick: all }, page.words.also_all) : "");
  }
}

/* What each action asks for, in the order in which it is typed. */
const FIELDS = {
  delineate: [NOTICE, time("in_force_from"), time("delineated_at"), grounds(false)],
  hold: [time("until", "hint_until"), NOTICE, grounds(false)],
  reject: [grounds(true)],
  extend: [NOTICE, grounds(false)],
  assess: [choice("gate", "gates"), grounds(true)],
  step: [choice("to", "steps"), time("in_force_from"), NOTICE, grounds(false)],
  raise: [choice("to", "raises"), time("in_force_from"), NOTICE, grounds(false)],
  release: [time("in_force_from"), NOTICE, grounds(true)],
};

const next = sequence();

export function openDecide(zone, action = "") {
  const state = { zone, wanted: action, typed: {}, form: null, told: null, error: null, done: null };
  state.panel = openPanel({ key: "decide", draw: () => draw(state) });
  read(state);
}

/* What can be decided now; what was typed stays. */
async function read(state) {
  const current = next();
  state.error = null;
  try {
    const told = await getJson(`/api/deciding?${query({ zone: state.zone })}`);
    if (!current()) return;
    const ready = told.proposed.find((p) => p.ready);
    state.told = told;
    state.also = state.scopes = null;
    state.lacks = state.wanted && !told.actions.includes(state.wanted) ? state.wanted : "";
    state.action = [state.wanted, state.action, ready?.action, told.actions[0]].find((name) => told.actions.includes(name)) || "";
    state.wanted = "";
  } catch (error) {
    if (!current()) return;
    state.error = error;
  }
  show(state);
}

function show(state) {
  if (document.documentElement.dataset.panel !== "decide") return;
  state.panel.redraw();
  const root = document.getElementById("panel");
  (root.querySelector("[aria-invalid]") || root.querySelector("[name=action]:checked") || root.querySelector(".abtns .btn") || root.querySelector("button")).focus();
}

function draw(state) {
  const title = page.words.decide_zone;
  if (state.done) return { title, body: after(state) };
  if (state.error) return { title, body: failed(state.error, () => read(state)) };
  if (!state.told) return { title, body: loading() };
  if (page.plan?.asked_day) return { title, body: [zoneHead(state.told), past(state)] };
  keep(state);
  const lacks = state.lacks ? el("p", { class: "note" }, page.say("act_not_now", { act: page.words[`act_of_${state.lacks}`] })) : "";
  return { title, body: [zoneHead(state.told), lacks, reasons(state), choose(state), formOf(state)] };
}

/* A decision is taken now, whatever day is looked at. */
function past(state) {
  const back = () => {
    page.ask({ day: null, then: false });
    const wait = setInterval(() => page.plan?.asked_day || (clearInterval(wait), read(state)), 100);
  };
  return el("div", { class: "note" }, el("p", {}, page.words.decide_past), el("div", { class: "abtns" }, el("button", { class: "btn", type: "button", onclick: back }, page.words.day_now)));
}

/* What is proposed for the chosen action, and of a way out what is still missing. */
function reasons({ told, action }) {
  const mine = told.proposed.filter((p) => p.action === action);
  if (!mine.length) return "";
  return el("ul", { class: "awhy" }, mine.map((p) => el("li", { class: p.ready ? "ready" : "lacks" }, icon(p.ready ? "propose" : "clock"), el("div", {}, el("p", {}, own(p.reasons)), p.facts.length ? el("p", { class: "facts" }, p.facts.map((f) => el("span", { class: "fact mono" }, f)), p.facts_n > p.facts.length ? el("span", { class: "mut" }, page.say("more", { n: p.facts_n - p.facts.length })) : "") : ""))));
}

function choose(state) {
  const { told, action } = state;
  if (!told.actions.length) return el("p", { class: "mut" }, page.words.decide_nothing);
  const ready = new Set(told.proposed.filter((p) => p.ready).map((p) => p.action));
  const pick = (name) => {
    keep(state);
    state.action = name;
    state.form = null;
    state.panel.redraw();
    document.querySelector("#panel [name=action]:checked")?.focus();
  };
  return el("fieldset", { class: "apick" }, el("legend", {}, page.words.decide_what), told.actions.map((name) =>
    el("label", { class: name === action ? "on" : "" }, el("input", { type: "radio", name: "action", value: name, checked: name === action, onchange: () => pick(name) }), el("span", {}, page.words[`act_of_${name}`]), ready.has(name) ? el("span", { class: "tag acc" }, page.words.proposed_short) : "")));
}

/* What was typed in one action's form is there in the next one's: the grounds need not be written twice. */
function keep(state) {
  if (!state.form?.controls) return;
  const { also, scope, ...values } = state.form.values();
  Object.assign(state.typed, values);
}

function formOf(state) {
  const { told, action } = state;
  if (!action) return "";
  const times = told.times[action] || {};
  const proposed = told.proposed.find((p) => p.action === action && p.ready);
  const fields = FIELDS[action].filter((f) => f.kind !== "choice" || told[f.of].length).map((f) => {
    if (f.kind === "choice") return { ...f, options: told[f.of], value: f.name === "to" ? proposed?.to : undefined };
    return { ...f, value: times[f.name] ?? "" };
  });
  if (action === "extend" && told.scopes.length) fields.unshift({ name: "scope", label: "scope_asked", own: (state.scopes ||= new Scopes(told.scopes)) });
  if (["delineate", "hold", "reject"].includes(action) && told.also.length) fields.push({ name: "also", label: "also_asked", own: (state.also ||= new Together(told.also)) });
  const typed = Object.fromEntries(Object.entries(state.typed).filter(([name, value]) => value && (!(name in times) || state.touched?.has(name))));
  if (!state.form || state.form.action !== action) {
    state.form = new Form({ fields, submit: `act_of_${action}`, typed, send: (values, sent) => send(state, values, sent), done: (said) => finish(state, said), more: (error) => again(state, error) });
    state.form.action = action;
  }
  const node = state.form.draw();
  node.addEventListener("input", (event) => (state.touched ||= new Set()).add(event.target.name));
  return node;
}

function send({ told, action }, values, sent) {
  return post("/api/decide", { ...values, zone: told.zone_id, action, sent, base: told.log, seen: told.seen });
}

/* Somebody decided, or the zone changed, while the form was open. */
function again(state, error) {
  if (error.status !== 409) return [];
  return [el("div", {}, el("button", { class: "btn sm", type: "button", onclick: () => (keep(state), (state.form = null), read(state)) }, page.words.look_again))];
}

function finish(state, said) {
  state.done = said;
  show(state);
  renew(said.log);
}

function after({ done, told }) {
  const zone = done.zone;
  const notice = ["delineate", "hold", "step", "raise", "release"].includes(done.action);
  const kind = { hold: "hold", release: "release" }[done.action];
  const print = () => window.open(paperAddress("notice", kind ? { zone, kind } : { zone }), "_blank", "noopener");
  return [
    zoneHead(told),
    saved(own(done.said)),
    el("div", { class: "abtns" }, el("button", { class: "btn pri", type: "button", onclick: () => openInbox() }, page.words.inbox_next), notice ? el("button", { class: "btn", type: "button", onclick: print }, icon("print"), page.words.paper_notice) : "", el("button", { class: "btn", type: "button", onclick: () => openDecide(zone) }, page.words.decide_more)),
  ];
}
