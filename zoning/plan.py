"""The plan: everything that was derived for one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import pandas as pd

from zoning.geometry import Frame
from zoning.policy import Policy
from zoning.settings import Settings


@dataclass(frozen=True)
class Plan:
    """Everything that was derived for one (as of, known at): plain tables, WGS84, UTC.

    `zones`, `membership`, `atoms`, `cells`, `calendar`, `gate_points`, `site_links`: as ARCHITECTURE.md lists them;
    `former`: atom, zone_id, people of the ground that ended zones had; `stays`: who was where; `proposals` (with names)
    and `closed`: of `derive_zones`; `problems`: code, subject, text;
    `tables`: the state's tables by kind; `revision`: hash over memberships, ids, dates and reasons.
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
    problems: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    policy: Policy
    settings: Settings
    frame: Frame
    as_of: datetime
    known_at: datetime
    revision: str
