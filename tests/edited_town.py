"""A workspace of three houses and one case, for tests of edits: loading it, drawing on it, and what it shows."""

from pathlib import Path
from typing import Any

from tests.small_town import AS_OF, area, estate, home, house, table
from tests.test_kill import NO_REJECTS
from zoning import state
from zoning.editing import Sheet, draw, resolve_atoms
from zoning.store import Workspace


def load(folder: Path, kind: str, *rows: dict[str, Any], source: str = "") -> None:
    usual = {"status": "confirmed", "found_in": "community", "recorded_at": "12"} if kind == "cases" else {}
    told = table(kind, [{**usual, **row} for row in rows])
    state.load(Workspace(folder), {kind: told}, NO_REJECTS, source or kind)


def make_town(path: Path) -> Path:
    """Two buildings of an estate in one community, a house far from both, and a case in the first building."""
    Workspace(path, create=True)
    state.change_setting(Workspace(path), "as_of", AS_OF.isoformat())
    load(path, "estates", estate("E1", -10, -10, 200, 100, people=300))
    load(path, "buildings", house("B1", 0, 10, "E1"), house("B2", 60, 10, "E1"), house("FAR", 900, 900, people=40))
    load(path, "areas", area("A1", -50, -50, 400, 200))
    load(path, "cases", home("C1", "B1"))
    return path


def drawn(sheet: Sheet, target: str, *names: str, **more: Any) -> Any:
    return draw(sheet, resolve_atoms(sheet.plan, names), target, "why", **more)


def shown(sheet: Sheet) -> dict[str, str]:
    names = dict(zip(sheet.plan.atoms.index.astype("uint64"), sheet.plan.atoms["atom_id"], strict=True))
    rows = sheet.edited.membership[["atom", "class"]].itertuples(index=False, name=None)
    return {names[atom]: of for atom, of in rows if atom in names}
