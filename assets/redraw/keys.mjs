/* Keys while a draft is open; they come before those of the page, and rest in text fields. */
import { submit } from "./consequences.mjs";
import { applyCursor, cancel, confirm, moveCursor } from "./gestures.mjs";
import { grow, hand, keepInside, lock, setAlong, setBrush, setClass, setLevel, LEVELS, take, TOOLS, turn } from "./hand.mjs";
import { inOrder } from "./order.mjs";
import { push } from "./state.mjs";

let leave = () => {};

export function startKeys(onLeave) {
  leave = onLeave;
  document.addEventListener("keydown", press, true);
}

export function stopKeys() {
  document.removeEventListener("keydown", press, true);
}

const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function typing({ target }) {
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || (target.tagName === "INPUT" && !/^(checkbox|radio|button)$/.test(target.type));
}

/* Arrows, Space and Enter are the tool's only where no list, slider or button has focus. */
function onMap() {
  const at = document.activeElement;
  return !at || at === document.body || Boolean(at.closest?.("#map"));
}

function escape() {
  if (cancel()) return;
  if (hand.tool !== "move") take("move");
  else leave();
}

/* What a key does, or null where it is not ours. */
function meaning({ key, shiftKey: shift, ctrlKey, metaKey, altKey, code }) {
  const name = key.length === 1 ? key.toUpperCase() : key;
  if (ctrlKey || metaKey) return { Z: () => void push({ do: shift ? "redo" : "undo" }), Y: () => void push({ do: "redo" }), S: () => void submit() }[name] || null;
  if (altKey) return null;
  if (onMap()) {
    if (ARROWS[key] && hand.tool !== "move") return () => moveCursor(...ARROWS[key], shift);
    if (key === " " && hand.tool !== "move") return applyCursor;
    if (key === "Enter") return () => confirm();
  }
  if (key === "[" || key === "{" || code === "BracketLeft") return () => setBrush(shift ? -10 : -1);
  if (key === "]" || key === "}" || code === "BracketRight") return () => setBrush(shift ? 10 : 1);
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit) return () => (shift ? turn(Number(digit)) : setClass(Number(digit)));
  if (name === "R") return () => grow(shift ? -1 : 1);
  if (name === "K") return () => lock(shift ? "class" : "zone");
  if (name === "U" && shift) return () => setLevel(LEVELS[(LEVELS.indexOf(hand.level) + 1) % LEVELS.length]);
  if (name === "A" && shift) return () => lock("all");
  if (name === "I" && shift) return keepInside;
  if (name === "X" && shift) return () => setAlong(hand.along === "road" ? "line" : "road");
  const tool = !shift && TOOLS.find(([, letter]) => letter === name);
  return tool ? () => take(tool[0]) : null;
}

/* Escape does not wait for what was asked: it puts it away. */
function act(event) {
  if (event.key === "Escape" && !event.ctrlKey && !event.metaKey && !event.altKey) return escape(), true;
  const meant = meaning(event);
  if (meant) inOrder(meant);
  return Boolean(meant);
}

function press(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const control = event.ctrlKey || event.metaKey;
  if (typing(event) && !(control && event.key.toUpperCase() === "S")) return;
  if (document.querySelector("#sheet:not([hidden])")) return;
  if (act(event)) {
    event.preventDefault();
    event.stopPropagation();
  }
}
