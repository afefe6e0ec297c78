"""The invented outbreak lived through day by day, deciding by itself, against golden states.

`golden/replay_days.csv` was written by this replay and then read against the rules; the rows that were worked out by
hand from the city's files are tested by themselves below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.commandline import log_of, run
from tests.town_golden import GOLDEN
from zoning.demo import write_demo
from zoning.hashes import digest
from zoning.loading import load_manifest
from zoning.pipeline import Plan, derive
from zoning.store import Workspace

COLUMNS = ["date", "class", "status", "stage", "zones", "people"]
FIRST, LAST = "2022-03-06", "2022-04-11"


@dataclass(frozen=True)
class Replay:
    """The workspace at the end, each day's zones at 24:00, and what was decided."""

    folder: Path
    days: Mapping[str, pd.DataFrame]

    def decided(self, zone: str) -> list[tuple[str, str]]:
        """Action and local time of what was decided of a zone, in recorded order."""
        events = [e for e in Workspace(self.folder).events() if e.kind == "decide" and e.payload["zone_id"] == zone]
        told = [(e.payload["action"], pd.Timestamp(e.recorded_at).tz_convert("Asia/Shanghai")) for e in events]
        return [(action, f"{time:%m-%d %H:%M}") for action, time in told]


def plan_of(folder: Path, day: str) -> Plan:
    end = pd.Timestamp(day, tz="Asia/Shanghai") + pd.Timedelta(days=1)
    return derive(folder, end.to_pydatetime(), end.to_pydatetime())


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    city, folder = (tmp_path_factory.mktemp(name) for name in ("city", "work"))
    list(write_demo(city, 4, 60_000, 24))
    list(load_manifest(Workspace(folder, create=True), city / "city.toml"))
    days = {}
    for day in pd.date_range(FIRST, LAST).strftime("%Y-%m-%d"):
        now = f"{day} 24:00"
        given = ("--as-of", now, "--known-at", now, "--decide", "auto", "--out", folder / "zones.csv")
        assert run("derive", folder, *given) == 0
        days[day] = plan_of(folder, day).zones
    return Replay(folder, days)


def lines(replay: Replay) -> pd.DataFrame:
    """The replay as the golden file writes it: zones and people by class, status and stage at the end of each day."""
    rows = []
    for day, zones in replay.days.items():
        for (_, *key), some in zones.groupby(["rank", "class", "status", "stage"]):
            rows.append([day, *key, str(len(some)), f"{some['people'].sum():.0f}"])
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.slow
def test_every_day_is_as_the_golden_file_says(replay: Replay) -> None:
    wanted = pd.read_csv(GOLDEN / "replay_days.csv", dtype="str", comment="#")
    pd.testing.assert_frame_equal(lines(replay).astype("str"), wanted.astype("str"))


@pytest.mark.slow
def test_the_first_zone_lives_14_full_days_and_is_watched_for_seven(replay: Replay) -> None:
    core, ring = (digest("cases:C00001", slot) for slot in ("core", "ring"))
    opened, ended = ("delineate", "03-06 09:21"), ("release", "03-21 00:00")
    assert replay.decided(core) == [opened, ended]
    assert replay.decided(ring) == [opened, ("assess", "03-11 00:00"), ended]
    row = replay.days["2022-03-20"].set_index("zone_id").loc[core]
    assert (row["stage"], row["people"]) == ("post_release", 159)
    assert core in set(replay.days["2022-03-26"]["zone_id"])
    assert core not in set(replay.days["2022-03-27"]["zone_id"])


@pytest.mark.slow
def test_a_new_case_inside_starts_the_clocks_again_and_one_found_in_isolation_does_not(replay: Replay) -> None:
    # C00010 (13 March) was found in quarantine, C00023 (21 March) by screening.
    assert replay.decided(digest("cases:C00003", "rest")) == [
        ("delineate", "03-08 04:53"),
        ("assess", "03-13 00:00"),
        ("extend", "03-13 16:11"),
        ("extend", "03-21 19:56"),
        ("assess", "03-25 00:00"),
        ("release", "04-05 00:00"),
    ]


@pytest.mark.slow
def test_a_precaution_zone_ends_after_the_stricter_zones_of_its_causes(replay: Replay) -> None:
    area = digest("cases:C00008", "area:A01-02")
    assert replay.decided(area)[-2:] == [("assess", "04-03 00:00"), ("release", "04-03 00:00")]
    facts = set(replay.days["2022-04-01"].set_index("zone_id").loc[area, "fact_ids"])
    for day, open_ in (("2022-04-01", True), ("2022-04-02", False)):
        zones = replay.days[day]
        strict = zones[zones["class"].isin(("sealed", "controlled")) & (zones["status"] == "in_force")]
        assert any(facts & set(theirs) for theirs in strict["fact_ids"]) == open_


@pytest.mark.slow
def test_nothing_is_released_while_a_condition_is_missing_and_a_second_run_adds_nothing(replay: Replay) -> None:
    left = plan_of(replay.folder, LAST)
    assert not left.acts["ready"].any()
    assert (left.acts["reasons_en"] != "").all()
    before, now = log_of(replay.folder), f"{LAST} 24:00"
    given = ("--as-of", now, "--known-at", now, "--decide", "auto", "--out", replay.folder / "zones.csv")
    assert run("derive", replay.folder, *given) == 0
    assert log_of(replay.folder) == before
