/* Whose clocks begin again: each part with what it costs, beside the others, so that the smaller ones are seen. */
import { el } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { own } from "./parts.mjs";

export class Scopes {
  /* `options`: value, label ({zh, en}), person_days (null: not known); the pack's own first, which is taken at first. */
  constructor(options) {
    this.options = options;
    this.chosen = options[0].value;
  }

  value() {
    return this.chosen;
  }

  draw() {
    const most = Math.max(1, ...this.options.map((option) => option.person_days || 0));
    const rows = this.options.map(({ value, label, person_days }) =>
      el("label", {}, el("input", { type: "radio", name: "scope", value, checked: value === this.chosen, onchange: () => (this.chosen = value) }), el("span", {}, own(label)), el("span", { class: "sbar", "aria-hidden": "true" }, el("i", { style: `width:${(100 * (person_days || 0)) / most}%` }))));
    return el("div", { class: "scopes", id: "scopes", role: "radiogroup", "aria-label": page.words.scope_asked }, rows);
  }
}
