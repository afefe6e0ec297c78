"""What a draft is drawn on, out of a sheet: places of atoms as numbers, and their names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.desk import Base, Known, Place
from zoning.desk.contact import Rings, find_rings
from zoning.editing import Sheet
from zoning.edits import number_atoms
from zoning.geometry import Ints, cells_to_text


@dataclass(frozen=True)
class Ground:
    """A sheet as a draft sees it: `base`, the sheet that it came from, and the rings of cells that were asked for."""

    base: Base
    sheet: Sheet
    rings: Rings = field(default_factory=dict)

    @cached_property
    def members(self) -> dict[str, set[int]]:
        """Return the atoms of each zone of the base.

        Returns
        -------
        Zone id -> atoms.
        """
        return self.base.members()

    @cached_property
    def footprints(self) -> Ints:
        """Return the unit whose footprint stands for each unit atom on the map: its own, or the nearest around it.

        Returns
        -------
        (n,) rows of the units table.
        """
        units = self.sheet.plan.units
        row: Ints = self.sheet.plan.atoms["unit"].to_numpy(np.int64).copy()
        own, parent = units["own"].to_numpy(bool), units["parent"].to_numpy(np.int64)
        while len(own) and (climb := ~own[row] & (parent[row] >= 0)).any():
            row[climb] = parent[row[climb]]
        return row

    @cached_property
    def cells(self) -> list[int]:
        """Return the cell of each unit atom.

        Returns
        -------
        One cell a row of the atoms table; 0 is nowhere.
        """
        found: list[int] = self.sheet.plan.atoms["cell"].to_numpy(np.uint64).tolist()
        return found

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """Return the ids of unit atoms.

        Returns
        -------
        (n,) by row of the atoms table.
        """
        return np.asarray(self.sheet.plan.atoms["atom_id"].to_numpy(object))

    def names(self, atoms: Iterable[int]) -> list[str]:
        """Return the ids of atoms.

        Parameters
        ----------
        atoms : numbers.

        Returns
        -------
        Ids of units, `<unit>/rest` or H3 cells as text, in the same order.
        """
        number = np.fromiter(atoms, np.uint64)
        unit = number < len(self.ids)
        found = np.empty(len(number), object)
        found[unit] = self.ids[number[unit].astype(np.int64)]
        found[~unit] = cells_to_text(number[~unit])
        return list(found)

    def numbers(self, names: Sequence[str]) -> tuple[list[int], list[str]]:
        """Return the numbers of atoms, and the names that are none here.

        Parameters
        ----------
        names : ids of atoms.

        Returns
        -------
        Numbers in the order of the names, each once; the names that no atom has.
        """
        plan = self.sheet.plan
        asked = np.array(list(dict.fromkeys(names)), object)
        if not len(asked):
            return [], []
        number, known = number_atoms(asked, plan.atoms, plan.settings.resolution)
        return number[known].tolist(), asked[~known].tolist()


def make_ground(sheet: Sheet) -> Ground:
    """Return what drafts on a sheet are drawn on.

    Parameters
    ----------
    sheet : of `read_sheet`.

    Returns
    -------
    Ground.
    """
    shown, derived = (_places(table) for table in (sheet.edited.membership, sheet.plan.membership))
    zones: dict[str, Known] = {}
    for table in (sheet.plan.zones, sheet.edited.zones):
        clocks = table["clock_from"] if "clock_from" in table else pd.Series(pd.NaT, table.index)
        starts = clocks.where(clocks.notna(), table["last_presence_at"])
        for zone_id, of, start in zip(table["zone_id"], table["class"], starts, strict=True):
            zones[zone_id] = Known(of, None if pd.isna(start) else start.timestamp())
    found = Ground(Base(shown, derived, zones), sheet)
    n = len(found.cells)
    find_rings({found.cells[atom] if atom < n else atom for atom in shown} - {0}, found.rings)
    return found


def _places(membership: pd.DataFrame) -> dict[int, Place]:
    pairs = membership[["class", "zone_id"]].drop_duplicates()
    place = {pair: Place(*pair) for pair in pairs.itertuples(index=False, name=None)}
    rows = zip(membership["class"].tolist(), membership["zone_id"].tolist(), strict=True)
    return dict(zip(membership["atom"].tolist(), (place[pair] for pair in rows), strict=True))
