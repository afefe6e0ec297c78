/* Bars a day, stacked by class, against a line of capacity; what goes beyond it is hatched. A drawing: it knows no plan. */
import { compact, marks, svg } from "./svg.mjs";

const LEFT = 40, RIGHT = 8, TOP = 18, BOTTOM = 26, LINE = 14;
const WIDE = 36; // px of a day from which each figure has room

/* days (ISO), series [{look, values, assumed}] from the bottom up, capacity (one a day, null: none), today, chosen (ISO),
   width, height (px), lang, tick (a day -> text), todayWord. Returns the drawing and where each day stands in it. */
export function drawBars({ days, series, capacity, today, chosen, width, height, lang, tick, todayWord }) {
  const sums = days.map((_, d) => series.reduce((sum, of) => sum + of.values[d], 0));
  const most = Math.max(1, ...sums, ...capacity.map((v) => v || 0)), axis = marks(most);
  const top = most * 1.04, tall = height - TOP - BOTTOM, each = (width - LEFT - RIGHT) / days.length;
  const y = (value) => TOP + tall * (1 - value / top), x = (d) => LEFT + d * each;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", class: "bars" }, hatches());
  if (days.includes(chosen)) root.append(svg("rect", { class: "chosen", x: x(days.indexOf(chosen)), y: TOP - LINE, width: each, height: tall + LINE + BOTTOM }));
  for (const mark of axis) root.append(svg("line", { class: mark ? "grid" : "base", x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark) }), svg("text", { class: "axis", x: LEFT - 5, y: y(mark) + 4, "text-anchor": "end" }, compact(mark, lang)));
  const lacks = days.map((day, d) => (capacity[d] === null || day < today ? 0 : sums[d] - capacity[d])), worst = Math.max(...lacks);
  days.forEach((day, d) => root.append(...column({ day, d, series, sum: sums[d], room: capacity[d], told: lacks[d] > 0 && (each > WIDE || d === lacks.indexOf(worst)), today, x: x(d), each, y, lang })));
  root.append(...ticks({ days, today, x, each, height, tick, todayWord }), ...roof({ days, capacity, x, each, y, width, lang }));
  return { node: root, each, left: LEFT, top: TOP, bottom: BOTTOM };
}

function hatches() {
  const line = (colour) => svg("path", { d: "M-1 1L1 -1M0 6L6 0M5 7L7 5", stroke: colour, "stroke-width": 1.4 });
  return svg("defs", {},
    svg("pattern", { id: "bars-short", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, svg("rect", { width: 6, height: 6, fill: "var(--surface)" }), line("var(--danger)")),
    svg("pattern", { id: "bars-assumed", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, line("var(--surface)")));
}

function column({ day, d, series, sum, room, told, today, x, each, y, lang }) {
  const wide = Math.max(each * 0.78, 2), from = x + (each - wide) / 2;
  const nodes = [];
  let at = 0;
  for (const { look, values, assumed } of series) {
    const part = values[d];
    if (!part) continue;
    const box = (low, high) => ({ x: from, y: y(high), width: wide, height: Math.max(y(low) - y(high), 0.5) });
    nodes.push(svg("rect", { ...box(at, at + part), class: day < today ? "past" : "", fill: `var(--zone-${look}-solid)` }));
    if (assumed[d]) nodes.push(svg("rect", { ...box(at + part - assumed[d], at + part), fill: "url(#bars-assumed)" }));
    at += part;
  }
  if (room === null || sum <= room) return nodes;
  nodes.push(svg("rect", { class: "short", x: from, y: y(sum), width: wide, height: Math.max(y(room) - y(sum), 2), fill: "url(#bars-short)" }));
  if (told) nodes.push(svg("text", { class: "lack", x: x + each / 2, y: y(sum) - 5, "text-anchor": "middle" }, `−${compact(sum - room, lang)}`));
  return nodes;
}

/* Day numbers, with the month where it is told first, and today in words; the labels that have no room are left out. */
function ticks({ days, today, x, each, height, tick, todayWord }) {
  const step = Math.max(1, Math.ceil(14 / each)), base = height - BOTTOM;
  const now = days.indexOf(today);
  return days.flatMap((day, d) => {
    const first = d === 0 || day.endsWith("-01");
    const near = now >= 0 && d !== now && Math.abs(d - now) * each < 26;
    const crowded = near || (d > 0 && d * each < 40);
    if (d !== now && ((!first && (d - Math.max(now, 0)) % step) || crowded)) return [];
    const text = d === now ? todayWord : first ? tick(day) : String(Number(day.slice(8)));
    return [svg("text", { class: d === now ? "tick now" : "tick", x: first && d !== now ? x(d) : x(d) + each / 2, y: base + 15, "text-anchor": first && d !== now ? "start" : "middle" }, text)];
  });
}

/* Capacity as a stepped line; its figure stands over the start of each step. */
function roof({ days, capacity, x, each, y, width, lang }) {
  if (capacity.every((v) => v === null)) return [];
  const path = [], labels = [];
  days.forEach((_, d) => {
    const value = capacity[d];
    if (value === null) return;
    const before = d ? capacity[d - 1] : null;
    path.push(`${before === null ? "M" : "L"}${x(d).toFixed(1)} ${y(value).toFixed(1)}H${(x(d) + each).toFixed(1)}`);
    if (value !== before) labels.push(svg("text", { class: "roof-text", x: Math.min(x(d) + 3, width - 60), y: y(value) - 4 }, compact(value, lang)));
  });
  return [svg("path", { class: "roof", d: path.join(""), fill: "none" }), ...labels];
}
