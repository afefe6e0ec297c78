"""Made ids and repeated ids."""

import numpy as np
import pandas as pd
import shapely

from zoning.intake.faults import Faults
from zoning.intake.rowids import made_ids, refuse_repeats, row_hashes

ROWS = pd.DataFrame({"a": ["1", "2", "1", "1"], "b": ["x", "", "x", ""]}, dtype="str")


def test_the_hash_is_of_the_content_whatever_its_order():
    hashes = row_hashes(ROWS, None)
    assert hashes[0] == hashes[2] != hashes[3]
    assert row_hashes(ROWS[["b", "a"]].iloc[::-1], None).sort_index().equals(hashes)
    assert row_hashes(ROWS.assign(c=""), None).equals(hashes)
    shapes = np.array([shapely.Point(0, 0), shapely.Point(0, 0), shapely.Point(1, 0), None], dtype=object)
    assert row_hashes(ROWS, shapes)[0] != row_hashes(ROWS, shapes)[2]
    moved = pd.DataFrame({"a": ["x", ""], "b": ["", "x"]}, dtype="str")
    assert row_hashes(moved, None).nunique() == 2


def test_identical_rows_get_an_ordinal_and_keep_the_same_ids_in_any_order():
    hashes = row_hashes(ROWS, None)
    ids = made_ids(hashes)
    assert ids.is_unique
    assert ids[2] == f"{ids[0]}-2"
    again = made_ids(row_hashes(ROWS.iloc[[3, 2, 1, 0]], None))
    assert set(again) == set(ids)


def test_one_of_identical_rows_is_kept_and_differing_ones_are_all_refused():
    faults = Faults(6)
    ids = pd.Series(["k", "k", "d", "d", None, None], dtype="str")
    refuse_repeats(ids, pd.Series(["h", "h", "1", "2", "z", "z"]), np.arange(6), "case_id", faults)
    table = faults.table("f", np.arange(6))
    assert table["row"].tolist() == [1, 2, 3]
    assert "kept once" in table["reason"].iloc[0]
    assert "all are refused" in table["reason"].iloc[1]
