/* The section of a building: floors and stairwells that share a footprint, chosen part by part. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { cancel, confirm } from "./gestures.mjs";
import { changed, hand, letterOf, lookOf, onHand } from "./hand.mjs";

let root = null;

export function startSection(stage) {
  root = el("section", { class: "fl section", hidden: true, "aria-labelledby": "section-title" });
  stage.append(root);
}

export function stopSection() {
  root?.remove();
  root = null;
}

onHand((why) => root && ["section", "tool", "cancel", "taken"].includes(why) && draw(why));

function draw(why) {
  const { section } = hand;
  root.hidden = !section;
  if (!section) return;
  const lang = page.view.lang;
  const rows = section.parts.map((part) => {
    const on = section.taken.has(part.id);
    const flip = () => {
      on ? section.taken.delete(part.id) : section.taken.add(part.id);
      changed("taken");
      root.querySelector(`[data-part="${CSS.escape(part.id)}"]`)?.focus();
    };
    const floors = part.floors[0] === null ? "" : page.say("redraw_floors", { from: part.floors[0], to: part.floors[1] ?? part.floors[0] });
    return el("li", {}, el("button", { type: "button", "aria-pressed": String(on), "data-part": part.id, onclick: flip }, el("span", { class: `chip ${lookOf(part.class)}` }, letterOf(part.class)[lang]), el("span", { class: "n" }, part.rest ? page.say("redraw_rest", { name: part.name[lang] }) : part.name[lang]), el("span", { class: "mut" }, floors), el("span", { class: "r" }, page.say("redraw_people_n", { n: Math.round(part.people).toLocaleString("en") }))));
  });
  root.replaceChildren(
    el("header", { class: "phead" }, el("h3", { id: "section-title" }, page.say("redraw_section", { name: section.unit.name[lang] })), el("button", { type: "button", class: "ib", "aria-label": page.words.close, onclick: cancel }, icon("close"))),
    el("ul", {}, rows),
    el("footer", { class: "pfoot" }, el("button", { type: "button", class: "btn pri", disabled: !section.taken.size, onclick: confirm }, page.words.redraw_take, el("kbd", {}, "↵")), el("span", { class: "mut" }, page.say("redraw_taken_n", { n: section.taken.size }))),
  );
  if (why === "section") root.querySelector("li button")?.focus();
}
