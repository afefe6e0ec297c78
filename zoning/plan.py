"""The plan: everything that was derived for one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from zoning.geometry import Frame
from zoning.lifting import check_zones
from zoning.lookup import atoms_inside
from zoning.policy import Policy
from zoning.rounds import find_positives, sum_rounds
from zoning.settings import Settings


@dataclass(frozen=True)
class Plan:
    """Everything that was derived for one (as of, known at): plain tables, WGS84, UTC.

    `zones`, `membership`, `atoms`, `cells`, `calendar`, `gate_points`, `site_links`: as ARCHITECTURE.md lists them;
    `former`: atom, zone_id, people of the ground that ended zones had; `stays`: who was where; `proposals` (with names)
    and `closed`: of `derive_zones`; `touched`, `ledger`: of `replay`; `causes`: of `list_causes`; `handed_over`: of
    `hand_over`; `problems`: code, subject, text;
    `tables`: the state's tables by kind; `revision`: hash over memberships, ids, dates and reasons;
    `salt`: secret of published ids, of the state.
    """

    zones: gpd.GeoDataFrame
    membership: pd.DataFrame
    former: pd.DataFrame
    atoms: pd.DataFrame
    units: pd.DataFrame
    inside: pd.DataFrame
    cells: pd.DataFrame
    calendar: pd.DataFrame
    gate_points: pd.DataFrame
    site_links: pd.DataFrame
    stays: pd.DataFrame
    proposals: pd.DataFrame
    closed: pd.DataFrame
    touched: pd.DataFrame
    causes: pd.DataFrame
    ledger: pd.DataFrame
    handed_over: pd.DataFrame
    problems: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    policy: Policy
    settings: Settings
    frame: Frame
    as_of: datetime
    known_at: datetime
    revision: str
    salt: str = ""

    def under(self, revision: str) -> "Plan":
        """Return the same plan under another revision, with what was made of it already.

        Parameters
        ----------
        revision : what pages name as that of the plan.

        Returns
        -------
        Plan.
        """
        found = replace(self, revision=revision)
        found.__dict__.update({k: v for k, v in self.__dict__.items() if k not in found.__dict__})
        return found

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """Return what each round of tests came to in each zone; made when first asked for.

        Returns
        -------
        As `sum_rounds`.
        """
        ground = (self.atoms, self.units, self.inside)
        return sum_rounds(self.zones, self.membership, *ground, self.tables, self.as_of)

    @cached_property
    def positives(self) -> pd.DataFrame:
        """Return the positive samples inside zones; found when first asked for.

        Returns
        -------
        As `find_positives`.
        """
        ground = (self.atoms, self.units, self.inside)
        return find_positives(self.zones, self.membership, *ground, self.tables["tests"], self.as_of)

    @cached_property
    def homes(self) -> pd.Series:
        """Return the cases that lived on the ground of each zone; found when first asked for.

        Returns
        -------
        Zone id -> fact ids, of zones that have some.
        """
        lived = self.stays[self.stays["live"] & self.stays["known"] & (self.stays["trigger"] == "residence")]
        unit, fact = lived["unit"].to_numpy(np.int64), lived["fact_id"].to_numpy(object)
        row, inside = atoms_inside(unit[unit >= 0], self.inside)
        atoms = np.append(inside.astype(np.uint64), lived["cell"].to_numpy(np.uint64)[unit < 0])
        told = pd.DataFrame({"atom": atoms, "fact": np.append(fact[unit >= 0][row], fact[unit < 0])})
        rows = self.membership[["atom", "zone_id"]].merge(told, on="atom")
        return rows.groupby("zone_id")["fact"].agg(lambda facts: sorted(set(facts)))

    @cached_property
    def checks(self) -> pd.DataFrame:
        """Return what each zone waits for.

        Returns
        -------
        As the first table of `check_zones`.
        """
        return self._checked[0]

    @cached_property
    def acts(self) -> pd.DataFrame:
        """Return what the engine proposes to decide, the ready first.

        Returns
        -------
        As the second table of `check_zones`.
        """
        return self._checked[1]

    @cached_property
    def _checked(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        homes = [self.homes.get(zone_id, []) for zone_id in self.zones["zone_id"]]
        zones = self.zones.assign(homes=pd.Series(homes, index=self.zones.index, dtype=object))
        return check_zones(zones, self.rounds, self.positives, self.tables, self.policy, self.settings, self.as_of)
