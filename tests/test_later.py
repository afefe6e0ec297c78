"""Later causes in any class: a new case is never hidden under an older, stricter one that an edit has answered."""

from pathlib import Path

import pandas as pd
import pytest

from tests.edited_town import load, shown
from tests.small_town import home
from tests.test_saving import folder, put
from zoning.editing import read_sheet
from zoning.edits.later import no_causes, suspend
from zoning.pipeline import derive

__all__ = ["folder"]


def test_a_stroke_that_tells_nothing_of_what_it_knew_is_left_alone() -> None:
    row = {"atom": 1, "owner": 0, "wanted": 4, "below": True, "pending": False, "fact_ids": ["a"]}
    found, live = pd.DataFrame([row]), pd.DataFrame({"knows": [None]})
    causes = pd.DataFrame({"atom": [1], "rank": [2], "fact_id": ["b"]}).astype(no_causes().dtypes)
    assert not suspend(found, live, causes)["pending"].any()
    told = suspend(found, pd.DataFrame({"knows": [frozenset({"a"})]}), causes).iloc[0]
    assert (told["pending"], told["below"], told["fact_ids"]) == (True, False, ["a", "b"])


@pytest.mark.slow
def test_a_later_cause_that_asks_for_more_than_the_stroke_suspends_it_though_less_is_asked_than_is_derived(
    folder: Path,
) -> None:
    put(folder, "precaution", "B1")
    assert shown(read_sheet(folder))["B1"] == "precaution"
    # In the sealed building nothing is new; its neighbour's case asks for control of it.
    load(folder, "cases", home("C2", "B2", recorded_at="13", reported_at="13"), source="next door")
    sheet = read_sheet(folder)
    assert shown(sheet)["B1"] == "sealed"
    first = sheet.edited.ledger.iloc[0]
    assert (first["status"], first["pending"], first["fact_ids"]) == ("suspended", 1, ["cases:C2"])
    assert derive(folder).ledger.iloc[0]["status"] == "suspended"
    put(folder, "precaution", "B1")
    assert shown(read_sheet(folder))["B1"] == "precaution"


@pytest.mark.slow
def test_a_later_cause_that_asks_for_no_more_than_the_stroke_leaves_it(folder: Path) -> None:
    put(folder, "controlled", "B1")
    load(folder, "cases", home("C2", "B2", recorded_at="13", reported_at="13"), source="next door")
    assert shown(read_sheet(folder))["B1"] == "controlled"
