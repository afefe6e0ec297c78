"""Tables of given types, made column by column: of few rows this takes a third of the time of casting a table."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd


def typed(columns: Mapping[str, Any], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return a table.

    Parameters
    ----------
    columns : name -> values, all of one length, or one value for every row; at least one column has values.
    dtypes : name -> type, in the order of the table; other columns are left out.

    Returns
    -------
    Numbered from 0.
    """
    n = next(len(values) for values in columns.values() if _many(values))
    made = {name: pd.array(_values(columns[name], n), dtype=dtype) for name, dtype in dtypes.items()}
    # Bare objects would be taken for text where they all are.
    loose = {name: pd.Series(made[name], dtype=object) for name, dtype in dtypes.items() if dtype == "object"}
    return pd.DataFrame(made | loose, copy=False)


def typed_rows(rows: Iterable[tuple[Any, ...]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of some rows.

    Parameters
    ----------
    rows : a value for each column, in order.
    dtypes : name -> type.

    Returns
    -------
    Numbered from 0.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(dtypes)
    return typed(dict(zip(dtypes, columns, strict=True)), dtypes)


def _many(values: Any) -> bool:
    return hasattr(values, "__len__") and not isinstance(values, str)


def _values(values: Any, n: int) -> Any:
    return values if _many(values) else [values] * n
