/* The inbox: how much waits stands over the zone list; the panel lists it, the most pressing first. */
import { run } from "../shared/commands.mjs";
import { el, icon, sequence } from "../shared/dom.mjs";
import { closePanel, openPanel, panelKey } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { openDecide } from "./decide.mjs";
import { failed, loading, own } from "./parts.mjs";
import { openCase } from "./case.mjs";
import { openRounds } from "./rounds.mjs";

const next = sequence();
const state = { told: null, items: [], error: null, key: "", panel: null };

export function startInbox() {
  page.on("view", refresh);
}

async function refresh() {
  if (!page.plan) return;
  if (state.key !== page.plan.key) await read();
  drawStrip();
  if (panelKey() === "inbox") redraw();
}

async function read(start = 0) {
  const current = next();
  const { key, query } = page.plan;
  try {
    const told = await getJson(`/api/inbox?${query}&start=${start}`);
    if (!current()) return;
    state.items = start ? [...state.items, ...told.items] : told.items;
    state.told = told;
    state.error = null;
    state.key = key;
  } catch (error) {
    if (current()) state.error = error;
  }
}

/* One line over the list: how many can be decided, of what kinds, and the way there. */
function drawStrip() {
  const root = document.getElementById("inbox");
  const { told } = state;
  if (!told || !told.n) return root.replaceChildren();
  const kinds = [told.edits ? page.say("inbox_pending", { n: told.edits }) : "", ...Object.entries(told.counts).map(([act, n]) => page.say(`inbox_${act}`, { n }))].filter(Boolean);
  const note = kinds.length ? kinds.join(page.words.comma) : page.words.inbox_none_ready;
  root.replaceChildren(
    el("div", { class: `istrip ${told.ready ? "ask" : ""}` }, icon("propose"), el("div", {}, el("b", {}, told.ready ? page.say("inbox_n", { n: told.ready }) : page.say("inbox_waiting_n", { n: told.n })), el("span", { class: "mut" }, note)), el("button", { class: "btn", type: "button", title: `${page.words.inbox} (Shift+D)`, onclick: () => openInbox() }, page.words[told.ready ? "inbox_decide" : "inbox_see"])),
  );
}

export function openInbox() {
  state.panel = openPanel({ key: "inbox", draw });
  document.querySelector("#panel .iitem button")?.focus();
}

function redraw() {
  const at = document.activeElement?.closest?.(".iitem")?.dataset.key;
  state.panel.redraw();
  if (at) (document.querySelector(`#panel .iitem[data-key="${CSS.escape(at)}"] button`) || document.querySelector("#panel .iitem button"))?.focus();
}

function draw() {
  const { told, items, error } = state;
  const title = page.words.inbox;
  if (error) return { title, body: failed(error, () => read().then(redraw)) };
  if (!told) return { title, body: loading() };
  if (!told.n && !told.rules.length) return { title, body: el("div", { class: "empty" }, el("p", {}, page.words.inbox_empty), el("p", {}, page.words.inbox_empty_do)) };
  const ready = items.filter((item) => item.ready), waiting = items.filter((item) => !item.ready);
  const left = told.n - items.length;
  const more = left > 0 ? el("button", { class: "btn", type: "button", onclick: () => read(items.length).then(redraw) }, page.say("inbox_more", { n: left })) : "";
  return {
    title,
    body: [
      ready.length ? group("inbox_ready", told.ready, ready) : "",
      told.rules.length ? el("section", { class: "igroup" }, el("h3", {}, page.words.inbox_rules, el("span", { class: "mut" }, String(told.rules.length))), el("ul", { class: "ilist" }, told.rules.map(ruled))) : "",
      waiting.length ? group("inbox_lacking", told.n - told.ready, waiting) : "",
      more,
    ],
  };
}

function group(head, n, items) {
  const list = el("ul", { class: "ilist" }, items.map(item));
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const all = [...document.querySelectorAll("#panel .iitem .iname")];
    const at = all.indexOf(document.activeElement.closest(".iitem")?.querySelector(".iname"));
    all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
    event.preventDefault();
  });
  return el("section", { class: "igroup" }, el("h3", {}, page.words[head], el("span", { class: "mut" }, String(n))), list);
}

/* What a rule asks a person to look at is no zone yet: it is drawn by hand. */
function ruled(of) {
  const look = () => {
    page.choose({ layer: of.layer, id: of.id, zone: "" });
    if (of.box) window.cordon.stage.fly(of.box);
  };
  const draw = () => (look(), closePanel(), run("redraw"));
  const name = el("button", { class: "iname", type: "button", onclick: look }, el("span", { class: `chip ${of.look} sketch`, "aria-hidden": "true" }, own(of.letter)), el("span", {}, own(of.name), el("span", { class: "mut" }, own(of.class))));
  return el("li", { class: "iitem" }, el("div", { class: "itop" }, name, el("button", { class: "btn sm", type: "button", onclick: draw }, page.words.redraw)), el("p", {}, own(of.said)));
}

/* The name opens the zone on map and card; the verb opens the decision. */
function item(of) {
  const verb = of.act === "pending" ? page.words.edits_pending : of.to ? page.say("act_to", { act: page.words[`act_${of.act}`], to: own(of.to) }) : page.words[`act_${of.act}`];
  const look = () => page.choose({ layer: "zones", id: of.zone, zone: of.zone, fly: true });
  const typed = { rounds: openRounds, case: () => openCase() }[of.action];
  const decide = () => (look(), typed ? typed(of.zone) : openDecide(of.zone, of.action));
  const name = el("button", { class: "iname", type: "button", onclick: look }, el("span", { class: `chip ${of.look} ${of.sketch ? "sketch" : ""}`, "aria-hidden": "true" }, own(of.letter)), el("span", {}, own(of.name), el("span", { class: "mut" }, own(of.class))));
  const go = of.action ? el("button", { class: `btn sm ${of.ready ? "do" : ""}`, type: "button", onclick: decide }, page.words[{ rounds: "rounds_short", case: "case_new" }[of.action] ?? (of.ready ? `act_of_${of.action}` : `mend_${of.action}`)]) : "";
  return el("li", { class: `iitem ${of.ready ? "ready" : "lacks"}`, "data-key": `${of.zone}-${of.act}` }, el("div", { class: "itop" }, name, go), el("p", {}, el("b", {}, verb), of.act === "pending" ? "" : [page.words.colon, own(of.reasons)]));
}
