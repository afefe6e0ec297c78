/* Asking the server, and telling it: what it refuses comes back in words, and nothing is sent twice by accident. */
import { page } from "./page.mjs";

export class Refused extends Error {
  constructor(body, status) {
    const own = (of, name) => (page.view.lang === "zh" && of[`${name}_zh`]) || of[name] || "";
    super(own(body, "what") || String(status));
    this.status = status;
    this.body = body;
    this.fix = own(body, "fix");
    // [{row, column, value, reason, fix}]
    this.faults = (body.faults || []).map((f) => ({ ...f, reason: own(f, "reason"), fix: own(f, "fix") }));
  }
}

export class Offline extends Error {}

async function answer(address, options) {
  let told;
  try {
    told = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Offline(error.message);
  }
  const kind = told.headers.get("content-type") || "";
  const body = kind.includes("json") ? await told.json() : { what: told.statusText };
  if (!told.ok) throw new Refused(body, told.status);
  return body;
}

export function getJson(address, options) {
  return answer(address, options);
}

/* Every act says who, on which log it was seen and when that was; `sent` makes a repeated act the same one. */
export function post(address, body, options) {
  const told = { by: author(), outbreak: page.plan?.outbreak || "", base: page.plan?.log, day: page.plan?.asked_day, ...body };
  const headers = { "content-type": "application/json" };
  return answer(address, { method: "POST", headers, body: JSON.stringify(told), ...options });
}

export function token() {
  return crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
}

export function author() {
  return localStorage.getItem("author") || "";
}

export function setAuthor(name) {
  localStorage.setItem("author", name.trim());
}
