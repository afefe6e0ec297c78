"""What is wrong in which rows of a table, gathered column by column and given back as one reject a row.

The last functions give back, some at once, the rejects that `stream` keeps on disk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from zoning.intake.raw import REJECT_COLUMNS

Mask = npt.NDArray[np.bool_]
REJECTS = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in REJECT_COLUMNS])
STORED = REJECTS.append(pa.field("kind", pa.string()))
PIECE = 50_000  # rejects held at once


class Fault(NamedTuple):
    """What is wrong with one row: its number in the file, our column or columns, the value, why, and what to do."""

    row: int
    column: str
    value: str
    reason: str
    fix: str


@dataclass
class Faults:
    """What is wrong in which rows; one row may have several faults and becomes one reject."""

    n: int
    lines: list[tuple[npt.NDArray[np.intp], str, npt.NDArray[np.object_], npt.NDArray[np.object_], str]] = field(
        default_factory=list
    )

    def add(self, mask: Any, column: str, value: Any, reason: Any, fix: str) -> None:
        """Note a fault in some rows.

        Parameters
        ----------
        mask : (n,) bool, the rows.
        column : our column, or several separated by commas.
        value : (n,) original values, or one text.
        reason : (n,) reasons, or one text.
        fix : what to do.
        """
        where = np.flatnonzero(np.asarray(mask, dtype=bool))
        if len(where):
            values, reasons = (np.broadcast_to(np.asarray(v, dtype=object), self.n)[where] for v in (value, reason))
            self.lines.append((where, column, values, reasons, fix))

    @property
    def mask(self) -> Mask:
        """(n,) bool: the rows that have a fault."""
        bad = np.zeros(self.n, dtype=bool)
        for where, *_ in self.lines:
            bad[where] = True
        return bad

    def each(self, rows: npt.NDArray[np.int64]) -> list[Fault]:
        """Return every fault by itself.

        Parameters
        ----------
        rows : (n,) row numbers in the file.

        Returns
        -------
        Faults, those of one column together.
        """
        return [
            Fault(int(rows[at]), column, str(value), str(reason), fix)
            for where, column, values, reasons, fix in self.lines
            for at, value, reason in zip(where, values, reasons, strict=True)
        ]

    def table(self, file: str, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Return one reject for each row at fault, its faults joined by '; '.

        Parameters
        ----------
        file : name of the file.
        rows : (n,) row numbers in the file.

        Returns
        -------
        DataFrame file, row, column, value, reason, fix in file order.
        """
        blocks = [
            pd.DataFrame({"at": where, "column": column, "value": values, "reason": reasons, "fix": fix}, dtype=object)
            for where, column, values, reasons, fix in self.lines
        ]
        if not blocks:
            return pd.DataFrame(columns=["file", "row", "column", "value", "reason", "fix"])
        lines = pd.concat(blocks, ignore_index=True)
        repeated = lines["at"].duplicated(keep=False)
        joined = lines[repeated].groupby("at", sort=True).agg(lambda texts: "; ".join(dict.fromkeys(map(str, texts))))
        table = pd.concat([lines[~repeated], joined.reset_index()]).sort_values("at", kind="stable")
        table.insert(0, "row", rows[table["at"].to_numpy(dtype=np.intp)])
        table.insert(0, "file", file)
        return table.drop(columns="at").reset_index(drop=True)


def faults_between(connection: duckdb.DuckDBPyConnection, key: str, kind: str, low: int, high: int) -> pa.Table:
    """Return some of the rejects, one a row, faults and repeated ids joined by '; '.

    Parameters
    ----------
    connection : with the tables `rejects`, `repeats` and `seen`.
    key : the id column.
    kind : what the rows are.
    low, high : the first row number, and the one after the last.

    Returns
    -------
    REJECT_COLUMNS and kind, in file order.
    """
    again = f"(SELECT row, s.file, '{key}' AS column, id AS value, reason, fix, cells"
    again += " FROM repeats JOIN seen s USING (row) WHERE row >= $low AND row < $high)"
    words = ", ".join(
        f"CASE WHEN a.{name} IS NULL THEN b.{name} WHEN b.{name} IS NULL"
        f" OR list_contains(string_split(a.{name}, '; '), b.{name}) THEN a.{name}"
        f" ELSE a.{name} || '; ' || b.{name} END AS {name}"
        for name in ("column", "value", "reason", "fix")
    )
    query = (
        f"SELECT coalesce(a.file, b.file) AS file, row, {words}, coalesce(a.cells, b.cells) AS cells, '{kind}' AS kind"
        f" FROM (FROM rejects WHERE row >= $low AND row < $high) a FULL JOIN {again} b USING (row) ORDER BY row"
    )
    with connection.cursor() as cursor:
        return cursor.sql(query, params={"low": low, "high": high}).to_arrow_table().cast(STORED)


def faults_in_order(
    connection: duckdb.DuckDBPyConnection, between: Callable[[int, int], pa.Table]
) -> tuple[int, pa.RecordBatchReader]:
    """Return what gives all rejects once, some at a time.

    Parameters
    ----------
    connection : with the tables `rejects` and `repeats`.
    between : gives those of some rows, as `faults_between`.

    Returns
    -------
    count : how many rows are rejected.
    rejects : REJECT_COLUMNS and kind, in file order.
    """
    every = "SELECT row FROM rejects UNION ALL SELECT row FROM repeats WHERE row NOT IN (SELECT row FROM rejects)"
    rows = connection.sql(f"{every} ORDER BY row").fetchnumpy()["row"]
    bounds = [*dict.fromkeys(rows[::PIECE].tolist()), *(rows[-1:] + 1).tolist()]
    tables = (between(low, high) for low, high in pairwise(bounds))
    batches = (batch for table in tables for batch in table.combine_chunks().to_batches())
    return len(rows), pa.RecordBatchReader.from_batches(STORED, batches)
