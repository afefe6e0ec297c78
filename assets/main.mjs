/* Start of the map side: waits for the page, then keeps list, map, layers and legend on one view and one choice. */
import { choose, getJson } from "./shared/dom.mjs";
import { ZoneList } from "./list/list.mjs";
import { Panels } from "./map/panels.mjs";
import { Stage } from "./map/stage.mjs";

const page = window.cordon;
let parts = null;

async function start() {
  const texts = await getJson("/api/texts");
  const list = new ZoneList(document.getElementById("zone-list"));
  const panels = new Panels(document);
  const stage = new Stage(document.getElementById("map"), panels);
  panels.onSwitch = (layer, on) => stage.setLayer(layer, on);
  panels.onZoom = (by) => stage.zoomBy(by);
  page.stage = stage;
  return { texts, list, panels, stage };
}

async function showView() {
  const { plan, lang, theme } = page.view;
  if (!plan || plan.error) return;
  parts ??= start();
  const { texts, list, panels, stage } = await parts;
  const view = { plan, lang, theme, words: texts[lang] };
  panels.setWords(view.words);
  const failed = (error) => panels.say("map_failed", { what: error.message });
  await Promise.all([list.show(view), stage.show(view).catch(failed)]);
  if (page.view.plan === plan) showChoice();
}

async function showChoice() {
  if (!parts || !page.choice) return;
  const { list, stage } = await parts;
  list.choose(page.choice);
  stage.choose(page.choice, list.boxOf(page.choice.zone));
}

// What a card offers to open, and its way out, are plain elements: one handler for all.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-zone]");
  if (link) choose({ layer: "zones", id: link.dataset.zone, zone: link.dataset.zone, fly: true });
  if (event.target.closest?.("#card-close")) choose(null);
});

window.addEventListener("cordon:view", showView);
window.addEventListener("cordon:choice", showChoice);
if (page.view) showView();
