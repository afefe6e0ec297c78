/* Pieces of the panel of publishing: what is out, the sentence and the list of changes, progress, history. */
import { run } from "../shared/commands.mjs";
import { el, icon, number } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";

const SHOWN = 8, HISTORY = 10, OLD_H = 24; // changes and acts that are listed; hours after which what is out is old
const own = (words) => (words ? words[page.view.lang] : "");

/* How long ago: 40 s, 5 min, 3 h, 2 days. */
function age(at) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1000));
  const [key, n] = seconds < 60 ? ["s", seconds] : seconds < 3600 ? ["min", Math.floor(seconds / 60)] : seconds < 172800 ? ["h", Math.floor(seconds / 3600)] : ["d", Math.floor(seconds / 86400)];
  return page.say(`pub_age_${key}`, { n });
}

export function outNow(state, withdraw) {
  const { now } = state;
  const { words } = page;
  if (!now.current) return el("section", { class: "pubnow none" }, el("h3", {}, words.pub_now), el("p", {}, words.pub_none));
  if (!now.current.snapshot) return el("section", { class: "pubnow none" }, el("h3", {}, words.pub_now), el("p", {}, words.pub_none_left));
  const old = Date.now() - Date.parse(now.current.published_at) > OLD_H * 3600000;
  const link = now.page ? el("a", { class: "btn sm", href: now.page, target: "_blank", rel: "noopener" }, icon("globe"), words.pub_open) : "";
  return el("section", { class: "pubnow" },
    el("h3", {}, words.pub_now, el("span", { class: `pubage ${old ? "old" : ""}`, "data-at": now.current.published_at }, age(now.current.published_at))),
    el("p", {}, el("b", {}, own(now.when)), now.by ? ` · ${now.by}` : "", el("span", { class: "mut" }, ` · ${page.say("pub_seq", { n: now.current.seq })}`)),
    now.current.note ? el("p", { class: "pubnote" }, now.current.note) : "",
    link || withdraw ? el("div", { class: "abtns" }, link, withdraw) : "");
}

export function tellAges(state) {
  for (const node of document.querySelectorAll("#panel [data-at]")) node.textContent = age(node.dataset.at);
  const clock = document.getElementById("pub-clock");
  if (clock && state.running) clock.textContent = page.say("pub_seconds", { n: Math.round((Date.now() - state.running.since) / 1000) });
}

/* Nothing is decided: proposals are not published, and where to decide them is one key away. */
export function nothingYet() {
  return el("section", { class: "pubwould" }, el("h3", {}, page.words.pub_would), el("p", {}, page.words.pub_undecided), el("div", { class: "abtns" }, el("button", { class: "btn", type: "button", onclick: () => run("inbox") }, icon("propose"), page.words.inbox)));
}

/* 3 zones opened, 2 lifted, 11,438 more people. */
export function sentence(plan, now) {
  if (!plan.n) return page.words[now.current?.snapshot ? "pub_same" : "pub_empty"];
  const counted = Object.entries(plan.counts).map(([kind, n], at) => {
    const words = page.say(`pub_n_${kind}`, { n: number(n) });
    return at || page.view.lang === "zh" ? words : page.say("pub_zones", { n: number(n), what: page.words[`pub_n_${kind}`].replace(/\{n\}\s*/, "") });
  });
  if (plan.people) counted.push(page.say(plan.people > 0 ? "pub_more" : "pub_fewer", { n: number(Math.abs(plan.people)) }));
  return page.say("pub_sentence", { n: plan.log, what: counted.join(page.words.comma) });
}

export function changed({ plan, all }, more) {
  if (!plan.n) return "";
  const rows = all ? plan.changes : plan.changes.slice(0, SHOWN);
  const rest = plan.n - rows.length;
  const further = rest <= 0 ? "" : all ? el("p", { class: "mut" }, page.say("pub_rest", { n: number(rest) })) : el("button", { class: "btn sm", type: "button", "data-key": "more", onclick: more }, page.say("pub_show_all", { n: number(Math.min(plan.n, plan.changes.length)) }));
  return [el("ul", { class: "chg pubchg" }, rows.map((row) => line(row, plan))), further];
}

function line(of, plan) {
  const { words, view } = page;
  const side = (when) => chip(of[`look_${when}`], of[`kind_${when}`], plan);
  const same = of.look_before && of.look_before === of.look_after && of.kind_before === of.kind_after;
  const name = view.lang === "zh" ? of.name : of.name_en || of.name;
  const [a, b] = [of.people_before, of.people_after];
  const people = (b ?? a) === null ? "" : a === null || b === null || a === b ? page.say("people_n", { n: number(b ?? a) }) : page.say("changes_people", { a: number(a), b: number(b) });
  const fly = () => of.box && window.cordon.stage.fly(of.box);
  return el("li", {}, el("button", { type: "button", class: "chgrow", "data-change": of.change, onclick: fly },
    el("span", { class: "chgclass" }, same ? side("after") : [side("before"), el("i", { "aria-hidden": "true" }, "→"), side("after")]),
    el("span", { class: "chgtold" }, el("span", { class: "n" }, el("b", {}, words[`pub_of_${of.change}`]), " ", name), el("span", { class: "s" }, [of.number, people].filter(Boolean).join(" · ")))));
}

function chip(look, kind, plan) {
  if (!kind) return el("span", { class: "chip none", "aria-label": page.words.nothing, role: "img" }, "–");
  const of = plan.classes.find((one) => one.look === look);
  const hold = kind === "hold";
  return el("span", { class: `chip ${look || "none"} ${hold ? "sketch" : ""}`, title: hold ? page.words.pub_hold : own(of?.names) }, own(of?.letter) || "–");
}

export function moved(n) {
  return el("div", { class: "pubmovedhead" }, el("b", { id: "pub-moved" }, page.say(n === 1 ? "pub_moved_one" : "pub_moved", { n: number(n) })), el("p", {}, page.words.pub_moved_what));
}

/* How far it is has no measure; how long it takes is told, and that it goes on without this panel. */
export function progress({ running }) {
  return el("section", { class: "pubrun" },
    el("h3", { role: "status" }, page.words.pub_running, " ", el("span", { class: "mut", id: "pub-clock" }, page.say("pub_seconds", { n: Math.round((Date.now() - running.since) / 1000) }))),
    el("progress", { "aria-label": page.words.pub_running }),
    el("p", { class: "mut" }, page.words[running.first ? "pub_running_first" : "pub_running_what"]));
}

export function said(key, fields, address) {
  const link = address ? el("a", { href: address, target: "_blank", rel: "noopener" }, page.words.pub_open) : "";
  return el("p", { class: "asaved", role: "status" }, icon("check"), el("span", {}, page.say(key, fields), link ? " " : "", link));
}

export function history(now) {
  if (!now.history.length) return "";
  return el("section", { class: "pubpast" }, el("h3", {}, page.words.pub_history), el("ol", {}, now.history.slice(0, HISTORY).map((act) =>
    el("li", { class: act.act === "publish" ? "" : "gone" }, icon(act.act === "publish" ? "check" : "undo"), el("div", {},
      el("p", {}, el("b", {}, own(act.when)), " ", page.words[act.act === "publish" ? "pub_act_publish" : "pub_act_withdraw"], ` · ${act.by}`),
      act.note ? el("p", { class: "pubnote" }, act.note) : "")))));
}
