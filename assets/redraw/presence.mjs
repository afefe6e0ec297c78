/* Who else is here: told every few seconds, and taken back when the page goes. */
import { el, icon } from "../shared/dom.mjs";
import { page } from "../shared/page.mjs";
import { author, Offline, post, Refused, token } from "../shared/server.mjs";
import { desk } from "./state.mjs";

const EVERY_MS = 5000;
const client = token();
let timer = null;
let box = null;

export function startPresence() {
  box = el("span", { class: "here", role: "status" });
  document.getElementById("status").append(box);
  tell();
  window.addEventListener("pagehide", leaving);
}

export function stopPresence() {
  clearTimeout(timer);
  box?.remove();
  box = null;
  tell(true);
  window.removeEventListener("pagehide", leaving);
}

const leaving = () => tell(true);

async function tell(leave = false) {
  clearTimeout(timer);
  try {
    const others = await post("/api/desk/here", { by: author() || "–", client, draft: desk.id, leave, sent: token() }, { keepalive: leave });
    if (!box) return;
    const names = others.map((other) => other.name).join(page.view.lang === "zh" ? "、" : ", ");
    box.replaceChildren(...(others.length ? [icon("people"), page.say("redraw_others", { n: others.length, names })] : []));
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
  }
  if (!leave && box) timer = setTimeout(tell, EVERY_MS);
}
