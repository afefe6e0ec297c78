/* Zones whose ground moved since it was decided: each is looked at and ticked before it is published as it is now. */
import { el, icon, number } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";

export class Moved {
  constructor() {
    this.zones = [];
    this.on = new Set();
  }

  /* Ticks stay for zones that are still to be confirmed; ground that moved again has another look, and is asked anew. */
  take(zones) {
    const before = new Map(this.zones.map((zone) => [zone.id, zone]));
    for (const zone of zones) if (before.get(zone.id)?.people !== zone.people) this.on.delete(zone.id);
    this.zones = zones;
    this.on = new Set(zones.map((zone) => zone.id).filter((id) => this.on.has(id)));
  }

  open() {
    return this.zones.filter((zone) => !this.on.has(zone.id));
  }

  value() {
    return [...this.on];
  }

  draw() {
    return el("div", { role: "group", "aria-labelledby": "pub-moved" }, el("ul", { class: "pubmoved" }, this.zones.map((zone, at) => this.line(zone, at))));
  }

  line(zone, at) {
    const { words, view } = page;
    const name = view.lang === "zh" ? zone.name : zone.name_en || zone.name;
    const box = el("input", { type: "checkbox", name: `moved-${at}`, checked: this.on.has(zone.id), onchange: () => (box.checked ? this.on.add(zone.id) : this.on.delete(zone.id)) });
    const see = () => page.choose({ layer: "zones", id: zone.id, zone: zone.id, fly: true });
    return el("li", {},
      el("label", {}, box, el("span", { class: `chip ${zone.look}`, "aria-hidden": "true" }, zone.letter[view.lang]), el("span", {}, name, el("span", { class: "mut" }, `${zone.number} · ${page.say("people_n", { n: number(zone.people) })}`))),
      el("button", { class: "ib", type: "button", title: words.pub_see, "aria-label": `${words.pub_see}: ${name}`, onclick: see }, icon("pin")));
  }
}
