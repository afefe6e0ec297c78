/* Acts: what a person decides and types here; each is one event in the log, and the page shows what came of it. */
import { command, run } from "../shared/commands.mjs";
import { closePanel, panelKey } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { closeSheet, sheetKey } from "../shared/sheet.mjs";
import { openCases } from "./cases.mjs";
import { openCase } from "./case.mjs";
import { openDecide } from "./decide.mjs";
import { startFile } from "./file.mjs";
import { openInbox, startInbox } from "./inbox.mjs";
import { openRounds } from "./rounds.mjs";

const PANELS = ["inbox", "decide", "case", "cases", "file", "stay", "paste", "status", "withdraw"];
let outbreak = null;

/* A sheet is worked on by itself: acts rest under it. While zones are redrawn the letters are tools; buttons still act. */
const free = (run) => (event) => sheetKey() || (event && document.documentElement.hasAttribute("data-redraw")) || run();

/* Of the zone that is chosen; where none is, the inbox offers those that wait. */
const onZone = (run) => free(() => (page.choice.zone ? run(page.choice.zone) : openInbox()));

const ACTS = {
  decide: onZone((zone) => openDecide(zone)),
  rounds: onZone((zone) => openRounds(zone)),
  notice: () => run("notice"),
  certificate: () => run("certificate"),
};
for (const action of ["delineate", "extend", "assess", "hold", "step", "raise", "release", "reject"]) ACTS[action] = onZone((zone) => openDecide(zone, action));

export function start() {
  startInbox();
  startFile();
  command({ key: "case_new", label: "case_new", icon: "plus", keys: "N", menu: "bar", run: free(() => openCase()) });
  command({ key: "cases", label: "cases", icon: "case", keys: "C", menu: "more", run: free(() => openCases()) });
  command({ key: "inbox", label: "inbox", icon: "propose", keys: "Shift+D", menu: "more", run: free(() => openInbox()) });
  command({ key: "decide", label: "decide_zone", icon: "check", keys: "D", run: ACTS.decide });
  command({ key: "hold", label: "act_of_hold", icon: "hold", keys: "H", run: ACTS.hold });
  command({ key: "assess", label: "act_of_assess", icon: "shield", keys: "A", run: ACTS.assess });
  command({ key: "step", label: "act_of_step", icon: "down", keys: "S", run: ACTS.step });
  command({ key: "release", label: "act_of_release", icon: "check", keys: "O", run: ACTS.release });
  command({ key: "rounds", label: "rounds", icon: "tube", keys: "T", menu: "more", run: ACTS.rounds });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act]");
    if (button) ACTS[button.dataset.act]?.();
  });
  page.on("view", leave);
}

/* What is open is of one outbreak: case C1 of another is another case. */
function leave() {
  if (!page.plan) return;
  if (outbreak !== null && outbreak !== page.plan.outbreak) {
    if (PANELS.includes(panelKey())) closePanel();
    if (sheetKey() === "rounds") closeSheet();
  }
  outbreak = page.plan.outbreak;
}
