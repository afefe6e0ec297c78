/* Start of the page's own modules: each part hears of the view and the choice from here. */
import * as acts from "./acts/acts.mjs";
import * as demand from "./charts/demand.mjs";
import * as changes from "./compare/changes.mjs";
import * as plans from "./compare/plans.mjs";
import * as menus from "./frame/menus.mjs";
import * as search from "./frame/search.mjs";
import * as timeline from "./frame/timeline.mjs";
import * as watch from "./frame/watch.mjs";
import * as load from "./load/load.mjs";
import * as paper from "./paper/paper.mjs";
import * as publish from "./publish/publish.mjs";
import * as redraw from "./redraw/redraw.mjs";
import * as measure from "./map/measure.mjs";
import { ZoneList } from "./list/list.mjs";
import * as ways from "./list/ways.mjs";
import { Panels } from "./map/panels.mjs";
import { Stage } from "./map/stage.mjs";
import { draw } from "./shared/drawn.mjs";
import { page } from "./shared/page.mjs";
import { getJson } from "./shared/server.mjs";

// One a line, so that parts that are added at one time do not get into each other's way.
const PARTS = [
  timeline,
  search,
  load,
  demand,
  changes,
  plans,
  measure,
  paper,
  acts,
  redraw,
  publish,
  ways,
  menus,
  watch,
];
let started = null;

async function start() {
  page.texts = await getJson("/api/texts");
  const list = new ZoneList(document.getElementById("zone-list"));
  const panels = new Panels(document);
  const stage = new Stage(document.getElementById("map"), panels);
  panels.onSwitch = (layer, on) => stage.setLayer(layer, on);
  panels.onZoom = (by) => stage.zoomBy(by);
  window.cordon.stage = stage;
  page.on("view", async ({ plan, lang, theme }) => {
    if (!page.plan) return;
    const view = { plan, lang, theme, words: page.words };
    panels.setWords(view.words);
    const failed = (error) => panels.say("map_failed", { what: error.message });
    await Promise.all([list.show(view), stage.show(view).catch(failed)]);
  });
  for (const part of PARTS) await part.start(page);
  page.on("choice", (choice) => {
    list.choose(choice);
    stage.choose(choice, list.boxOf(choice.zone));
  });
}

async function showView() {
  started ??= start();
  await started;
  const { plan } = page.view;
  await page.tell("view", page.view);
  if (page.view.plan === plan) showChoice();
}

async function showChoice() {
  if (!started || !window.cordon.choice) return;
  await started;
  page.tell("choice", page.choice);
}

let carded = null; // what the card that is drawn is of

function showCard() {
  const of = `${page.choice.layer} ${page.choice.id}`;
  draw(document.getElementById("card"), window.cordon.card, of === carded);
  carded = of;
}

// What a card offers to open, and its way out, are plain elements: one handler for all.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-zone]");
  if (link) page.choose({ layer: "zones", id: link.dataset.zone, zone: link.dataset.zone, fly: true });
  if (event.target.closest?.("#card-close")) page.choose(null);
});

window.addEventListener("cordon:view", showView);
window.addEventListener("cordon:choice", showChoice);
window.addEventListener("cordon:card", showCard);
if (window.cordon.card) showCard();
if (window.cordon.view) showView();
