"""The viewer under load: publish to seen over 200 clients and two browsers, readers against StaticFiles, memory.

    python -m bench.live [FOLDER] [--clients 200] [--runs 5] [--seconds 5] [--publications 60]

FOLDER was made by `python -m live publish` and is copied first; left out, a small city is made and published. Clients
speak HTTP over bare sockets in this process; each viewer is one uvicorn worker of its own. A publication here has the
files of the state under another manifest, and the viewer checks them anew; it is timed from the move of `current.json`
until a client has read the new seq, and a browser has painted it.
"""

import argparse
import asyncio
import contextlib
import itertools
import math
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import orjson

from bench.browsers import SCREENS, looking
from live.folder import Folder

ASK_S = 1.0  # how often a client that does not listen asks
CONNECTIONS = 32  # of the readers
Reader = asyncio.StreamReader
_STATIC = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
app = Starlette(routes=[Mount("/", StaticFiles(directory=sys.argv[1]))])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


@contextlib.contextmanager
def served(command: list[str]) -> Iterator[tuple[int, int]]:
    """Run a server; give its port and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, *(part.replace("PORT", str(port)) for part in command)])
    try:
        for _ in range(400):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def viewer(folder: Path) -> list[str]:
    return ["-m", "live", str(folder), "--port", "PORT"]


def static(folder: Path) -> list[str]:
    return ["-c", _STATIC, str(folder), "PORT"]


def publish(folder: Folder, files: dict[str, bytes], note: str) -> int:
    """Publish the same files under another manifest; return the seq once it is current."""
    with folder.writing():
        current, history = folder.current(), folder.history()
        snapshot = folder.add(files, {"as_of": note}, current["snapshot"])
        entry = {"seq": current["seq"] + 1, "snapshot": snapshot, "published_at": current["published_at"], "note": note}
        history.append({**entry, "withdrawn_at": None, "withdrawn_seq": None})
        folder.point({**entry, "source": current["source"]}, history)
    return int(entry["seq"])


def files_of(folder: Folder) -> dict[str, bytes]:
    """The files of what is current."""
    name = folder.current()["snapshot"]
    told = folder.check(name)["files"]
    return {file["name"]: (folder.snapshot_path(name) / file["name"]).read_bytes() for file in told}


async def get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, more: str = ""
) -> tuple[str, bytes]:
    """One GET over an open connection: its head and its body."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{more}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = 0
    for line in head.splitlines():
        if line.startswith("content-length:"):
            length = int(line.partition(":")[2])
    return head, await reader.readexactly(length) if length else b""


async def asking(port: int, seen: dict[int, list[float]], delay: float) -> None:
    """A client that asks each second with its ETag."""
    await asyncio.sleep(delay)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    tag, last = "", 0
    while True:
        head, body = await get(reader, writer, "/current.json", f"If-None-Match: {tag}\r\n" if tag else "")
        if body:
            tag = next(line.partition(": ")[2] for line in head.splitlines() if line.startswith("etag"))
            seq = int(orjson.loads(body)["seq"])
            if last:
                seen.setdefault(seq, []).append(time.monotonic())
            last = seq
        await asyncio.sleep(ASK_S)


async def lines(port: int) -> AsyncIterator[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(b"GET /events HTTP/1.1\r\nHost: bench\r\n\r\n")
    while True:
        yield await reader.readline()


async def listening(port: int, seen: dict[int, list[float]]) -> None:
    """A client that is pushed to."""
    first = True
    async for line in lines(port):
        if line.startswith(b"data: "):
            if not first:
                seen.setdefault(int(orjson.loads(line[6:])["seq"]), []).append(time.monotonic())
            first = False


async def until_seen(folder: Folder, port: int, clients: int, runs: int) -> dict[str, list[list[float]]]:
    """Seconds from publish to seen, a list a run: of clients that ask, that listen, of browsers, and of their maps."""
    asked: dict[int, list[float]] = {}
    pushed: dict[int, list[float]] = {}
    half = clients // 2
    async with looking(port) as browsers:
        tasks = [asyncio.create_task(asking(port, asked, ASK_S * k / half)) for k in range(half)]
        tasks += [asyncio.create_task(listening(port, pushed)) for _ in range(clients - half)]
        await asyncio.sleep(3)
        watched = {"asking": (asked, half), "listening": (pushed, clients - half)}
        watched |= {"browsers": (browsers["page"], len(SCREENS)), "browsers' maps": (browsers["map"], len(SCREENS))}
        found: dict[str, list[list[float]]] = {name: [] for name in watched}
        files = files_of(folder)
        for run in range(runs):
            seq = await asyncio.to_thread(publish, folder, files, f"run {run}")
            moved = time.monotonic()
            while time.monotonic() < moved + 60 and any(len(seen.get(seq, ())) < n for seen, n in watched.values()):
                await asyncio.sleep(0.02)
            for name, (seen, count) in watched.items():
                times = sorted(max(at - moved, 0.0) for at in seen.get(seq, []))
                assert len(times) == count, f"{count - len(times)} of {name} did not see publication {seq}"
                found[name].append(times)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def readers(port: int, requests: list[tuple[str, str]], seconds: float) -> tuple[float, int]:
    """Answers a second, and their bytes, over CONNECTIONS that are kept open."""
    end, done, size = time.monotonic() + seconds, 0, 0

    async def read(start: int) -> None:
        nonlocal done, size
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        k = start
        while time.monotonic() < end:
            head, body = await get(reader, writer, *requests[k % len(requests)])
            assert head.startswith(("http/1.1 200", "http/1.1 206", "http/1.1 304")), head
            done, size, k = done + 1, size + len(body), k + 1

    begun = time.monotonic()
    await asyncio.gather(*(read(k) for k in range(CONNECTIONS)))
    return done / (time.monotonic() - begun), size


def requests_of(folder: Folder) -> list[tuple[str, str]]:
    """What readers ask for: what is current, the lists, the picture, pieces of the tiles."""
    at = f"/snapshots/{folder.current()['snapshot']}"
    plain = "Accept-Encoding: identity\r\n"
    files = ("list.json", "days.json", "changes.json", "overview-zh.svg", "zones.geojson")
    pieces = [(f"{at}/ground.pmtiles", f"Range: bytes={k * 40_000}-{k * 40_000 + 39_999}\r\n") for k in range(3)]
    return [("/current.json", plain)] * 6 + [(f"{at}/{name}", plain) for name in files] + pieces


def resident(pid: int) -> float:
    """MB of memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1000


async def hour(folder: Folder, port: int, pid: int, publications: int) -> list[float]:
    """MB of the viewer after each tenth of so many publications, while twenty clients listen and read."""
    tasks = [asyncio.create_task(listening(port, {})) for _ in range(20)]
    found, files = [], files_of(folder)
    for k in range(publications):
        await asyncio.to_thread(publish, folder, files, f"minute {k}")
        await readers(port, requests_of(folder), 0.3)
        if k % (publications // 10) == publications // 10 - 1:
            found.append(resident(pid))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


def p95(times: list[float]) -> float:
    return times[math.ceil(0.95 * len(times)) - 1]


def _tell(who: str, runs: list[list[float]]) -> None:
    each, slowest = [p95(times) for times in runs], max(times[-1] for times in runs)
    told = ", ".join(f"{value:.2f}" for value in each)
    median = statistics.median(each)
    print(f"publish to seen, {who}: p95 {median:.2f} s, median of {told}; slowest {slowest:.2f}", flush=True)


def _together(found: dict[str, list[list[float]]], without: str) -> list[list[float]]:
    """The times of each run in one list, but for those of one kind."""
    kept = [runs for name, runs in found.items() if name != without]
    return [sorted(itertools.chain.from_iterable(run)) for run in zip(*kept, strict=True)]


def small_city(home: Path) -> Path:
    """Make a small city, decide and publish it."""
    workspace, folder = home / "workspace", home / "published"
    for command in (
        ("zoning", "demo", home / "files", "--people", 60_000, "--cases", 40),
        ("zoning", "town", workspace, "--manifest", home / "files" / "city.toml"),
        ("zoning", "derive", workspace, "--decide", "auto", "--out", home / "zones.geojson"),
        ("live", "publish", workspace, folder, "--by", "bench", "--confirm", "all"),
    ):
        subprocess.run([sys.executable, "-m", *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return folder


def main(argv: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description="The viewer under load.")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--publications", type=int, default=60)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        made = given.folder or small_city(Path(home))
        folder = Folder(shutil.copytree(made, Path(home) / "live"))
        with served(viewer(folder.path)) as (port, pid):
            found = asyncio.run(until_seen(folder, port, given.clients, given.runs))
            for name, runs in found.items():
                _tell(f"{len(runs[0])} {name}", runs)
            _tell("all, browsers by their pages", _together(found, "browsers' maps"))
            _tell("all, browsers by their maps", _together(found, "browsers"))
            memory = asyncio.run(hour(folder, port, pid, given.publications))
            grown = (memory[-1] - memory[4]) / (given.publications * 0.5)
            print(f"memory: {' '.join(f'{mb:.0f}' for mb in memory)} MB over {given.publications} publications")
            print(f"memory: {grown * 60:+.1f} MB an hour of one each minute, extrapolated from the second half")
        rates = {"viewer": list[float](), "StaticFiles": list[float]()}
        for _ in range(3):
            for name, command in (("viewer", viewer(folder.path)), ("StaticFiles", static(folder.path))):
                with served(command) as (port, _):
                    asyncio.run(readers(port, requests_of(folder), 1.0))
                    rates[name].append(asyncio.run(readers(port, requests_of(folder), given.seconds))[0])
        ours, theirs = (statistics.median(values) for values in rates.values())
        print(f"readers: {ours:.0f} answers/s, StaticFiles {theirs:.0f}: ratio {ours / theirs:.2f} (median of 3)")


if __name__ == "__main__":
    main(sys.argv[1:])
