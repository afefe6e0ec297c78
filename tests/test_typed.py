"""Tables of given types: as a table that is cast, for many rows and for none."""

import numpy as np
import pandas as pd
import pytest

from zoning.typed import typed, typed_rows

DTYPES = {
    "name": "str", "day": "int64", "facts": "object", "said": "object", "count": "Int64", "at": "datetime64[us, UTC]",
    "metres": "float64", "open": "boolean", "known": "bool",
}  # fmt: skip
NOON = pd.Timestamp("2022-03-01T12:00", tz="UTC")
ROWS = [
    ("A", 1, ["F1", "F2"], "x", None, NOON, 1.5, None, True),
    (None, 2, [], "y", 3, pd.NaT, float("nan"), True, False),
]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_rows_have_the_types_that_are_asked_for_however_few_they_are(n: int) -> None:
    table = typed_rows(ROWS[:n], DTYPES)
    assert table.dtypes.astype(str).tolist() == list(DTYPES.values())
    assert table["facts"].tolist() == [row[2] for row in ROWS[:n]]
    assert table["said"].tolist() == [row[3] for row in ROWS[:n]]
    assert table["count"].isna().tolist() == [True, False][:n]
    assert table["at"].tolist()[:1] == [NOON][:n]


def test_columns_are_as_if_the_table_had_been_cast() -> None:
    columns = {"name": np.array(["A", None], object), "day": np.arange(2), "metres": 1, "open": None, "more": [1, 2]}
    dtypes = {name: DTYPES[name] for name in ("day", "name", "metres", "open")}
    cast = pd.DataFrame(columns)[list(dtypes)].astype(dtypes)
    pd.testing.assert_frame_equal(typed(columns, dtypes), cast)
