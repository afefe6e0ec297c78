/* Elements, icons, numbers, and who hears of what. */

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("icons.svg", import.meta.url).href;

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export function icon(name, className = "i") {
  return svg("svg", { class: className, "aria-hidden": "true" }, svg("use", { href: `${ICONS}#${name}` }));
}

export const byId = (id) => document.getElementById(id);

export function number(value) {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en");
}

export function signed(value) {
  return value > 0 ? `+${number(value)}` : value < 0 ? `−${number(-value)}` : "±0";
}

/* A chip says the class three ways with the map: colour, shape and letter. */
export function chip(of, lang, more = "") {
  return el("span", { class: `chip ${of.look} ${more}`, "aria-hidden": "true" }, of.letter[lang]);
}

/* Saves as a file what the page itself has made. */
export function offer(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/* Parts of the page hear of changes by name, and never call one another. */
export class Bus {
  constructor() {
    this.handlers = new Map();
  }

  on(names, handler) {
    for (const name of names.split(" ")) this.handlers.set(name, [...(this.handlers.get(name) || []), handler]);
  }

  tell(names, value) {
    for (const name of names.split(" ")) for (const handler of this.handlers.get(name) || []) handler(value);
  }
}

/* What was chosen on this device; a browser that keeps nothing still works. */
export const kept = {
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch { /* a private window */ }
  },
};
