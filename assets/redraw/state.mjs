/* The draft as this browser has it: its steps wait here until the server has them on disk, also over a reload. */
import { page } from "../shared/page.mjs";
import { getJson, Offline, post, Refused, token } from "../shared/server.mjs";

const RETRY_MS = 2000;
const handlers = new Map();
const waiting = new Map(); // step -> what is called once it is answered
const EMPTY = { id: "", n: 0, undo: 0, redo: 0, locks: [], totals: null, zones: [], steps: [], classes: [], lost: [], moved: { cells: {}, units: {} }, state: "open", title: "", base: 0, log: 0, told: {} };

export const desk = { ...EMPTY, queue: [], offline: false, full: false, busy: false, asked: 0, ms: null, ackedAt: 0 };

/* Changes: "open" (another draft, or all of it anew), "queued" (step), "acked" (step, answer), "refused" (step, error),
   "line" (whether the server hears), "closed". */
export function on(name, handler) {
  handlers.set(name, [...(handlers.get(name) || []), handler]);
}

function tell(name, ...told) {
  for (const handler of handlers.get(name) || []) handler(...told);
}

const key = () => `draft:${page.view.plan?.outbreak || ""}:${location.pathname}`;

/* Written at each step and after each answer: what the server has not acknowledged is here after any reload. */
function keep() {
  try {
    if (!desk.id) localStorage.removeItem(key());
    else localStorage.setItem(key(), JSON.stringify({ id: desk.id, queue: desk.queue }));
    desk.full = false;
  } catch {
    desk.full = true;
  }
}

export function kept() {
  try {
    return JSON.parse(localStorage.getItem(key())) || null;
  } catch {
    return null;
  }
}

function take(picture, queue = []) {
  Object.assign(desk, EMPTY, picture, { queue, offline: false });
  keep();
  tell("open");
  pump();
}

export async function begin(title = "") {
  take(await post("/api/desk/drafts", { title, sent: token() }));
}

export async function open(id, queue = []) {
  take(await getJson(`/api/desk/drafts/${id}`), queue);
}

/* Go on with the draft of before, with all that had not reached the server; else begin one. */
export async function resume() {
  const before = kept();
  if (before) {
    try {
      await open(before.id, before.queue || []);
      if (desk.state === "open" || desk.queue.length) return;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  await begin();
}

export function close() {
  Object.assign(desk, EMPTY, { queue: [] });
  tell("closed");
}

export function forget() {
  Object.assign(desk, EMPTY, { queue: [] });
  keep();
}

/* What it promises comes with the answer to the step, or once there is no server to answer. */
export function push(step) {
  if (!desk.id) return undefined;
  const own = { ...step, sent: token() };
  desk.queue.push(own);
  desk.asked = performance.now();
  keep();
  tell("queued", own);
  pump();
  return new Promise((resolve) => waiting.set(own, resolve));
}

function settle(...steps) {
  for (const step of steps) waiting.get(step)?.();
  for (const step of steps) waiting.delete(step);
}

let timer = null;

export async function pump() {
  clearTimeout(timer);
  if (desk.busy || !desk.id) return;
  desk.busy = true;
  try {
    while (desk.queue.length) await send(desk.queue[0]);
    line(false);
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    line(true);
    settle(...waiting.keys());
    timer = setTimeout(pump, RETRY_MS);
  } finally {
    desk.busy = false;
  }
}

function line(offline) {
  if (desk.offline === offline) return;
  desk.offline = offline;
  tell("line");
}

async function send(step, again = false) {
  try {
    const { label, ...told } = step;
    const answer = await post(`/api/desk/drafts/${desk.id}/steps`, { ...told, after: desk.n });
    done(step);
    const { n, undo, redo, locks, totals, zones, ms } = answer;
    Object.assign(desk, { n, undo, redo, locks, totals, zones, ms, ackedAt: Date.now() });
    tell("acked", step, answer);
    settle(step);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // A busy or full server has not taken it: it stays, and is sent again.
    if (error.status >= 500) throw new Offline(error.message);
    if (error.status === 409 && !again && !["undo", "redo"].includes(step.do)) {
      Object.assign(desk, await getJson(`/api/desk/drafts/${desk.id}`));
      tell("open");
      return send(step, true);
    }
    done(step);
    tell("refused", step, error);
    settle(step);
  }
}

function done(step) {
  desk.queue = desk.queue.filter((own) => own !== step);
  keep();
}

export async function reload() {
  Object.assign(desk, await getJson(`/api/desk/drafts/${desk.id}`));
  tell("open");
}

/* What changes the draft as a whole: its name and state, its base, its end. */
export async function act(what, body) {
  const told = await post(`/api/desk/drafts/${desk.id}/${what}`, { sent: token(), ...body });
  if (told.moved) take(told, desk.queue);
  else Object.assign(desk, { state: told.state, title: told.title, base: told.base });
  return told;
}

export function colourOf(of) {
  const found = desk.classes.find((one) => one.id === of);
  const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return found ? read(`--zone-${found.look}-solid`) : read("--m-land");
}
