/* What `dashboard/plain.py` sends, as nodes: [tag.class.class, {attributes}, ...children], or a text; a text in both
   languages is ["", zh, en], of which the style sheet shows one. */
import { el } from "./dom.mjs";

const plainly = (value) => value && typeof value === "object" && !Array.isArray(value);

function drawn(node) {
  if (!Array.isArray(node)) return node;
  const [name, ...rest] = node;
  if (Array.isArray(name)) return node.map(drawn);
  if (name === "") return el("span", { class: "t" }, ["zh", "en"].map((lang, k) => el("span", { lang, class: `t-${lang}` }, rest[k])));
  const [tag, ...classes] = name.split("."), props = plainly(rest[0]) ? rest.shift() : {};
  return el(tag, { class: classes.length ? classes.join(" ") : null, ...props }, rest.map(drawn).flat());
}

/* Puts nodes into a place; where the same thing is drawn anew, what was folded out stays so, and the focus stays. */
export function draw(root, nodes, same) {
  const open = same ? [...root.querySelectorAll("details")].map((of) => of.open) : [];
  const held = same && root.contains(document.activeElement) ? walked(root).indexOf(document.activeElement) : -1;
  root.replaceChildren(...nodes.map(drawn));
  root.querySelectorAll("details").forEach((of, k) => (of.open = Boolean(open[k])));
  if (held >= 0) walked(root)[held]?.focus({ preventScroll: true });
  if (!same) root.scrollTop = 0;
}

const walked = (root) => [...root.querySelectorAll("button, summary, a, [tabindex]")];
