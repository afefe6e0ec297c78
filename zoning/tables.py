"""The tables that Cordon reads: for each kind its columns, their type, unit, meaning and the names that real files use.

The contracts are data (`contracts.toml`); this module loads, prints and enforces them. Inside a table, times are
UTC, coordinates WGS84 (lng, lat), cells unsigned integers, text pandas `str`; `row` is the row in the source file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.errors import InputError, TableError

# How each contract type is stored in a pandas column.
PANDAS_DTYPES: Mapping[str, str] = {
    "str": "str",
    "choice": "str",
    "float": "float64",
    "int": "Int64",
    "bool": "boolean",
    "time": "datetime64[us, UTC]",
    "cell": "UInt64",
    "geometry": "geometry",
}


@dataclass(frozen=True)
class Column:
    """One column of a kind: what it holds, and under which names and words real files carry it."""

    name: str
    dtype: str
    unit: str
    required: bool
    meaning: str
    synonyms: tuple[str, ...]
    date_only: str = "start"
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    open: bool = False
    minimum: float | None = None
    default: str | int | None = None


@dataclass(frozen=True)
class Contract:
    """One kind of table: its columns in order, its id column and the shapes that it may have."""

    kind: str
    fact: bool
    id: str
    meaning: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    id_from: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns that a file may carry, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def stored(self) -> tuple[Column, ...]:
        """Columns of the accepted table: a kind with a geometry keeps lng and lat in it."""
        return tuple(c for c in self.columns if not (self.geometry and c.name in ("lng", "lat")))

    def column(self, name: str) -> Column:
        """Return one column of this contract.

        Parameters
        ----------
        name : name of the column.

        Returns
        -------
        The Column.

        Raises
        ------
        TableError : the kind has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise TableError(f"{self.kind} has no column '{name}'; its columns are {', '.join(self.names)}")


def _column(entry: str, shared: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, str | int]) -> Column:
    key = entry.removesuffix("*")
    spec = shared[key]
    name = spec.get("name", key)
    choices = tuple((word, tuple(others)) for word, others in spec.get("choices", {}).items())
    return Column(
        name,
        spec.get("dtype", "str"),
        spec.get("unit", ""),
        entry.endswith("*"),
        spec["meaning"],
        tuple(spec["synonyms"]),
        spec.get("date_only", "start"),
        choices,
        spec.get("open", False),
        spec.get("minimum"),
        defaults.get(name),
    )


@cache
def _contracts() -> Mapping[str, Contract]:
    data = tomllib.loads(Path(__file__).with_name("contracts.toml").read_text(encoding="utf-8"))
    found = {}
    for kind, spec in data["kinds"].items():
        columns = tuple(_column(entry, data["columns"], spec.get("defaults", {})) for entry in spec["columns"])
        shapes, parts = tuple(spec.get("geometry", ())), tuple(spec.get("id_from", ()))
        key = spec.get("id", "id")
        found[kind] = Contract(kind, spec.get("fact", False), key, spec["meaning"], columns, shapes, parts)
    return found


KINDS: tuple[str, ...] = tuple(_contracts())
FACT_KINDS: tuple[str, ...] = tuple(kind for kind in KINDS if _contracts()[kind].fact)
REFERENCE_KINDS: tuple[str, ...] = tuple(kind for kind in KINDS if not _contracts()[kind].fact)


def contract(kind: str) -> Contract:
    """Return the contract of one kind.

    Parameters
    ----------
    kind : name of the kind, one of KINDS.

    Returns
    -------
    The Contract.

    Raises
    ------
    InputError : no such kind.
    """
    if kind not in KINDS:
        raise InputError(f"kind '{kind}' does not exist; the kinds are {', '.join(KINDS)}, and osm for a whole extract")
    return _contracts()[kind]


def empty(kind: str) -> pd.DataFrame:
    """Return a table of no rows with the stored columns of a kind, plus `row`.

    Parameters
    ----------
    kind : name of the kind, one of KINDS.

    Returns
    -------
    DataFrame with the contract's dtypes (a geometry column is of dtype object here).

    Raises
    ------
    InputError : no such kind.
    """
    series = {}
    for column in contract(kind).stored:
        dtype = "object" if column.dtype == "geometry" else PANDAS_DTYPES[column.dtype]
        series[column.name] = pd.Series([], dtype=dtype)
    return pd.DataFrame({**series, "row": pd.Series([], dtype="int64")})


def _breaches(table: pd.DataFrame, column: Column) -> list[str]:
    if column.name not in table:
        return [f"column '{column.name}' is missing"]
    values = table[column.name]
    expected = PANDAS_DTYPES[column.dtype]
    if expected != str(values.dtype) and not (expected == "geometry" and values.dtype == object):
        return [f"column '{column.name}' is {values.dtype}, not {expected}"]
    found = []
    if column.required and values.isna().any():
        found.append(f"column '{column.name}' is required and empty in {int(values.isna().sum())} rows")
    if column.choices and not column.open:
        wrong = sorted(set(values.dropna()) - {word for word, _ in column.choices})
        if wrong:
            found.append(f"column '{column.name}' holds {', '.join(map(str, wrong[:3]))}")
    if column.minimum is not None and (values < column.minimum).any():
        found.append(f"column '{column.name}' is below {column.minimum:g}")
    return found


def check(table: pd.DataFrame, terms: Contract) -> None:
    """Hold a table against its contract; every breach is named in one error.

    Parameters
    ----------
    table : the accepted table of a kind (stored columns; others may stand beside them).
    terms : the contract, from `contract(kind)`.

    Raises
    ------
    TableError : a column is missing, of another dtype, empty though required, or holds a value not allowed.
    """
    found = [breach for column in terms.stored for breach in _breaches(table, column)]
    if terms.id in table and table[terms.id].duplicated().any():
        found.append(f"column '{terms.id}' repeats {table[terms.id][table[terms.id].duplicated()].iloc[0]}")
    if found:
        raise TableError(f"table {terms.kind} breaks its contract: {'; '.join(found)}; load the file again")


def schema_text(kind: str = "") -> str:
    """Return the contracts as Markdown tables, for `python -m zoning schema`.

    Parameters
    ----------
    kind : one kind, or empty for all.

    Returns
    -------
    Text: a heading and a table of columns for each kind.

    Raises
    ------
    InputError : no such kind.
    """
    blocks = []
    for terms in [contract(name) for name in ([kind] if kind else KINDS)]:
        shapes = f" Shape: {' or '.join(terms.geometry)}." if terms.geometry else ""
        group = "facts, corrected by id" if terms.fact else "reference, replaced by source"
        meaning = terms.meaning[0].upper() + terms.meaning[1:]
        lines = [f"## {terms.kind}", f"{meaning} ({group}).{shapes} * = required", ""]
        lines += ["| column | type | unit | meaning | also read as |", "|---|---|---|---|---|"]
        lines += [_schema_line(column) for column in terms.columns]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _schema_line(column: Column) -> str:
    words = " / ".join(word for word, _ in column.choices) + (" / any other word" if column.open else "")
    kind = f"{column.dtype}: {words}" if column.choices else column.dtype
    if column.dtype == "time":
        kind = f"time, a bare date is {'00:00' if column.date_only == 'start' else '24:00'}"
    star = "*" if column.required else ""
    return f"| {column.name}{star} | {kind} | {column.unit} | {column.meaning} | {', '.join(column.synonyms)} |"
