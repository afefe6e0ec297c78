/* What the load window holds, also while it is closed: files on their way, what each is taken for, the load under way. */
import { page } from "../shared/page.mjs";
import { about, choose, leaveOut, lookAt, progress, start, stop, upload } from "./asks.mjs";
import { wrong } from "./keep.mjs";

const KEY = "loads";
const SOON_MS = 300, LATE_MS = 1000;

/* A table: key, id, item, name, part, size, state (sending, reading, there, wrong), share, look, error, cut. */
export const desk = { limits: null, tables: [], chosen: "", view: "files", job: null, note: "", asked: false };
let redraw = () => {};
let end = () => {};

export function onChange(handler) {
  redraw = handler;
}

export function onEnd(handler) {
  end = handler;
}

export const tableOf = (key) => desk.tables.find((table) => table.key === key);

function keepIds() {
  const ids = [...new Set(desk.tables.map((table) => table.id).filter(Boolean))];
  localStorage.setItem(KEY, JSON.stringify({ ids, job: desk.job?.job || "" }));
}

function keptIds() {
  try {
    return { ids: [], job: "", ...JSON.parse(localStorage.getItem(KEY) || "{}") };
  } catch {
    return { ids: [], job: "" };
  }
}

/* Take up what was left: files that are still on the server, and a load that still runs. */
export async function takeUp() {
  const kept = keptIds();
  const told = await about(kept.ids);
  desk.limits = told;
  desk.asked = true;
  const known = new Set(desk.tables.map((table) => table.id));
  const back = told.files.filter((file) => !known.has(file.id));
  for (const file of back) addTables(file, file.cut);
  if (back.length) desk.note = "load_kept";
  const job = told.files.find((file) => file.job)?.job || kept.job;
  if (job && !desk.job) follow(job);
  keepIds();
  redraw();
}

function addTables(file, cut = false) {
  for (const { item, part } of file.items) {
    const table = { key: `${file.id}/${item}`, id: file.id, item, name: file.name, part, size: file.size, state: "reading", cut };
    desk.tables.push(table);
    read(table, () => lookAt(table.id, table.item));
  }
  desk.chosen ||= desk.tables[0]?.key || "";
}

async function read(table, ask) {
  try {
    table.look = await ask();
    table.state = "there";
    table.error = "";
    table.drawn = (table.drawn || 0) + 1;
  } catch (error) {
    table.error = wrong(error, page);
    table.state = table.look ? "there" : "wrong";
  }
  if (!tableOf(desk.chosen)?.look?.kind && table.look?.kind && !desk.touched) desk.chosen = table.key;
  redraw();
}

/* Choose something of a table; the old answer stays until the new one is there. */
export function change(table, choices) {
  desk.touched = true;
  table.busy = (table.busy || 0) + 1;
  redraw();
  return read(table, () => choose(table.id, table.item, choices)).finally(() => {
    table.busy -= 1;
    redraw();
  });
}

export function pick(key) {
  desk.touched = true;
  desk.chosen = key;
  redraw();
  // On a narrow screen the table stands below all the cards.
  if (innerWidth < 720) requestAnimationFrame(() => document.querySelector(".ltitle")?.scrollIntoView());
}

export function addFiles(files) {
  desk.view = "files";
  for (const file of files) addFile(file);
  redraw();
}

async function addFile(file) {
  const table = { key: `new-${Math.random()}`, name: file.name, part: "", size: file.size, state: "sending", share: 0, file };
  desk.tables.push(table);
  const most = desk.limits?.max_mb || Infinity;
  if (file.size > most * 2 ** 20) {
    table.error = page.say("load_too_large", { name: file.name, n: Math.ceil(file.size / 2 ** 20).toLocaleString("en"), most: most.toLocaleString("en") });
    table.state = "refused";
    return;
  }
  const sent = upload(file, (share) => { table.share = share; redraw(); });
  table.cut_off = () => sent.request.abort();
  try {
    const told = await sent.done;
    desk.tables.splice(desk.tables.indexOf(table), 1);
    addTables(told);
    keepIds();
  } catch (error) {
    if (error.name === "AbortError") desk.tables = desk.tables.filter((one) => one !== table);
    table.error = wrong(error, page);
    table.state = "refused";
  }
  redraw();
}

/* A table that was refused is sent again; one that is here is looked at again. */
export function again(table) {
  if (table.id) {
    table.state = "reading";
    return read(table, () => lookAt(table.id, table.item));
  }
  desk.tables = desk.tables.filter((one) => one !== table);
  return addFile(table.file).then(redraw);
}

export async function remove(table) {
  table.cut_off?.();
  const others = desk.tables.filter((one) => one.id && one.id === table.id && one !== table);
  try {
    if (others.length && table.look) await choose(table.id, table.item, { kind: "" });
    else if (table.id) await leaveOut(table.id);
  } catch (error) {
    table.error = wrong(error, page);
    return redraw();
  }
  desk.tables = desk.tables.filter((one) => one !== table);
  if (desk.chosen === table.key) desk.chosen = desk.tables[0]?.key || "";
  keepIds();
  return redraw();
}

export const ready = () => desk.tables.filter((table) => table.look?.ready && !table.busy);

export async function begin() {
  desk.job = await start(ready().map((table) => [table.id, table.item]));
  desk.view = "run";
  desk.note = "";
  keepIds();
  redraw();
  follow(desk.job.job);
}

export async function halt() {
  desk.job.stopping = true;
  redraw();
  Object.assign(desk.job, await stop(desk.job.job));
}

/* Hear of a load until it ends; a server that is away is asked again, one that was started anew says so. */
async function follow(id) {
  for (let wait = SOON_MS; ; wait = Math.min(wait * 1.2, LATE_MS)) {
    try {
      const stopping = desk.job?.stopping;
      desk.job = { ...(await progress(id)), stopping };
    } catch (error) {
      if (error.status === 404) return lost(error);
    }
    if (desk.job && !["waiting", "loading"].includes(desk.job.state)) return ended();
    if (desk.job) desk.view = desk.view === "files" ? "run" : desk.view;
    redraw();
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function lost(error) {
  const running = desk.job;
  desk.job = null;
  keepIds();
  if (running) {
    desk.view = "files";
    desk.said = wrong(error, page);
    desk.tables = [];
    await takeUp();
  }
  redraw();
}

function ended() {
  const done = new Set(desk.job.files.filter((file) => file.state === "done").map((file) => file.key));
  desk.tables = desk.tables.filter((table) => !done.has(table.key));
  for (const table of desk.tables) if (table.id) again(table);
  if (!tableOf(desk.chosen)) desk.chosen = desk.tables[0]?.key || "";
  desk.job.over = true;
  keepIds();
  end();
  redraw();
}

export function leaveResult() {
  desk.job = null;
  desk.view = "files";
  keepIds();
  redraw();
}
