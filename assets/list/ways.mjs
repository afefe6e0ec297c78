/* Why not another class: what a card offers to ask, and its answer in the place of the button. */
import { draw } from "../shared/drawn.mjs";
import { el } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { getJson } from "../shared/server.mjs";

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-why-not]");
    if (button) ask(button);
  });
}

async function ask(button) {
  const said = el("div", { role: "status", tabindex: "-1" }, el("p", { class: "mut" }, page.words.why_not_wait));
  button.replaceWith(said);
  said.focus();
  try {
    draw(said, await getJson(`/api/card/ways?${page.plan.query}&${button.dataset.whyNot}`));
  } catch (error) {
    said.replaceChildren(el("p", { role: "alert" }, `${error.message} ${error.fix || ""}`), button);
  }
}
