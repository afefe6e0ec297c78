"""The state is a fold over the log: corrections, withdrawals, replacement and the two times."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning import state, tables
from zoning.errors import InputError, PolicyError, StoreError, UnknownError
from zoning.rejects import read_rejects
from zoning.settings import Settings
from zoning.state import State, fold
from zoning.store import TABLES, Workspace

NO_REJECTS = pd.DataFrame(columns=["file", "row", "column", "value", "reason", "fix"])


def day(number: int, hour: int = 12) -> datetime:
    return datetime(2022, 3, number, hour, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w", create=True)


def cases(*rows: tuple[str, str, datetime | None]) -> pd.DataFrame:
    """Cases as intake gives them: id, home, recorded_at."""
    table = pd.DataFrame(rows, columns=["case_id", "unit_id", "recorded_at"])
    table = table.assign(status="confirmed", found_in="community", reported_at=day(10), row=range(2, len(rows) + 2))
    return typed("cases", table)


def typed(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    empty = tables.empty(kind)
    table = table.reindex(columns=empty.columns)
    return table.astype({c: t for c, t in empty.dtypes.items() if t != "object"})


def load(workspace: Workspace, table: pd.DataFrame, source: str = "cases", at: datetime | None = None) -> bool:
    kind = "cases" if "case_id" in table else "places"
    return state.load(workspace, {kind: table}, NO_REJECTS, source, at)


def homes(found: State) -> dict[str, str]:
    table = found.tables["cases"]
    return dict(zip(table["case_id"], table["unit_id"], strict=True))


def test_tests_are_read_when_they_are_asked_for_as_they_were_known(workspace: Workspace) -> None:
    rows = pd.DataFrame({"test_id": ["T1"], "sampled_at": [day(10)], "result": ["pending"], "recorded_at": [day(10)]})
    rows["row"] = 2
    state.load(workspace, {"tests": typed("tests", rows)}, NO_REJECTS, "tests", day(10))
    found = fold(workspace, day(11))
    mended = typed("tests", rows.assign(result="negative", recorded_at=[day(12)]))
    state.load(workspace, {"tests": mended}, NO_REJECTS, "more", day(12))
    assert found.tables["tests"]["result"].tolist() == ["pending"]
    assert fold(workspace, day(13)).tables["tests"]["result"].tolist() == ["negative"]
    for path in (workspace.path / TABLES).iterdir():
        path.unlink()
    with pytest.raises(StoreError, match="gone or damaged"):
        fold(workspace, day(13))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_version_recorded_last_counts_whatever_was_loaded_first(workspace: Workspace, order: Iterable[int]) -> None:
    versions = [cases(("C1", home, day(n))) for home, n in (("A", 10), ("B", 12), ("C", 14))]
    for n in order:
        load(workspace, versions[n], f"file{n}")
    assert homes(fold(workspace)) == {"C1": "C"}
    assert homes(fold(workspace, day(13))) == {"C1": "B"}
    assert homes(fold(workspace, day(11))) == {"C1": "A"}
    assert homes(fold(workspace, day(9))) == {}
    assert fold(workspace).tables["cases"]["first_recorded_at"].tolist() == [day(10)]
    assert fold(workspace).versions["unit_id"].tolist() == ["A", "B", "C"]


def test_without_a_time_of_their_own_rows_are_known_when_loaded(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", None)), at=day(11))
    load(workspace, cases(("C1", "B", None)), "again", at=day(13))
    assert homes(fold(workspace, day(12))) == {"C1": "A"}
    assert homes(fold(workspace)) == {"C1": "B"}


def test_a_rows_own_time_goes_before_that_of_its_load(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", day(10)), ("C2", "B", None)), at=day(20))
    assert homes(fold(workspace, day(15))) == {"C1": "A"}


def test_absence_is_never_withdrawal(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", day(10)), ("C2", "B", day(10))))
    load(workspace, cases(("C2", "B", day(11))))
    assert sorted(homes(fold(workspace))) == ["C1", "C2"]
    assert not fold(workspace).tables["cases"]["withdrawn"].any()


def test_loading_the_same_again_adds_nothing(workspace: Workspace) -> None:
    table = cases(("C1", "A", day(10)), ("C2", "B", day(10)))
    assert load(workspace, table)
    before = sorted(p.name for p in (workspace.path / TABLES).iterdir())
    shuffled = table.iloc[::-1].reset_index(drop=True)
    assert not load(workspace, table)
    assert not load(workspace, shuffled)
    assert not load(workspace, shuffled.assign(row=[7, 9]))
    assert workspace.revision() == 1
    assert sorted(p.name for p in (workspace.path / TABLES).iterdir()) == before


def test_an_older_file_loaded_again_does_not_undo_a_correction(workspace: Workspace) -> None:
    first = cases(("C1", "A", day(10)))
    load(workspace, first, "register")
    load(workspace, cases(("C1", "B", day(12))), "correction")
    load(workspace, first, "register")
    assert homes(fold(workspace)) == {"C1": "B"}


def test_a_register_without_times_may_go_back_to_an_earlier_form(workspace: Workspace) -> None:
    for hour, home in enumerate("ABA"):
        assert load(workspace, cases(("C1", home, None)), at=day(10, hour))
    assert homes(fold(workspace)) == {"C1": "A"}
    assert workspace.revision() == 3


@settings(max_examples=10)
@given(st.permutations(range(6)))
def test_row_order_leaves_the_stored_table_alone(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    workspace = Workspace(tmp_path_factory.getbasetemp() / "stored", create=True)
    table = cases(*[(f"C{n}", "A", day(10 + n)) for n in range(6)])
    load(workspace, table)
    shuffled = table.iloc[order].reset_index(drop=True).assign(row=range(6))
    assert not load(workspace, shuffled)
    assert len(list((workspace.path / TABLES).iterdir())) == 1


def test_withdrawal_is_known_from_its_time_on_and_once(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", day(10)), ("C2", "B", day(10))))
    assert state.withdraw(workspace, "cases:C1", "wrong person", day(14), "Li Wei")
    assert not state.withdraw(workspace, "cases:C1", "again", day(15))

    def gone(at: datetime | None) -> list[str]:
        table = fold(workspace, at).tables["cases"]
        return table.loc[table["withdrawn"], "case_id"].tolist()

    assert (gone(day(13)), gone(day(14)), gone(None)) == ([], ["C1"], ["C1"])
    assert [e.author for e in workspace.events() if e.kind == "withdraw"] == ["Li Wei"]


def test_a_version_recorded_after_the_withdrawal_brings_the_fact_back(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", day(10))))
    state.withdraw(workspace, "cases:C1", "", day(12))
    load(workspace, cases(("C1", "B", day(14))), "later")
    assert fold(workspace, day(13)).tables["cases"]["withdrawn"].tolist() == [True]
    assert fold(workspace).tables["cases"]["withdrawn"].tolist() == [False]
    assert state.withdraw(workspace, "cases:C1", "", day(16))
    assert fold(workspace).tables["cases"]["withdrawn"].tolist() == [True]


def test_an_unknown_fact_is_told_with_its_nearest(workspace: Workspace) -> None:
    load(workspace, cases(("C101", "A", day(10))))
    with pytest.raises(UnknownError, match=r"'cases:C110' is not there \(nearest: cases:C101\)"):
        state.withdraw(workspace, "cases:C110", "")
    with pytest.raises(UnknownError, match="nearest: none alike"):
        state.withdraw(workspace, "xyz", "")
    assert workspace.revision() == 1


def test_a_fact_that_was_not_known_yet_cannot_have_been_withdrawn(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", day(10))))
    with pytest.raises(UnknownError, match="is not there"):
        state.withdraw(workspace, "cases:C1", "", day(9))


def places(*ids: str, name: str = "market") -> pd.DataFrame:
    shapes = gpd.points_from_xy([114.05] * len(ids), [22.54] * len(ids))
    table = typed("places", pd.DataFrame({"id": ids, "name": name, "row": range(len(ids))}))
    return gpd.GeoDataFrame(table.assign(geometry=shapes), crs="EPSG:4326")


def test_a_reference_file_replaces_its_source_and_no_other(workspace: Workspace) -> None:
    load(workspace, places("P1", "P2"), "city", day(10))
    load(workspace, places("P3"), "district", day(11))
    load(workspace, places("P2", "P4"), "city", day(12))
    assert fold(workspace).tables["places"]["id"].tolist() == ["P2", "P3", "P4"]
    assert fold(workspace, day(11)).tables["places"]["id"].tolist() == ["P1", "P2", "P3"]


def test_ground_stood_before_it_was_loaded(workspace: Workspace) -> None:
    load(workspace, places("P1"), "city", day(10))
    load(workspace, places("P2"), "city", day(12))
    assert fold(workspace, day(1)).tables["places"]["id"].tolist() == ["P1"]


def test_an_id_in_two_sources_has_the_row_of_the_newest_load(workspace: Workspace) -> None:
    load(workspace, places("P1", name="old"), "a")
    load(workspace, places("P1", name="new"), "b")
    table = fold(workspace).tables["places"]
    assert (table["name"].tolist(), table["source"].tolist()) == (["new"], ["b"])


def test_every_kind_has_its_table_and_its_dtypes_when_nothing_is_loaded(workspace: Workspace) -> None:
    found = fold(workspace)
    assert set(found.tables) == set(tables.KINDS)
    load(workspace, cases(("C1", "A", day(10))))
    one, none = fold(workspace).tables["cases"], found.tables["cases"]
    common = none.columns.intersection(one.columns)
    assert one[common].dtypes.drop("source").tolist() == none[common].dtypes.drop("source").tolist()
    assert found.settings == Settings()


def test_settings_have_their_time(workspace: Workspace) -> None:
    workspace.append("set", {"key": "snap_m", "value": "10"}, "a", day(10))
    workspace.append("set", {"key": "snap_m", "value": "20"}, "b", day(12))
    assert [fold(workspace, day(n)).settings.snap_m for n in (1, 10, 11, 12)] == [10, 10, 10, 20]


def test_a_setting_is_written_when_it_changes(workspace: Workspace) -> None:
    assert state.change_setting(workspace, "snap_m", "20")
    assert not state.change_setting(workspace, "snap_m", "20.0")
    assert state.change_setting(workspace, "snap_m", "15")
    assert fold(workspace).settings == Settings()


def test_a_default_time_is_kept_with_its_offset(workspace: Workspace) -> None:
    for typed_in in ("2022-03-18", "2022/3/18 0:00", "3月17日24时".replace("3月", "2022年3月"), "2022-03-17T16:00Z"):
        state.change_setting(workspace, "as_of", typed_in)
        assert fold(workspace).settings.as_of == "2022-03-18T00:00:00+08:00"
    state.change_setting(workspace, "as_of", "")
    assert fold(workspace).settings.as_of == ""


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("colour", "red", "the settings are title, issuer, issuer_en, hotline, zone, resolution, policy"),
        ("snap_m", "far", "'far' is not a float"),
        ("resolution", "16", "give 0 to 15"),
        ("resolution", "11.5", "is not a int"),
        ("zone", "Mars/Phobos", "give an IANA name"),
        ("as_of", "soon", "'soon': not a time"),
        ("policy", "cn-sz-2021", "the packs are cholera-ring"),
        ("options", "rest_of_estate", "is not key=value"),
        ("options", "rest_of_estate=sealed", "controlled | like_controlled | precaution"),
    ],
)
def test_a_wrong_setting_is_refused_when_it_is_typed(workspace: Workspace, key: str, value: str, told: str) -> None:
    with pytest.raises((InputError, PolicyError, UnknownError)) as caught:
        state.change_setting(workspace, key, value)
    assert told in str(caught.value)
    assert workspace.revision() == 0


def test_decisions_have_their_time_and_their_order(workspace: Workspace) -> None:
    for name, n in (("b", 12), ("a", 10)):
        dates = {"delineated_at": day(n).isoformat(), "in_force_from": day(n + 1).isoformat()}
        payload = {"zone_id": "Z", "action": "delineate", "by": name, "fact_ids": ["cases:C1"], **dates}
        workspace.append("decide", payload, name, day(n))
    assert fold(workspace).decisions["by"].tolist() == ["a", "b"]
    assert fold(workspace, day(11)).decisions["by"].tolist() == ["a"]
    assert fold(workspace).decisions["in_force_from"].tolist() == [day(11), day(13)]
    assert fold(workspace, day(9)).decisions.empty


def rejects(file: str, *rows: int) -> pd.DataFrame:
    return pd.DataFrame({"file": file, "row": rows, "column": "lng", "value": "x", "reason": "no", "fix": "mend"})


def test_rejects_are_those_of_the_newest_load_of_each_source(workspace: Workspace) -> None:
    one = cases(("C1", "A", day(10)))
    state.load(workspace, {"cases": one}, rejects("a.csv", 2, 3), "a", day(10))
    state.load(workspace, {"cases": one}, rejects("b.csv", 5), "b", day(11))
    assert read_rejects(workspace)["row"].tolist() == [2, 3, 5]
    state.load(workspace, {"cases": one}, rejects("a.csv", 4), "a", day(12))
    assert read_rejects(workspace)["row"].tolist() == [5, 4]
    state.load(workspace, {"cases": one}, NO_REJECTS, "b", day(13))
    assert read_rejects(workspace)["row"].tolist() == [4]


def test_the_fold_is_the_same_at_every_asking(workspace: Workspace) -> None:
    load(workspace, cases(("C1", "A", day(10)), ("C2", "B", day(11))))
    one, two = fold(workspace, day(20)), fold(workspace, day(20) + timedelta(hours=1))
    for kind in tables.KINDS:
        pd.testing.assert_frame_equal(pd.DataFrame(one.tables[kind]), pd.DataFrame(two.tables[kind]))


@pytest.mark.parametrize("source", ["", "  "])
def test_a_source_has_a_name(source: str) -> None:
    assert state.one_source("cases", None) == "cases"
    assert state.one_source("cases", " city ") == "city"
    with pytest.raises(InputError, match="--source is empty"):
        state.one_source("cases", source)
