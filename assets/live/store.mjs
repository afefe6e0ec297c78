/* The current snapshot, kept current: asks for `current.json` by its ETag, and hands over a new snapshot once it is whole.

   Whatever goes wrong, the last good snapshot stays, with its age and the reason. Where the server pushes (it says so in a
   header of its answer), a push only makes the page ask at once. */
import { prepare } from "./zones.mjs";

export const FORMAT = 1;
const ASK_MS = 1400;
const HIDDEN_MS = 15000; // nobody looks at the page
const LONGEST_MS = 20000; // between two tries while there is no answer
const PATIENCE_MS = 10000; // for one answer
const PUSH = "X-Events";

export class Trouble extends Error {
  constructor(kind, detail = "") {
    super(`${kind} ${detail}`);
    this.kind = kind;
    this.detail = detail;
  }
}

export class Store {
  constructor(clock, bus) {
    Object.assign(this, { clock, bus, snapshot: null, current: null, history: [], trouble: null, failures: 0 });
    this.answeredAt = performance.now();
    this.tags = {};
    this.loaded = new Map();
  }

  /* Seconds since the server last said what is current. */
  get age() {
    return (performance.now() - this.answeredAt) / 1000;
  }

  start() {
    addEventListener("online", () => this.soon());
    document.addEventListener("visibilitychange", () => document.hidden || this.soon());
    return this.look();
  }

  soon() {
    clearTimeout(this.timer);
    return this.look();
  }

  async look() {
    if (this.looking) return this.looking;
    this.looking = this.ask().then(() => this.settle(null), (error) => this.settle(error));
    await this.looking;
    this.looking = null;
    const wait = document.hidden ? HIDDEN_MS : ASK_MS;
    const longer = Math.min(wait * 2 ** this.failures, Math.max(LONGEST_MS, wait));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), longer * (0.95 + Math.random() * 0.1));
    this.nextAt = performance.now() + longer;
    return null;
  }

  settle(error) {
    this.failures = error ? Math.min(this.failures + 1, 6) : 0;
    this.trouble = error ? (error instanceof Trouble ? error : new Trouble("offline", String(error?.message ?? error))) : null;
    this.bus.tell("line");
  }

  async ask() {
    const asked = Date.now();
    const answer = await fetch("current.json", { cache: "no-store", headers: this.tags, signal: AbortSignal.timeout(PATIENCE_MS) });
    this.clock.learn(answer.headers.get("Date"), asked, Date.now());
    this.push(answer.headers.get(PUSH));
    if (answer.status === 304) return this.answered();
    if (answer.status === 404) throw new Trouble(this.current ? "gone" : "empty");
    if (!answer.ok) throw new Trouble("refused", answer.status);
    const current = await parse(answer, "current.json");
    checkFormat(current, "current.json");
    this.answered();
    if (current.snapshot === null && !current.seq) throw new Trouble("empty");
    if (current.snapshot !== this.current?.snapshot || current.seq !== this.current?.seq) await this.take(current);
    this.tags = tagsOf(answer);
    return null;
  }

  answered() {
    this.answeredAt = performance.now();
  }

  /* Takes over a snapshot only once all of it that the page shows is there and right. */
  async take(current) {
    const history = parseFile("history.json", "no-store").then((found) => found.publications, () => []);
    const snapshot = current.snapshot === null ? null : await this.load(current.snapshot, current.published_at);
    this.history = (await history).filter((entry) => entry.seq <= current.seq && (entry.withdrawn_seq ?? Infinity) > current.seq);
    if (snapshot) this.clock.follow(snapshot.list.as_of, current.published_at);
    Object.assign(this, { snapshot, current });
    this.bus.tell("snapshot");
  }

  /* A snapshot never changes, so it is fetched once. */
  async load(id, publishedAt) {
    if (!this.loaded.has(id)) {
      const base = new URL(`snapshots/${id}/`, document.baseURI).href;
      const [list, days] = await Promise.all([parseFile(`${base}list.json`), parseFile(`${base}days.json`)]);
      if (!Array.isArray(list.zones) || !Array.isArray(days.rounds) || list.as_of !== days.as_of) throw new Trouble("damaged", id);
      this.loaded.set(id, { id, base, publishedAt, list: prepared(list), days });
    }
    if (this.loaded.size > 40) this.loaded.delete([...this.loaded.keys()].find((key) => key !== id && key !== this.snapshot?.id));
    return this.loaded.get(id);
  }

  push(address) {
    if (!address || this.events || !window.EventSource) return;
    this.events = new EventSource(address);
    this.events.onmessage = () => this.soon();
    this.events.onerror = () => {
      // The browser tries again by itself unless the server said no; then the next answer that offers it does.
      if (this.events?.readyState === EventSource.CLOSED) this.events = null;
    };
  }
}

function tagsOf(answer) {
  const etag = answer.headers.get("ETag");
  const changed = answer.headers.get("Last-Modified");
  // A time has whole seconds, in which two publications may lie: it only serves where there is no tag.
  if (etag) return { "If-None-Match": etag };
  return changed && Date.parse(answer.headers.get("Date")) - Date.parse(changed) > 2000 ? { "If-Modified-Since": changed } : {};
}

export async function parseFile(address, cache = "default") {
  const answer = await fetch(address, { cache, signal: AbortSignal.timeout(6 * PATIENCE_MS) });
  const name = new URL(address, document.baseURI).pathname.split("/").slice(-2).join("/");
  if (!answer.ok) throw new Trouble("damaged", `${name} (${answer.status})`);
  const found = await parse(answer, name);
  checkFormat(found, name);
  return found;
}

/* The features of a GeoJSON file. */
export async function parseShapes(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(6 * PATIENCE_MS) });
  if (!answer.ok) throw new Trouble("damaged", `${address.split("/").at(-1)} (${answer.status})`);
  return (await parse(answer, address.split("/").at(-1))).features;
}

async function parse(answer, name) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Trouble("damaged", name);
  }
}

function checkFormat(found, name) {
  if (typeof found !== "object" || found === null) throw new Trouble("damaged", name);
  if (found.format > FORMAT) throw new Trouble("newer", found.format);
}

function prepared(list) {
  try {
    return prepare(list);
  } catch (error) {
    throw new Trouble("damaged", error.message);
  }
}
