"""Rejected rows: where those of the newest loads are held, and the file in which an officer gets them to correct."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zoning.disk import to_frame
from zoning.intake.faults import PIECE
from zoning.store import Workspace

REJECTS = ("file", "kind", "source", "row", "column", "value", "reason", "fix", "cells")
OURS = REJECTS[:-1]


def rejects_file(workspace: Workspace) -> Path:
    """Return where the rejected rows are that an outbreak has to correct.

    Parameters
    ----------
    workspace : as the outbreak sees it.

    Returns
    -------
    Path of a CSV in the workspace's folder.
    """
    return workspace.path / (f"rejects-{workspace.outbreak}.csv" if workspace.outbreak else "rejects.csv")


@dataclass(frozen=True)
class Held:
    """The rejected rows of one kind in the newest load of a source; `first` is the first kind of that load."""

    source: str
    kind: str
    first: str
    path: Path

    def pieces(self) -> Iterator[pd.DataFrame]:
        """Read the rows, some at a time.

        Returns
        -------
        Iterator of DataFrames with the columns of `read_rejects`, in stored order.
        """
        for batch in pq.ParquetFile(self.path).iter_batches(PIECE):
            piece = to_frame(pa.Table.from_batches([batch])).assign(source=self.source)
            piece = piece if "kind" in piece else piece.assign(kind=self.first, cells="")
            yield piece.loc[piece["kind"] == self.kind, list(REJECTS)].reset_index(drop=True)

    def count(self) -> int:
        """Count the rows.

        Returns
        -------
        How many there are.
        """
        file = pq.ParquetFile(self.path)
        if "kind" not in file.schema_arrow.names:
            return int(file.metadata.num_rows) if self.kind == self.first else 0
        return int(pc.sum(pc.equal(file.read(["kind"])["kind"], self.kind)).as_py() or 0)

    def page(self, start: int, count: int) -> pd.DataFrame:
        """Read some of the rows.

        Parameters
        ----------
        start : how many to pass over.
        count : how many to read.

        Returns
        -------
        DataFrame with the columns of `read_rejects`, in stored order.
        """
        found, before = [pd.DataFrame(columns=list(REJECTS))], 0
        for piece in self.pieces():
            found.append(piece.iloc[max(0, start - before) : max(0, start + count - before)])
            before += len(piece)
            if before >= start + count:
                break
        return pd.concat([part for part in found if len(part)] or found, ignore_index=True)


def held_rejects(workspace: Workspace) -> list[Held]:
    """Return where the rejected rows of the newest load of every source and kind are.

    Parameters
    ----------
    workspace : where.

    Returns
    -------
    One for each source and kind with rejects, in order of loading.
    """
    found: dict[tuple[str, str], Held | None] = {}
    for event in workspace.events():
        about = event.payload
        kinds = list(about.get("kinds") or about["tables"]) or [""] if event.kind == "load" else []
        for kind in kinds:
            found.pop((about["source"], kind), None)  # the newest stands last
            path = workspace.table_path(about["rejects"]) if about["rejects"] else None
            found[about["source"], kind] = Held(about["source"], kind, kinds[0], path) if path else None
    return [held for held in found.values() if held]


def read_rejects(workspace: Workspace) -> pd.DataFrame:
    """Return the rejected rows of the newest load of every source and kind.

    Parameters
    ----------
    workspace : where.

    Returns
    -------
    file, kind, source, row, column, value, reason, fix, cells (JSON: file column -> text); in order of loading.
    """
    pieces = [piece for one in held_rejects(workspace) for piece in one.pieces()]
    return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=list(REJECTS))


def write_rejects(workspace: Workspace) -> None:
    """Write the rejects as an officer gets them: our eight columns, then the cells of the row as they were.

    The file, of `rejects_file`, is CSV in UTF-8 with a BOM, replaced in one step; a column named like one of ours is
    written 'name (in file)'.

    Parameters
    ----------
    workspace : where they are.
    """
    path = rejects_file(workspace)
    every = held_rejects(workspace)
    names = {column_written(name): name for name in cell_names(piece for one in every for piece in one.pieces())}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(pd.DataFrame(columns=[*OURS, *names]).to_csv(index=False).encode("utf-8-sig", "replace"))
            for piece in (piece for one in every for piece in one.pieces()):
                file.write(_lines(piece, names).encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def cell_names(pieces: Iterable[pd.DataFrame]) -> list[str]:
    """Return the file columns that rejected rows have cells of.

    Parameters
    ----------
    pieces : of `Held.pieces`.

    Returns
    -------
    Names in order of appearance.
    """
    return list(
        dict.fromkeys(name for piece in pieces for text in piece["cells"] if text for name in orjson.loads(text))
    )


def corrected_lines(held: Held, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return corrected rows as a rejects file has them.

    Parameters
    ----------
    held : the rejects of their source and kind.
    rows : of each `file`, `row` and `cells` (file column -> text).

    Returns
    -------
    DataFrame that `correct` takes once it is written as CSV.
    """
    lines = []
    for one in rows:
        about = {**dict.fromkeys(OURS, ""), "file": one["file"], "kind": held.kind, "source": held.source}
        cells = {column_written(name): text for name, text in one["cells"].items()}
        lines.append({**about, "row": str(one["row"]), **cells})
    return pd.DataFrame(lines).fillna("")


def _lines(rejects: pd.DataFrame, names: Mapping[str, str]) -> str:
    cells = [orjson.loads(text) if text else {} for text in rejects["cells"]]
    theirs = {written: [one.get(name, "") for one in cells] for written, name in names.items()}
    table = pd.concat([rejects[list(OURS)], pd.DataFrame(theirs, index=rejects.index, dtype=object)], axis=1)
    return str(table.to_csv(index=False, header=False))


def column_written(name: str) -> str:
    """Return how a column of a file is called in the rejects file.

    Parameters
    ----------
    name : in the file.

    Returns
    -------
    Its name, or 'name (in file)' where that is one of ours.
    """
    return f"{name} (in file)" if name in OURS else name
