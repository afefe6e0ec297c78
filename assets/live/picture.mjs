/* The picture of the snapshot: there before the map, and in its place where there is none. */
import { app } from "./app.mjs";
import { byId } from "./dom.mjs";
import { words } from "./words.mjs";

export function start() {
  app.on("view", () => app.map || draw());
  addEventListener("beforeprint", draw);
}

/* Paper has the picture and no map: it must be that of the snapshot in view before the page is printed. */
export async function forPaper() {
  draw();
  await byId("overview").decode().catch(() => null);
}

function draw() {
  const { snapshot } = app;
  if (!snapshot) return;
  const image = byId("overview");
  const address = `${snapshot.base}overview-${words.lang}.svg`;
  if (image.getAttribute("src") !== address) image.src = address;
  image.alt = words.say("overview_alt", { n: app.rows.length });
  image.hidden = Boolean(app.map);
}
