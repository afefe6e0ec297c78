"""Rejected rows as the page shows and corrects them: some rows, what is wrong beside each cell, drafts of corrections.

A draft is on disk as soon as it is typed, so that a page that was closed finds it; it is no fact before it is loaded.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from dashboard.loading.looked import as_fault
from dashboard.loading.reasons import label_of, told
from dashboard.loading.refusals import refuse
from dashboard.loading.uploads import FOLDER
from zoning.corrections import check_rows
from zoning.disk import write_synced
from zoning.errors import InputError
from zoning.options import Options
from zoning.rejects import Held, corrected_lines, held_rejects
from zoning.store import Workspace
from zoning.tables import contract

Key = tuple[str, str, str, int]  # source, kind, file, row
ALIKE = 5_000  # rows that are put right in one go
LOOKED = 20_000  # rejected rows among which those are sought


class Rejected:
    """The rejected rows of an outbreak, and the drafts of their corrections."""

    _lock = threading.Lock()

    def __init__(self, workspace: Workspace, zone: str) -> None:
        self.workspace, self.zone = workspace, zone
        self._path = (
            workspace.path / FOLDER / (f"drafts-{workspace.outbreak}.json" if workspace.outbreak else "drafts.json")
        )

    def groups(self) -> list[dict[str, Any]]:
        """Return where rejected rows are: source, kind, how many, and how many of them have a draft."""
        drafts = self._drafts()
        return [
            {
                "source": held.source, "kind": held.kind, "rows": held.count(),
                "drafts": sum(key[:2] == (held.source, held.kind) for key in drafts),
            }
            for held in held_rejects(self.workspace)
        ]  # fmt: skip

    def held(self, source: str, kind: str) -> Held:
        """Return the rejected rows of one source and kind.

        Raises
        ------
        Refused : there are none.
        """
        found = next((one for one in held_rejects(self.workspace) if (one.source, one.kind) == (source, kind)), None)
        if found is None:
            raise refuse(404, "rejects", "source, kind", source=source)
        return found

    def page(self, source: str, kind: str, start: int, count: int) -> dict[str, Any]:
        """Return some rejected rows as they stand, or as they are corrected, with what is wrong with each."""
        held, drafts = self.held(source, kind), self._drafts()
        rows = held.page(start, count)
        cells = [orjson.loads(text) if text else {} for text in rows["cells"]]
        mended = [drafts.get(_key(held, row)) for row in rows.itertuples()]
        now = [{**old, **(new or {})} for old, new in zip(cells, mended, strict=True)]
        columns, faults = self._check(held, now)
        lines = [
            {
                "file": row.file, "row": int(row.row), "cells": cell, "was": old, "draft": new is not None,
                "faults": [as_fault(fault, columns) for fault in wrong] or ([] if new else [_as_stored(row, columns)]),
                "value": str(row.value)[:500] if not old else "",
            }
            for row, cell, old, new, wrong in zip(rows.itertuples(), now, cells, mended, faults, strict=True)
        ]  # fmt: skip
        names = list(dict.fromkeys([*(name for one in now for name in one), *columns.values()]))
        ours = {theirs: label_of(contract(kind).column(name)) for name, theirs in columns.items()}
        about = {
            "source": source,
            "kind": kind,
            "start": start,
            "of": held.count(),
            "drafts": self._count(held, drafts),
        }
        return {**about, "headers": names, "ours": ours, "rows": lines}

    def correct(self, source: str, kind: str, file: str, row: int, cells: Mapping[str, str] | None) -> dict[str, Any]:
        """Keep the draft of a correction and return what is still wrong with the row; None takes the draft back."""
        held = self.held(source, kind)
        with self._lock:
            drafts = self._drafts()
            key = (source, kind, file, row)
            if cells is None:
                drafts.pop(key, None)
            else:
                drafts[key] = dict(cells)
            self._keep(drafts)
        columns, faults = self._check(held, [cells or {}])
        return {"faults": [as_fault(f, columns) for f in faults[0]], "drafts": self._count(held, drafts)}

    def alike(self, source: str, kind: str, column: str, was: str) -> list[tuple[Key, dict[str, str]]]:
        """Return the rows that hold the same text in a column of their file, with their cells as they are now."""
        held, drafts = self.held(source, kind), self._drafts()
        rows, found = held.page(0, LOOKED), []
        for row in rows[rows["cells"].str.contains(orjson.dumps(was).decode(), regex=False)].itertuples():
            key = _key(held, row)
            cells = {**orjson.loads(row.cells), **drafts.get(key, {})}
            if cells.get(column) == was:
                found.append((key, cells))
        return found[:ALIKE]

    def correct_alike(self, source: str, kind: str, column: str, was: str, now: str) -> dict[str, Any]:
        """Put the same text right in every row that holds it, as drafts; return how many there were."""
        found = self.alike(source, kind, column, was)
        with self._lock:
            drafts = self._drafts()
            drafts |= {key: {**cells, column: now} for key, cells in found}
            self._keep(drafts)
        return {"rows": len(found)}

    def write(self, source: str, kind: str, path: Path) -> int:
        """Write the drafts of one source and kind as a rejects file, and return how many there are.

        Raises
        ------
        Refused : there are none.
        """
        held, drafts = self.held(source, kind), self._drafts()
        rows = [{"file": k[2], "row": k[3], "cells": cells} for k, cells in drafts.items() if k[:2] == (source, kind)]
        if not rows:
            raise refuse(409, "drafts", "rows")
        table: pd.DataFrame = corrected_lines(held, rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_synced(path, table.to_csv(index=False).encode("utf-8-sig", "replace"))
        return len(rows)

    def settle(self, source: str, kind: str) -> None:
        """Forget the drafts of rows that are not rejected any more."""
        left: set[Key] = set()
        for held in held_rejects(self.workspace):
            if (held.source, held.kind) == (source, kind):
                left = {_key(held, row) for piece in held.pieces() for row in piece[["file", "row"]].itertuples()}
        with self._lock:
            self._keep(
                {key: cells for key, cells in self._drafts().items() if key[:2] != (source, kind) or key in left}
            )

    def _check(self, held: Held, cells: Sequence[Mapping[str, str]]) -> tuple[dict[str, str], list[list[Any]]]:
        options = Options(zone=self.zone, now=pd.Timestamp(datetime.now(UTC)))
        try:
            return check_rows(self.workspace, held, cells, options)
        except InputError:
            return {}, [[] for _ in cells]

    def _count(self, held: Held, drafts: Mapping[Key, Any]) -> int:
        return sum(key[:2] == (held.source, held.kind) for key in drafts)

    def _drafts(self) -> dict[Key, dict[str, str]]:
        try:
            return {(s, k, f, int(r)): cells for s, k, f, r, cells in orjson.loads(self._path.read_bytes())}
        except (OSError, orjson.JSONDecodeError, ValueError):
            return {}

    def _keep(self, drafts: Mapping[Key, Mapping[str, str]]) -> None:
        write_synced(self._path, orjson.dumps([[*key, cells] for key, cells in drafts.items()]))


def _key(held: Held, row: Any) -> Key:
    return held.source, held.kind, str(row.file), int(row.row)


def _as_stored(row: Any, columns: Mapping[str, str]) -> dict[str, Any]:
    """What was wrong when the row was loaded, where the row by itself does not show it: a repeated id, torn cells."""
    ours = [name.strip() for name in str(row.column).replace(";", ",").split(",") if name.strip()]
    names = [columns.get(name, name) for name in ours]
    return {
        "row": int(row.row), "columns": names, "value": str(row.value)[:200], "reason": told(str(row.reason)),
        "fix": told(str(row.fix)),
    }  # fmt: skip
