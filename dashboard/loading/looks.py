"""What a file would come to: its kind, encoding, system and columns as guessed, kept from the last time or chosen."""

import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pandas as pd
import pyarrow.parquet as pq

from dashboard.loading.reader import read_rows
from dashboard.loading.uploads import Upload, Uploads
from zoning import state
from zoning.corrections import is_rejects
from zoning.errors import InputError
from zoning.guess import Guess, guess_table, head_of
from zoning.loading import drawn
from zoning.options import SOME_DAY, SOME_VALUE, Options
from zoning.preview import Preview, Rows, encoding_of, preview
from zoning.store import Workspace
from zoning.tables import FACT_KINDS, KINDS, contract

HELD = 40  # tables of which some rows are kept in memory
DECLARED = ("crs", "encoding", "scale", "origin", "year", "mapping", "constants")
FIRST, MOST_CELLS, MOST_TEXT = 6, 60, 200  # rows shown; columns and characters of a cell
ROUGH = 4  # decimals of a degree (about 10 m) at which facts about people are drawn
_CJK = re.compile("[一-鿿]")
_OSM = "OSM"


@dataclass(frozen=True)
class Look:
    """A table of an upload, looked at: what would be loaded, as what, and where each answer comes from."""

    upload: Upload
    at: int
    form: str
    kind: str
    source: str
    options: Options
    how: Mapping[str, str]
    guess: Guess
    raw: Rows | None = None
    seen: Preview | None = None
    error: str = ""
    encoding: tuple[str, str] = ("", "")
    rejects: bool = False
    replaces: int = 0

    @property
    def lacking(self) -> list[str]:
        """Our columns that are needed and that nothing fills yet."""
        if not self.kind or self.kind == "osm" or self.raw is None or self.rejects:
            return []
        open_ones = [name for name, value in self.options.constants.items() if value == SOME_VALUE]
        drawn_ones = {"geometry", "lng", "lat"} if self.raw.shapes is not None else set()
        there = {*(self.seen.columns if self.seen else ()), *self.options.constants, *drawn_ones}
        there |= {"geometry"} if {"lng", "lat"} <= there else set()
        there |= {"name"} if "name_en" in there else set()
        return [c.name for c in contract(self.kind).columns if c.required and c.name not in there] + open_ones

    @property
    def rows(self) -> int | None:
        """About how many rows it has, where that can be told."""
        return _estimate(self)

    @property
    def ready(self) -> bool:
        """Whether it can be loaded as it is."""
        fine = not (self.error or self.lacking or (self.seen and self.seen.lacking))
        return fine and bool(self.kind) and self.options.origin != SOME_DAY


class _Lately(OrderedDict[Any, Any]):
    """What was made lately, by what it was made of; the oldest makes room."""

    def of(self, key: Any, make: Callable[[], Any]) -> Any:
        found = self.get(key)
        if found is None:
            found = self[key] = make()
            while len(self) > HELD:
                self.popitem(last=False)
        return found


class Looks:
    """Looks at uploads; rows, guesses and looks are kept for a while, so that another choice is answered at once."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._rows, self._guesses, self._looks, self._ground = _Lately(), _Lately(), _Lately(), _Lately()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def look(self, workspace: Workspace, upload: Upload, at: int, max_mb: int, zone: str) -> Look:
        """Look at one table of an upload."""
        item = self._uploads.item(upload, at)
        seen_of = (upload.id, at, orjson.dumps(item.choices), workspace.outbreak, workspace.revision(), max_mb, zone)
        with self._locks[upload.id]:  # a large file does not keep the others waiting
            found: Look = self._looks.of(seen_of, lambda: self._look(workspace, upload, at, max_mb, zone))
        return replace(found, upload=upload)

    def _look(self, workspace: Workspace, upload: Upload, at: int, max_mb: int, zone: str) -> Look:
        item = upload.items[at]
        several = len(upload.items) > 1
        source = str(item.choices.get("source") or (f"{upload.stem} {item.part}" if several else upload.stem)).strip()
        plain = Options(zone=zone, max_file_mb=max_mb)
        none = Look(upload, at, upload.form, str(item.choices.get("kind", "")), source, plain, {}, Guess("", ""))
        if upload.form == _OSM:
            return replace(none, kind=str(item.choices.get("kind", "osm")))
        encoding = str(item.choices.get("encoding", _kept(workspace, source, KINDS).get("encoding", "")))
        try:
            told = (upload.path, upload.form, item.part, encoding, max_mb)
            raw = self._rows.of((upload.id, at, encoding), lambda: read_rows(*told))
            found = encoding_of(upload.path, encoding) if upload.form == "CSV" else ("", "")
        except InputError as error:
            return replace(none, error=str(error))
        none = replace(none, raw=raw, encoding=found)
        if is_rejects(raw):
            kinds = raw.values["kind"].value_counts()
            return replace(none, kind=str(item.choices.get("kind", kinds.index[0])), rejects=True)
        guess = self._guess(workspace, upload, at, encoding, raw, "")
        kind = str(item.choices.get("kind", guess.kind))
        if kind and kind != guess.kind:
            guess = self._guess(workspace, upload, at, encoding, raw, kind)
        if not kind:
            return replace(none, guess=guess, kind=kind)
        options, how = _choose(workspace, source, kind, guess, item.choices, raw)
        options = replace(options, zone=zone, max_file_mb=max_mb, layer=item.part)
        seen = preview(raw, kind, _stood_in(options, kind))
        none = replace(none, guess=guess, kind=kind, replaces=_replaced(workspace, source, kind))
        return replace(none, options=options, how=how, seen=seen)

    def _guess(self, workspace: Workspace, upload: Upload, at: int, encoding: str, raw: Rows, kind: str) -> Guess:
        revision = workspace.revision()
        ground = self._ground.of(revision, lambda: drawn(workspace, {"roads", "estates", "buildings"}))
        today = pd.Timestamp(datetime.now(UTC)).tz_localize(None)
        told = (upload.stem, upload.items[at].part, ground if len(ground) else None, today, kind)
        key = (upload.id, at, encoding, kind, revision)
        guess: Guess = self._guesses.of(key, lambda: guess_table(head_of(raw), *told))
        return guess


def _choose(
    workspace: Workspace, source: str, kind: str, guess: Guess, choices: Mapping[str, Any], raw: Rows
) -> tuple[Options, dict[str, str]]:
    """Put together what is declared: what a person chose, else what was kept, else what was guessed; and tell which."""
    kept = dict(_kept(workspace, source, [kind]))
    headers = set(raw.values.columns)
    kept["mapping"] = {o: t for o, t in kept.get("mapping", {}).items() if not t or t in headers}
    ours = set(contract(kind).names)
    given: dict[str, Any] = {"mapping": {}, "constants": {}}
    how: dict[str, str] = {}
    for rank, told_by in (("guessed", guess.declared), ("kept", kept), ("chosen", choices)):
        for name in DECLARED:
            value = told_by.get(name)
            if name in given and isinstance(given[name], dict):
                for column in ours & set(value or ()):
                    _put(given, name, column, (value or {})[column])
                    how[f"{name}.{column}"] = rank
            elif value is not None:
                given[name], how[name] = value, rank
    known = {field.name for field in fields(Options)}
    return Options(**{name: value for name, value in given.items() if name in known}), how


def _put(given: dict[str, Any], name: str, column: str, value: str) -> None:
    """Declare a column of ours by one of the file's or by a value: what was said before of either gives way."""
    mapping, constants = given["mapping"], given["constants"]
    if name == "mapping":
        for other in [other for other, theirs in mapping.items() if value and theirs == value]:
            del mapping[other]
        mapping[column] = value
        if value:
            constants.pop(column, None)
    elif value:
        constants[column] = value
        mapping.pop(column, None)
    else:
        constants.pop(column, None)


def _kept(workspace: Workspace, source: str, kinds: Sequence[str]) -> Mapping[str, Any]:
    """Return what was declared when this source was last loaded."""
    past = [event for event in state.loads_of(workspace, source, kinds) if "corrects" not in event.payload]
    return past[-1].payload.get("options", {}) if past else {}


def _replaced(workspace: Workspace, source: str, kind: str) -> int:
    """Return how many rows of ground a new version of their source takes the place of; facts are corrected by id."""
    past = [] if kind in FACT_KINDS else state.loads_of(workspace, source, [kind])
    whole = max((k for k, event in enumerate(past) if "corrects" not in event.payload), default=0)
    names = [event.payload["tables"].get(kind) for event in past[whole:]]
    return sum(pq.read_metadata(workspace.table_path(name)).num_rows for name in names if name)


def _stood_in(options: Options, kind: str) -> Options:
    """Put any allowed value where only the file's maker can tell: enough to see the rows."""
    terms = contract(kind)
    constants = {
        name: terms.column(name).choices[0][0] if value == SOME_VALUE and terms.column(name).choices else value
        for name, value in options.constants.items()
    }
    return replace(
        options, constants=constants, origin={SOME_DAY: "2020-01-01"}.get(options.origin or "", options.origin)
    )


def all_kinds() -> list[str]:
    """Return the kinds that a table may be, reference tables first, as they are loaded."""
    ground = [kind for kind in KINDS if not contract(kind).fact]
    return [*ground, *(kind for kind in KINDS if contract(kind).fact)]


def _estimate(look: Look) -> int | None:
    """About how many rows a text file has, by the length of those that were read; None where that cannot be told."""
    if look.form not in ("CSV", "JSON lines") or look.raw is None or look.raw.values.empty:
        return None
    if len(look.raw.values) < 2000:
        return len(look.raw.values)
    head = look.raw.values
    encoding = "gb18030" if look.encoding[0].startswith("gb") else "utf-8"
    more = 0 if look.form == "CSV" else sum(len(name) + 5 for name in head.columns) * len(head)
    length = sum(len(text.encode(encoding, "replace")) + 1 for name in head for text in head[name]) + more
    return round(look.upload.size / (length / len(head)))
