/* The words of the page in both languages, which its HTML brings along; names of zones and classes come from the data. */
const TEXTS = JSON.parse(document.getElementById("words").textContent);

/* `{n}` is a field of a text, `{n zone|zones}` a number and what it counts. */
function filled(text, fields) {
  return text.replace(/\{(\w+)(?: ([^{|}]+)\|([^{|}]+))?\}/g, (_, name, one, many) => {
    const value = fields[name] ?? "";
    return one ? `${value} ${String(value) === "1" ? one : many}` : value;
  });
}

export const words = {
  lang: "zh",

  say(key, fields = {}) {
    const text = TEXTS[this.lang][key] ?? key;
    return filled(text, fields);
  },

  has(key) {
    return key in TEXTS[this.lang];
  },

  /* The name of a zone, a site or an area; each language falls back to the other. */
  name(of) {
    if (!of) return "";
    return (this.lang === "en" ? of.name_en || of.name : of.name || of.name_en) || "";
  },

  /* Says everything that is written in the page itself. */
  apply(root = document) {
    document.documentElement.lang = this.lang === "zh" ? "zh-CN" : "en";
    for (const node of root.querySelectorAll("[data-say]")) node.textContent = this.say(node.dataset.say);
    for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", this.say(node.dataset.label));
    for (const node of root.querySelectorAll("[data-hint]")) node.setAttribute("placeholder", this.say(node.dataset.hint));
  },

  cap: (text) => text.charAt(0).toUpperCase() + text.slice(1),

  metres(m) {
    if (m < 1000) return this.say("metres", { n: Math.round(m / 10) * 10 });
    return this.say("kilometres", { n: String(Number((m / 1000).toFixed(m < 10000 ? 1 : 0))) });
  },

  /* An age in the largest unit that fits. */
  span(seconds) {
    const steps = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];
    const [unit, size] = steps.find(([, s]) => seconds >= s) ?? steps.at(-1);
    return this.say(`span_${unit}`, { n: Math.max(0, Math.floor(seconds / size)) });
  },
};
