/* What lies around the map: layer switch, legend, status line. */
import { el, fill } from "../shared/dom.mjs";
import { show } from "./images.mjs";

const EARTH_M = 40075016.686;

export class Panels {
  constructor(page) {
    this.layers = page.getElementById("layer-switch");
    this.legend = page.getElementById("legend");
    this.status = page.getElementById("status");
    this.scale = el("span", { class: "scale" });
    this.length = el("span", { class: "num" });
    this.where = el("span", { class: "mono where" });
    this.said = el("span", { class: "said" });
    this.status.replaceChildren(this.scale, this.length, this.where, el("span", { class: "sp" }), this.said);
    this.open = window.innerWidth >= 900;
    this.on = new Map();
    this.onSwitch = () => {};
    this.onZoom = () => {};
  }

  setWords(words) {
    this.words = words;
  }

  say(key, fields) {
    this.said.textContent = key ? fill(this.words, key, fields) : "";
  }

  isOn(key) {
    return this.on.get(key) !== false;
  }

  showStyle({ layers, legend, images }) {
    for (const { key, on } of layers) if (!this.on.has(key)) this.on.set(key, on);
    this.drawLayers(layers);
    this.legend.replaceChildren(
      ...legend
        .filter((entry) => this.isOn(entry.layer))
        .map((entry) => el("span", {}, this.sample(entry, images), entry.name)),
    );
    this.last = { layers, legend, images };
  }

  sample({ image, dots }, images) {
    if (image) return show(images[image]);
    return el(
      "span",
      { class: "dots", "aria-hidden": "true" },
      dots.map((colour, k) => {
        const size = (dots.length > 1 ? 5 : 8) + 2 * k;
        return el("i", { style: `background:${colour};width:${size}px;height:${size}px` });
      }),
    );
  }

  drawLayers(layers) {
    const head = el(
      "button",
      { class: "layhead", "aria-expanded": String(this.open), onclick: () => this.toggle() },
      this.words.layers,
      el("span", { "aria-hidden": "true" }, this.open ? "▴" : "▾"),
    );
    const rows = layers.map(({ key, name }) => {
      const box = el("input", { type: "checkbox", checked: this.isOn(key), "data-layer": key });
      box.addEventListener("change", () => this.flip(key, box.checked));
      return el("li", {}, el("label", {}, box, name));
    });
    const zoom = [["+", "zoom_in", 1], ["−", "zoom_out", -1], ["⤢", "fit", 0]].map(([sign, key, by]) =>
      el("button", { class: "ib", title: this.words[key], "aria-label": this.words[key], onclick: () => this.onZoom(by) }, sign),
    );
    this.layers.replaceChildren(head, this.open ? el("ul", {}, rows) : "", el("div", { class: "zoom" }, zoom));
  }

  toggle() {
    this.open = !this.open;
    this.drawLayers(this.last.layers);
  }

  flip(key, on) {
    this.on.set(key, on);
    this.showStyle(this.last);
    this.layers.querySelector(`[data-layer="${key}"]`)?.focus();
    this.onSwitch(key, on);
  }

  showView(zoom, lat, point) {
    const metre = (512 * 2 ** zoom) / (EARTH_M * Math.cos((lat * Math.PI) / 180)); // px a metre
    const round = 10 ** Math.floor(Math.log10(110 / metre));
    const metres = [5, 2, 1].map((n) => n * round).find((n) => n * metre <= 110) || round;
    this.scale.style.width = `${metres * metre}px`;
    this.length.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
    if (point) this.where.textContent = `${point.lat.toFixed(5)}, ${point.lng.toFixed(5)}`;
  }
}
