"""Files on their way into the workspace: kept in a private folder until they are loaded, left out, or forgotten.

An upload is one file with one item for each of its tables (sheets, layers); what a person chose of each is kept beside
it, so that a page that was closed, or a server that was started again, finds it as it was. Nothing here is served.
"""

import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from dashboard.errors import Refused
from dashboard.loading.refusals import refuse
from zoning.disk import write_synced
from zoning.preview import ENDINGS

FOLDER = "uploads"
KEPT_S = 3 * 86_400  # a file that nobody loads is taken away after this long
AT_ONCE, TOTAL = 60, 4  # uploads at once; and how many times the largest file all of them may hold
PARTS = 24  # sheets or layers of one file that are looked at
_ID = re.compile(r"[0-9a-f]{16}")
_MIB = 2**20


@dataclass(frozen=True)
class Item:
    """One table of a file: its sheet or layer, and what a person chose of it (field -> value)."""

    part: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """One file: id, name, place, size and format, its tables, when it came (epoch, s), which load has it in hand."""

    id: str
    name: str
    path: Path
    size: int
    form: str
    items: tuple[Item, ...]
    at: float
    job: str = ""

    @property
    def stem(self) -> str:
        """Name without its ending."""
        return self.name.removesuffix(".pbf").rsplit(".", 1)[0]


def safe_name(name: str) -> str:
    """Return a name under which a file can be kept: no folders, no control characters, not hidden, not long.

    Raises
    ------
    Refused : nothing is left of it, or its ending is none that is read.
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(" " if c.isspace() else c for c in plain if c.isspace() or unicodedata.category(c)[0] != "C")
    stem, dot, ending = "".join(c for c in plain if c not in '<>:"|?*').strip(". ").rpartition(".")
    stem = stem.strip(". ")
    if not dot or not stem or f".{ending.lower()}" not in ENDINGS:
        raise refuse(415, "such_file", "name", name=plain.strip()[:80], endings=" ".join(ENDINGS))
    while len(stem.encode()) > 150:
        stem = stem[:-1].rstrip(". ")
    return f"{stem}.{ending}"


class Uploads:
    """The uploads of one workspace."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / FOLDER
        self._lock = threading.Lock()

    def sweep(self) -> None:
        """Take away what nobody came back for, and what was cut off on its way."""
        if not self.folder.is_dir():
            return
        for place in self.folder.iterdir():
            old = time.time() - place.stat().st_mtime
            if old > KEPT_S or (old > 3600 and not (place / "upload.json").is_file()):
                shutil.rmtree(place, ignore_errors=True)

    @contextmanager
    def incoming(self, name: str, told: int, max_mb: int) -> Iterator[tuple[Path, Callable[[bytes], None]]]:
        """Take a file in: gives its place and what writes to it; on any error nothing of it stays.

        Raises
        ------
        Refused : it is too large, there are too many, or the disk is full.
        """
        name = safe_name(name)
        self.sweep()
        self._room(told, max_mb)
        place = self.folder / secrets.token_hex(8)
        (place / "file").mkdir(parents=True)
        place.chmod(0o700)
        self.folder.chmod(0o700)
        path, size = place / "file" / name, 0
        done = False
        try:
            with path.open("xb") as file:

                def write(block: bytes) -> None:
                    nonlocal size
                    size += len(block)
                    if size > max_mb * _MIB:
                        raise too_large(size, max_mb)
                    _write(file, block)

                yield path, write
                os.fsync(file.fileno())
            done = True
        finally:
            if not done:
                shutil.rmtree(place, ignore_errors=True)

    def _room(self, told: int, max_mb: int) -> None:
        if told > max_mb * _MIB:
            raise too_large(told, max_mb)
        held = [file.stat().st_size for file in self.folder.glob("*/file/*")] if self.folder.is_dir() else []
        if len(held) >= AT_ONCE or sum(held) + told > TOTAL * max_mb * _MIB:
            raise refuse(429, "more_files", "file", n=len(held))
        self.folder.mkdir(exist_ok=True)
        if told > shutil.disk_usage(self.folder).free // 2:
            raise refuse(413, "disk", "file")

    def add(self, path: Path, form: str, parts: list[str]) -> Upload:
        """Keep a file that has come in whole, with its format and its sheets or layers."""
        items = tuple(Item(part) for part in parts[:PARTS])
        upload = Upload(path.parts[-3], path.name, path, path.stat().st_size, form, items, time.time())
        self.save(upload)
        return upload

    def save(self, upload: Upload) -> None:
        """Keep what was chosen."""
        told = asdict(replace(upload, path=Path(upload.name)))
        write_synced(upload.path.parent.parent / "upload.json", orjson.dumps(told, default=str))

    def change(self, upload_id: str, at: int, choices: Mapping[str, Any]) -> Upload:
        """Change what was chosen of one table, in `mapping` and `constants` by column; None takes a choice back.

        Raises
        ------
        Refused : there is no such table, or its file is being loaded.
        """
        with self._lock:
            upload = self.get(upload_id)
            item = self.item(upload, at)
            both = {**item.choices, **choices}
            for name in {"mapping", "constants"} & set(choices):
                both[name] = _some(item.choices.get(name, {}), choices[name] or {})
            kept = _some(both, {})
            items = (*upload.items[:at], replace(item, choices=kept), *upload.items[at + 1 :])
            upload = replace(upload, items=items)
            self.save(upload)
            return upload

    def take(self, upload_id: str, job: str) -> None:
        """Mark a file as in the hands of a load."""
        with self._lock:
            self.save(replace(self.get(upload_id), job=job))

    def release(self, upload_id: str, done: Sequence[int]) -> None:
        """Give a file back after a load; tables that are in are left out of the next one."""
        with self._lock:
            try:
                upload = self.get(upload_id)
            except Refused:
                return  # it was left out meanwhile
            items = [replace(item, choices={**item.choices, "kind": ""}) if at in done else item
                     for at, item in enumerate(upload.items)]  # fmt: skip
            self.save(replace(upload, job="", items=tuple(items)))

    def get(self, upload_id: str) -> Upload:
        """Return one upload.

        Raises
        ------
        Refused : there is none of this id.
        """
        place = self.folder / upload_id
        try:
            if not _ID.fullmatch(upload_id):
                raise OSError
            told = orjson.loads((place / "upload.json").read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raise refuse(404, "upload", "id") from None
        items = tuple(Item(**item) for item in told.pop("items"))
        return Upload(**told | {"items": items, "path": place / "file" / told["name"]})

    @staticmethod
    def item(upload: Upload, at: int) -> Item:
        """Return one table of a file.

        Raises
        ------
        Refused : it has no such table.
        """
        if not 0 <= at < len(upload.items):
            raise refuse(404, "table", "item", name=upload.name, at=at)
        return upload.items[at]

    def drop(self, upload_id: str) -> None:
        """Take a file away; one that is not there is gone already."""
        if _ID.fullmatch(upload_id):
            shutil.rmtree(self.folder / upload_id, ignore_errors=True)


def _some(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def too_large(size: int, max_mb: int) -> Refused:
    """Return the refusal of a file that is too large."""
    return refuse(413, "large_file", "file", n=f"{max(size // _MIB, max_mb + 1):,}", most=f"{max_mb:,}")


def _write(file: BinaryIO, block: bytes) -> None:
    try:
        file.write(block)
        file.flush()  # it is looked at before it is closed
    except OSError as error:
        raise refuse(413, "disk", "file") from error
