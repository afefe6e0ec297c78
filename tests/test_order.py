"""Facts in any row or file order, split over any files: the same ids, classes, dates and reasons."""

import csv
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.town_golden import TOWN
from zoning.loading import load_file, load_manifest
from zoning.pipeline import Plan, derive
from zoning.store import Workspace

FACTS = ("cases", "visits")
LATER = ("cases_correction", "cases_merge")
Lines = list[list[str]]


def lines(name: str) -> Lines:
    with (TOWN / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, table: Lines) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    return path


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town without its facts."""
    folder = tmp_path_factory.mktemp("ground")
    manifest = (TOWN / "town.toml").read_text("utf-8")
    head, *files = manifest.partition("[[later]]")[0].split("[[file]]")
    kept = [f for f in files if not any(f'kind = "{kind}"' in f for kind in (*FACTS, "contacts", "tests"))]
    text = (head + "".join(f"[[file]]{f}" for f in kept)).replace('path = "', f'path = "{TOWN}/')
    (folder / "ground.toml").write_text(text, "utf-8")
    for _ in load_manifest(Workspace(folder / "w", create=True), folder / "ground.toml"):
        pass
    return folder / "w"


def make(ground: Path, folder: Path, parts: list[tuple[str, Lines]]) -> Plan:
    """Load the facts in these parts on a copy of the ground, and derive."""
    workspace = Workspace(shutil.copytree(ground, folder / "w"))
    for n, (kind, part) in enumerate(parts):
        load_file(workspace, write(folder / f"{kind}_{n}.csv", part), kind)
    return derive(folder / "w")


def told(plan: Plan) -> tuple[object, ...]:
    """Ids, aliases and classes of the zones and atoms, and the hash over all of it."""
    zones = plan.zones[["zone_id", "class", "slot", "founding_fact"]].to_records(index=False).tolist()
    aliases = [sorted(a) for a in plan.zones["aliases"]]
    atoms = plan.membership.sort_values("atom_id")[["atom_id", "class", "zone_id"]].to_records(index=False).tolist()
    return zones, aliases, atoms, plan.closed["zone_id"].tolist(), plan.revision


@pytest.fixture(scope="module")
def in_order(ground: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    parts = [(name.split("_")[0], lines(name)) for name in (*FACTS, *LATER)]
    return told(make(ground, tmp_path_factory.mktemp("in_order"), parts))


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[str, Lines]]:
    """The town's cases, visits, correction and merge: rows in any order, over one to four files each, in any order."""
    parts = []
    for name in (*FACTS, *LATER):
        head, *rows = lines(name)
        rows = draw(st.permutations(rows))
        cuts = sorted(draw(st.lists(st.integers(1, max(len(rows) - 1, 1)), max_size=3, unique=True)))
        pieces = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
        parts += [(name.split("_")[0], [head, *piece]) for piece in pieces if piece]
    return draw(st.permutations(parts))


@pytest.mark.slow
@settings(max_examples=6)
@given(orders())
def test_the_order_of_rows_and_files_changes_nothing(
    ground: Path, in_order: tuple[object, ...], parts: list[tuple[str, Lines]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert told(make(ground, Path(folder), parts)) == in_order


@pytest.mark.parametrize("first", ["C5", "C6"])
def test_without_a_time_of_its_own_the_fact_that_is_loaded_first_founds_the_zone(
    ground: Path, tmp_path: Path, first: str
) -> None:
    head, *rows = lines("cases")
    at = head.index("登记时间")
    bare = {row[0]: [cell for n, cell in enumerate(row) if n != at] for row in [head, *rows]}
    order = [first, "C6" if first == "C5" else "C5"]
    plan = make(ground, tmp_path, [("cases", [bare["病例编号"], bare[name]]) for name in order])
    assert set(plan.zones["founding_fact"]) == {f"cases:{first}"}
