/* Outlines, gates and sites of a snapshot: files that the first view does not need, each fetched once. */
import { parseShapes } from "./store.mjs";

function once(name) {
  return (snapshot) => (snapshot[`_${name}`] ??= parseShapes(`${snapshot.base}${name}`).catch((error) => {
    snapshot[`_${name}`] = null; // asked again next time
    throw error;
  }));
}

export const zoneShapes = once("zones.geojson");
const gateShapes = once("gates.geojson");
const siteShapes = once("sites.geojson");

export async function points(snapshot) {
  const [gates, sites] = await Promise.all([gateShapes(snapshot), siteShapes(snapshot)]);
  return { gates, sites };
}
