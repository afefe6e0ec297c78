"""What a viewer serves: the newest publication that is whole, and those before it; the last good one stays.

Files are looked up by name in the manifest, never by path, so that no address leads out of the folder.
"""

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from live.folder import CURRENT, MANIFEST, Folder, name_of
from live.forms import FORMAT, Json
from zoning.errors import StoreError

SMALL = 4_000_000  # bytes: what is larger is read from disk, piece by piece
_AGAIN_S = 1.0  # from one look at a publication that was refused to the next
_KEPT_BYTES = 64_000_000
_CHANGES = 200  # publications whose changes stay in memory
_NOTHING: Json = {"format": FORMAT, "seq": 0, "snapshot": None, "published_at": None, "note": ""}


@dataclass(frozen=True)
class File:
    """One file of a snapshot, as its manifest has it."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that was found whole: its id and its files by name."""

    name: str
    files: Mapping[str, File]
    parsed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """What is current: `current` and `history` as they are sent, the snapshot (None: nothing stands), what is wrong."""

    told: Json
    current: bytes
    history: bytes
    entries: tuple[Json, ...]
    snapshot: Snapshot | None
    problem: str = ""

    @property
    def tag(self) -> str:
        """ETag of `current.json`."""
        return tag_of(self.current)


class Served:
    """A folder as one viewer process sees it."""

    def __init__(self, path: Path) -> None:
        self.folder = Folder(path)
        self._lock = Lock()
        self._bytes: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()
        self._changes: dict[str, list[Json]] = {}
        self._seen: object = None
        self._refused: tuple[object, float] = (None, 0.0)
        empty = orjson.dumps({"format": FORMAT, "publications": []})
        self.state = State(_NOTHING, orjson.dumps(_NOTHING), empty, (), None, "nothing is published yet")

    def look(self) -> bool:
        """Take up a new publication, if there is one and it is whole.

        Returns
        -------
        True if another state is served from now on; a damaged one is refused, and `state.problem` says why.
        """
        mark = self._mark()
        with self._lock:
            again, at = self._refused
            if mark == self._seen or (mark == again and time.monotonic() - at < _AGAIN_S):
                return False
            before = self.state
            try:
                self.state = self._read()
            except (StoreError, OSError) as error:
                told = before if before.snapshot or before.told["seq"] else self.state
                self.state = State(told.told, told.current, told.history, told.entries, told.snapshot, f"{error}")
                # A copy that is under way is looked at again, but not all the time: hashing it takes time.
                self._seen, self._refused = None, (mark, time.monotonic())
                return False
            self._seen = mark
            return self.state.tag != before.tag

    def _mark(self) -> object:
        try:
            of = os.stat(self.folder.path / CURRENT)
        except OSError:
            return "none"
        return of.st_mtime_ns, of.st_ino, of.st_size

    def _read(self) -> State:
        told = self.folder.current()
        history = self.folder.history()
        name = told["snapshot"]
        # What was whole once may be damaged by now: it is read again before it becomes current.
        self._snapshots.pop(name, None)
        snapshot = self._open(name) if name else None
        body = orjson.dumps({"format": FORMAT, "publications": history})
        return State(told, orjson.dumps(told), body, tuple(history), snapshot)

    def _open(self, name: str) -> Snapshot:
        if name in self._snapshots:
            return self._snapshots[name]
        manifest = self.folder.check(name)
        place = self.folder.snapshot_path(name)
        files = {told["name"]: File(place / told["name"], told["bytes"], told["sha256"]) for told in manifest["files"]}
        data = (place / MANIFEST).read_bytes()
        files[MANIFEST] = File(place / MANIFEST, len(data), hashlib.sha256(data).hexdigest())
        found = Snapshot(name, files)
        self._snapshots[name] = found
        while len(self._snapshots) > 8:
            self._snapshots.popitem(last=False)
        return found

    def snapshot(self, name: str) -> Snapshot | None:
        """Return a publication that stands.

        Parameters
        ----------
        name : id of the snapshot.

        Returns
        -------
        Snapshot; None where no publication that stands is called so, or it is not whole.
        """
        state = self.state
        if state.snapshot is not None and state.snapshot.name == name:
            return state.snapshot
        if not any(entry["snapshot"] == name and not entry["withdrawn_at"] for entry in state.entries):
            return None
        try:
            with self._lock:
                return self._open(name)
        except (StoreError, OSError):
            return None

    def changes(self, name: str) -> list[Json]:
        """Return what a publication changed.

        Parameters
        ----------
        name : id of its snapshot.

        Returns
        -------
        Records of `changes.json`; none where that was damaged or is gone.
        """
        if name not in self._changes:
            place = self.folder.snapshot_path(name)
            try:
                manifest, data = (place / MANIFEST).read_bytes(), (place / "changes.json").read_bytes()
            except OSError:
                return []
            told = {file["name"]: file["sha256"] for file in orjson.loads(manifest)["files"]}
            if name_of(manifest) != name or told.get("changes.json") != hashlib.sha256(data).hexdigest():
                return []
            self._changes[name] = orjson.loads(data)["changes"]
            while len(self._changes) > _CHANGES:
                self._changes.pop(next(iter(self._changes)), None)
        return self._changes.get(name, [])

    def read(self, snapshot: Snapshot, name: str) -> bytes | None:
        """Return a small file, held to its hash.

        Parameters
        ----------
        snapshot : that holds it.
        name : of the file.

        Returns
        -------
        Its bytes, which stay in memory; None where there is no such file, it is larger than SMALL, or damaged by now.
        """
        file = snapshot.files.get(name)
        if file is None or file.size > SMALL:
            return None
        # By what it holds: a file that many publications share is in memory once.
        key = file.sha256
        if key in self._bytes:
            return self._bytes.get(key)
        try:
            data = file.path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != key:
            return None
        with self._lock:
            if key not in self._bytes:
                self._bytes[key] = data
                self._held += len(data)
            while self._held > _KEPT_BYTES:
                self._held -= len(self._bytes.popitem(last=False)[1])
        return data

    def parsed(self, snapshot: Snapshot, name: str, make: Callable[[bytes], Any]) -> Any:
        """Return what was made of a file, once a snapshot.

        Parameters
        ----------
        snapshot : that holds it.
        name : of the file.
        make : from its bytes.

        Returns
        -------
        What `make` returned; None where the file cannot be read.
        """
        key = f"{name} {make.__module__}.{make.__qualname__}"
        if key not in snapshot.parsed:
            data = self.read(snapshot, name)
            if data is None:
                file = snapshot.files.get(name)
                data = file.path.read_bytes() if file is not None and file.size > SMALL else None
            if data is None:
                return None
            snapshot.parsed[key] = make(data)
        return snapshot.parsed[key]


def tag_of(data: bytes) -> str:
    """Return the ETag of some bytes.

    Parameters
    ----------
    data : what is sent.

    Returns
    -------
    A strong validator with its quotes.
    """
    return f'"{hashlib.sha256(data).hexdigest()[:24]}"'
