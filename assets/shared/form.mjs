/* Forms from a list of fields: labels, hints, what is wrong beside the field that it concerns, and one button that saves. */
import { el, fill } from "./dom.mjs";
import { page } from "./page.mjs";
import { author, Offline, Refused, setAuthor, token } from "./server.mjs";

/* A field: name, label (text key), kind (text | area | time | number | choice | check), hint, required, value, and for a
   choice options: [{value, label: {zh, en} or text}]. `own`: a node instead of a control, with value().
   `send(values, sent)` saves; what it throws is shown, and the form stays as it was typed; `more(error)`: nodes that are
   shown with it. `typed`: what an earlier form kept. */
export class Form {
  constructor({ fields, submit, send, done, more, typed }) {
    this.fields = fields;
    this.submit = submit;
    this.send = send;
    this.done = done;
    this.more = more;
    this.typed = typed || {};
    this.sent = token();
  }

  values() {
    const found = {};
    for (const field of this.fields) {
      const control = this.controls?.get(field.name);
      if (field.own) found[field.name] = field.own.value();
      else if (control) found[field.name] = field.kind === "check" ? control.checked : control.value.trim();
      else found[field.name] = this.typed[field.name] ?? field.value ?? "";
    }
    return found;
  }

  draw() {
    if (this.controls) this.typed = this.values();
    this.controls = new Map();
    this.said = el("div", { class: "fsaid", role: "alert" });
    this.button = el("button", { class: "btn pri", type: "submit" }, page.words[this.submit]);
    const who = this.whoField();
    this.node = el("form", { class: "form", novalidate: true, autocomplete: "off" }, this.fields.map((f) => this.line(f)), who, this.said, el("div", { class: "fgo" }, this.button));
    this.node.addEventListener("submit", (event) => this.save(event));
    return this.node;
  }

  /* Who acts is asked once and kept in this browser; it is shown, so that nobody acts under another's name. */
  whoField() {
    this.who = el("input", { class: "inp", name: "by", value: author(), required: true, maxlength: 80 });
    this.who.addEventListener("change", () => setAuthor(this.who.value));
    return this.wrap("by", page.words.author, this.who, author() ? "" : page.words.author_hint);
  }

  line(field) {
    const label = page.words[field.label] || field.label;
    const hint = field.hint ? page.words[field.hint] || field.hint : "";
    if (field.own) return this.wrap(field.name, label, field.own.draw(), hint);
    const value = this.typed[field.name] ?? field.value ?? "";
    const common = { name: field.name, required: field.required, maxlength: field.max || 2000, autofocus: field.focus, "aria-describedby": `hint-${field.name}` };
    let control;
    if (field.kind === "choice") {
      control = el("select", { ...common, class: "inp" }, field.options.map((o) => el("option", { value: o.value, selected: String(o.value) === String(value) }, typeof o.label === "string" ? page.words[o.label] || o.label : o.label[page.view.lang])));
    } else if (field.kind === "area") {
      control = el("textarea", { ...common, class: "inp area", rows: field.rows || 3 });
      control.value = value;
    } else if (field.kind === "check") {
      control = el("input", { ...common, type: "checkbox", checked: Boolean(value) });
    } else {
      control = el("input", { ...common, class: "inp", type: field.kind === "number" ? "number" : "text", inputmode: field.kind === "number" ? "numeric" : null, min: field.min, step: field.step, placeholder: field.placeholder ? page.words[field.placeholder] || field.placeholder : null });
      control.value = value;
    }
    if (field.onChange) control.addEventListener("change", () => field.onChange(control.value, this));
    this.controls.set(field.name, control);
    return this.wrap(field.name, label, control, hint, field.kind === "check");
  }

  wrap(name, label, control, hint, inline) {
    const id = `f-${name}`;
    if (!control.id) control.id = id;
    const wrong = el("p", { class: "fwrong", id: `wrong-${name}` });
    return el("div", { class: `fline ${inline ? "inline" : ""}`, "data-field": name }, el("label", { for: control.id }, label), control, el("p", { class: "fhint", id: `hint-${name}` }, hint), wrong);
  }

  say(what, fix = "") {
    this.said.replaceChildren(...[what, fix].filter(Boolean).map((line) => el("p", {}, line)));
  }

  clearFaults() {
    for (const wrong of this.node.querySelectorAll(".fwrong")) wrong.textContent = "";
    for (const control of this.node.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    this.say("");
  }

  fault(name, text) {
    const line = this.node.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (!line) return false;
    line.querySelector(".fwrong").textContent = text;
    line.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
    return true;
  }

  missing() {
    const found = [];
    for (const field of this.fields) {
      const value = this.values()[field.name];
      const empty = value === "" || value === null || value === undefined || (Array.isArray(value) && !value.length);
      if (field.required && empty) found.push(field.name);
    }
    return this.who.value.trim() ? found : [...found, "by"];
  }

  async save(event) {
    event.preventDefault();
    this.clearFaults();
    const lacking = this.missing();
    for (const name of lacking) this.fault(name, page.words.field_required);
    if (lacking.length) {
      this.node.querySelector("[aria-invalid]")?.focus();
      return;
    }
    setAuthor(this.who.value);
    this.button.disabled = true;
    this.button.textContent = page.words.saving;
    try {
      const told = await this.send(this.values(), this.sent);
      this.sent = token();
      this.done?.(told);
    } catch (error) {
      this.refuse(error);
    } finally {
      this.button.disabled = false;
      this.button.textContent = page.words[this.submit];
    }
  }

  refuse(error) {
    if (error instanceof Offline) return this.say(page.words.offline_kept);
    if (!(error instanceof Refused)) throw error;
    const left = error.faults.filter((f) => !this.fault(f.column, `${f.reason}${f.fix ? `; ${f.fix}` : ""}`));
    if (!error.faults.length || left.length) this.say(left.length ? left.map((f) => `${f.column}: ${f.reason}`).join("; ") : error.message, error.fix);
    if (this.more) this.said.append(...this.more(error));
    this.node.querySelector("[aria-invalid]")?.focus();
    return null;
  }
}

export { fill };
