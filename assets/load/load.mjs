/* The window in which files are loaded: files and what they are taken for, the load under way, rejected rows. */
import { command } from "../shared/commands.mjs";
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { author, setAuthor } from "../shared/server.mjs";
import { openSheet } from "../shared/sheet.mjs";
import { drawCards } from "./cards.mjs";
import { addFiles, again, begin, desk, onChange, onEnd, ready, tableOf, takeUp } from "./desk.mjs";
import { drawDetail, restDetail } from "./detail.mjs";
import { redrawn, wrong } from "./keep.mjs";
import { drawRejects, onRejects, openRejects, rejectsCount } from "./rejects.mjs";
import { drawRun } from "./running.mjs";

let sheet = null;
let body = null;
let due = 0;
let outbreak = null;

export function start() {
  // Where there is no ground yet, loading is what there is to do; later it stands with the other acts.
  command({ key: "load", label: "load", icon: "upload", keys: "Shift+L", run: open, get menu() { return page.plan?.bounds ? "more" : "bar"; } });
  onChange(redraw);
  onEnd(() => openRejects(true));
  onRejects(redraw);
  page.on("view", () => {
    if (outbreak !== (page.plan?.outbreak || "")) changeOutbreak();
    if (sheet) redraw();
  });
}

/* What was kept of a source, and which rows are rejected, is of one outbreak. */
function changeOutbreak() {
  const first = outbreak === null;
  outbreak = page.plan?.outbreak || "";
  if (first) return;
  for (const table of desk.tables) if (table.id) again(table);
  openRejects(desk.view !== "rejects");
}

export function open() {
  body = el("div", { class: "load", tabindex: "-1" });
  for (const name of ["dragover", "dragleave", "drop"]) body.addEventListener(name, drag);
  sheet = openSheet({ key: "load", draw: () => ({ title: page.words.load, note: steps(), tools: tabs(), body }), onClose: () => { sheet = null; restDetail(); } });
  redraw();
  takeUp().catch((error) => { desk.said = wrong(error, page); redraw(); });
  openRejects(true);
}

/* Many changes of one moment are one picture. */
function redraw() {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(() => {
    if (!sheet) return;
    document.querySelector("#sheet .stools")?.replaceChildren(...tabs());
    document.querySelector("#sheet .snote")?.replaceChildren(steps());
    redrawn(body, picture());
  });
}

/* Where one is on the way: files, checking, loading, correcting. */
function steps() {
  const at = desk.view === "rejects" ? 4 : desk.view === "run" && desk.job ? 3 : desk.tables.length ? 2 : 1;
  return el("ol", { class: "lsteps" }, [1, 2, 3, 4].map((step) => el("li", { "aria-current": step === at ? "step" : null, class: step < at ? "past" : "" }, el("i", {}, String(step)), page.words[`load_step_${step}`])));
}

function tabs() {
  const names = [["files", page.words.load_files, ""], ["rejects", page.words.load_rejects, rejectsCount() || ""]];
  const now = desk.view === "rejects" ? "rejects" : "files";
  return names.map(([view, label, count]) =>
    el("button", { class: `btn ${view === now ? "on" : ""}`, type: "button", "aria-pressed": String(view === now), onclick: () => show(view) }, label, count ? el("span", { class: "lcount" }, count.toLocaleString("en")) : ""));
}

export function show(view, wanted) {
  desk.view = view === "files" && desk.job ? "run" : view;
  if (view === "rejects") openRejects(false, wanted);
  redraw();
}

function picture() {
  const told = desk.said ? el("p", { class: "lsaid", role: "alert" }, icon("warn"), desk.said) : "";
  if (desk.view === "rejects") return [told, drawRejects()];
  if (desk.view === "run" && desk.job) return [told, drawRun(show)];
  if (!desk.tables.length) return [told, empty()];
  const chosen = tableOf(desk.chosen);
  return [told, el("div", { class: "ldesk" },
    el("div", { class: "ldside", "data-scroll": "cards" }, dropZone(true), desk.note ? el("p", { class: "lnote", role: "status" }, page.words[desk.note]) : "", drawCards()),
    el("div", { class: "ldmain", "data-scroll": `detail-${desk.chosen}` }, chosen ? drawDetail(chosen) : "")),
  foot()];
}

function empty() {
  return el("div", { class: "lempty" }, dropZone(false), desk.asked ? "" : el("p", { class: "mut", role: "status" }, page.words.load_asking), el("p", {}, page.words.load_empty), el("p", { class: "mut" }, page.words.load_private));
}

/* A place to drop files on, which is a button too. */
function dropZone(small) {
  const input = el("input", { type: "file", multiple: true, hidden: true, accept: desk.limits?.endings.join(",") });
  input.addEventListener("change", () => { addFiles([...input.files]); input.value = ""; });
  const told = page.say("load_endings", { n: desk.limits ? desk.limits.max_mb.toLocaleString("en") : "–" });
  return el("div", { class: `ldrop ${small ? "small" : ""}` },
    el("button", { class: "btn pri", type: "button", "data-key": "choose", autofocus: !small, onclick: () => input.click() }, icon("upload"), page.words[small ? "load_drop_more" : "load_drop"]),
    small ? "" : el("p", { class: "mut" }, told), input);
}

function drag(event) {
  if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
  event.preventDefault();
  body.classList.toggle("over", event.type === "dragover");
  body.dataset.over = page.words.load_drop_now;
  if (event.type === "drop") addFiles([...event.dataTransfer.files]);
}

/* Who loads, and how much of it. */
function foot() {
  const fine = ready().length;
  const rest = desk.tables.filter((table) => table.look && table.look.kind && !table.look.ready).length;
  const who = el("input", { class: "inp", id: "load-by", "data-key": "by", value: author(), maxlength: 80, required: true });
  who.addEventListener("input", () => { setAuthor(who.value); go.disabled = !fine || !who.value.trim(); });
  const label = fine === 0 ? page.words.load_go_none : fine === 1 ? page.words.load_go_one : page.say("load_go", { n: fine });
  const go = el("button", { class: "btn pri", type: "button", "data-key": "go", disabled: !fine || !author() }, label);
  go.addEventListener("click", async () => {
    body.focus({ preventScroll: true }); // a button that rests lets go of the keyboard
    go.disabled = true;
    desk.said = "";
    await begin().catch((error) => { desk.said = wrong(error, page); redraw(); });
  });
  return el("div", { class: "lfoot" }, rest ? el("span", { class: "mut" }, page.say("load_go_some", { n: rest })) : "", el("span", { class: "sp" }),
    el("label", { for: "load-by" }, page.words.author), who, go);
}
