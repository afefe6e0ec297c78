/* Corners that keys have set, as the geometry of the tool. */
export function shapeOf(tool, corners) {
  const points = corners.map(({ lng, lat }) => [lng, lat]);
  if (tool === "split") return { type: "LineString", coordinates: points };
  if (tool === "rectangle" && points.length === 2) {
    const [[w, s], [e, n]] = points;
    return { type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] };
  }
  if (tool === "circle" && points.length === 2) return { type: "Polygon", coordinates: [circle(...corners)] };
  return { type: "Polygon", coordinates: [[...points, points[0]]] };
}

function circle(centre, rim) {
  const wide = Math.cos((centre.lat * Math.PI) / 180);
  const r = Math.hypot(rim.lat - centre.lat, (rim.lng - centre.lng) * wide);
  return Array.from({ length: 49 }, (_, k) => [centre.lng + (r * Math.cos((k * Math.PI) / 24)) / wide, centre.lat + r * Math.sin((k * Math.PI) / 24)]);
}
