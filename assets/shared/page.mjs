/* What every part of the page shares: the view, the choice, the words, and what people can do here.

   A part is a folder of modules with a `start(page)`; it hears of changes by `page.on`, and never asks another part. */
import { choose, fill } from "./dom.mjs";

const handlers = new Map();

export const page = {
  texts: null,

  /* Changes: "view" (another plan, language or theme), "choice", "log" (somebody wrote), "line" (online or not). */
  on(name, handler) {
    handlers.set(name, [...(handlers.get(name) || []), handler]);
  },

  async tell(name, value) {
    await Promise.all((handlers.get(name) || []).map((handler) => handler(value)));
  },

  get view() {
    return window.cordon.view || {};
  },

  get plan() {
    return this.view.plan && !this.view.plan.error ? this.view.plan : null;
  },

  get choice() {
    return window.cordon.choice || {};
  },

  get words() {
    return this.texts[this.view.lang || document.documentElement.lang];
  },

  say(key, fields) {
    return fill(this.words, key, fields);
  },

  choose,

  /* Ask for a plan: of a day (null: of now), of an outbreak; what is left out stays as it is. */
  ask(changes = {}) {
    const now = window.cordon.asked || { day: null, outbreak: "" };
    window.cordon.asked = { ...now, ...changes, n: (now.n || 0) + 1 };
    window.dash_clientside.set_props("asked", { data: window.cordon.asked });
  },
};
