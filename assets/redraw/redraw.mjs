/* Redrawing: the page with a draft on it. Entered by P, left by Escape; the draft stays, here and on the server. */
import { command } from "../shared/commands.mjs";
import { page } from "../shared/page.mjs";
import { Offline, Refused } from "../shared/server.mjs";
import { closeConflict, lookForConflicts, showConflict } from "./conflict.mjs";
import { hideConsequences, isOpen, showConsequences, submit } from "./consequences.mjs";
import { openDrafts } from "./drafts.mjs";
import { openForeign } from "./foreign.mjs";
import { equip, startGestures, stopGestures } from "./gestures.mjs";
import { addLayers, showAll, showMoved, startGrid, stopGrid, unpaint } from "./grid.mjs";
import { both, changed, chooseZone, followZone, hand, onHand, say, take } from "./hand.mjs";
import { startKeys, stopKeys } from "./keys.mjs";
import { openLedger } from "./ledger.mjs";
import { startPresence, stopPresence } from "./presence.mjs";
import { startSection, stopSection } from "./section.mjs";
import { desk, kept, on, open, pump, reload, resume } from "./state.mjs";
import { startToolbar, stopToolbar } from "./toolbar.mjs";

let inside = false;

export function start() {
  command({ key: "redraw", label: "redraw", icon: "brush", keys: "P", menu: "bar", when: () => !inside, run: () => enter() });
  command({ key: "drafts", label: "redraw_drafts", icon: "layers2", menu: "more", run: () => openDrafts(enter) });
  command({ key: "ledger", label: "redraw_ledger", icon: "list", keys: "Shift+E", menu: "more", run: () => openLedger() });
  command({ key: "foreign", label: "redraw_foreign", icon: "upload", menu: "more", run: () => (inside ? openForeign() : enter().then(openForeign)) });
  command({ key: "print_draft", label: "redraw_print_draft", icon: "print", menu: "more", run: () => (!inside ? openDrafts(enter) : window.open(`/paper/draft/${desk.id}?language=${page.view.lang}`, "_blank", "noopener")) });
  command({ key: "save_picture", label: "redraw_save_picture", icon: "download", menu: "more", run: savePicture });
  page.on("view", () => inside && (addLayers(), changed("view"), lookForConflicts()));
  page.on("choice", (choice) => inside && choice.layer === "zones" && chooseZone(choice.zone));
  page.on("line", (online) => online && inside && pump());
  on("open", () => inside && showAll(desk.moved));
  on("acked", acked);
  on("refused", refused);
  onHand((why) => inside && why === "tool" && (equip(hand.tool), (window.cordon.stage.taken = hand.tool !== "move")));
  window.addEventListener("beforeunload", (event) => desk.queue.length && desk.full && event.preventDefault());
}

/* What had not reached the server before a reload is sent as soon as the page is there. */
export async function enter(id = "", tool = "paint") {
  const stage = window.cordon.stage;
  const map = await stage.ready;
  if (!map || inside) return;
  inside = true;
  document.documentElement.setAttribute("data-redraw", "");
  try {
    await (id ? open(id) : resume());
    await startGrid(map);
  } catch (error) {
    inside = false;
    document.documentElement.removeAttribute("data-redraw");
    if (error instanceof Offline || error instanceof Refused) return stage.panels.say("redraw_not_begun", { what: error.message });
    throw error;
  }
  startGestures(map);
  startToolbar(document.querySelector(".stage"), leave);
  startSection(document.querySelector(".stage"));
  startKeys(leave);
  startPresence();
  if (page.choice.layer === "zones") await chooseZone(page.choice.zone);
  showConsequences(ended);
  showAll(desk.moved);
  take(tool);
  map.getCanvas().focus();
  lookForConflicts();
}

export function leave() {
  if (!inside) return;
  take("move");
  inside = false;
  for (const stop of [stopGestures, stopGrid, stopToolbar, stopSection, stopKeys, stopPresence, hideConsequences, closeConflict]) stop();
  window.cordon.stage.taken = false;
  document.documentElement.removeAttribute("data-redraw");
}

function acked(step, answer) {
  if (!inside) return;
  const painted = step.pick?.tool === "cells" ? step.pick.cells : [];
  if (answer.moved) showMoved(answer.moved, painted);
  else reload();
  if (["merge", "turn", "undo", "redo"].includes(step.do)) followZone(answer.zones);
  const left = answer.left_out;
  if (left) say(both("left_out", { n: left }));
  else if (answer.beyond) say(both("beyond_ground", { n: answer.beyond }));
  else if (!answer.count && !["lock", "unlock", "undo", "redo"].includes(step.do)) say("nothing_changed");
  else if (hand.said) say();
}

function refused(step, error) {
  if (!inside) return;
  unpaint(step.pick?.cells || []);
  say({ zh: error.body.what_zh || error.body.what, en: error.body.what });
}

/* The map as it is on the screen, in the moment in which it is drawn. */
function savePicture() {
  const { map } = window.cordon.stage;
  map.once("render", () => map.getCanvas().toBlob((data) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(data);
    link.download = `cordon-${page.plan.day}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  }));
  map.triggerRepaint();
}

/* A draft was saved, put aside, or met others' edits. */
function ended(what, told) {
  if (what === "conflict") return showConflict(told, submit);
  leave();
  page.choose(null);
  if (what === "submitted") page.ask();
  window.cordon.stage.panels.say(`redraw_${what}_said`);
  return undefined;
}

export { isOpen, kept };
