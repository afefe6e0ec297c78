/* The bar's menus: outbreaks, what can be done here, keys. */
import { command, listCommands } from "../shared/commands.mjs";
import { el, icon } from "../shared/dom.mjs";
import { openPanel } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";

let outbreaks = [];
let open = null;

export async function start() {
  command({ key: "keys", label: "keys", icon: "keys", keys: "?", menu: "more", run: showKeys });
  page.on("view", draw);
  page.on("choice", draw);
  page.on("log", () => (outbreaks = []));
  document.addEventListener("click", (event) => open && !open.contains(event.target) && shut());
  document.addEventListener("keydown", (event) => event.key === "Escape" && open && (shut(), event.preventDefault()));
}

async function draw() {
  if (!page.plan) return;
  if (!outbreaks.length) outbreaks = await getJson("/api/outbreaks");
  drawOutbreaks();
  const first = listCommands("bar").map((c) => button(c, c.primary ? "btn pri" : "btn"));
  const more = menu(page.words.more_actions, icon("more"), listCommands("more").map((c) => [c.label, c.icon, c.run, c.keys]));
  document.getElementById("actions").replaceChildren(...first, more);
}

function button(spec, kind) {
  return el("button", { class: kind, type: "button", "data-command": spec.key, title: spec.keys ? `${page.words[spec.label]} (${spec.keys})` : page.words[spec.label], onclick: () => spec.run() }, spec.icon ? icon(spec.icon) : "", el("span", {}, page.words[spec.label]));
}

function nameOf(of) {
  return of.title || of.name || page.words.outbreak_first;
}

function drawOutbreaks() {
  const now = outbreaks.find((of) => of.name === page.plan.outbreak) || { name: page.plan.outbreak };
  const root = document.getElementById("outbreaks");
  if (outbreaks.length < 2) return root.replaceChildren(nameOf(now));
  const rows = outbreaks.map((of) => [nameOf(of), of.name === now.name ? "check" : "", () => page.ask({ outbreak: of.name, day: null }), of.pack]);
  root.replaceChildren(menu(nameOf(now), el("span", {}, nameOf(now), icon("down")), rows, true));
}

/* A button with a list below it; rows are [text or text key, icon, run, note]. */
function menu(label, face, rows, plain) {
  const list = el("ul", { class: "menu", role: "menu", hidden: true });
  const opener = el("button", { class: plain ? "pick" : "ib", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, title: label }, face);
  const root = el("div", { class: "menubox" }, opener, list);
  list.append(...rows.map(([text, sign, run, note]) =>
    el("li", { role: "none" }, el("button", { type: "button", role: "menuitem", onclick: () => (shut(), run()) }, sign ? icon(sign) : el("span", { class: "i" }), el("span", {}, page.words[text] || text), note ? el("kbd", {}, note) : ""))));
  opener.addEventListener("click", (event) => {
    event.stopPropagation();
    const was = open;
    shut();
    if (was === root) return;
    open = root;
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    list.querySelector("button")?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const all = [...list.querySelectorAll("button")];
    all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
    event.preventDefault();
  });
  return root;
}

function shut() {
  if (!open) return;
  const opener = open.querySelector("button");
  open.querySelector(".menu").hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (open.contains(document.activeElement)) opener.focus();
  open = null;
}

function showKeys() {
  openPanel({
    key: "keys",
    draw: () => ({
      title: page.words.keys,
      body: el("dl", { class: "keys" }, listCommands().filter((c) => c.keys).flatMap((c) => [el("dt", {}, c.keys.split(" ").map((k) => el("kbd", {}, k))), el("dd", {}, page.words[c.label] || c.label)])),
    }),
  });
}
