/* Tiles of a snapshot out of its PMTiles files, by range where the server can, else from the whole file. */

const whole = new Map(); // address -> bytes, of servers that know no ranges

class Source {
  constructor(address) {
    this.address = address;
  }

  getKey() {
    return this.address;
  }

  async getBytes(offset, length, signal) {
    if (whole.has(this.address)) return { data: (await whole.get(this.address)).slice(offset, offset + length) };
    const answer = await fetch(this.address, { signal, headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
    if (answer.status === 206) return { data: await answer.arrayBuffer() };
    if (answer.status !== 200) throw new Error(`${this.address.split("/").at(-1)}: ${answer.status}`);
    if (!whole.has(this.address)) whole.set(this.address, answer.arrayBuffer());
    const bytes = whole.get(this.address);
    // A request that was given up on must not leave half a file behind.
    bytes.catch(() => whole.delete(this.address));
    return { data: (await bytes).slice(offset, offset + length) };
  }
}

let protocol = null;

/* `library` is MapLibre; the reader of PMTiles is a classic script, which names itself `pmtiles`. */
export async function install(library, vendor) {
  if (protocol) return;
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: `${vendor}pmtiles.js`, onload: resolve, onerror: () => reject(new Error("pmtiles.js")) });
    document.head.append(script);
  });
  protocol = new window.pmtiles.Protocol();
  library.addProtocol("pmtiles", protocol.tile);
}

/* The address of the tiles of a file; the file is opened when the first of them is asked for. */
export function tilesOf(address) {
  if (!protocol.get(address)) protocol.add(new window.pmtiles.PMTiles(new Source(address)));
  return `pmtiles://${address}/{z}/{x}/{y}`;
}

/* Files of snapshots that are shown no more are let go, or a page that stays open for days would grow. */
export function keepOnly(addresses) {
  for (const key of protocol.tiles.keys()) {
    if (addresses.includes(key)) continue;
    protocol.tiles.delete(key);
    whole.delete(key);
  }
}

let ground = null; // address and hash of the ground that is shown

/* The ground of a snapshot: the one that is shown already where the two are the same and it still stands. */
export async function groundOf(snapshot, stands) {
  const own = `${snapshot.base}ground.pmtiles`;
  const answer = await fetch(`${snapshot.base}manifest.json`);
  const files = answer.ok ? (await answer.json()).files : [];
  const hash = files.find(({ name }) => name === "ground.pmtiles")?.sha256 ?? own;
  if (ground?.hash !== hash || !stands(ground.id)) ground = { hash, id: snapshot.id, address: own };
  return ground.address;
}
