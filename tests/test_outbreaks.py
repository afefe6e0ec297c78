"""Several outbreaks in one workspace: one ground, and facts, packs, resolutions, decisions and edits of their own."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commandline import run, zones
from zoning.errors import UnknownError
from zoning.log import Event
from zoning.pipeline import Plan, derive
from zoning.rejects import rejects_file
from zoning.state import fold, read_settings
from zoning.store import Workspace

NOON = datetime(2022, 3, 10, 12, tzinfo=UTC)
DAY = "2022-03-18"
# A farm in the town, whose case has the id of the town's first.
HEAD = "case_id,status,reported_at,cleaned_at,lng,lat,recorded_at\n"
FARM = f"{HEAD}C1,confirmed,2022-03-12,,114.0529,22.5398,2022-03-12\n"

Caught = pytest.CaptureFixture[str]


def add_birds(folder: Path) -> None:
    """Give the town a second outbreak, of birds."""
    for key, value in (("policy", "eu-2020-687"), ("resolution", "8"), ("title", "Bird flu")):
        assert run("set", folder, key, value, "--outbreak", "birds") == 0
    farms = folder / "farms.csv"
    farms.write_text(FARM)
    assert run("load", folder, farms, "--kind", "cases", "--outbreak", "birds") == 0


@pytest.fixture
def two(town_copy: Path) -> Path:
    """The town with a second outbreak."""
    add_birds(town_copy)
    return town_copy


def plans(folder: Path) -> tuple[Plan, Plan]:
    return derive(folder), derive(Workspace(folder, outbreak="birds"))


@pytest.mark.slow
def test_each_outbreak_has_its_pack_its_resolution_and_its_facts_on_one_ground(two: Path, town_folder: Path) -> None:
    town, birds = plans(two)
    assert town.revision == derive(town_folder).revision
    assert (town.policy.pack.id, birds.policy.pack.id) == ("cn-sz-2022", "eu-2020-687")
    cells = [h3.get_resolution(h3.int_to_str(int(plan.cells["cell"].iloc[0]))) for plan in (town, birds)]
    assert cells == [11, 8]
    assert set(birds.zones["class"]) == {"protection", "surveillance"}
    assert birds.tables["buildings"] is town.tables["buildings"]
    assert birds.tables["cases"]["fact_id"].tolist() == ["cases:birds/C1"]
    assert "cases:C1" in set(town.tables["cases"]["fact_id"])
    assert set(town.zones["zone_id"]).isdisjoint(birds.zones["zone_id"])


def test_a_setting_of_the_workspace_is_of_every_outbreak_until_it_has_its_own(two: Path) -> None:
    birds = Workspace(two, outbreak="birds")
    assert run("set", two, "snap_m", "7") == 0
    assert (read_settings(birds).snap_m, read_settings(birds).resolution) == (7.0, 8)
    assert run("set", two, "snap_m", "9", "--outbreak", "birds") == 0
    assert (read_settings(birds).snap_m, read_settings(Workspace(two)).snap_m) == (9.0, 7.0)


@pytest.mark.slow
def test_decisions_edits_and_withdrawals_are_of_one_outbreak(two: Path, tmp_path: Path) -> None:
    town, birds = plans(two)
    zone = birds.zones.iloc[0]
    told = ("--by", "Li Wei", "--outbreak", "birds")
    assert run("decide", two, zone["zone_id"], *told, "--in-force-from", "2022-03-15 00:00") == 0
    (tmp_path / "atoms.txt").write_text("E1-B1\n")
    assert run("edit", two, "--atoms", tmp_path / "atoms.txt", "--class", "none", "--reason", "no birds", *told) == 0
    after, edited = plans(two)
    assert after.revision == town.revision
    assert edited.zones.set_index("zone_id").at[zone["zone_id"], "status"] == "in_force"
    assert "E1-B1" not in set(edited.membership["atom_id"])
    assert "E1-B1" in set(after.membership["atom_id"])
    assert (len(edited.ledger), len(after.ledger)) == (1, 0)
    assert run("undo", two, edited.ledger["event_id"].iloc[0], *told) == 0
    assert "E1-B1" in set(plans(two)[1].membership["atom_id"])
    assert run("withdraw", two, "cases:C1", "--outbreak", "birds", "--reason", "no bird") == 0
    after, edited = plans(two)
    assert after.revision == town.revision
    assert edited.tables["cases"]["withdrawn"].all()


@pytest.mark.slow
def test_deciding_by_itself_stays_within_one_outbreak(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "z.geojson"
    assert run("derive", two, "--outbreak", "birds", "--decide", "auto", "--as-of", DAY, "--out", out) == 0
    assert {zone["status"] for zone in zones(out).values()} == {"in_force"}
    assert run("derive", two, "--as-of", DAY, "--out", out) == 0
    assert {zone["status"] for zone in zones(out).values()} == {"proposed"}


@pytest.mark.slow
def test_ground_is_loaded_for_all_and_each_corrects_its_own_rejects(two: Path, tmp_path: Path) -> None:
    shape = {"type": "Polygon", "coordinates": [[[114.1, 22.5], [114.101, 22.5], [114.101, 22.501], [114.1, 22.5]]]}
    rows = [
        {"type": "Feature", "properties": {"id": f"X{n}", "name": f"Barn {n}"}, "geometry": of}
        for n, of in ((1, shape), (2, None))
    ]
    (tmp_path / "barns.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    assert run("load", two, tmp_path / "barns.geojson", "--kind", "buildings", "--outbreak", "birds") == 0
    assert all("X1" in set(plan.tables["buildings"]["id"]) for plan in plans(two))
    (tmp_path / "wrong.csv").write_text(FARM.replace("C1,", "C9,").replace("114.0529", "x"))
    assert run("load", two, tmp_path / "wrong.csv", "--kind", "cases", "--outbreak", "birds") == 0
    birds, town = (rejects_file(Workspace(two, outbreak=name)).read_text("utf-8-sig") for name in ("birds", ""))
    assert birds.count("barns.geojson") == town.count("barns.geojson") == 1
    assert ("wrong.csv" in birds, "wrong.csv" in town) == (True, False)
    mended = tmp_path / "mended.csv"
    mended.write_text(birds.replace(",x,", ",114.0531,"), "utf-8-sig")
    assert run("load", two, mended, "--kind", "cases", "--outbreak", "birds") == 0
    assert len(fold(Workspace(two, outbreak="birds")).tables["cases"]) == 2


def test_the_command_lists_them(two: Path, capsys: Caught) -> None:
    capsys.readouterr()
    assert run("outbreaks", two) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "(the first one): -, cn-sz-2022, resolution 11"
    assert lines[2] == "birds: Bird flu, eu-2020-687, resolution 8"
    assert lines[3].strip() == "1 cases, 0 decisions, 4 events of its own"


@pytest.mark.parametrize("name", ["Birds", "../up", "a b", "-x", "x" * 32, "鸟"])
def test_a_name_that_is_no_file_name_is_refused(town_copy: Path, name: str, capsys: Caught) -> None:
    with pytest.raises(UnknownError, match="small letters, digits and hyphens"):
        Workspace(town_copy, outbreak=name)
    assert run("derive", town_copy, f"--outbreak={name}", "--out", "z.geojson") == 1
    assert f"outbreak '{name}'" in capsys.readouterr().err


STEPS = st.lists(st.tuples(st.sampled_from(["load", "decide", "stroke", "withdraw"]), st.sampled_from(["", "a", "b"])))


def plain(events: list[Event]) -> list[tuple[object, ...]]:
    return [(e.kind, e.event_id, e.recorded_at, e.payload, e.outbreak) for e in events]


@pytest.mark.slow
@given(STEPS)
def test_what_happens_in_one_outbreak_is_as_if_there_were_no_other(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    Workspace(folder / "all", create=True)
    for at, (kind, name) in enumerate(steps):
        for where in ("all", name or "first"):
            seen = Workspace(folder / where, create=True, outbreak=name)
            payload = {"n": at, "tables": {"cases": ""}, "kinds": ["cases"]}
            assert seen.append(kind, payload, seen.digest(kind, at), NOON + timedelta(hours=at % 3))
    for name in {name for _, name in steps}:
        alone = Workspace(folder / (name or "first"), outbreak=name)
        assert plain(Workspace(folder / "all", outbreak=name).events()) == plain(alone.events())
    assert Workspace(folder / "all").outbreaks() == sorted({"", *(name for _, name in steps)})


def test_a_log_put_in_the_place_of_another_is_read_anew(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    for name in ("one", "two"):
        workspace = Workspace(folder, create=True)
        workspace.append("set", {"key": name}, name, NOON)
        assert [event.payload["key"] for event in workspace.events()] == [name]
        for file in folder.glob("log.sqlite*"):
            file.unlink()
