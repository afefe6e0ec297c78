/* Two maps of one view: whatever moves one moves the other; they show the layers that the page's own map shows. */
import { el } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { Stage } from "../map/stage.mjs";

export class Pair {
  constructor() {
    this.roots = [0, 1].map((k) => el("div", { class: "map cmpmap", "data-side": "AB"[k] }));
    this.said = [0, 1].map(() => el("p", { class: "said", role: "status" }));
    this.stages = this.roots.map((root, k) => {
      const stage = new Stage(root, this.around(k));
      stage.click = () => {};
      return stage;
    });
    this.moving = false;
    this.tied = false;
  }

  /* What a stage asks of what lies around it. */
  around(k) {
    const main = window.cordon.stage.panels;
    return {
      layers: { offsetWidth: 0, offsetHeight: 0 },
      isOn: (key) => key !== "changes" && main.isOn(key),
      showStyle: () => {},
      showView: () => {},
      say: (key, fields) => (this.said[k].textContent = key ? page.say(key, fields) : ""),
    };
  }

  /* sides: as the server compares them. */
  async show(sides) {
    const { lang, theme } = page.view;
    const bounds = union(sides.map((side) => side.bounds));
    await Promise.all(this.stages.map((stage, k) => stage.show({ plan: { ...sides[k], bounds }, lang, theme, words: page.words })));
    const maps = await Promise.all(this.stages.map((stage) => stage.ready));
    if (!this.tied && maps.every(Boolean)) this.tie(maps);
    for (const map of maps) map?.resize();
  }

  tie(maps) {
    this.tied = true;
    maps.forEach((map, k) =>
      map.on("move", () => {
        if (this.moving) return;
        this.moving = true;
        maps[1 - k].jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
        this.moving = false;
      }),
    );
  }

  async remove() {
    for (const stage of this.stages) (await stage.ready?.catch(() => null))?.remove();
  }
}

function union(boxes) {
  const known = boxes.filter(Boolean);
  if (!known.length) return null;
  return [0, 1, 2, 3].map((n) => Math[n < 2 ? "min" : "max"](...known.map((box) => box[n])));
}
