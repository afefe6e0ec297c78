/* The right column over the card: one thing at a time that a person works on; the card waits below it. */
import { el, icon, keepFocus } from "./dom.mjs";
import { page } from "./page.mjs";

let open = null;

/* `draw()` returns title (text), body (nodes) and foot (nodes, optional); it is asked again when the language changes,
   and keeps what was typed by itself. Returns a handle: close(), redraw(). */
export function openPanel({ key, draw, onClose }) {
  closePanel();
  const root = document.getElementById("panel");
  const before = document.activeElement;
  const handle = {
    key,
    lang: page.view.lang,
    redraw() {
      const { title, body, foot } = draw(handle);
      const close = el("button", { class: "ib", type: "button", "aria-label": page.words.close, title: page.words.close, onclick: closePanel }, icon("close"));
      const giveBack = keepFocus(root);
      root.replaceChildren(
        el("header", { class: "phead" }, el("h2", { id: "panel-title" }, title), close),
        el("div", { class: "pbody", tabindex: "0" }, body),
        foot ? el("footer", { class: "pfoot" }, foot) : "",
      );
      giveBack();
    },
    close() {
      if (open !== handle) return;
      open = null;
      root.hidden = true;
      root.replaceChildren();
      document.documentElement.removeAttribute("data-panel");
      onClose?.();
      if (before?.isConnected) before.focus();
    },
  };
  open = handle;
  root.hidden = false;
  document.documentElement.setAttribute("data-panel", key);
  handle.redraw();
  (root.querySelector("[autofocus], input, select, textarea, .pbody button") || root.querySelector("button")).focus();
  return handle;
}

export function closePanel() {
  open?.close();
}

export function panelKey() {
  return open?.key || "";
}

page.on("view", () => {
  if (open && open.lang !== page.view.lang) open.redraw();
  if (open) open.lang = page.view.lang;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open && !event.defaultPrevented) closePanel();
});
