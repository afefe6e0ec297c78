/* What the load window asks of the server; files go up with their progress, and can be cut off on the way. */
import { page } from "../shared/page.mjs";
import { getJson, Offline, post, Refused, token } from "../shared/server.mjs";

const ROOT = "/api/loads";

function outbreak() {
  return encodeURIComponent(page.plan?.outbreak || "");
}

function send(method, address, body) {
  return getJson(address, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
}

export const about = (ids) => getJson(`${ROOT}?outbreak=${outbreak()}&ids=${ids.join(",")}`);
export const lookAt = (id, item) => getJson(`${ROOT}/${id}/${item}?outbreak=${outbreak()}`);
export const choose = (id, item, choices) => send("PUT", `${ROOT}/${id}/${item}?outbreak=${outbreak()}`, choices);
export const shapesOf = (id, item) => getJson(`${ROOT}/${id}/${item}/shapes?outbreak=${outbreak()}`);
export const start = (items) => post(`${ROOT}/start`, { items, sent: token() });
export const progress = (job) => getJson(`${ROOT}/jobs/${job}`);
export const stop = (job) => getJson(`${ROOT}/jobs/${job}`, { method: "DELETE" });
export const rejectGroups = () => getJson(`${ROOT}/rejects?outbreak=${outbreak()}`);
export const rejectRows = (source, kind, from, count) =>
  getJson(`${ROOT}/rejects/rows?outbreak=${outbreak()}&source=${encodeURIComponent(source)}&kind=${kind}&start=${from}&count=${count}`);
export const correct = (row) => send("PATCH", `${ROOT}/rejects/rows`, { outbreak: page.plan?.outbreak || "", ...row });
export const correctAlike = (change) => send("POST", `${ROOT}/rejects/alike`, { outbreak: page.plan?.outbreak || "", ...change });
export const loadAgain = (source, kind) => post(`${ROOT}/rejects/again`, { source, kind, sent: token() });

/* A file that is left out has no answer to wait for. */
export async function leaveOut(id) {
  const told = await fetch(`${ROOT}/${id}`, { method: "DELETE" }).catch((error) => { throw new Offline(error.message); });
  if (!told.ok) throw new Refused(await told.json(), told.status);
}

/* Send a file; `tell` hears the share that is sent. Returns the request, to cut it off, and what comes of it. */
export function upload(file, tell) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", `${ROOT}?outbreak=${outbreak()}&name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && tell(event.loaded / event.total));
    request.addEventListener("load", () => (request.status === 201 ? resolve(request.response) : reject(new Refused(request.response || {}, request.status))));
    request.addEventListener("error", () => reject(new Offline("upload")));
    request.addEventListener("abort", () => reject(new DOMException("cut off", "AbortError")));
    request.send(file);
  });
  return { request, done };
}
