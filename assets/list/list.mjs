/* The zone list: rows by address; filtered, searched and sorted in the browser; one row chosen. */
import { addDays, daysBetween, sayDay } from "../shared/days.mjs";
import { choose, el, fill, number, sequence } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";
import { matches, nameOf, readColumns, SORTS, sortRows } from "./rows.mjs";
import { Windowed } from "./window.mjs";

const CUT = 40, TAIL = 16; // widths of a name, in Latin letters, that two lines hold, and of its end where it is cut

export class ZoneList {
  constructor(root) {
    this.rows = [];
    this.classes = [];
    this.want = { looks: new Set(), text: "", status: "", area: "", tests: null };
    this.sort = "sort_urgency";
    this.chosen = "";
    this.next = sequence();
    this.title = el("h2");
    this.count = el("span", { class: "mut", role: "status" });
    this.mix = el("div", { class: "mixbar", role: "group" });
    this.search = el("input", { type: "search", class: "inp", autocomplete: "off", spellcheck: "false" });
    this.search.addEventListener("input", () => this.filter({ text: this.search.value.trim().toLowerCase() }));
    this.picks = el("div", { class: "picks" });
    this.only = el("div", { class: "only", hidden: true });
    this.head = el("div", { class: "lhead" });
    this.list = new Windowed({ draw: (row) => this.row(row), idOf: (row) => row.id });
    const top = el("div", { class: "ph" }, this.title, this.count);
    root.replaceChildren(top, this.mix, el("div", { class: "find" }, this.search), this.picks, this.only, this.head, this.list.root);
    page.on("tested", (day) => this.filter({ tests: day }));
  }

  async show({ plan, lang, words }) {
    const current = this.next();
    this.lang = lang;
    this.words = words;
    if (!this.key) this.say(words.loading);
    try {
      if (this.key !== plan.key) {
        const found = await getJson(`/api/zones/columns?${plan.query}`);
        if (!current()) return;
        this.take(found);
      }
    } catch (error) {
      if (current()) this.say(fill(words, "list_failed", { what: error.message }));
      return;
    }
    this.draw();
  }

  /* A filter that the new day has nothing for is let go, so that nobody looks at an empty list unawares. */
  take(found) {
    this.rows = readColumns(found);
    this.classes = found.classes;
    this.areas = found.areas;
    this.statuses = found.statuses;
    this.key = found.key;
    this.day = found.day;
    if (!this.areas.some((of) => of.id === this.want.area)) this.want.area = "";
    if (this.want.status !== "asks" && !this.statuses.some((of) => of.zh === this.want.status)) this.want.status = "";
  }

  draw() {
    const { words } = this;
    this.title.textContent = words.zones;
    this.search.placeholder = words.search;
    this.search.setAttribute("aria-label", words.search);
    const heads = [["", words[`${this.sort}_head`]], ["r", words.people], ["", words.day], ["r", words.test_lift]];
    this.head.replaceChildren(...heads.map(([side, text]) => el("span", { class: side }, text)));
    this.mix.replaceChildren(...this.classes.map((of) => this.filterChip(of)));
    this.drawPicks();
    this.drawRows();
  }

  filterChip({ look, letter, class: name, n }) {
    const on = this.want.looks.has(look);
    const flip = () => {
      if (on) this.want.looks.delete(look);
      else this.want.looks.add(look);
      this.draw();
      this.mix.querySelector(`[data-look="${look}"]`)?.focus();
    };
    const props = { type: "button", "aria-pressed": String(on), "data-look": look, title: name[this.lang], onclick: flip };
    return el("button", props, el("span", { class: `chip ${look}` }, letter[this.lang]), number(n), el("span", { class: "vh" }, ` ${name[this.lang]}`));
  }

  /* Status, sub-district, order: three menus of the browser's own, which work by keyboard and on a phone. */
  drawPicks() {
    const { words, lang, want } = this;
    const asked = this.rows.some((row) => row.asks) || want.status === "asks" ? [["asks", words.filter_asks]] : [];
    const statuses = [["", words.filter_status], ...asked, ...this.statuses.map((of) => [of.zh, of[lang]])];
    const areas = [["", words.filter_area], ...this.areas.map((of) => [of.id, of[lang]]).sort((a, b) => a[1].localeCompare(b[1], lang))];
    const pick = (label, options, value, change) => {
      const of = el("select", { class: `inp ${value && value !== "sort_urgency" ? "set" : ""}`, "aria-label": words[label] }, options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
      of.addEventListener("change", () => change(of.value));
      return of;
    };
    const again = (nth) => this.picks.children[nth]?.focus();
    this.picks.replaceChildren(
      pick("status", statuses, want.status, (status) => (this.filter({ status }), again(0))),
      this.areas.length > 1 ? pick("filter_area", areas, want.area, (area) => (this.filter({ area }), again(1))) : "",
      pick("sort", Object.keys(SORTS).map((key) => [key, words[key]]), this.sort, (sort) => ((this.sort = sort), this.draw(), this.picks.lastChild.focus())),
    );
  }

  filter(change) {
    Object.assign(this.want, change);
    if (change.text !== undefined) this.drawRows();
    else this.draw();
    this.list.root.scrollTop = 0;
  }

  drawRows() {
    const { words, want } = this;
    const tests = want.tests === null ? null : daysBetween(this.day, want.tests);
    const rows = sortRows(this.rows.filter((row) => matches(row, { ...want, tests })), this.sort);
    const all = this.rows.length;
    this.count.textContent = fill(words, rows.length < all ? "zones_filtered" : "zones_shown", { n: number(rows.length), all: number(all) });
    this.only.hidden = want.tests === null;
    if (want.tests !== null) this.only.replaceChildren(el("span", {}, fill(words, "tested_on", { day: sayDay(want.tests, this.lang) })), this.clearButton("btn quiet sm"));
    if (rows.length) this.list.show(rows);
    else if (!all) this.say(words.no_zones, words.no_zones_do);
    else this.sayNoMatch();
  }

  row(row) {
    const { lang, words } = this;
    const on = row.id === this.chosen;
    const short = row.id.length > 10 ? row.id.slice(0, 8) : row.id;
    const name = nameOf(row, lang), of = row.of.class[lang], said = row.asks ? row.asks[lang] : row.status[lang];
    const days = Array.from({ length: Math.min(row.days, 14) }, (_, k) => {
      const tested = row.tests.includes(k + 1) ? "t" : "";
      return el("i", { class: `${tested} ${row.day && k < row.day ? "d" : ""}` });
    });
    const day = row.day ? [String(row.day), el("span", { class: "mut" }, `/${row.days}`)] : [el("span", { class: "mut" }, "–")];
    const test = row.test === null ? "–" : row.test < 0 ? words.done : row.test === 0 ? words.today : sayDay(addDays(this.day, row.test), lang);
    const lift = row.lift === null ? "–" : sayDay(addDays(this.day, row.lift), lang);
    const props = { class: `zrow ${on ? "on" : ""} ${row.asks ? "ask" : ""}`, "data-id": row.id, "aria-current": on ? "true" : false, title: `${name} · ${of} · ${row.id}`, onclick: () => choose({ layer: "zones", id: row.id, zone: row.id, fly: true }) };
    return el(
      "button",
      props,
      el("span", { class: `chip ${row.of.look} ${row.proposed ? "sketch" : ""}` }, row.of.letter[lang]),
      el("span", { class: "n" }, cutName(name)),
      el("span", { class: "s" }, el("span", { class: row.asks ? "asks" : "" }, said), " · ", row.area ? row.area[lang] : el("span", { class: "mono" }, short)),
      el("span", { class: "r num" }, number(row.people)),
      el("span", { class: "dy" }, el("span", {}, day), el("span", { class: "days", "aria-hidden": "true" }, days)),
      el("span", { class: "r tl" }, el("span", { class: row.test === 0 ? "b" : "" }, test), el("span", { class: "s" }, lift)),
    );
  }

  say(...lines) {
    this.list.say(el("li", { class: "empty" }, lines.map((line) => el("p", {}, line))));
  }

  /* What was not found, in the words of the filters that are on, and the way back. */
  sayNoMatch() {
    const { want, lang } = this;
    const named = [
      this.search.value.trim(),
      ...[...want.looks].map((look) => this.classes.find((of) => of.look === look)?.class[lang]),
      want.status === "asks" ? this.words.filter_asks : this.statuses.find((of) => of.zh === want.status)?.[lang],
      this.areas.find((of) => of.id === want.area)?.[lang],
      want.tests === null ? "" : fill(this.words, "tested_on", { day: sayDay(want.tests, lang) }),
    ];
    this.say(fill(this.words, "no_match", { q: named.filter(Boolean).join(lang === "zh" ? "、" : ", ") }));
    this.list.items.firstChild.append(this.clearButton("btn"));
  }

  clearButton(kind) {
    const clear = () => {
      this.want.looks.clear();
      this.search.value = "";
      this.filter({ text: "", status: "", area: "", tests: null });
      this.draw();
      page.tell("cleared");
    };
    return el("button", { class: kind, type: "button", onclick: clear }, this.words.clear);
  }

  choose(choice) {
    this.chosen = choice.zone || "";
    const place = this.chosen ? this.list.placeOf(this.chosen) : -1;
    if (place >= 0) {
      if (!this.list.root.contains(document.activeElement)) this.list.active = place;
      this.list.reveal(place);
    }
    for (const row of this.list.root.querySelectorAll(".zrow")) {
      const on = row.dataset.id === this.chosen;
      row.classList.toggle("on", on);
      if (on) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  boxOf(id) {
    return this.rows.find((row) => row.id === id)?.box || null;
  }
}

const wide = (letter) => (letter.codePointAt(0) > 0x2e80 ? 2 : 1);

/* A long name gives way in its middle: its end, which names the block, is always read. */
function cutName(name) {
  const letters = [...name], width = (of) => of.reduce((sum, letter) => sum + wide(letter), 0);
  if (width(letters) <= CUT) return name;
  const head = letters.slice(0, fitting(letters, CUT - TAIL)).join(""), tail = letters.slice(-fitting([...letters].reverse(), TAIL)).join("");
  const some = TAIL / 2; // of a cut word, which goes with its space
  return `${head.replace(new RegExp(` \\S{0,${some}}$`), "")}… ${tail.replace(new RegExp(`^\\S{0,${some}} `), "")}`;
}

function fitting(letters, room) {
  let n = 0;
  for (let left = room; n < letters.length && left >= wide(letters[n]); n++) left -= wide(letters[n]);
  return n;
}
