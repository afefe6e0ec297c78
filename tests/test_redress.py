"""Edits between deriving and dressing: what no strokes leave is made once, whatever it was made of."""

import pandas as pd
import pytest

from tests.small_town import Row, derive_town, home, house
from zoning import redress


@pytest.mark.parametrize("cases", [[], [home("C1", "B1"), home("C2", "B1")]])
def test_no_strokes_leave_the_same_empty_tables_of_every_derivation(
    cases: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = derive_town(buildings=[house("B1", 0, 0)], cases=[home("C1", "B1")])
    monkeypatch.setattr(redress, "_unedited", [])
    plan = derive_town(buildings=[house("B1", 0, 0), house("B2", 300, 0)], cases=cases)
    for name in ("touched", "ledger", "causes"):
        assert getattr(plan, name).empty
        pd.testing.assert_frame_equal(getattr(plan, name), getattr(kept, name))
