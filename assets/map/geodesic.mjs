/* Lengths and areas on the ellipsoid WGS84, points as [lng, lat] in degrees; metres and square metres come back. */

const A = 6378137, F = 1 / 298.257223563, B = A * (1 - F);
const E2 = F * (2 - F), E = Math.sqrt(E2);
const rad = (degrees) => (degrees * Math.PI) / 180;

/* Length of the geodesic between two points (T. Vincenty, Survey Review 1975, inverse formula); nearly opposite points,
   for which it does not end, are measured on the sphere. */
export function distance([lng1, lat1], [lng2, lat2]) {
  const l = rad(lng2 - lng1), u1 = Math.atan((1 - F) * Math.tan(rad(lat1))), u2 = Math.atan((1 - F) * Math.tan(rad(lat2)));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let turn = 0; turn < 100; turn++) {
    const sl = Math.sin(lambda), cl = Math.cos(lambda);
    const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sinSigma === 0) return 0;
    const cosSigma = s1 * s2 + c1 * c2 * cl, sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sl) / sinSigma, cos2Alpha = 1 - sinAlpha ** 2;
    const mid = cos2Alpha ? cosSigma - (2 * s1 * s2) / cos2Alpha : 0;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = l + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (mid + c * cosSigma * (2 * mid ** 2 - 1)));
    if (Math.abs(lambda - before) > 1e-12) continue;
    const uu = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
    const aa = 1 + (uu / 16384) * (4096 + uu * (uu * (320 - 175 * uu) - 768)), bb = (uu / 1024) * (256 + uu * (uu * (74 - 47 * uu) - 128));
    const less = bb * sinSigma * (mid + (bb / 4) * (cosSigma * (2 * mid ** 2 - 1) - (bb / 6) * mid * (4 * sinSigma ** 2 - 3) * (4 * mid ** 2 - 3)));
    return B * aa * (sigma - less);
  }
  const h = Math.sin(rad(lat2 - lat1) / 2) ** 2 + Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(l / 2) ** 2;
  return 2 * A * Math.asin(Math.min(1, Math.sqrt(h)));
}

export function length(points, closed = false) {
  const ends = closed && points.length > 2 ? [...points, points[0]] : points;
  return ends.slice(1).reduce((sum, point, k) => sum + distance(ends[k], point), 0);
}

const q = (sin) => (1 - E2) * (sin / (1 - E2 * sin ** 2) - Math.log((1 - E * sin) / (1 + E * sin)) / (2 * E));
const Q_POLE = q(1), R2 = (A ** 2 * Q_POLE) / 2;

/* Area of a ring, on the sphere of equal area (J. P. Snyder, Map Projections, 1987, 3-11 and 3-12), between great circles. */
export function area(points) {
  if (points.length < 3) return 0;
  const half = points.map(([, lat]) => Math.tan(Math.asin(Math.max(-1, Math.min(1, q(Math.sin(rad(lat))) / Q_POLE))) / 2));
  const excess = points.reduce((sum, [lng], k) => {
    const next = (k + 1) % points.length;
    const across = Math.tan((((rad(points[next][0] - lng) + 3 * Math.PI) % (2 * Math.PI)) - Math.PI) / 2);
    return sum + 2 * Math.atan2(across * (half[k] + half[next]), 1 + half[k] * half[next]);
  }, 0);
  return Math.abs(excess) * R2;
}
