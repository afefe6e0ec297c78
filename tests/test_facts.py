"""Tables on disk: those of an older contract come back with the columns of today's."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from zoning import state
from zoning.facts import as_contract
from zoning.loading import load_file
from zoning.store import Workspace
from zoning.tables import KINDS, PANDAS_DTYPES, contract, empty

WHEN = pd.Timestamp("2022-03-10T03:00", tz="UTC").to_pydatetime()


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_that_a_table_lacks_is_empty_and_of_its_type(kind: str) -> None:
    full, key = empty(kind), contract(kind).id
    short = pd.DataFrame({"source": ["a", "b"], key: pd.Series(["1", "2"], dtype="str")})
    found = as_contract(kind, short)
    wanted = {c.name: PANDAS_DTYPES[c.dtype] for c in contract(kind).stored if c.dtype != "geometry"}
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == {**wanted, "source": "str"}
    assert found[[name for name in wanted if name != key]].isna().all(axis=None)
    assert [name for name in found if name != "source"] == [name for name in full if name in wanted]
    assert list(short) == ["source", key]


def test_a_workspace_from_before_a_column_folds_beside_a_newer_load(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", create=True)
    for stem, lines in (("old", "C1,2022-03-06"), ("new", "C2,2022-03-07")):
        path = tmp_path / f"{stem}.csv"
        path.write_text(f"case_id,reported_at\n{lines}\n", encoding="utf-8")
        load_file(workspace, path, "cases", recorded_at=WHEN)
        if stem == "old":
            plain = state.fold(workspace).tables["cases"]
            (name,) = (event.payload["tables"]["cases"] for event in workspace.events())
            table = pq.read_table(workspace.table_path(name)).drop_columns(["cleaned_at", "location_radius_m"])
            pq.write_table(table, workspace.table_path(name))
            pd.testing.assert_frame_equal(state.fold(workspace).tables["cases"], plain)
    both = state.fold(workspace).tables["cases"]
    assert both["case_id"].tolist() == ["C1", "C2"]
    assert {name: str(both[name].dtype) for name in ("cleaned_at", "location_radius_m")} == {
        "cleaned_at": "datetime64[us, UTC]",
        "location_radius_m": "float64",
    }


def test_a_reference_table_from_before_a_column(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", create=True)
    path = tmp_path / "sites.csv"
    path.write_text("id,name,kind,lng,lat\nS1,x,clinic,114.05,22.54\n", encoding="utf-8")
    load_file(workspace, path, "sites", recorded_at=WHEN)
    (name,) = (event.payload["tables"]["sites"] for event in workspace.events())
    table = pq.read_table(workspace.table_path(name))
    pq.write_table(table.drop_columns(["capacity"]), workspace.table_path(name))
    found = state.fold(workspace).tables["sites"]
    assert str(found["capacity"].dtype) == PANDAS_DTYPES[contract("sites").column("capacity").dtype]
    assert found.geometry.iloc[0].x == 114.05
