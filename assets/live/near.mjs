/* Near me: the zones about a point. The device tells where it is, or the point is typed or put on the map; it stays here. */
import { app } from "./app.mjs";
import { byId, el, icon } from "./dom.mjs";
import { boxOf, distanceTo, readPoint } from "./geo.mjs";
import { zoneShapes } from "./shapes.mjs";
import { words } from "./words.mjs";
import { IN_FORCE } from "./zones.mjs";

const RADII = [300, 500, 1000, 3000];
let said = "";

export function start() {
  byId("near").addEventListener("click", () => (app.near ? leave() : locate()));
  app.on("query", readTyped);
  app.on("place", (at) => go(at));
  app.on("view", measure);
  app.on("view near distances", draw);
}

function locate() {
  if (!navigator.geolocation) return tell("near_no_device");
  tell("near_asking");
  return navigator.geolocation.getCurrentPosition(
    ({ coords }) => go([coords.longitude, coords.latitude]),
    ({ code }) => tell(code === 1 ? "near_refused" : "near_failed"),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
}

function tell(key) {
  said = key;
  draw();
}

function readTyped() {
  const point = readPoint(app.query, boxOf(app.rows));
  if (point) go(point, true);
  else if (app.near?.typed) leave();
}

function go([lng, lat], typed = false) {
  said = "";
  app.near = { lng, lat, typed, radius: app.near?.radius ?? 500 };
  measure();
  app.bus.tell("near", { fly: true });
}

function leave() {
  said = "";
  app.near = null;
  for (const row of app.rows) delete row.metres;
  app.bus.tell("near");
}

async function measure() {
  const { near, snapshot, rows } = app;
  if (!near || !snapshot) return;
  try {
    const shapes = new Map((await zoneShapes(snapshot)).map(({ properties, geometry }) => [`${properties.id} ${properties.shown_from}`, geometry]));
    if (near !== app.near || rows !== app.rows) return;
    for (const row of rows) row.metres = distanceTo(shapes.get(row.key), [near.lng, near.lat]);
    said = "";
  } catch {
    said = "near_no_shapes";
  }
  app.bus.tell("distances");
}

function draw() {
  const { near } = app;
  const button = byId("near");
  button.setAttribute("aria-pressed", String(Boolean(near)));
  const box = byId("near-box");
  box.hidden = !near && !said;
  if (box.hidden) return;
  const radii = near && el("div", { class: "seg", role: "group", "aria-label": words.say("radius") }, RADII.map((radius) => el(
    "button", { type: "button", "aria-pressed": String(near.radius === radius), onclick: () => setRadius(radius) }, words.metres(radius))));
  box.replaceChildren(...[
    said ? el("p", { role: "status" }, words.say(said)) : null,
    radii, near && summary(near),
    near && el("p", { class: "small" }, icon("lock"), words.say("near_private")),
    el("button", { type: "button", class: "btn quiet", onclick: leave }, words.say("near_leave")),
  ].filter(Boolean));
}

function setRadius(radius) {
  app.near = { ...app.near, radius };
  app.bus.tell("near", { fly: true });
}

/* Counts by class within the radius; whoever stands in a zone is told first. */
function summary(near) {
  const close = app.rows.filter((row) => row.metres <= near.radius && IN_FORCE.includes(row.state));
  const inside = close.filter((row) => row.metres === 0);
  const counts = app.snapshot.list.classes.filter((of) => of.class).map((of) => [of, close.filter((row) => row.look === of.look).length]).filter(([, n]) => n);
  const where = inside.length ? words.say("near_inside", { name: inside.map((row) => words.name(row)).join(words.lang === "zh" ? "、" : ", ") }) : words.say("near_outside");
  return el("div", { role: "status" }, el("p", {}, el("b", {}, where)),
    el("p", {}, counts.length ? counts.map(([of, n]) => `${of.names[words.lang]} ${n}`).join(" · ") : words.say("near_none", { radius: words.metres(near.radius) })));
}
