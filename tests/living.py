"""A workspace in which time goes on, for tests of the life of zones.

C4 lived in block 1 of Lixiang Court and was reported on 13 March at 9:00: block 1 (168 people) is sealed, the rest of
the estate (644) controlled.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from tests.commandline import run
from zoning.hashes import digest
from zoning.pipeline import Plan, derive
from zoning.store import Workspace

SEALED, CONTROLLED = (digest("cases:C4", slot) for slot in ("core", "ring"))
CASES = "case_id,status,onset_at,reported_at,isolated_at,unit_id,recorded_at\n"
ROUNDS = "round_id,unit_id,ended_at,due,tested,excused,refused,absent,pools_open,recorded_at\n"


def when(text: str) -> pd.Timestamp:
    """A time of 2022 in Shanghai, such as `03-14 10:00`."""
    return pd.Timestamp(f"2022-{text}", tz="Asia/Shanghai").tz_convert("UTC")


class Life:
    """A workspace in which time goes on: every command says when it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def decide(self, zone: str, now: str, action: str, *more: str) -> None:
        at = f"2022-{now}"
        grounds = () if "--grounds" in more else ("--grounds", "as seen on site")
        times = ("--recorded-at", at, "--as-of", at, "--known-at", at)
        assert run("decide", self.folder, zone, "--action", action, "--by", "Li Wei", *times, *grounds, *more) == 0

    def open(self, *zones: str) -> None:
        for zone in zones:
            self.decide(zone, "03-13 10:00", "delineate", "--in-force-from", "2022-03-14 00:00")

    def load(self, kind: str, head: str, rows: Iterable[str]) -> None:
        path = self.folder / f"{kind}-{digest(list(rows))}.csv"
        path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        assert run("load", self.folder, path, "--kind", kind, "--recorded-at", "2022-03-13 09:30") == 0

    def plan(self, now: str) -> Plan:
        return derive(self.folder, when(now).to_pydatetime(), when(now).to_pydatetime())

    def state(self, zone: str, now: str) -> tuple[str, str, str]:
        """Class, status and stage."""
        row = self.plan(now).zones.set_index("zone_id").loc[zone]
        return (str(row["class"]), str(row["status"]), str(row["stage"]))


def acts(plan: Plan, zone: str) -> dict[str, dict[str, object]]:
    rows = plan.acts[plan.acts["zone_id"] == zone]
    return {row["act"]: row for row in rows.to_dict("records")}


def held(plan: Plan) -> dict[str, tuple[str, str]]:
    rows = plan.membership
    return dict(zip(rows["atom_id"], zip(rows["class"], rows["zone_id"], strict=True), strict=True))


def log(folder: Path) -> list[dict[str, str]]:
    return [event.payload for event in Workspace(folder).events() if event.kind == "decide"]
