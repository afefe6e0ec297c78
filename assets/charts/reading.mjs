/* What stands beside the chart of the load: one day in words and figures, and the areas where it is short. */
import { sayDay } from "../shared/days.mjs";
import { el, number } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { compact } from "./svg.mjs";

const AREAS = 4;

/* load: as the server gives it; d: place of the day, -1 for none; say(d): its head as nodes; head: what is said of no day;
   where: areas of the day; acts: what can be done with it. Returns nodes. */
export function reading({ load, d, say, head, where, acts }) {
  const { words } = page, { lang } = page.view;
  if (d < 0) return [el("p", { class: "dsay" }, head), ...source(load), ...areas(where)];
  const classes = load.classes.map((of, k) => [of, load.people[k][d]]).filter(([, n]) => n);
  const assumed = load.assumed.reduce((sum, of) => sum + of[d], 0);
  const rows = classes.map(([of, n]) => el("li", {}, el("span", { class: `chip ${of.look}` }, of.letter[lang]), el("span", {}, of.class[lang]), el("span", { class: "num" }, number(n))));
  const told = [
    assumed ? [el("i", { class: "sw" }), `${words.demand_assumed} ${number(assumed)}`] : "",
    load.samplers[d] ? page.say("demand_needs", { samplers: number(load.samplers[d]), tables: number(load.tables[d]) }) : "",
    load.unknown[d] ? page.say("demand_unknown", { n: number(load.unknown[d]) }) : "",
  ];
  return [...say(d), acts, el("ul", { class: "drows" }, rows), ...told.filter(Boolean).map((line) => el("p", { class: "mut" }, ...[line].flat())), ...areas(where)];
}

function source({ by, sites, capacity }) {
  const { words } = page;
  const known = capacity.find((v) => v !== null);
  if (known === undefined) return [el("p", { class: "mut" }, words.demand_no_capacity)];
  return [el("p", { class: "mut" }, `${page.say("demand_capacity", { n: number(known) })} · ${by === "setting" ? words.demand_by_setting : page.say("demand_by_sites", { n: sites })}`)];
}

function areas(where) {
  if (!where?.areas.length) return [];
  const { words } = page, { lang } = page.view;
  const rows = where.areas.slice(0, AREAS).map((of) => el("li", {}, el("span", {}, of[lang]), el("span", { class: "num" }, `${compact(of.people, lang)} / ${compact(of.capacity, lang)}`), el("span", { class: `num ${of.short ? "lack" : "mut"}` }, of.short ? `−${compact(of.short, lang)}` : "")));
  const left = where.areas.length - AREAS + where.more;
  return [el("h3", {}, page.say("demand_where", { day: sayDay(where.on, lang) })), el("ul", { class: "drows areas" }, rows), left > 0 ? el("p", { class: "mut" }, page.say("more", { n: left })) : ""];
}
