/* Pieces that the panels of acts share: the head of a zone, what was saved, words of both languages. */
import { el, icon } from "../shared/dom.mjs";
import { closePanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";

export const own = (words) => (words ? words[page.view.lang] : "");

export function zoneHead({ look, letter, name, class: kind, sketch }) {
  return el("div", { class: "ahead" }, el("span", { class: `chip lg ${look} ${sketch ? "sketch" : ""}`, "aria-hidden": "true" }, own(letter)), el("div", {}, el("b", {}, own(name)), el("span", { class: "mut" }, own(kind))));
}

/* A button that opens a zone's card, which the panel lies over; main.mjs hears of it by data-zone. */
export function zoneLink(zone, note) {
  return el("button", { class: "zlink", type: "button", "data-zone": zone.zone, onclick: closePanel }, el("span", { class: `chip ${zone.look} ${zone.sketch ? "sketch" : ""}`, "aria-hidden": "true" }, own(zone.letter)), el("span", {}, own(zone.name), el("br"), el("span", { class: "mut" }, `${own(zone.class)}${note ? ` · ${note}` : ""}`)));
}

export function saved(text) {
  return el("p", { class: "asaved", role: "status" }, icon("check"), el("span", {}, text));
}

export function loading() {
  return el("p", { class: "mut", role: "status" }, page.words.reading);
}

export function failed(error, again) {
  return el("div", { class: "fsaid", role: "alert" }, el("p", {}, error.message), error.fix ? el("p", {}, error.fix) : "", el("div", {}, el("button", { class: "btn sm", type: "button", onclick: again }, page.words.try_again)));
}

/* The page shows what was written without waiting for the next look at the log. */
export async function renew(log) {
  await page.tell("log", log);
  page.ask();
}

/* The moment at which people work, as it would be typed, and the log: in a drill it is not this machine's clock. */
export async function clock() {
  try {
    return await getJson(`/api/now?${query({})}`);
  } catch {
    return { typed: "", log: page.plan?.log };
  }
}

export function query(values) {
  return new URLSearchParams({ outbreak: page.plan?.outbreak || "", ...values });
}

/* Names of columns as people say them. */
export function sayColumns(columns) {
  return columns.map((name) => page.words[`case_${name}`] || page.words[`stay_${name}`] || page.words[`column_${name}`] || name).join(page.words.comma) || page.words.change_none;
}

/* Somebody changed the fact while its form was open: what they did is shown, what was typed stays, and it can be saved
   on top. `form()`: the form; `take(told)`: keeps the log that was seen. */
export function again(error, fact, form, take) {
  if (error.status !== 409) return [];
  const look = async () => {
    const told = await getJson(`/api/fact?${query({ id: fact })}`);
    take(told);
    const { by, at, what, columns } = told.changes[0];
    form().say(page.say("again_now", { by: by || "–", at: own(at), columns: what === "withdrawn" ? page.words.change_withdrawn : sayColumns(columns) }));
    form().button.focus();
  };
  return [el("div", {}, el("button", { class: "btn sm", type: "button", onclick: look }, page.words.look_again))];
}
