/* Where a fact is: an address in words with what it may mean, or a point that is picked on the map. */
import { el, icon, sequence } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { canPick, hideMark, pick, showMark, stopPicking } from "./mark.mjs";
import { own, query } from "./parts.mjs";

const WAIT_MS = 180;
const COLUMNS = { cases: ["unit_id", "address", "lng", "lat", "cell"], visits: ["place_id", "address", "lng", "lat", "cell"] };

export class PlaceField {
  /* `known`: what the fact has now ({name, at, sure, known}); `radius()`: metres, as typed. */
  constructor({ kind, known, label, radius }) {
    Object.assign(this, { kind, label, radius: radius || (() => 0), hit: null, hits: [], at: -1, text: "", question: "" });
    this.next = sequence();
    if (known?.name) {
      this.known = known;
      if (known.at) showMark(known.at, this.radius(), false);
    }
  }

  /* Column -> value; null where nothing was changed of a fact that has a place. */
  value() {
    const empty = Object.fromEntries(COLUMNS[this.kind].map((name) => [name, ""]));
    // What was typed stays as the address, for it may say more than its unit: the room.
    const said = this.hit?.fields.unit_id && this.quiet ? { address: this.text } : {};
    if (this.hit) return { ...empty, ...this.hit.fields, ...said };
    if (this.text) return { ...empty, address: this.text };
    return this.known && !this.cleared ? null : this.cleared ? empty : "";
  }

  draw() {
    this.box = el("input", { class: "inp", role: "combobox", "aria-expanded": "false", "aria-controls": "place-list", "aria-autocomplete": "list", "aria-label": page.words[this.label], autocomplete: "off", spellcheck: "false", maxlength: 200, placeholder: page.words.place_hint });
    this.box.value = this.text || (this.hit ? own(this.hit.name) : "");
    this.list = el("ul", { id: "place-list", class: "hits", role: "listbox", hidden: true });
    this.told = el("p", { class: "ptold", "aria-live": "polite" });
    const toMap = canPick() ? el("button", { class: "btn sm", type: "button", onclick: () => this.onMap() }, icon("pin"), page.words.place_pick) : "";
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.walk(event));
    this.box.addEventListener("blur", () => setTimeout(() => (this.list.hidden = true), 150));
    this.say();
    return el("div", { class: "place", id: "place" }, el("div", { class: "pbox" }, this.box, this.list), this.told, toMap);
  }

  typed() {
    this.text = this.box.value.trim();
    this.hit = null;
    this.cleared = !this.text;
    this.question = "";
    hideMark();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WAIT_MS);
    this.say();
  }

  async look() {
    const current = this.next();
    const asked = this.text;
    if (!asked) return this.hide();
    try {
      const { hits, question } = await getJson(`/api/place?${query({ q: asked, kind: this.kind })}`);
      if (!current() || asked !== this.text) return;
      Object.assign(this, { hits, question, at: -1 });
    } catch {
      return this.hide();
    }
    if (this.hits[0]?.exact && !this.hit) this.take(this.hits[0], true);
    this.show();
  }

  show() {
    const rows = this.hits.map((hit, n) => el("li", { role: "option", id: `place-${n}`, "aria-selected": String(n === this.at), class: n === this.at ? "on" : "", onmousedown: (event) => (event.preventDefault(), this.take(hit)) }, icon("pin"), el("span", {}, el("span", { class: "n" }, own(hit.name)), el("span", { class: "s" }, page.words[hit.kind] || hit.kind))));
    this.list.replaceChildren(...rows);
    const open = rows.length > (this.hit ? 1 : 0) && document.activeElement === this.box;
    this.list.hidden = !open;
    this.box.setAttribute("aria-expanded", String(open));
    this.box.setAttribute("aria-activedescendant", this.at >= 0 ? `place-${this.at}` : "");
    this.list.querySelector(".on")?.scrollIntoView({ block: "nearest" });
    this.say();
  }

  hide() {
    this.hits = [];
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.say();
  }

  walk(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && this.hits.length) {
      this.at = (this.at + by + this.hits.length) % this.hits.length;
      this.show();
      event.preventDefault();
    } else if (event.key === "Enter" && !this.list.hidden && this.at >= 0) {
      this.take(this.hits[this.at]);
      event.preventDefault();
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.hide();
      event.preventDefault();
    }
  }

  /* `quiet`: the words say it by themselves; what was typed stays in the box. */
  take(hit, quiet) {
    this.hit = hit;
    this.quiet = Boolean(quiet && this.text);
    this.cleared = false;
    if (!quiet) {
      this.text = this.box.value = own(hit.name);
      this.hits = [];
      this.list.hidden = true;
      this.box.setAttribute("aria-expanded", "false");
    }
    this.mark();
    this.say();
  }

  mark() {
    if (this.hit?.at) showMark(this.hit.at, this.radius(), true);
  }

  onMap() {
    pick(async (at) => {
      const hit = await getJson(`/api/place?${query({ at: at.join(","), kind: this.kind })}`);
      this.text = "";
      this.take(hit);
      this.text = "";
      this.box.value = own(hit.name);
    });
  }

  /* What the place is taken as, in one line; what is not known opens nothing, and that is said here. */
  say() {
    const sign = (name, text, kind) => this.told.replaceChildren(icon(name), el("span", { class: kind || "" }, text));
    if (this.hit?.kind === "point") sign("pin", this.hit.inside ? page.say("place_inside", { name: own(this.hit.inside) }) : page.words.place_open);
    else if (this.hit) sign("check", page.say("place_taken", { name: own(this.hit.name) }));
    else if (this.text && this.hits.length) sign("info", page.words.place_choose);
    else if (this.text && this.question) sign("warn", page.words.place_unknown, "warn");
    else if (this.known && !this.cleared && !this.text) sign(this.known.known ? "pin" : "warn", page.say(this.known.known ? "place_now" : "place_now_unknown", { name: own(this.known.name) }), this.known.known ? "" : "warn");
    else this.told.replaceChildren();
  }

  close() {
    clearTimeout(this.timer);
    stopPicking();
    hideMark();
  }
}
