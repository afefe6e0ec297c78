/* How the zones shown now differ from those shown at an earlier moment, maybe of another snapshot.

   The rules are those by which a publication tells its changes; here both moments are free, so that midnight counts. */
import { newest } from "./zones.mjs";

const KINDS = ["opened", "announced", "held", "class", "outline", "watch", "lifted", "gone", "dates", "kind", "name"];
const TOLD = [
  ["class", "class"], ["outline", "outline"], ["in_force_from", "dates"], ["earliest_lift_at", "dates"],
  ["shown_until", "dates"], ["hold_until", "dates"], ["name", "name"],
];
const DATES = ["in_force_from", "earliest_lift_at", "shown_until", "hold_until"];

export function compare(before, then, after, now) {
  const was = newest(before, then);
  const is = newest(after, now);
  const known = new Map([...is.values()].flatMap((version) => version.aliases.map((alias) => [alias, version.id])));
  const earlier = new Map();
  for (const [id, version] of was) {
    const name = is.has(id) ? id : known.get(id) ?? id;
    if (!earlier.has(name)) earlier.set(name, version);
  }
  const ids = new Set([...earlier.keys(), ...is.keys()]);
  const ended = new Set(after.zones.filter(({ ms }) => (ms.ended_at ?? ms.shown_until ?? Infinity) <= now).map(({ id }) => id));
  const found = [...ids].map((id) => change(earlier.get(id), is.get(id), { ended, then, now })).filter(Boolean);
  return found.sort((a, b) => KINDS.indexOf(a.change) - KINDS.indexOf(b.change) || a.rank - b.rank || a.number.localeCompare(b.number));
}

function change(old, now, moments) {
  const kind = kindOf(old, now, moments);
  if (!kind) return null;
  const { id, number, name, name_en, at, box, area, look, rank, people } = now || old;
  return { change: kind, id, number, name, name_en, at, box, area, look, rank, people, old: old ?? null, now: now ?? null };
}

/* Whether a version counts only from later on. */
const isLater = (version, at) => version.ms.shown_from > at || (version.ms.in_force_from ?? 0) > at;

function kindOf(old, now, { ended, then, now: at }) {
  if (!now) {
    if (old.kind === "watch") return "lifted";
    return ended.has(old.id) || (old.ms.shown_until ?? Infinity) <= at ? "lifted" : "gone";
  }
  if (!old) {
    if (now.kind === "hold") return "held";
    if (now.kind === "watch") return "watch";
    return isLater(now, at) ? "announced" : "opened";
  }
  if (old.kind !== now.kind) return { watch: "watch", hold: "held", zone: "opened" }[now.kind];
  if (old.kind === "zone" && isLater(old, then) && !isLater(now, at)) return "opened";
  for (const [key, name] of TOLD) {
    const differs = DATES.includes(key) ? old.ms[key] !== now.ms[key] : old[key] !== now[key];
    if (differs) return name;
  }
  return null;
}

/* How a change reads: what became of it, and whether people are more or fewer by it. */
export const SIGNS = { opened: "plus", held: "plus", announced: "soon", lifted: "minus", watch: "minus", gone: "minus" };

export function peopleChange(changes) {
  const inForce = (version) => (version && version.kind !== "watch" ? version.people ?? 0 : 0);
  return changes.reduce((n, { now, old }) => n + inForce(now) - inForce(old), 0);
}
