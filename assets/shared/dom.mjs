/* Small helpers: elements, texts, icons, and telling Dash what was chosen. */

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/* A drawing of the sprite; its name is an id in assets/icons.svg. */
export function icon(name, className = "i") {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", className);
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/assets/icons.svg#${name}`);
  drawing.append(use);
  return drawing;
}

/* `{n}` is a field of a text, `{n zone|zones}` a number and what it counts. */
export function fill(words, key, fields = {}) {
  return (words[key] || key).replace(/\{(\w+)(?: ([^{|}]+)\|([^{|}]+))?\}/g, (_, name, one, many) => {
    const value = fields[name] ?? "";
    return one ? `${value} ${String(value) === "1" ? one : many}` : value;
  });
}

export function choose(choice) {
  window.dash_clientside.set_props("choice", { data: choice });
}

/* Only the newest of several answers counts: `const current = latest(); ... if (!current()) return`. */
/* However often it is asked for, it runs once before the next picture. */
export function perFrame(run) {
  let asked = 0;
  return () => (asked ||= requestAnimationFrame(() => ((asked = 0), run())));
}

export function sequence() {
  let last = 0;
  return () => {
    const mine = ++last;
    return () => mine === last;
  };
}

export function number(value) {
  return value === null || value === undefined ? "–" : value.toLocaleString("en");
}

/* A part that is drawn anew takes the focus with it: remembers what had it, by its id, and returns what gives it back. */
export function keepFocus(root) {
  const id = root.contains(document.activeElement) ? document.activeElement.id : "";
  return () => id && document.getElementById(id)?.focus({ preventScroll: true });
}
