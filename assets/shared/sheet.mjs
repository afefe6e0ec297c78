/* A sheet over list and map for what needs the whole screen: loading files, comparing, long tables. The bar stays. */
import { el, icon, keepFocus } from "./dom.mjs";
import { page } from "./page.mjs";

let open = null;

/* `draw(handle)` returns title (text), note (nodes, optional), tools (nodes, optional) and body (nodes). */
export function openSheet({ key, draw, onClose }) {
  closeSheet();
  const root = document.getElementById("sheet");
  const before = document.activeElement;
  const handle = {
    key,
    lang: page.view.lang,
    redraw() {
      const { title, note, tools, body } = draw(handle);
      const close = el("button", { class: "ib", type: "button", "aria-label": page.words.close, title: page.words.close, onclick: closeSheet }, icon("close"));
      const giveBack = keepFocus(root);
      root.replaceChildren(
        el("header", { class: "shead" }, el("h2", { id: "sheet-title" }, title), el("div", { class: "snote" }, note || ""), el("div", { class: "stools" }, tools || ""), close),
        el("div", { class: "sbody" }, body),
      );
      giveBack();
    },
    close() {
      if (open !== handle) return;
      open = null;
      root.hidden = true;
      root.replaceChildren();
      onClose?.();
      if (before?.isConnected) before.focus();
    },
  };
  open = handle;
  root.hidden = false;
  root.setAttribute("aria-labelledby", "sheet-title");
  handle.redraw();
  (root.querySelector("[autofocus]") || root.querySelector("button, input, select"))?.focus();
  return handle;
}

export function closeSheet() {
  open?.close();
}

export function sheetKey() {
  return open?.key || "";
}

page.on("view", () => {
  if (open && open.lang !== page.view.lang) open.redraw();
  if (open) open.lang = page.view.lang;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open && !event.defaultPrevented) closeSheet();
});
