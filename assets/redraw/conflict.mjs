/* Others changed ground of the draft: what, drawn on the map, and the three ways on. Nothing is lost by any of them. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline, Refused } from "../shared/server.mjs";
import { showTool } from "./grid.mjs";
import { className } from "./hand.mjs";
import { act, desk } from "./state.mjs";

let box = null;
let seen = 0;

export function closeConflict() {
  box?.remove();
  box = null;
}

/* The log has grown: where nobody touched the draft's ground it goes on, on the new base, by itself. */
export async function lookForConflicts() {
  const log = page.plan?.log;
  if (!desk.id || !log || log <= desk.log || log === seen || desk.state !== "open") return;
  seen = log;
  try {
    const told = await getJson(`/api/desk/drafts/${desk.id}/conflicts`);
    if (told.count) showConflict(told);
    else if (!desk.queue.length) await act("move", { choice: "replay" });
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    seen = 0;
  }
}

export function showConflict(told, submit = null) {
  closeConflict();
  const word = (key, fields) => page.say(`redraw_${key}`, fields);
  const who = [...new Set(told.conflicts.map((row) => row.author).filter(Boolean))].join(", ") || word("new_facts");
  // It stays until the choice is on the server: nobody submits on the old base meanwhile.
  const choose = (choice) => async () => {
    const mine = box;
    for (const button of box.querySelectorAll("button")) button.disabled = true;
    try {
      if (submit && choice !== "draft") await submit(choice);
      else await act("move", { choice });
      if (box === mine) closeConflict();
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Refused)) throw error;
      box?.querySelector("b").replaceChildren(error.message);
      for (const button of box?.querySelectorAll("button") || []) button.disabled = false;
    }
  };
  const named = (of) => className(of)[page.view.lang];
  const list = el("ul", { hidden: true }, told.conflicts.slice(0, 12).map((row) => el("li", {}, el("span", { class: "mono" }, row.atom_id), ` ${named(row.class_then)} → ${named(row.class_now)}`)));
  const show = () => {
    list.hidden = !list.hidden;
    showTool(told.outline && !list.hidden ? [{ type: "Feature", properties: {}, geometry: told.outline }] : []);
    if (told.box && !list.hidden) window.cordon.stage.fly(told.box);
  };
  box = el("section", { class: "fl conflict", role: "alert" }, icon("warn"), el("div", {}, el("b", {}, word("conflict", { log: told.log, who })), el("p", {}, word("conflict_more", { n: told.count }), " ", el("button", { type: "button", class: "link", onclick: show }, word("conflict_show"))), list, el("div", { class: "choices" }, el("button", { type: "button", class: "btn pri", onclick: choose("replay") }, word("replay", { log: told.log })), el("button", { type: "button", class: "btn", onclick: choose("keep-theirs") }, word("keep_theirs", { log: told.log })), el("button", { type: "button", class: "btn", onclick: choose("draft") }, word("keep_both")))));
  document.querySelector(".stage").append(box);
  box.querySelector(".btn").focus();
}
