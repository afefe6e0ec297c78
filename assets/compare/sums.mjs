/* What two plans cost: a pair of bars a figure, stacked by class, the difference in words; the figures as a table below. */
import { el, number } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";

const FIGURES = [["zones", "compare_zones"], ["people", "compare_people"], ["person_days", "compare_person_days"], ["tests", "compare_tests"]];
const hectares = (m2) => (m2 / 1e4).toLocaleString("en", { maximumFractionDigits: m2 < 1e5 ? 1 : 0 });

/* How many zones a sum leaves out: it is then a least figure, or none where it leaves out all. */
const lacking = ({ sums }, name) => ({ people: sums.unknown, tests: sums.unknown, person_days: sums.unknown + sums.undated })[name] || 0;
const isNone = (side, name) => lacking(side, name) > 0 && lacking(side, name) >= side.sums.zones;

function least(side, name) {
  if (isNone(side, name)) return "–";
  return `${lacking(side, name) ? "≥ " : ""}${number(side.sums[name])}`;
}

export function sums(found) {
  return el("div", { class: "cmpfigs" }, FIGURES.map(([name, label]) => {
    const [a, b] = found.sides.map((side) => side.sums[name]), most = Math.max(a, b, 1);
    return el("section", {}, el("h3", {}, page.words[label], " ", found.sides.some((side) => isNone(side, name)) ? "" : el("span", { class: a === b ? "mut" : "" }, differs(a, b))), found.sides.map((side, k) => bar(found, k, name, most, side)));
  }));
}

function differs(a, b) {
  if (a === b) return page.words.compare_same;
  const percent = a ? Math.round((Math.abs(b - a) / a) * 100) : 0;
  const share = a ? ` (${b > a ? "+" : "−"}${b ? Math.min(percent, b < a ? 99 : percent) : percent}%)` : "";
  return `B − A: ${b > a ? "+" : "−"}${number(Math.abs(b - a))}${share}`;
}

function bar(found, k, name, most, side) {
  const { lang } = page.view;
  const parts = found.classes.filter((of) => of.sides[k]?.[name]).map((of) => el("i", { class: `bar-${of.look}`, title: `${of.class[lang]} ${number(of.sides[k][name])}`, style: `width:${((of.sides[k][name] / most) * 100).toFixed(2)}%;background:var(--zone-${of.look}-solid)` }));
  return el("div", { class: "cmpbar" }, el("span", { class: "mut" }, "AB"[k]), el("span", { class: "cmptrack", "aria-hidden": "true" }, parts), el("span", { class: "num" }, least(side, name)));
}

export function notes(found) {
  const told = found.sides.flatMap((side, k) => ["unknown", "undated"].filter((name) => side.sums[name]).map((name) => page.say(`compare_${name}`, { side: "AB"[k], n: number(side.sums[name]) })));
  return told.length ? el("div", { class: "mut cmpnotes" }, told.map((line) => el("p", {}, line))) : "";
}

export function table(found) {
  const { words } = page, { lang } = page.view;
  const columns = [...FIGURES, ["area_m2", "compare_area"], ["beyond_people", "compare_beyond"], ["below_people", "compare_below"]];
  const say = (sums, name) => (sums === null ? "–" : name === "area_m2" ? hectares(sums[name]) : number(sums[name]));
  const head = el("tr", {}, el("th", {}), columns.map(([, label]) => el("th", { colspan: 2 }, words[label])));
  const under = el("tr", {}, el("th", {}), columns.flatMap(() => [el("th", {}, "A"), el("th", {}, "B")]));
  const rows = found.classes.map((of) => el("tr", {}, el("th", { scope: "row" }, el("span", { class: `chip ${of.look}` }, of.letter[lang]), " ", of.class[lang]), columns.flatMap(([name]) => [0, 1].map((k) => el("td", {}, say(of.sides[k], name))))));
  const all = el("tr", { class: "b" }, el("th", { scope: "row" }, words.changes_all), columns.flatMap(([name]) => found.sides.map((side) => el("td", {}, say(side.sums, name)))));
  const bare = found.sides.map((side, k) => (side.bare_share === null ? "" : el("p", {}, `${"AB"[k]}: ${words.compare_bare} ${Math.round(side.bare_share * 100)}%`)));
  const open = document.querySelector(".cmpall")?.open;
  return el("details", { class: "cmpall", open }, el("summary", {}, words.compare_table), el("div", { class: "scroll", tabindex: "0" }, el("table", {}, head, under, rows, all)), bare);
}
