"""The ground that addresses are read on."""

from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from zoning.geometry import Frame
from zoning.policy import Policy
from zoning.settings import Settings


class Town(Protocol):
    """What addresses are read on: a plan, or a scene before there is one."""

    @property
    def units(self) -> pd.DataFrame:
        """The unit tree, of `make_units`."""

    @property
    def atoms(self) -> pd.DataFrame:
        """The atoms table."""

    @property
    def inside(self) -> pd.DataFrame:
        """Rows (unit, atom)."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables of the state by kind; places, roads and areas are read."""

    @property
    def policy(self) -> Policy:
        """The pack, for how outlines hold."""

    @property
    def frame(self) -> Frame:
        """The plane in metres."""

    @property
    def settings(self) -> Settings:
        """For the H3 resolution."""
