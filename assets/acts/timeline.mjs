/* The stays of a case on a line of days: a bar a stay, darker where spread is likelier; what is known of the illness above. */
import { addDays, sayDay } from "../shared/days.mjs";
import { el } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { own } from "./parts.mjs";

const WIDE = 328, LEFT = 6, ROW = 20, DAY_MS = 86400000;
const MARKS = { onset_at: "case_onset_at", first_positive_at: "case_first_positive_at", reported_at: "case_reported_at", isolated_at: "case_isolated_at" };

function svg(tag, props, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(props)) if (value !== null) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/* Local times carry their offset; the wall clock is what is drawn, whatever zone the browser is in. */
const wall = (text) => Date.parse(`${text.slice(0, 19)}Z`);
const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);

export function sayClock(text) {
  const [day, clock] = [text.slice(0, 10), text.slice(11, 16)];
  // A midnight is 24:00 of the day that it ends.
  if (clock === "00:00") return `${sayDay(addDays(day, -1))} ${page.view.lang === "zh" ? "24时" : "24:00"}`;
  return `${sayDay(day)} ${clock}`;
}

export function sayStay(stay) {
  const end = stay.leave ? (stay.leave.slice(0, 10) === stay.arrive.slice(0, 10) ? stay.leave.slice(11, 16) : sayClock(stay.leave)) : page.words.stay_open;
  return `${sayClock(stay.arrive)} – ${end}`;
}

/* Stays that overlap stand below one another. */
function lanes(stays) {
  const ends = [];
  return stays.map((stay) => {
    const start = wall(stay.arrive);
    const free = ends.findIndex((end) => end <= start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = stay.leave ? wall(stay.leave) : start + DAY_MS / 24;
    return lane;
  });
}

export function timeline({ span, stays, open, add }) {
  const live = stays.filter((stay) => !stay.withdrawn);
  const first = Date.parse(dayOf(wall(span.from))), last = Date.parse(dayOf(wall(span.to) - 1)) + DAY_MS;
  const days = Math.max(1, Math.round((last - first) / DAY_MS));
  const each = (WIDE - 2 * LEFT) / days;
  const x = (ms) => LEFT + ((ms - first) / DAY_MS) * each;
  const rows = lanes(live);
  const placed = placeMarks(span.marks, x);
  const top = 18 + 11 * Math.max(0, ...placed.map((mark) => mark.row));
  const tall = top + ROW * Math.max(1, ...rows.map((n) => n + 1)) + 20;
  const root = svg("svg", { viewBox: `0 0 ${WIDE} ${tall}`, class: "stays", role: "group", "aria-label": page.words.stays });
  const floor = tall - 18;
  const step = Math.ceil(34 / each);
  for (let n = 0; n <= days; n += 1) {
    root.append(svg("line", { x1: x(first + n * DAY_MS), x2: x(first + n * DAY_MS), y1: top - 4, y2: floor, class: "dayline" }));
    if (n < days && n % step === 0) root.append(svg("text", { x: x(first + n * DAY_MS) + 2, y: tall - 5, class: "daytext" }, sayDay(dayOf(first + n * DAY_MS))));
  }
  const ground = svg("rect", { x: LEFT, y: top - 4, width: WIDE - 2 * LEFT, height: floor - top + 4, class: "ground" });
  ground.append(svg("title", {}, page.words.stay_add_here));
  ground.addEventListener("click", (event) => {
    const box = root.getBoundingClientRect();
    const at = first + (((event.clientX - box.left) / box.width) * WIDE - LEFT) / each * DAY_MS;
    add(new Date(Math.round(at / (DAY_MS / 24)) * (DAY_MS / 24)).toISOString().slice(0, 16).replace("T", " "));
  });
  root.append(ground);
  drawMarks(root, placed, floor);
  const bars = live.map((stay, n) => bar(stay, x, top + ROW * rows[n], () => open(stay)));
  bars.forEach((node, n) => {
    node.setAttribute("tabindex", n ? "-1" : "0");
    node.addEventListener("keydown", (event) => walk(event, bars, n));
    root.append(node);
  });
  return el("div", { class: "staybox" }, root);
}

/* Where the words of each mark stand: in the first row in which they cover no other. */
function placeMarks(known, x) {
  const rows = [];
  return Object.entries(known).sort(([, a], [, b]) => wall(a) - wall(b)).map(([name, at]) => {
    const here = x(wall(at));
    const word = page.words[`${MARKS[name]}_short`];
    const wide = word.length * (page.view.lang === "zh" ? 11.5 : 6);
    const flip = here + 2 + wide > WIDE;
    const from = flip ? here - 2 - wide : here + 2;
    let row = rows.findIndex((taken) => taken.every(([a, b]) => from + wide < a || from > b + 4));
    if (row < 0) row = rows.push([]) - 1;
    rows[row].push([from, from + wide]);
    return { here, word, flip, row };
  });
}

function drawMarks(root, placed, floor) {
  for (const { here, word, flip, row } of placed) {
    const y = 10 + row * 11;
    root.append(svg("line", { x1: here, x2: here, y1: y + 2, y2: floor, class: "mark" }), svg("text", { x: flip ? here - 2 : here + 2, y, class: "marktext", "text-anchor": flip ? "end" : "start" }, word));
  }
}

function bar(stay, x, y, open) {
  const from = x(wall(stay.arrive)), to = stay.leave ? x(wall(stay.leave)) : from + 6;
  const label = `${sayStay(stay)}${page.words.comma}${own(stay.place.name)}${stay.risk ? `${page.words.comma}${page.words[`risk_${stay.risk}`]}` : ""}`;
  const node = svg("g", { role: "button", "aria-label": label, class: `stay ${stay.risk || "unsaid"} ${stay.place.known ? "" : "lost"}` });
  node.append(svg("title", {}, label), svg("rect", { x: from, y, width: Math.max(6, to - from), height: ROW - 6, rx: 2 }));
  node.addEventListener("click", open);
  node.addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), event.stopPropagation(), open()));
  return node;
}

function walk(event, bars, n) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const next = by && bars[n + by];
  if (!next) return;
  event.preventDefault();
  bars[n].setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
