/* The days of a zone as a strip: phases above, a square a day, a ring where a test is due; and the same as a table to hear. */
import { app } from "./app.mjs";
import { el } from "./dom.mjs";
import { sayDay } from "./days.mjs";
import { words } from "./words.mjs";
import { phasesOf, stripOf } from "./zones.mjs";

export function strip(row) {
  const days = stripOf(row);
  if (!days.length) return el("p", { class: "empty" }, words.say("no_days"));
  const done = new Set(app.snapshot.days.done.filter((round) => round.zone === row.id).map((round) => round.date));
  const phases = phasesOf(row, days).map((phase) => el("span", { style: `grid-column:${phase.start + 1}/span ${phase.length}`, title: phase[words.lang] }, phase[words.lang]));
  const cells = days.map((day) => {
    const said = [words.say("day_n", { n: day.n }), sayDay(day.date, words.lang), day.test ? words.say(done.has(day.date) ? "test_done" : "test_due") : "", day.today ? words.say("today") : ""];
    const kind = ["cell", day.past && "past", day.today && "today", day.over && "over", day.test && (done.has(day.date) ? "done" : "test")].filter(Boolean).join(" ");
    return el("li", { class: kind, title: said.filter(Boolean).join(", ") },
      el("i", { "aria-hidden": "true" }), el("span", { "aria-hidden": "true" }, String(day.n)), el("span", { "aria-hidden": "true", class: "dom" }, String(Number(day.date.slice(8)))),
      el("span", { class: "hear" }, said.filter(Boolean).join(", ")));
  });
  return el("div", { class: `strip look-${row.look}`, style: `--n:${days.length}` }, phases.length ? el("div", { class: "phases" }, phases) : null, el("ol", { class: "cells" }, cells));
}
