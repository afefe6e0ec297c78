"""What is wrong in which rows of a table, gathered column by column and given back as one reject a row."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]


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
