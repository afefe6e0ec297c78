/* Ground that was asked for, drawn over the map until Escape, its button or other ground takes its place. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";

const SOURCE = "shown-ground";
let shown = null; // {outline, text, box} while something is

export function showOnMap(outline, text) {
  hide();
  const box = el("div", { class: "fl measure", role: "status" });
  document.querySelector(".stage").append(box);
  shown = { outline, text, box };
  document.addEventListener("keydown", escape);
  draw();
}

page.on("view", () => shown && draw());

function hide() {
  if (!shown) return;
  const { map } = window.cordon.stage;
  for (const { id } of layers()) if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource(SOURCE)) map.removeSource(SOURCE);
  document.removeEventListener("keydown", escape);
  shown.box.remove();
  shown = null;
}

function escape(event) {
  if (event.key === "Escape") hide();
}

/* Colours are of the theme, and words of the language: another one draws anew. */
function draw() {
  const { map } = window.cordon.stage;
  if (!map.getSource(SOURCE)) map.addSource(SOURCE, { type: "geojson", data: shown.outline });
  for (const layer of layers()) {
    if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    map.addLayer(layer);
  }
  const close = el("button", { type: "button", class: "ib", "aria-label": page.words.close, title: page.words.close, onclick: hide }, icon("close"));
  shown.box.replaceChildren(icon("pin"), el("div", { class: "mtold" }, shown.text()), close);
}

function layers() {
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const of = { source: SOURCE };
  return [
    { ...of, id: "shown-fill", type: "fill", paint: { "fill-color": ink("--ink"), "fill-opacity": 0.14 } },
    { ...of, id: "shown-halo", type: "line", paint: { "line-color": ink("--surface"), "line-width": 6, "line-opacity": 0.9 } },
    { ...of, id: "shown-line", type: "line", paint: { "line-color": ink("--ink"), "line-width": 2.5 } },
  ];
}
