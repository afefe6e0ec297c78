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
