/* Watching the log: another analyst's act, a midnight, a server that went away; the old picture stays until the new one is
   whole, and its age is said once it is old. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson, Offline } from "../shared/server.mjs";

const EVERY_MS = 2000, LONGEST_MS = 15000, OLD_S = 60;
let wait = EVERY_MS;
let timer = null;
let seen = Date.now();
let away = false;

const banner = () => document.getElementById("line");

export function start() {
  document.body.append(el("div", { id: "line", class: "linebar", role: "status", hidden: true }));
  page.on("view", () => (page.plan ? look() : null));
  setInterval(tellAge, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}

async function look() {
  clearTimeout(timer);
  try {
    const { log, over } = await getJson(`/api/log?outbreak=${page.plan?.outbreak || ""}`);
    seen = Date.now();
    wait = EVERY_MS;
    if (away) await back();
    if (page.plan && (log !== page.plan.log || (over && !page.plan.asked_day))) await renew(log);
  } catch (error) {
    if (error instanceof Offline) lost();
  }
  clearTimeout(timer);
  timer = setTimeout(look, wait);
}

async function renew(log) {
  if (!document.getElementById("busy").hidden) return;
  await page.tell("log", log);
  page.ask();
}

async function back() {
  away = false;
  banner().hidden = true;
  await page.tell("line", true);
}

function lost() {
  wait = Math.min(wait * 2, LONGEST_MS);
  if (!away) page.tell("line", false);
  away = true;
  tellAge();
}

/* Offline: since when, when it is tried again, and that nothing is lost. */
function tellAge() {
  if (!page.texts || !away) return;
  const age = Math.round((Date.now() - seen) / 1000);
  const retry = el("button", { class: "btn sm", type: "button", onclick: look }, page.words.try_now);
  const told = [icon("offline"), el("b", {}, page.say("line_lost", { n: age })), el("span", {}, page.words.line_lost_kept)];
  banner().hidden = false;
  banner().classList.toggle("old", age > OLD_S);
  if (banner().dataset.age !== String(age)) banner().replaceChildren(...told, retry);
  banner().dataset.age = String(age);
}
