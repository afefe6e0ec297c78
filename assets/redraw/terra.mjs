/* Shapes by terra-draw: drawn, then re-shaped by their vertices until they are taken. */
const VENDOR = "/assets/vendor/";
const MODES = { polygon: "polygon", lasso: "freehand", rectangle: "rectangle", circle: "circle", line: "linestring" };
let draw = null;
let drawn = null;
let turn = 0; // of the tool that was taken or put away last
let tell = () => {};

function colours() {
  const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return { ink: read("--ink"), surface: read("--surface") };
}

async function load(map) {
  const [terra, { TerraDrawMapLibreGLAdapter }] = await Promise.all([import(`${VENDOR}terra-draw.mjs`), import(`${VENDOR}terra-draw-maplibre.mjs`)]);
  const { ink, surface } = colours();
  const area = { fillColor: ink, fillOpacity: 0.12, outlineColor: ink, outlineWidth: 2, closingPointColor: surface, closingPointOutlineColor: ink, closingPointOutlineWidth: 2, closingPointWidth: 5 };
  const points = { selectedPolygonColor: ink, selectedPolygonFillOpacity: 0.12, selectedPolygonOutlineColor: ink, selectedLineStringColor: ink, selectionPointColor: surface, selectionPointOutlineColor: ink, selectionPointOutlineWidth: 2, selectionPointWidth: 5, midPointColor: ink, midPointOutlineColor: surface, midPointOutlineWidth: 1, midPointWidth: 4 };
  const free = { feature: { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true } } };
  const shape = { feature: { draggable: true, coordinates: { draggable: true, resizable: "opposite" } } };
  const round = { feature: { draggable: true, coordinates: { draggable: true, resizable: "center-fixed" } } };
  return new terra.TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map }),
    modes: [
      new terra.TerraDrawPolygonMode({ styles: area, pointerDistance: 14 }),
      new terra.TerraDrawFreehandMode({ styles: area, autoClose: false, minDistance: 6, pointerDistance: 14, drawInteraction: "click-drag" }),
      new terra.TerraDrawRectangleMode({ styles: area, drawInteraction: "click-move-or-drag" }),
      new terra.TerraDrawCircleMode({ styles: area, drawInteraction: "click-move-or-drag" }),
      new terra.TerraDrawLineStringMode({ styles: { lineStringColor: ink, lineStringWidth: 2.5, closingPointColor: surface, closingPointOutlineColor: ink }, pointerDistance: 14 }),
      new terra.TerraDrawSelectMode({ styles: points, allowManualDeselection: false, flags: { polygon: free, freehand: free, rectangle: shape, circle: round, linestring: free } }),
    ],
  });
}

/* `onDrawn(geometry)` hears of each finished shape, and again whenever it was re-shaped. */
export async function startShape(map, tool, onDrawn) {
  stopShape();
  const mine = turn;
  const made = await load(map);
  if (mine !== turn) return; // another tool was taken while this one was fetched
  tell = onDrawn;
  draw = made;
  draw.start();
  draw.setMode(MODES[tool]);
  draw.on("finish", (id) => {
    drawn = id;
    tell(geometry());
    setTimeout(() => draw && drawn === id && (draw.setMode("select"), draw.selectFeature(id)));
  });
}

function geometry() {
  return draw.getSnapshot().find((feature) => feature.id === drawn)?.geometry || null;
}

/* Take the shape away, and begin another one with the same tool. */
export function clearShape(tool) {
  if (!draw) return;
  drawn = null;
  draw.clear();
  if (tool) draw.setMode(MODES[tool]);
}

export function stopShape() {
  turn += 1;
  if (draw?.enabled) draw.stop();
  draw = null;
  drawn = null;
}
