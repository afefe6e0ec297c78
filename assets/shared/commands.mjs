/* What a person can do, in one list: the menus, the keys and their help are made from it. */
import { page } from "./page.mjs";

const commands = new Map();

/* key: name; label: text key; run: function; icon; keys: e.g. "N" or "Ctrl+K"; menu: which menu shows it; primary: the act
   that the others lead to; when: function. */
export function command(spec) {
  commands.set(spec.key, spec);
}

export function listCommands(menu) {
  return [...commands.values()].filter((c) => (menu === undefined || c.menu === menu) && (!c.when || c.when()));
}

export function run(key) {
  const spec = commands.get(key);
  if (spec && (!spec.when || spec.when())) spec.run();
}

function pressed(event) {
  const name = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key)) ? "Shift+" : "";
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift}${name}`;
}

/* Keys rest while a text field has focus, but for those with Ctrl. */
function typing(event) {
  const at = event.target;
  return at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName) || (at.tagName === "INPUT" && !/^(checkbox|radio|range|button)$/.test(at.type));
}

document.addEventListener("keydown", (event) => {
  const name = pressed(event);
  if (event.defaultPrevented || !page.texts || (typing(event) && !name.startsWith("Ctrl+"))) return;
  for (const spec of commands.values()) {
    if (!(spec.keys || "").split(" ").includes(name) || (spec.when && !spec.when())) continue;
    event.preventDefault();
    spec.run(event);
    return;
  }
});
