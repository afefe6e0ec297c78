/* Drawing a part anew without losing the place: what has focus, and how far each part is scrolled. */

export function redrawn(root, nodes) {
  const held = document.activeElement;
  const within = root.contains(held), key = within ? held.dataset.key : "";
  const caret = key && held.matches("input[type=text], input:not([type])") ? [held.selectionStart, held.selectionEnd] : null;
  const scrolled = [...root.querySelectorAll("[data-scroll]")].map((node) => [node.dataset.scroll, node.scrollTop, node.scrollLeft]);
  root.replaceChildren(...[nodes].flat(2).filter(Boolean));
  for (const [name, top, left] of scrolled) {
    const node = root.querySelector(`[data-scroll="${CSS.escape(name)}"]`);
    if (node) [node.scrollTop, node.scrollLeft] = [top, left];
  }
  const now = key && root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!now) return within && root.focus({ preventScroll: true }); // what had it is gone: the next key begins here
  now.focus({ preventScroll: true });
  if (caret && now.setSelectionRange) now.setSelectionRange(...caret);
}

/* What went wrong, in the language of the page. */
export function wrong(error, page) {
  if (error.constructor.name === "Offline") return page.words.offline_kept;
  return [error.message, error.fix].filter(Boolean).join(" ");
}

/* A text in both languages, in the one that is shown. */
export function said(both, page) {
  return both ? both[page.view.lang] || both.en : "";
}

/* A text that counts: one is said otherwise than many. */
export function counting(page, key, n, more = {}) {
  const chosen = n === 1 && page.words[`${key}_one`] ? `${key}_one` : key;
  return page.say(chosen, { n: n.toLocaleString("en"), ...more });
}
