"""The folder of publications on disk: snapshots that never change, and which of them is current.

A snapshot is written beside its place, synced and renamed; then `history.json`, then `current.json` is moved. A kill at
any moment leaves the old state or the new one. Whoever reads checks the hashes before believing.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from live.forms import AGAIN, FORMAT, Json, is_entry, is_file, is_name, read_form
from zoning.errors import StoreError

CURRENT, HISTORY, SNAPSHOTS, MANIFEST = "current.json", "history.json", "snapshots", "manifest.json"
_PART, _LOCK = ".part-", ".lock"


class Folder:
    """A folder of publications; one process writes at a time, any number read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def snapshot_path(self, snapshot: str) -> Path:
        """Return the folder of a snapshot.

        Parameters
        ----------
        snapshot : its id.

        Returns
        -------
        Path; it need not exist.
        """
        return self.path / SNAPSHOTS / snapshot

    def current(self) -> Json:
        """Return what is current, without looking into the snapshot.

        Returns
        -------
        format, seq, snapshot (None after a withdrawal of all), published_at, note, source.

        Raises
        ------
        StoreError : nothing was ever published here, or `current.json` is damaged or of a newer version.
        """
        path = self.path / CURRENT
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreError(
                f"{self.path}: nothing is published here ({CURRENT} is not there); publish first"
            ) from error
        except OSError as error:
            raise StoreError(f"{path} cannot be read ({error.strerror}); give the right to read it") from error
        found = read_form(path, data)
        name = found.get("snapshot")
        if not isinstance(found.get("seq"), int) or not (name is None or is_name(name)):
            raise StoreError(f"{path} is damaged (seq or snapshot is not what publishing writes); {AGAIN}")
        return found

    def history(self) -> list[Json]:
        """Return the publications that count, the oldest first.

        Returns
        -------
        seq, snapshot, published_at, note, withdrawn_at and withdrawn_seq (None while it stands); none where nothing
        was published.

        Raises
        ------
        StoreError : a file is damaged or of a newer version.
        """
        path = self.path / HISTORY
        if not path.is_file() or not (self.path / CURRENT).is_file():
            return []
        last = self.current()["seq"]
        found = read_form(path, path.read_bytes()).get("publications")
        if not isinstance(found, list) or not all(is_entry(told) for told in found):
            raise StoreError(f"{path} is damaged (it lists no publications); {AGAIN}")
        # What was killed before it became current is not told.
        told = [entry for entry in found if entry["seq"] <= last]
        undone = {"withdrawn_at": None, "withdrawn_seq": None}
        return [entry | (undone if (entry["withdrawn_seq"] or 0) > last else {}) for entry in told]

    def check(self, snapshot: str) -> Json:
        """Read the manifest of a snapshot and hold every file to it.

        Parameters
        ----------
        snapshot : its id.

        Returns
        -------
        The manifest.

        Raises
        ------
        StoreError : the snapshot is not there, half-copied, damaged, or of a newer version; names the first such file.
        """
        folder = self.snapshot_path(snapshot)
        path = folder / MANIFEST
        if not path.is_file():
            raise StoreError(f"{folder}: the snapshot is not there or half-copied ({MANIFEST} is missing); {AGAIN}")
        data = path.read_bytes()
        if name_of(data) != snapshot:
            raise StoreError(f"{path}: was changed after it was published; {AGAIN}")
        manifest = read_form(path, data)
        if not isinstance(manifest.get("files"), list) or not all(is_file(told) for told in manifest["files"]):
            raise StoreError(f"{path} lists no files as publishing does; {AGAIN}")
        for told in manifest["files"]:
            file = folder / told["name"]
            if not file.is_file():
                raise StoreError(f"{file} is missing: the snapshot was copied in part; {AGAIN}")
            if file.stat().st_size != told["bytes"] or _hash(file) != told["sha256"]:
                raise StoreError(f"{file} is damaged: it is not what was published; {AGAIN}")
        return manifest

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for writing; others wait.

        Returns
        -------
        A context.

        Raises
        ------
        StoreError : the folder cannot be written, or is damaged or of a newer version.
        """
        try:
            (self.path / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
            lock = (self.path / _LOCK).open("w")
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be written ({error.strerror}); give the right to write, or another folder"
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Delete what a kill left behind, and what was withdrawn; where the history cannot be read, nothing."""
        for left in (self.path / SNAPSHOTS).glob(f"{_PART}*"):
            shutil.rmtree(left, ignore_errors=True)
        standing = {entry["snapshot"] for entry in self.history() if not entry["withdrawn_at"]}
        for path in (self.path / SNAPSHOTS).iterdir():
            if path.name not in standing:
                self.remove(path.name)

    def add(self, files: Mapping[str, bytes], about: Mapping[str, Any], like: str | None = None) -> str:
        """Write a snapshot; it is not current yet. Call it inside `writing`.

        Parameters
        ----------
        files : path inside the snapshot -> bytes.
        about : what its manifest says besides.
        like : a snapshot whose equal files are linked instead of written again.

        Returns
        -------
        Its id: the hash of its manifest.

        Raises
        ------
        StoreError : the disk is full or cannot be written.
        """
        told = [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(files.items())
        ]
        manifest = orjson.dumps({"format": FORMAT, **about, "files": told})
        snapshot = name_of(manifest)
        place, part = self.snapshot_path(snapshot), self.path / SNAPSHOTS / f"{_PART}{os.getpid()}"
        try:
            if place.is_dir():
                if self._is_whole(snapshot):
                    return snapshot
                shutil.rmtree(place)
            old = self.snapshot_path(like) if like else None
            for name, data in (*files.items(), (MANIFEST, manifest)):
                _put(part / name, data, old / name if old else None)
            for folder in {(part / name).parent for name in files} | {part}:
                _sync(folder)
            part.rename(place)
            _sync(place.parent)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise StoreError(f"{place}: cannot be written ({error.strerror}); nothing was published") from error
        return snapshot

    def _is_whole(self, snapshot: str) -> bool:
        try:
            self.check(snapshot)
        except StoreError:
            return False
        return True

    def point(self, current: Json, history: list[Json]) -> None:
        """Make a publication current. Call it inside `writing`.

        Parameters
        ----------
        current : as `current` returns it, without its format.
        history : as `history` returns it.

        Raises
        ------
        StoreError : the folder cannot be written; what was current stays.
        """
        from zoning.disk import write_synced  # its tables are heavy, and a viewer needs none

        try:
            write_synced(self.path / HISTORY, orjson.dumps({"format": FORMAT, "publications": history}))
            write_synced(self.path / CURRENT, orjson.dumps({"format": FORMAT, **current}))
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written ({error.strerror}); what was current stays") from error

    def remove(self, snapshot: str) -> None:
        """Delete a snapshot that was withdrawn.

        Parameters
        ----------
        snapshot : its id.
        """
        shutil.rmtree(self.snapshot_path(snapshot), ignore_errors=True)


def name_of(manifest: bytes) -> str:
    """Return the id of a snapshot.

    Parameters
    ----------
    manifest : bytes of its manifest, which holds the hash of every file.

    Returns
    -------
    32 hex digits of SHA-256.
    """
    return hashlib.sha256(manifest).hexdigest()[:32]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put(path: Path, data: bytes, old: Path | None) -> None:
    """Write and sync a file, or link it to an old one that holds the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if old is not None and old.is_file() and old.stat().st_size == len(data) and old.read_bytes() == data:
        try:
            os.link(old, path)
        except OSError:
            pass
        else:
            return
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
