/* Helpers of the charts: SVG elements, and numbers short enough for an axis. */

const NS = "http://www.w3.org/2000/svg";

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(NS, tag);
  for (const [key, value] of Object.entries(props)) if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const trim = (value) => (Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString("en") : value.toFixed(1).replace(/\.0$/, ""));

/* 201,400 -> 201k, 20.1万; four figures stay as they are. */
export function compact(value, lang) {
  const size = Math.abs(value);
  if (lang === "zh") return size >= 1e8 ? `${trim(value / 1e8)}亿` : size >= 1e4 ? `${trim(value / 1e4)}万` : trim(Math.round(value));
  return size >= 1e6 ? `${trim(value / 1e6)}M` : size >= 1e4 ? `${Math.round(value / 1e3)}k` : trim(Math.round(value));
}

/* Returns the marks of an axis from 0, all below the most: two to four round numbers. */
export function marks(most) {
  if (!(most > 0)) return [0];
  const ten = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.25, 0.5, 1, 2, 2.5, 5].map((n) => n * ten).find((n) => most / n < 5);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, k) => k * step);
}
