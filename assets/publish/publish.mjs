/* Publishing: what is out, what would change, what must be confirmed, putting it out, and taking it back. */
import { command } from "../shared/commands.mjs";
import { el, icon } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { closePanel, openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline, post, Refused } from "../shared/server.mjs";
import { sheetKey } from "../shared/sheet.mjs";
import { changed, history, moved, nothingYet, outNow, progress, said, sentence, tellAges } from "./pieces.mjs";
import { Moved } from "./moved.mjs";

const KEY = "publish", QUICK_MS = 1500, TICK_MS = 1000;
const narrow = matchMedia("(max-width: 899px)"); // the bar of a phone or a tablet holds two buttons
// What is typed, and an act under way, outlive the panel: it may be closed and opened again.
let state = fresh();
let panel = null;

function fresh() {
  return { outbreak: null, now: null, plan: null, error: null, old: false, took: 0, all: false, form: null, moved: new Moved(), running: null, done: null, clash: "", asking: 0, leaving: null, unread: false };
}

export function start() {
  const here = () => document.querySelector(".app")?.dataset.publishes === "true";
  if (!here()) return;
  const rests = () => sheetKey() || document.documentElement.hasAttribute("data-redraw");
  command({ key: KEY, label: "publish", icon: "publish", keys: "Shift+U", primary: true, get menu() { return narrow.matches ? "more" : "bar"; }, run: (event) => (event && rests()) || open() });
  page.on("view", leave);
  page.on("log", moveOn);
  setInterval(() => panel && tellAges(state), TICK_MS);
}

/* What is open is of one outbreak. */
function leave() {
  if (!page.plan || state.outbreak === page.plan.outbreak) return;
  if (panel) closePanel();
  state = { ...fresh(), outbreak: page.plan.outbreak };
}

export function open() {
  if (panel) return closePanel();
  if (!state.unread) Object.assign(state, { done: null, clash: "" });
  state.unread = false;
  panel = openPanel({ key: KEY, draw, onClose: () => { panel = null; state.leaving = null; } });
  return state.running ? null : read();
}

/* Somebody wrote: where looking again is quick it is done, else it is offered. */
function moveOn() {
  if (!panel || state.running || state.leaving || !state.plan) return;
  if (state.took < QUICK_MS) return read();
  state.old = true;
  return show();
}

const query = () => new URLSearchParams({ outbreak: page.plan?.outbreak || "" });

async function read() {
  const mine = ++state.asking, of = state;
  const begun = performance.now();
  const failed = of.error;
  of.error = null;
  try {
    const now = await getJson(`/api/publication?${query()}`);
    if (mine !== of.asking) return;
    const same = of.plan && !failed && JSON.stringify(of.now) === JSON.stringify(now);
    of.now = now;
    if (!same) show();
    const plan = await getJson(`/api/publication/preview?${query()}`);
    if (mine !== of.asking) return;
    const still = same && !of.old && JSON.stringify(of.plan) === JSON.stringify(plan);
    Object.assign(of, { plan, old: false, took: performance.now() - begun });
    if (still) return; // what a form says of its fields stays
    of.moved.take(plan.redrawn);
  } catch (error) {
    if (mine !== of.asking) return;
    of.error = error;
  }
  if (of === state) show();
}

/* Draws anew and leaves the focus where it was; a field that is gone gives it to the panel. */
function show() {
  if (!panel) return;
  const root = document.getElementById("panel"), at = document.activeElement;
  const name = root.contains(at) ? at.name || at.dataset.key : "", within = root.contains(at), head = at.closest(".phead"), range = [at?.selectionStart, at?.selectionEnd];
  const down = root.querySelector(".pbody")?.scrollTop || 0;
  panel.redraw();
  root.querySelector(".pbody").scrollTop = down;
  if (!within) return;
  const again = name && root.querySelector(`[name="${CSS.escape(name)}"], [data-key="${CSS.escape(name)}"]`);
  (again || root.querySelector(head ? ".phead button" : ".pbody")).focus({ preventScroll: Boolean(again) });
  if (again && typeof range[0] === "number") again.setSelectionRange(...range);
}

function draw() {
  const title = page.words.publish;
  if (state.leaving) return { title: page.words.pub_withdraw_title, body: leaving() };
  const body = [state.now ? outNow(state, withdrawButton()) : ""];
  if (state.done) body.push(state.done === "withdrawn" ? said("pub_withdrawn") : said("pub_done", { n: state.done.seq }, state.now?.page));
  if (state.running) return { title, body: [...body, progress(state)] };
  if (state.clash) body.push(el("div", { class: "note", role: "alert" }, state.clash));
  if (state.error) body.push(trouble());
  else if (!state.plan) body.push(el("div", { role: "status" }, el("p", { class: "mut" }, page.words.pub_reading), el("progress", { "aria-label": page.words.pub_reading })));
  else body.push(...proposal());
  if (state.now) body.push(history(state.now));
  return { title, body };
}

function trouble() {
  const { error } = state;
  const text = error instanceof Offline ? [page.words.pub_offline] : [error.message, error.fix];
  return el("div", { class: "fsaid", role: "alert" }, text.filter(Boolean).map((line) => el("p", {}, line)), el("div", {}, el("button", { class: "btn sm", type: "button", onclick: read }, page.words.try_again)));
}

/* What would be published, and the form that does it. */
function proposal() {
  const { plan, now } = state;
  if (!plan.zones && !now.current?.snapshot) return [nothingYet()];
  const old = state.old ? el("div", { class: "note pubold", role: "status" }, el("p", {}, page.words.pub_old), el("button", { class: "btn sm", type: "button", "data-key": "again", onclick: read }, page.words.pub_look)) : "";
  const past = page.plan?.asked_day ? el("p", { class: "note" }, page.words.pub_past) : "";
  if (state.done?.seq && !plan.n) return [old, past];
  const head = el("section", { class: "pubwould" }, el("h3", {}, page.words.pub_would), el("p", { class: plan.n ? "pubsum" : "pubsum same" }, sentence(plan, now)), changed(state, () => { state.all = true; show(); }));
  return [old, past, head, publishForm()];
}

function publishForm() {
  const confirmed = { name: "confirmed", label: "pub_moved", own: state.moved };
  const note = { name: "note", label: "pub_note", kind: "area", rows: 2, max: 500, hint: "pub_note_hint" };
  const fields = state.plan.redrawn.length ? [confirmed, note] : [note];
  const before = state.form;
  const typed = before?.controls ? { ...before.values() } : {};
  delete typed.confirmed;
  const form = new Form({ fields, submit: "publish", send: publish, typed });
  if (before) form.sent = before.sent;
  state.form = form;
  const node = form.draw();
  if (before?.who) form.who.value = before.who.value;
  const group = node.querySelector("#f-confirmed");
  if (group) node.querySelector('[for="f-confirmed"]').replaceWith(moved(state.plan.redrawn.length));
  return node;
}

async function publish({ note }, sent) {
  const { plan, now, moved: ticks } = state;
  if (ticks.open().length) throw new Refused({ faults: [{ column: "confirmed", reason: page.say("pub_tick", { n: ticks.open().length }) }] }, 422);
  const of = state, mine = {};
  of.running = { since: Date.now(), first: !now.current };
  of.clash = "";
  of.done = null;
  show();
  try {
    of.done = await post("/api/publish", { note, confirmed: ticks.value(), sent, base: plan.log, seen: now.current?.seq ?? 0 });
    of.plan = null;
    of.form = null;
    of.moved = new Moved();
  } catch (error) {
    mine.error = error;
  }
  of.running = null;
  if (of !== state) return;
  of.unread = !panel; // what came of it is told when the panel is opened again
  if (mine.error) await refused(mine.error);
  else await read();
}

/* What was typed and ticked stays; a conflict says who was quicker, and what would change now. */
async function refused(error) {
  const before = state.now;
  if (error.status === 409) {
    state.plan = null;
    await read();
  }
  state.clash = error.status === 409 ? clashed(before, error) : state.unread ? error.message : "";
  show();
  if (error.status !== 409 && panel) state.form?.refuse(error);
}

function clashed(before, error) {
  const first = state.now?.history[0];
  if (first && (before.current?.seq ?? 0) !== (state.now.current?.seq ?? 0)) {
    return page.say(first.act === "publish" ? "pub_clash" : "pub_clash_withdrawn", { by: first.by, when: first.when[page.view.lang] });
  }
  return state.moved.open().length ? page.words.pub_clash_moved : error.body ? page.words.pub_clash_decided : error.message;
}

function withdrawButton() {
  if (state.running || !state.now.current?.snapshot) return "";
  const go = () => { state.asking++; state.leaving = new Form({ fields: [{ name: "note", label: "pub_why", kind: "area", rows: 3, max: 500, required: true, hint: "pub_why_hint", focus: true }], submit: "pub_withdraw", send: withdraw }); panel.redraw(); document.querySelector("#panel [name=note]")?.focus(); };
  return el("button", { class: "btn sm", type: "button", "data-key": "withdraw", onclick: go }, icon("undo"), page.words.pub_withdraw);
}

/* What stands after a withdrawal is said before it is done. */
function leaving() {
  const { now } = state;
  const gone = new Set(now.history.filter((act) => act.act !== "publish").map((act) => act.snapshot));
  const next = now.history.find((act) => act.act === "publish" && act.snapshot !== now.current.snapshot && !gone.has(act.snapshot));
  const after = next ? page.say("pub_after", { when: next.when[page.view.lang], by: next.by }) : page.words.pub_after_nothing;
  const back = () => { state.leaving = null; show(); read(); };
  const form = state.leaving.draw();
  form.querySelector(".fgo").prepend(el("button", { class: "btn", type: "button", onclick: back }, icon("left"), page.words.pub_back));
  return [outNow(state, ""), el("p", { class: "note pubwhat" }, page.words.pub_withdraw_what, " ", after), form];
}

async function withdraw({ note }, sent) {
  try {
    await post("/api/publication/withdraw", { note, sent, seen: state.now.current?.seq ?? 0 });
  } catch (error) {
    if (error.status !== 409) throw error;
    const before = state.now;
    state.now = await getJson(`/api/publication?${query()}`);
    show();
    throw new Refused({ what: clashed(before, error) }, 409);
  }
  state.leaving = null;
  state.done = "withdrawn";
  state.clash = "";
  state.plan = null;
  await read();
}
