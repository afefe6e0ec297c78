"""What is shown when: versions by time, holds, watches, releases that were decided for later; nothing undecided."""

from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest

from live.changes import KINDS, find_changes
from live.clock import is_shown, now_of, told_at
from live.counts import FINEST
from live.lists import list_json, zone_columns
from live.publishing import prepare
from live.snapshot import make_files
from live.view import View
from tests.living import CASES, CONTROLLED, SEALED, Life, held, when
from zoning.hashes import public_id
from zoning.store import Workspace

Json = dict[str, Any]


@pytest.fixture
def life(town_copy: Path) -> Life:
    return Life(town_copy)


def view_of(life: Life, now: str) -> View:
    at = when(now).to_pydatetime()
    return prepare(Workspace(life.folder), at, at)[0]


def versions(life: Life, now: str, zone: str) -> list[Json]:
    """The versions of a zone as `list.json` tells them."""
    view = view_of(life, now)
    return [told for told in listed(view) if told["id"] == public_id(view.plan.salt, zone)]


def listed(view: View) -> list[Json]:
    told: list[Json] = orjson.loads(list_json(view, zone_columns(view)))["zones"]
    return told


def at(text: str) -> Any:
    return when(text).to_pydatetime()


@pytest.mark.slow
def test_a_proposal_is_not_seen(life: Life) -> None:
    assert versions(life, "03-13 09:30", SEALED) == []
    life.open(SEALED)
    assert versions(life, "03-13 10:30", CONTROLLED) == []
    assert len(versions(life, "03-13 10:30", SEALED)) == 1


def test_midnight_is_right_without_a_new_publication(life: Life) -> None:
    life.open(SEALED)
    (told,) = versions(life, "03-13 10:30", SEALED)
    zone = "Asia/Shanghai"
    said = [told_at(told, at(now), zone) for now in ("03-13 23:59", "03-14 00:00", "03-14 23:59", "03-15 00:00")]
    assert [of["status"] for of in said] == ["upcoming", "in_force", "in_force", "in_force"]
    assert [of["day"] for of in said] == [None, 1, 1, 2]
    assert told["in_force_from"] == "2022-03-14T00:00:00+08:00"
    assert told["day_one"] == "2022-03-14"
    assert [of["test_today"] for of in said] == [False, True, True, True]
    assert told["earliest_lift_at"] == "2022-03-28T00:00:00+08:00"


def test_the_minute_of_a_decision_stays_inside(life: Life) -> None:
    life.open(SEALED)
    (told,) = versions(life, "03-13 10:30", SEALED)
    assert told["decided_on"] == "2022-03-13"
    assert told["shown_from"] == "2022-03-13T00:00:00+08:00"
    assert "10:00" not in orjson.dumps(told).decode()


@pytest.mark.slow
def test_a_hold_is_shown_until_it_expires(life: Life) -> None:
    life.decide(SEALED, "03-13 09:40", "hold", "--until", "2022-03-14 09:40")
    (told,) = versions(life, "03-13 10:00", SEALED)
    assert (told["kind"], told["shown_until"], told["hold_until"]) == ("hold", *["2022-03-14T09:40:00+08:00"] * 2)
    assert told_at(told, at("03-13 12:00"), "Asia/Shanghai")["status"] == "hold"
    assert is_shown(told, at("03-14 09:39"))
    assert not is_shown(told, at("03-14 09:40"))
    assert versions(life, "03-14 10:00", SEALED) == []
    life.open(SEALED)
    (told,) = versions(life, "03-13 11:00", SEALED)
    assert (told["kind"], told["hold_until"]) == ("zone", None)


def released(life: Life) -> None:
    """The sealed zone and the one around it, whose release was decided on the 28th for the next midnight."""
    life.open(SEALED, CONTROLLED)
    for zone in (CONTROLLED, SEALED):
        life.decide(zone, "03-28 10:00", "release", "--in-force-from", "2022-03-29 00:00")


@pytest.mark.slow
def test_a_release_for_later_is_in_the_snapshot(life: Life) -> None:
    released(life)
    told = versions(life, "03-28 12:00", SEALED)
    assert [v["kind"] for v in told] == ["zone", "watch"]
    zone, watch = told
    assert zone["shown_until"] == watch["shown_from"] == watch["ended_at"] == "2022-03-29T00:00:00+08:00"
    assert watch["watch_until"] == watch["shown_until"]
    assert watch["look"] == "post"
    assert told_at(watch, at("03-29 10:00"), "Asia/Shanghai") == {"status": "watch", "day": None, "test_today": False}
    # The same is told by the plan of the day after, when the release counts.
    later = versions(life, "03-29 12:00", SEALED)
    assert [(v["kind"], v["shown_from"], v["shown_until"]) for v in later] == [
        (v["kind"], v["shown_from"], v["shown_until"]) for v in told
    ]


@pytest.mark.slow
def test_a_version_is_shown_at_most_once_at_a_time(life: Life) -> None:
    released(life)
    every = listed(view_of(life, "03-28 12:00"))
    for now in ("03-13 12:00", "03-20 00:00", "03-28 23:59", "03-29 00:00", "04-04 23:59", "04-05 00:00"):
        shown = [told["id"] for told in every if is_shown(told, at(now))]
        assert len(shown) == len(set(shown)), now


def test_an_exercise_runs_on_from_its_own_time() -> None:
    told = {"as_of": "2022-03-13T00:00:00+08:00"}
    then = pd.Timestamp.now(tz="UTC") - pd.Timedelta(hours=3)
    now = now_of(told, then.isoformat())
    assert abs((now - when("03-13 03:00")).total_seconds()) < 60
    today = {"as_of": (then - pd.Timedelta(hours=1)).isoformat()}
    assert abs((now_of(today, then.isoformat()) - pd.Timestamp.now(tz="UTC")).total_seconds()) < 60


def version(zone: str, **more: Any) -> Json:
    """A version as `list.json` tells it."""
    start = "2022-03-14T00:00:00+08:00"
    told: Json = dict.fromkeys(("shown_until", "hold_until", "ended_at", "watch_until", "area"))
    told |= {"id": zone, "number": f"C-{zone}", "aliases": [], "kind": "zone", "class": "a", "look": "a", "people": 5}
    told |= {"name": zone, "name_en": zone, "shown_from": start, "in_force_from": start, "at": [0, 0]}
    return told | {"box": [0, 0, 1, 1], "outline": "x", "earliest_lift_at": start} | more


NOW = "2022-03-15T00:00:00+08:00"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([], [version("z")], [("opened", "z")]),
        ([], [version("z", in_force_from="2022-03-16T00:00:00+08:00")], [("announced", "z")]),
        ([], [version("z", kind="hold", hold_until="2022-03-16T00:00:00+08:00")], [("held", "z")]),
        ([version("z")], [version("z")], []),
        ([version("z")], [version("z", **{"class": "b"})], [("class", "z")]),
        ([version("z")], [version("z", outline="y")], [("outline", "z")]),
        ([version("z")], [version("z", earliest_lift_at=NOW)], [("dates", "z")]),
        ([version("z")], [version("z", name="other")], [("name", "z")]),
        ([version("z")], [], [("gone", "z")]),
        ([version("z")], [version("z", shown_until=NOW, ended_at=NOW)], [("lifted", "z")]),
        (
            [version("z")],
            [version("z", shown_until=NOW), version("z", kind="watch", shown_from=NOW, ended_at=NOW)],
            [("watch", "z")],
        ),
        ([version("a"), version("b")], [version("n", aliases=["a", "b"])], [("name", "n")]),
        ([version("z", kind="hold")], [version("z")], [("opened", "z")]),
    ],
)
def test_changes(before: list[Json], after: list[Json], found: list[tuple[str, str]]) -> None:
    told = find_changes(before, after, NOW, NOW)
    names = [(change["change"], change["id"]) for change in told]
    assert names == found
    assert all(change["change"] in KINDS and change["from"] for change in told)


def test_ten_thousand_changes_at_once() -> None:
    after = [version(f"z{n}") for n in range(10_000)]
    told = find_changes([], after, NOW, NOW)
    assert len(told) == 10_000
    assert len(find_changes(after, [], NOW, NOW)) == 10_000


@pytest.mark.slow
def test_no_byte_tells_of_a_case_that_nobody_decided_on(life: Life) -> None:
    """A new case in block 3 of the estate: its sealing is a proposal, which must not even be a hole in a zone."""
    life.open(SEALED, CONTROLLED)
    now = "03-15 12:00"
    before, _ = make_files(view_of(life, now), FINEST, None, None, None)
    life.load("cases", CASES, ["C90,confirmed,,2022-03-14 18:00,2022-03-14 19:00,E4-B3,2022-03-14 18:30"])
    whole = life.plan(now)
    assert held(whole)["E4-B3"][0] == "sealed"
    assert whole.zones.set_index("zone_id").loc[CONTROLLED, "people"] < 644
    after, _ = make_files(view_of(life, now), FINEST, None, None, None)
    assert {name for name in before | after if before.get(name) != after.get(name)} == set()
    assert len(before) > 20
    life.open(*whole.zones.loc[whole.zones["fact_ids"].map(lambda facts: "cases:C90" in facts), "zone_id"])
    after, _ = make_files(view_of(life, now), FINEST, None, None, None)
    assert before["zones.geojson"] != after["zones.geojson"]
