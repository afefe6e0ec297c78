/* What is true of the zones at a moment. A snapshot holds dates; all that says 'now' is worked out here. */
import { addDays, dateOf, daysBetween, startOfDay } from "./days.mjs";

const TIMES = ["shown_from", "shown_until", "in_force_from", "earliest_lift_at", "hold_until", "ended_at", "watch_until"];
export const IN_FORCE = ["in_force", "hold"];

/* Parses the times of a list once; the zone of the browser is never asked. */
export function prepare(list) {
  dateOf(0, list.time_zone);
  list.looks = new Map(list.classes.map((of) => [of.look, of]));
  list.area = new Map(list.areas.map((of) => [of.id, of]));
  for (const version of list.zones) {
    version.ms = Object.fromEntries(TIMES.map((name) => [name, version[name] === null ? null : Date.parse(version[name])]));
    version.key = `${version.id} ${version.shown_from}`;
  }
  list.zones.sort((a, b) => a.ms.shown_from - b.ms.shown_from);
  return list;
}

/* The version of each zone that is shown at a moment, else the one that is shown next; a zone that is over is not in it. */
export function newest(list, at) {
  const found = new Map();
  for (const version of list.zones) {
    const until = version.ms.shown_until;
    if ((until === null || until > at) && !found.has(version.id)) found.set(version.id, version);
  }
  return found;
}

export function stateOf(version, at) {
  if (version.ms.shown_from > at) return "upcoming";
  if (version.kind !== "zone") return version.kind;
  return version.ms.in_force_from !== null && version.ms.in_force_from > at ? "upcoming" : "in_force";
}

/* One row a zone, the strictest class first: its version, state, day n of how many, what is tested when. */
export function rowsAt(list, at) {
  const today = dateOf(at, list.time_zone);
  const rows = [...newest(list, at).values()].map((version) => ({ ...version, ...daysOf(version, today, list.time_zone), state: stateOf(version, at) }));
  return rows.sort((a, b) => a.rank - b.rank || a.number.localeCompare(b.number));
}

function daysOf(version, today, zone) {
  const { day_one: first, test_dates: tests, ms } = version;
  const end = ms.earliest_lift_at ?? ms.hold_until ?? ms.watch_until;
  const last = end === null ? null : dateOf(end - 1, zone);
  const day = first === null ? null : daysBetween(first, today) + 1;
  const days = first === null || last === null ? null : daysBetween(first, last) + 1;
  return {
    today, last, days, day: day !== null && day < 1 ? null : day,
    due: tests.includes(today), next: tests.find((date) => date >= today) ?? null,
  };
}

/* The days that a strip shows: all of a zone's days, at least fourteen, and today where it is later. */
export function stripOf(row) {
  const first = row.day_one ?? row.test_dates[0] ?? null;
  if (first === null) return [];
  const length = Math.min(Math.max(14, row.days ?? 0, row.test_dates.length ? daysBetween(first, row.test_dates.at(-1)) + 1 : 0), 35);
  return Array.from({ length }, (_, k) => {
    const date = addDays(first, k);
    return { date, n: k + 1, today: date === row.today, past: date < row.today, test: row.test_dates.includes(date), over: row.last !== null && date > row.last };
  });
}

/* The phase that holds on each of the days: id, names, from, and how many of the days it covers. */
export function phasesOf(row, strip) {
  const found = [];
  for (const { date } of strip) {
    const phase = row.phases.filter((p) => p.from <= date).at(-1);
    if (!phase) continue;
    if (found.at(-1)?.id === phase.id) found.at(-1).length += 1;
    else found.push({ ...phase, start: strip.findIndex((d) => d.date === date), length: 1 });
  }
  return found;
}

/* When next anything turns by itself: a date of a zone, or midnight. */
export function nextTurn(list, at) {
  const midnight = startOfDay(addDays(dateOf(at, list.time_zone), 1), list.time_zone);
  const moments = list.zones.flatMap(({ ms }) => [ms.shown_from, ms.shown_until, ms.in_force_from]).filter((m) => m !== null && m > at);
  return moments.reduce((least, moment) => Math.min(least, moment), midnight);
}

/* Zones and people in force by look, the strictest first; `before` are the rows that they are compared with. */
export function totals(list, rows, before = []) {
  const count = (of, look, state) => of.filter((row) => row.look === look && state.includes(row.state));
  return list.classes.map((of) => {
    const states = of.class ? IN_FORCE : ["watch"];
    const now = count(rows, of.look, states);
    return {
      of, zones: now.length, people: sum(now), change: now.length - count(before, of.look, states).length,
      upcoming: count(rows, of.look, ["upcoming"]).length,
    };
  });
}

export function sum(rows) {
  return rows.reduce((total, row) => total + (row.people ?? 0), 0);
}

/* Test rounds of a date over the zones that are in force: how many are due, how many people, what is reported as done. */
export function testsOn(days, rows, date) {
  const open = new Set(rows.filter((row) => IN_FORCE.includes(row.state)).map((row) => row.id));
  const due = days.rounds.filter((round) => round.date === date && open.has(round.zone));
  const done = days.done.filter((round) => round.date === date);
  const doneZones = new Set(done.map((round) => round.zone));
  return {
    due: due.length, people: due.reduce((n, round) => n + (round.people_due ?? 0), 0),
    done: due.filter((round) => doneZones.has(round.zone)).length,
    tested: done.reduce((n, round) => n + (round.tested_at_least ?? 0), 0), rounds: due,
  };
}
