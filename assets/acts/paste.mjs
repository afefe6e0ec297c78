/* Stays from a pasted text: what was read stands as a list; each is looked at, mended where it must be, and saved. */
import { el, icon, sequence } from "../shared/dom.mjs";
import { Form } from "../shared/form.mjs";
import { openPanel, panelKey } from "../shared/panel.mjs";
import { page } from "../shared/page.mjs";
import { getJson, post } from "../shared/server.mjs";
import { openFile } from "./file.mjs";
import { own, renew } from "./parts.mjs";
import { openStay } from "./stay.mjs";
import { sayStay } from "./timeline.mjs";

const next = sequence();

export function openPaste(file, kept = null) {
  const state = kept || { file, text: file.changes.find((c) => c.text)?.text || "", found: null, off: new Set() };
  state.file = file;
  state.form = form(state);
  state.panel = openPanel({ key: "paste", draw: () => draw(state) });
  if (state.text && !state.found) read(state);
}

function draw(state) {
  const box = el("textarea", { class: "inp area", rows: 6, maxlength: 20000, "aria-label": page.words.case_text, placeholder: page.words.paste_hint, autofocus: !state.text });
  box.value = state.text;
  let timer;
  box.addEventListener("input", () => {
    state.text = box.value;
    clearTimeout(timer);
    timer = setTimeout(() => read(state), 400);
  });
  state.list = el("div", { class: "plist", "aria-live": "polite" });
  const back = el("button", { class: "btn sm", type: "button", onclick: () => openFile(state.file.fact) }, icon("left"), state.file.case_id);
  const body = [box, state.list, el("div", { class: "cform" }, state.form.draw())];
  fillList(state);
  return { title: page.say("paste_title", { id: state.file.case_id }), body, foot: back };
}

async function read(state) {
  const current = next();
  try {
    const told = await getJson("/api/stays", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: state.text, outbreak: page.plan?.outbreak || "" }) });
    if (!current()) return;
    Object.assign(state, { found: told.stays, off: new Set(), error: null });
  } catch (error) {
    if (!current()) return;
    state.error = error;
  }
  if (panelKey() === "paste") fillList(state);
}

const ticked = (state) => (state.found || []).filter((stay, n) => stay.hit && !state.off.has(n));

function fillList(state) {
  const { found, error } = state;
  const ready = ticked(state).length;
  state.form.button.disabled = !ready;
  if (error) return state.list.replaceChildren(el("p", { class: "fsaid" }, error.message));
  if (!found) return state.list.replaceChildren();
  if (!found.length) return state.list.replaceChildren(el("p", { class: "mut" }, state.text ? page.words.paste_none : ""));
  return state.list.replaceChildren(el("p", { class: "mut" }, page.say("paste_read", { n: found.length, ready })), el("ul", {}, found.map((stay, n) => line(state, stay, n))));
}

/* A stay whose place is known can be ticked; one without is opened, to give it a place. */
function line(state, stay, n) {
  const id = `paste-${n}`;
  const box = el("input", { type: "checkbox", id, checked: Boolean(stay.hit) && !state.off.has(n), disabled: !stay.hit, onchange: () => (box.checked ? state.off.delete(n) : state.off.add(n), fillList(state), document.getElementById(id)?.focus()) });
  const place = stay.hit ? el("b", {}, own(stay.hit.name)) : el("b", { class: "warn" }, page.words.paste_where);
  const edit = el("button", { class: "btn sm", type: "button", "aria-label": `${page.words.paste_edit}: ${stay.said}`, onclick: () => mend(state, stay, n) }, page.words.paste_edit);
  return el("li", {}, box, el("label", { for: id }, place, el("span", {}, sayStay(stay)), el("q", {}, stay.said)), edit);
}

function mend(state, stay, n) {
  const after = (told, file) => {
    state.found.splice(n, 1);
    state.off = new Set([...state.off].filter((k) => k !== n).map((k) => (k > n ? k - 1 : k)));
    openPaste(file, state);
  };
  openStay(state.file, null, stay.arrive.slice(0, 16).replace("T", " "), { leave: stay.leave?.slice(0, 16).replace("T", " ") || "", hit: stay.hit, said: stay.said, after });
}

function form(state) {
  return new Form({
    fields: [],
    submit: "paste_save",
    send: (_, sent) => {
      const rows = ticked(state).map(({ arrive, leave, hit }) => ({ person_id: state.file.person, arrive_at: arrive, ...(leave ? { leave_at: leave } : {}), ...hit.fields }));
      return post("/api/enter", { kind: "visits", rows, text: state.text, sent, base: state.file.log });
    },
    done: (told) => (renew(told.log), openFile(state.file.fact, told.said)),
  });
}
