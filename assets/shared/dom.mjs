/* Small helpers: elements, JSON by address, and telling Dash what was chosen. */

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export async function getJson(address) {
  const answer = await fetch(address);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.what || answer.statusText);
  return body;
}

export function fill(words, key, fields = {}) {
  return (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => fields[name]);
}

export function choose(choice) {
  window.dash_clientside.set_props("choice", { data: choice });
}

/* Only the newest of several answers counts: `const current = latest(); ... if (!current()) return`. */
export function sequence() {
  let last = 0;
  return () => {
    const mine = ++last;
    return () => mine === last;
  };
}
