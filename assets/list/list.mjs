/* The zone list: rows by address, filter and search in the browser, one row chosen. */
import { choose, el, fill, sequence } from "../shared/dom.mjs";
import { getJson } from "../shared/server.mjs";

export class ZoneList {
  constructor(root) {
    this.root = root;
    this.rows = [];
    this.classes = [];
    this.looks = new Set();
    this.text = "";
    this.chosen = "";
    this.next = sequence();
    this.title = el("h2");
    this.count = el("span", { class: "mut" });
    this.mix = el("div", { class: "mixbar", role: "group" });
    this.search = el("input", { type: "search", class: "inp", autocomplete: "off", spellcheck: "false" });
    this.search.addEventListener("input", () => this.filter(this.search.value));
    this.head = el("div", { class: "lhead" });
    this.body = el("ul", { class: "rows" });
    this.body.addEventListener("keydown", (event) => this.walk(event));
    const top = el("div", { class: "ph" }, this.title, this.count);
    root.replaceChildren(top, this.mix, el("div", { class: "find" }, this.search), this.head, this.body);
  }

  async show({ plan, lang, words }) {
    const current = this.next();
    this.lang = lang;
    this.words = words;
    if (!this.key) this.say(words.loading);
    try {
      if (this.key !== plan.key) {
        const found = await getJson(`/api/zones?${plan.query}`);
        if (!current()) return;
        this.rows = found.zones;
        this.classes = found.classes;
        this.key = plan.key;
      }
    } catch (error) {
      this.say(fill(words, "list_failed", { what: error.message }));
      return;
    }
    this.draw();
  }

  draw() {
    const { words } = this;
    this.title.textContent = words.zones;
    this.search.placeholder = words.search;
    this.search.setAttribute("aria-label", words.search);
    const heads = [["", words.list_head], ["r", words.people], ["", words.day], ["r", words.test_lift]];
    this.head.replaceChildren(...heads.map(([side, text]) => el("span", { class: side }, text)));
    this.mix.replaceChildren(...this.classes.map((of) => this.filterChip(of)));
    this.drawRows();
  }

  filterChip({ look, letter, class: name, n }) {
    const on = this.looks.has(look);
    const flip = () => {
      if (on) this.looks.delete(look);
      else this.looks.add(look);
      this.draw();
      this.mix.querySelector(`[data-look="${look}"]`)?.focus();
    };
    const props = { type: "button", "aria-pressed": String(on), "data-look": look, title: name[this.lang], onclick: flip };
    return el("button", props, el("span", { class: `chip ${look}` }, letter[this.lang]), String(n));
  }

  filter(text) {
    this.text = text.trim().toLowerCase();
    this.drawRows();
  }

  matching() {
    return this.rows.filter(
      (row) =>
        (!this.looks.size || this.looks.has(row.look)) &&
        (!this.text || `${row.name.zh} ${row.name.en} ${row.id} ${row.class.zh} ${row.class.en}`.toLowerCase().includes(this.text)),
    );
  }

  drawRows() {
    const rows = this.matching();
    const { words } = this;
    const all = this.rows.length;
    this.count.textContent = fill(words, rows.length < all ? "zones_filtered" : "zones_shown", { n: rows.length.toLocaleString("en"), all: all.toLocaleString("en") });
    if (rows.length) this.body.replaceChildren(...rows.map((row) => this.row(row)));
    else if (!all) this.say(words.no_zones, words.no_zones_do);
    else this.sayNoMatch();
  }

  row(row) {
    const { lang } = this;
    const on = row.id === this.chosen;
    const short = row.id.length > 10 ? row.id.slice(0, 8) : row.id;
    const days = Array.from({ length: Math.min(row.days, 14) }, (_, k) => {
      const tested = row.tests.includes(k + 1) ? "t" : "";
      return el("i", { class: `${tested} ${row.day && k < row.day ? "d" : ""}` });
    });
    const day = row.day ? [String(row.day), el("span", { class: "mut" }, `/${row.days}`)] : [el("span", { class: "mut" }, "–")];
    return el(
      "li",
      {},
      el(
        "button",
        {
          class: `zrow ${on ? "on" : ""} ${row.asks ? "ask" : ""}`,
          "data-id": row.id,
          "aria-current": on ? "true" : false,
          title: `${row.name[lang]} · ${row.class[lang]} · ${row.id}`,
          onclick: () => choose({ layer: "zones", id: row.id, zone: row.id, fly: true }),
        },
        el("span", { class: `chip ${row.look} ${row.proposed ? "sketch" : ""}` }, row.letter[lang]),
        el("span", { class: "zn" }, el("span", { class: "n" }, row.name[lang]), el("span", { class: "s" }, row.asks ? el("span", { class: "asks" }, row.asks[lang]) : el("span", {}, row.status[lang]), " · ", el("span", { class: "mono" }, short))),
        el("span", { class: "r num" }, row.people === null ? "–" : row.people.toLocaleString("en")),
        el("span", { class: "dy" }, el("span", {}, day), el("span", { class: "days", "aria-hidden": "true" }, days)),
        el("span", { class: "r tl" }, el("span", { class: row.due ? "b" : "" }, row.test ? row.test[lang] : "–"), el("span", { class: "s" }, row.lift ? row.lift[lang] : "–")),
      ),
    );
  }

  say(...lines) {
    this.body.replaceChildren(el("li", { class: "empty" }, lines.map((line) => el("p", {}, line))));
  }

  sayNoMatch() {
    const clear = () => {
      this.looks.clear();
      this.search.value = this.text = "";
      this.draw();
    };
    const said = this.search.value || [...this.looks].map((l) => this.classes.find((c) => c.look === l)?.class[this.lang]).join(" ");
    this.say(fill(this.words, "no_match", { q: said }));
    this.body.firstChild.append(el("button", { class: "btn", onclick: clear }, this.words.clear));
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...this.body.querySelectorAll(".zrow")];
    all[all.indexOf(document.activeElement) + step]?.focus();
    event.preventDefault();
  }

  choose(choice) {
    this.chosen = choice.zone || "";
    for (const row of this.body.querySelectorAll(".zrow")) {
      const on = row.dataset.id === this.chosen;
      row.classList.toggle("on", on);
      if (on) {
        row.setAttribute("aria-current", "true");
        row.scrollIntoView({ block: "nearest" });
      } else row.removeAttribute("aria-current");
    }
  }

  boxOf(id) {
    return this.rows.find((row) => row.id === id)?.box || null;
  }
}
