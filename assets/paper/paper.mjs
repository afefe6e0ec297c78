/* Paper: pages open beside the screen, to be printed by the browser or kept as PDF. */
import { command } from "../shared/commands.mjs";
import { page } from "../shared/page.mjs";

export function paperAddress(what, more = {}) {
  const asked = new URLSearchParams({ language: page.view.lang, ...more });
  return `/paper/${what}?${page.plan.query}&${asked}`;
}

export function start() {
  const open = (what, more) => () => window.open(paperAddress(what, more), "_blank", "noopener");
  const zone = () => page.choice.layer === "zones" && page.choice.zone;
  command({ key: "notice", label: "paper_notice", icon: "print", keys: "Shift+P", menu: "more", when: zone, run: () => open("notice", { zone: page.choice.zone })() });
  command({ key: "certificate", label: "paper_certificate", icon: "print", when: zone, run: () => open("notice", { zone: page.choice.zone, kind: "certificate" })() });
  command({ key: "crews", label: "paper_crews", icon: "gate", menu: "more", run: open("crews") });
  command({ key: "daily", label: "paper_daily", icon: "file", menu: "more", run: open("daily") });
}
