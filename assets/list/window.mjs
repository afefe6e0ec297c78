/* A list of which only what can be seen is in the page: rows of one height, walked with the keyboard. */
import { el } from "../shared/dom.mjs";

const OVER = 8; // rows kept above and below what can be seen

export class Windowed {
  /* `draw(row)` returns a button; `idOf(row)` what it is known by. */
  constructor({ draw, idOf }) {
    this.drawRow = draw;
    this.idOf = idOf;
    this.rows = [];
    this.nodes = new Map();
    this.active = 0;
    this.height = 44;
    // Room for what is not in the page is padding of the list inside: of the part that scrolls it could not shrink.
    this.items = el("ul");
    this.root = el("div", { class: "rows", tabindex: "-1" }, this.items);
    this.root.addEventListener("scroll", () => this.soon());
    this.root.addEventListener("keydown", (event) => this.walk(event));
    this.root.addEventListener("focusin", ({ target }) => this.landed(target.closest("li")));
    new ResizeObserver(() => this.soon()).observe(this.root);
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.render();
    });
  }

  /* Takes other rows, or the same ones to be drawn anew; what had focus keeps it where it is still there. */
  show(rows) {
    const held = this.root.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.key : null;
    const before = this.rows[this.active];
    this.rows = rows;
    this.nodes.clear();
    this.items.replaceChildren();
    this.active = Math.max(0, before ? this.placeOf(this.idOf(before)) : 0);
    this.render();
    if (held) this.nodes.get(held)?.firstChild.focus({ preventScroll: true });
  }

  say(node) {
    this.show([]);
    this.items.replaceChildren(node);
  }

  placeOf(id) {
    return this.rows.findIndex((row) => this.idOf(row) === id);
  }

  render() {
    const count = this.rows.length;
    if (!count) return this.pad(0, 0);
    const { scrollTop, clientHeight } = this.root;
    const first = Math.max(0, Math.min(Math.floor(scrollTop / this.height) - OVER, count - 1));
    const last = Math.min(count, Math.ceil((scrollTop + Math.min(clientHeight, innerHeight)) / this.height) + OVER);
    const wanted = this.rows.slice(first, Math.max(last, first + 1));
    const keys = new Set(wanted.map(this.idOf));
    for (const [key, node] of this.nodes) if (!keys.has(key)) this.drop(key, node);
    let at = this.items.firstChild;
    wanted.forEach((row, k) => {
      const node = this.node(row, first + k);
      if (node === at) at = at.nextSibling;
      else this.items.insertBefore(node, at);
    });
    this.pad(first * this.height, (count - first - wanted.length) * this.height);
    const tall = this.items.firstChild.offsetHeight;
    if (tall && tall !== this.height) {
      this.height = tall;
      this.render();
    }
  }

  node(row, place) {
    const key = this.idOf(row);
    let node = this.nodes.get(key);
    if (!node) this.nodes.set(key, (node = el("li", { "data-key": key }, this.drawRow(row))));
    node.setAttribute("aria-posinset", place + 1);
    node.setAttribute("aria-setsize", this.rows.length);
    node.firstChild.tabIndex = place === this.active ? 0 : -1;
    return node;
  }

  /* A row that leaves while it has focus leaves it to the list, so that the arrows go on from there. */
  drop(key, node) {
    if (node.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    node.remove();
    this.nodes.delete(key);
  }

  pad(above, below) {
    this.items.style.paddingTop = `${above}px`;
    this.items.style.paddingBottom = `${below}px`;
  }

  landed(item) {
    const place = item ? Number(item.getAttribute("aria-posinset")) - 1 : -1;
    if (place >= 0) this.activate(place);
  }

  activate(place) {
    this.active = place;
    for (const item of this.items.children) if (item.dataset.key) item.firstChild.tabIndex = Number(item.getAttribute("aria-posinset")) - 1 === place ? 0 : -1;
  }

  /* Brings a row into view, with no more scrolling than is needed. */
  reveal(place) {
    const top = place * this.height, { scrollTop, clientHeight } = this.root;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.root.scrollTop = top + this.height - clientHeight;
    this.render();
  }

  walk(event) {
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 1), last = this.rows.length - 1;
    const to = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page, PageUp: this.active - page, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.activate(Math.max(0, Math.min(to, last)));
    this.reveal(this.active);
    this.nodes.get(this.idOf(this.rows[this.active])).firstChild.focus({ preventScroll: true });
  }
}
