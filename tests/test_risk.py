"""What each cell shows: the strictest class of its atoms, and person-hours in four classes."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.small_town import derive_town, floors, home, house, stay
from zoning.hashes import zone_keys, zone_of
from zoning.risk import show_cells, zones_in_cells

CELL = np.uint64(0x8B411CAA00B4FFF)


def show(hours: list[float], live: bool = True) -> pd.DataFrame:
    """Cells of stays that are each in a cell of their own."""
    cells = CELL + np.arange(len(hours), dtype=np.uint64) * np.uint64(4096)
    membership = pd.DataFrame({"zone_id": np.empty(0, object), "rank": [], "cell": np.empty(0, np.uint64)})
    stays = pd.DataFrame({"hours": np.array(hours, float), "live": live, "ghost": False, "cell": cells})
    return show_cells(zones_in_cells(membership), stays)


def test_hours_fall_into_four_equal_classes() -> None:
    found = show([1, 2, 3, 4, 5, 6, 7, 8])
    assert found["risk"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert found["rank"].tolist() == [0] * 8
    assert found["zone"].tolist() == [0] * 8


def test_equal_hours_share_a_class_and_one_cell_alone_is_the_highest() -> None:
    assert show([5, 5, 5, 5])["risk"].nunique() == 1
    assert show([5])["risk"].tolist() == [4]


def test_only_the_living_at_a_known_place_count() -> None:
    assert show([5, 6], live=False).empty
    assert show([]).empty


@given(st.lists(st.floats(0, 500), max_size=20))
def test_more_hours_are_never_a_lower_class(hours: list[float]) -> None:
    found = show(hours).sort_values("hours")
    assert found["risk"].is_monotonic_increasing
    assert ((found["risk"] > 0) == (found["hours"] > 0)).all()
    assert found["risk"].between(0, 4).all()


def test_a_cell_shows_the_strictest_class_of_the_atoms_whose_point_it_holds() -> None:
    plan = derive_town(
        buildings=[house("B1", 0, 0)],
        units=[floors("F1", "B1", 1, 3), floors("F4", "B1", 4, 9)],
        cases=[home("C1", "F4")],
        visits=[stay("V1", "C1", place_risk="none", **dict.fromkeys(("lng",), 114.2), lat=22.6)],
    )
    here = plan.atoms["cell"].iloc[0]
    cells = plan.cells.set_index("cell")
    assert cells.loc[here, ["rank", "hours", "risk"]].tolist() == [1, 96.0, 4]
    assert zone_of(cells.loc[[here], "zone"].to_numpy(), plan.zones).isin(
        plan.zones["zone_id"][plan.zones["rank"] == 1]
    )[0]
    assert (cells["rank"] == 4).sum() == 18
    away = cells[(cells["rank"] == 0)]
    assert away["hours"].tolist() == [2.0]
    assert away["zone"].tolist() == [0]
    assert cells.index.is_unique


def test_the_strictest_of_several_atoms_in_a_cell_shows_however_many_rows_were_alike() -> None:
    zones = pd.DataFrame({"zone_id": ["A", "B"], "rank": [1, 2]})
    cells = CELL + np.array([0, 0, 0, 0, 4096, 4096], np.uint64)
    rows = pd.DataFrame({"zone_id": ["B", "B", "B", "A", "B", "B"], "rank": [2, 2, 2, 1, 2, 2], "cell": cells})
    stays = pd.DataFrame({"hours": [1.0], "live": True, "ghost": False, "cell": cells[:1]})
    found = show_cells(zones_in_cells(rows), stays)
    assert found[["rank", "hours"]].values.tolist() == [[1, 1.0], [2, 0.0]]
    assert zone_of(found["zone"].to_numpy(), zones).tolist() == ["A", "B"]


@given(st.lists(st.tuples(st.text(min_size=1), st.integers(1, 255)), min_size=1, unique_by=lambda zone: zone[0]))
def test_the_stricter_zone_has_the_lower_key(zones: list[tuple[str, int]]) -> None:
    names, ranks = zip(*zones, strict=True)
    table = pd.DataFrame({"zone_id": pd.Series(names, dtype="str"), "rank": ranks})
    keys = zone_keys(table["zone_id"].to_numpy(object), table["rank"].to_numpy())
    assert (np.diff(np.array(ranks)[np.argsort(keys)]) >= 0).all()
    assert zone_of(keys, table).tolist() == list(names)
