/* A point that is being typed, on the map: a pin, and the circle of its certainty; and picking one by a click or by keys. */
import { el } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";

const EARTH_M = 40075016.686;
let pin = null;
let circle = null;
let radius = 0;

const map = () => window.cordon.stage?.map;

export function showMark(at, metres, fly) {
  if (!map()) return;
  hideMark();
  const { Marker } = window.cordon.stage;
  circle = el("i", { class: "mcircle" });
  radius = metres || 0;
  pin = new Marker({ element: el("div", { class: "mark", "aria-hidden": "true" }, circle, el("i", { class: "mdot" })) }).setLngLat(at).addTo(map());
  map().on("zoom", size);
  size();
  if (fly) {
    const far = Math.max(radius / 90000, 0.0006);
    window.cordon.stage.fly([at[0] - far, at[1] - far, at[0] + far, at[1] + far]);
  }
}

export function setRadius(metres) {
  radius = metres || 0;
  size();
}

function size() {
  if (!pin) return;
  const { lat } = pin.getLngLat();
  const metre = (512 * 2 ** map().getZoom()) / (EARTH_M * Math.cos((lat * Math.PI) / 180));
  const px = 2 * radius * metre;
  circle.style.width = circle.style.height = `${px}px`;
  circle.hidden = px < 12;
}

export function hideMark() {
  if (!pin) return;
  map().off("zoom", size);
  pin.remove();
  pin = null;
}

let stop = null;

export function canPick() {
  return Boolean(map());
}

/* The next click on the map is a point; or the arrows move the map and Enter takes its middle. Esc gives up. */
export function pick(take) {
  stop?.();
  const stage = window.cordon.stage;
  const hint = el("div", { class: "fl pickhint", role: "status" }, page.words.pick_hint);
  const cross = el("div", { class: "pickcross", "aria-hidden": "true" });
  stage.root.parentNode.append(hint);
  stage.root.append(cross);
  const before = document.activeElement;
  const done = (point) => {
    stage.picking = null;
    stop = null;
    stage.root.classList.remove("picking");
    document.removeEventListener("keydown", keys, true);
    hint.remove();
    cross.remove();
    if (before?.isConnected) before.focus();
    if (point) take([point.lng, point.lat]);
  };
  const keys = (event) => {
    if (event.key === "Escape" || (event.key === "Enter" && document.activeElement === stage.map.getCanvas())) {
      event.preventDefault();
      event.stopPropagation();
      done(event.key === "Enter" ? stage.map.getCenter() : null);
    }
  };
  stop = () => done(null);
  stage.picking = (lngLat) => done(lngLat);
  stage.root.classList.add("picking");
  document.addEventListener("keydown", keys, true);
  if (pin) stage.map.jumpTo({ center: pin.getLngLat() }); // whoever moves it by keys begins at what was typed
  stage.map.getCanvas().focus();
}

export function stopPicking() {
  stop?.();
}
