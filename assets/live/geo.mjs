/* Distances on the ground, for 'near me': all in the browser, in a plane about the point. */

/* Metres of a degree of longitude and of one of latitude, on the WGS84 ellipsoid. */
function degreesAt(lat) {
  const cos = (k) => Math.cos((k * lat * Math.PI) / 180);
  return [111412.84 * cos(1) - 93.5 * cos(3) + 0.118 * cos(5), 111132.92 - 559.82 * cos(2) + 1.175 * cos(4) - 0.0023 * cos(6)];
}

/* Metres from a point to an outline (Polygon or MultiPolygon, WGS84); 0 inside. */
export function distanceTo(geometry, [lng, lat]) {
  if (!geometry) return Infinity;
  const [east, north] = degreesAt(lat);
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  let least = Infinity;
  for (const rings of polygons) {
    const plane = rings.map((ring) => ring.map(([x, y]) => [(x - lng) * east, (y - lat) * north]));
    if (inside(plane)) return 0;
    for (const ring of plane) for (let k = 1; k < ring.length; k += 1) least = Math.min(least, toSegment(ring[k - 1], ring[k]));
  }
  return least;
}

/* Whether the origin is inside: in an odd number of rings. */
function inside(rings) {
  let odd = false;
  for (const ring of rings) {
    for (let k = 1; k < ring.length; k += 1) {
      const [x1, y1] = ring[k - 1];
      const [x2, y2] = ring[k];
      if (y1 > 0 !== y2 > 0 && x1 - (y1 / (y2 - y1)) * (x2 - x1) > 0) odd = !odd;
    }
  }
  return odd;
}

function toSegment([x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const at = length ? Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / length)) : 0;
  return Math.hypot(x1 + at * dx, y1 + at * dy);
}

/* A circle as a ring of WGS84 points. */
export function circle([lng, lat], metres, points = 72) {
  const [east, north] = degreesAt(lat);
  return Array.from({ length: points + 1 }, (_, k) => {
    const angle = (2 * Math.PI * k) / points;
    return [lng + (metres * Math.cos(angle)) / east, lat + (metres * Math.sin(angle)) / north];
  });
}

/* 'lng, lat' as people paste it, in either order where only one is possible near the zones; null where it is none. */
export function readPoint(text, box) {
  const found = text.trim().match(/^([+-]?\d{1,3}(?:\.\d+)?)\s*[,，;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)$/);
  if (!found) return null;
  const [a, b] = [Number(found[1]), Number(found[2])];
  const ways = [[a, b], [b, a]].filter(([x, y]) => Math.abs(x) <= 180 && Math.abs(y) <= 90);
  if (!ways.length) return null;
  const far = ([x, y]) => (box ? Math.hypot(x - (box[0] + box[2]) / 2, y - (box[1] + box[3]) / 2) : 0);
  return ways.sort((p, q) => far(p) - far(q))[0];
}

export function boxOf(rows) {
  if (!rows.length) return null;
  return rows.map((row) => row.box).reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
}
