"""How zones stand after decisions: steps, endings, the watch, holds and gates, through a town."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from tests.small_town import POLICY, SETTINGS, Row, area, at, decisions, derive_town, estate, home, house, point, stay
from zoning.decisions import named
from zoning.pipeline import Plan
from zoning.standing import fold_decisions, held_facts, in_effect

ESTATE = {
    "estates": [estate("E1", 0, 0, 200, 100, people=300)],
    "buildings": [house("B1", 10, 10, "E1"), house("B2", 150, 60, "E1"), house("B3", 50, 10, "E1")],
    "areas": [area("A1", -100, -100, 700, 300)],
}
FIRST = [home("C1", "B1")]
SECOND = [*FIRST, home("C2", "B2", onset_at="24", reported_at="25", isolated_at="25", recorded_at="25")]
Decision = dict[str, Any]


def day(number: int) -> pd.Timestamp:
    """Midnight at which the n-th day from 1 March begins."""
    return at("01") + pd.Timedelta(days=number - 1)


def plan(moment: str, *decided: Decision, cases: list[Row] = FIRST, **more: Any) -> Plan:
    return derive_town(**ESTATE, cases=cases, decided=decided, as_of=at(moment).to_pydatetime(), **more)


def act(found: Plan, target: str, action: str, day: str, **more: Any) -> Decision:
    """A decision on the zone of a class as it stands in a plan."""
    zone = found.zones[(found.zones["class"] == target) & ~found.zones["ended"]].iloc[0]
    return {**named(zone), "action": action, "by": "Li", "recorded_at": at(day), **more}


def opened(*targets: str) -> list[Decision]:
    dates = {"delineated_at": at("12 20:00"), "in_force_from": at("13")}
    return [act(plan("12 20:00"), target, "delineate", "12 20:00", **dates) for target in targets]


def held(found: Plan) -> dict[str, str]:
    return dict(zip(found.membership["atom_id"], found.membership["class"], strict=True))


def stages(found: Plan) -> dict[str, tuple[str, str]]:
    return {z["zone_id"]: (z["status"], z["stage"]) for z in found.zones.to_dict("records")}


@pytest.mark.slow
def test_a_released_zone_leaves_its_ground_to_what_else_applies_and_is_watched_for_seven_days() -> None:
    decided = opened("sealed", "controlled", "precaution")
    end = act(plan("27", *decided), "sealed", "release", "27", in_force_from=at("27"))
    before, after = plan("26", *decided, end), plan("28", *decided, end)
    assert held(before)["B1"] == "sealed"
    assert held(after)["B1"] == "controlled"
    assert stages(after)[end["zone_id"]] == ("released", "post_release")
    zone = after.zones.set_index("zone_id").loc[end["zone_id"]]
    assert (zone["class"], zone["ended_at"], zone["watch_until"]) == ("sealed", day(27), day(34))
    assert after.former["atom_id"].tolist() == ["B1"]
    assert (zone["people"], after.former["people"].sum()) == pytest.approx((100, 100))
    assert zone["geometry"].equals(before.zones.set_index("zone_id").loc[end["zone_id"], "geometry"])
    late = derive_town(**ESTATE, cases=FIRST, decided=[*decided, end], as_of=day(34).to_pydatetime())
    assert end["zone_id"] not in stages(late)
    assert late.former.empty


@pytest.mark.slow
def test_a_released_enclosure_is_still_listed_inside_a_precaution_zone_of_another_case() -> None:
    decided = opened("sealed", "controlled", "precaution")
    ends = [act(plan("27", *decided), c, "release", "27", in_force_from=at("27")) for c in ("sealed", "controlled")]
    far = home("C9", "B9", onset_at="26", reported_at="28", isolated_at="28", recorded_at="28")
    town = {**ESTATE, "buildings": [*ESTATE["buildings"], house("B9", 500, 10)], "cases": [*FIRST, far]}
    found = derive_town(**town, decided=[*decided, *ends], as_of=at("29").to_pydatetime())
    assert held(found)["B1"] == "precaution"
    watched = found.zones[found.zones["stage"] == "post_release"]
    assert sorted(watched["class"]) == ["controlled", "sealed"]
    assert set(found.former["atom_id"]) >= {"B1", "B2", "B3"}


@pytest.mark.slow
def test_a_zone_that_steps_down_keeps_its_id_its_ground_and_its_origin() -> None:
    decided = opened("sealed", "controlled", "precaution")
    end = act(plan("27", *decided), "controlled", "release", "26")
    step = act(plan("27", *decided), "sealed", "step", "27", to="precaution")
    found = plan("28", *decided, end, step)
    zone = found.zones.set_index("zone_id").loc[step["zone_id"]]
    assert (zone["class"], zone["origin"], zone["rule_class"]) == ("precaution", "sealed", "sealed")
    assert (zone["status"], zone["stage"], zone["class_since"]) == ("in_force", "stepping_down", at("27"))
    rows = found.membership.set_index("atom_id")
    assert rows.loc["B1", ["class", "zone_id"]].tolist() == ["precaution", step["zone_id"]]
    assert rows.loc["B2", "zone_id"] != step["zone_id"]
    assert zone["rank"] == POLICY.classes["precaution"].rank


def test_a_raised_zone_takes_no_ground_from_a_zone_of_its_new_class() -> None:
    decided = opened("sealed", "controlled")
    core, raised = (act(plan("14", *decided), name, "raise", "16", to="sealed") for name in ("sealed", "controlled"))
    before, after = plan("15", *decided), plan("17", *decided, raised)
    rows = [found.membership.set_index("atom_id")["zone_id"] for found in (before, after)]
    assert rows[0].to_dict() == rows[1].to_dict()
    assert rows[1]["B1"] == core["zone_id"]
    assert set(after.zones.set_index("zone_id").loc[[core["zone_id"], raised["zone_id"]], "class"]) == {"sealed"}
    assert held(after)["B3"] == "sealed"


@pytest.mark.slow
def test_a_later_case_on_ground_that_stepped_down_or_was_released_is_proposed_anew() -> None:
    decided = opened("sealed")
    same = [*FIRST, home("C2", "B1", onset_at="28", reported_at="29", isolated_at="29", recorded_at="29")]
    for action, to in (("step", "precaution"), ("release", None), ("reject", None)):
        past = act(plan("27", *decided), "sealed", action, "27", to=to)
        found = plan("29", *decided, past, cases=same)
        now = found.zones[(found.zones["class"] == "sealed") & ~found.zones["ended"]]
        assert now["status"].tolist() == ["proposed"]
        assert past["zone_id"] not in now["zone_id"].tolist()
        assert now["fact_ids"].tolist() == [["cases:C2"]]
        assert held(found)["B1"] == "sealed"


@pytest.mark.slow
def test_an_excluded_case_holds_its_decided_zone_until_a_person_ends_it() -> None:
    decided = opened("sealed")
    excluded = [*FIRST, home("C1", "B1", status="excluded", recorded_at="14")]
    found = plan("15", *decided, cases=excluded)
    zone = found.zones.set_index("zone_id").loc[decided[0]["zone_id"]]
    assert (zone["status"], bool(zone["void"])) == ("in_force", True)
    assert plan("15", cases=excluded).zones.empty
    end = act(found, "sealed", "release", "15 10:00")
    assert held(plan("15 11:00", *decided, end, cases=excluded)) == {}


@pytest.mark.slow
def test_a_temporary_hold_expires_by_itself_and_says_so() -> None:
    hold = act(plan("12 20:00"), "sealed", "hold", "12 20:00", until=at("13 20:00"))
    assert stages(plan("13", hold))[hold["zone_id"]] == ("in_force", "hold")
    late = plan("14", hold).zones.set_index("zone_id").loc[hold["zone_id"]]
    assert (late["status"], late["stage"], late["hold_until"]) == ("proposed", "none", at("13 20:00"))
    firm = opened("sealed")
    assert stages(plan("14", hold, *firm))[hold["zone_id"]] == ("in_force", "phase_1")


@pytest.mark.slow
def test_a_gated_phase_waits_for_its_assessment() -> None:
    decided = opened("controlled")
    record = act(plan("13", *decided), "controlled", "assess", "18", gate="risk_assessment")
    zone_id = decided[0]["zone_id"]
    assert [stages(plan(day, *decided, record))[zone_id][1] for day in ("17", "18")] == ["phase_1", "phase_2"]
    assert stages(plan("16", *decided, {**record, "recorded_at": at("14")}))[zone_id][1] == "phase_1"
    assert stages(plan("17", *decided, {**record, "recorded_at": at("14")}))[zone_id][1] == "phase_2"


@pytest.mark.slow
def test_an_extension_over_the_whole_zone_starts_its_clocks_again() -> None:
    decided = opened("sealed")
    cases = [*FIRST, home("C2", "B1", onset_at="17", reported_at="18 09:00", isolated_at="18 09:00", recorded_at="18")]
    found = plan("18 10:00", *decided, cases=cases)
    assert found.zones.set_index("class").loc["sealed", "new_facts"] == ["cases:C2"]
    more = act(found, "sealed", "extend", "18 10:00")
    clocks = [
        plan("19", *decided, {**more, "scope": s}, cases=cases).zones.set_index("class").loc["sealed"]
        for s in (None, "zone")
    ]
    assert [c["clock_from"] for c in clocks] == [at("13"), at("18 10:00")]
    assert [c["new_facts"] for c in clocks] == [[], []]
    assert [c["earliest_lift_at"] for c in clocks] == [day(33), day(33)]


def test_the_end_of_a_visited_places_zone_leaves_the_home_of_its_case_sealed() -> None:
    visit = stay("V1", "C1", **point(510, 20))
    town = {**ESTATE, "buildings": [*ESTATE["buildings"], house("B9", 500, 10)], "cases": FIRST, "visits": [visit]}
    found = derive_town(**town, as_of=at("12 20:00").to_pydatetime())
    place = found.zones[found.zones["cause_ids"].map(lambda causes: causes == ["visits:V1"])].iloc[0]
    assert (place["class"], place["fact_ids"]) == ("sealed", ["cases:C1", "visits:V1"])
    dates = {"delineated_at": at("12 20:00"), "in_force_from": at("13"), "by": "Li", "recorded_at": at("12 20:00")}
    sealed = found.zones[found.zones["class"] == "sealed"].to_dict("records")
    opened_all = [{**named(zone), "action": "delineate", **dates} for zone in sealed]
    end = {**named(place), "action": "release", "by": "Li", "recorded_at": at("14")}
    after = derive_town(**town, decided=[*opened_all, end], as_of=at("15").to_pydatetime())
    assert held(after)["B1"] == "sealed"
    assert held(after).get("B9") != "sealed"


ROW = [house(f"H{n}", 45 * n, 0) for n in range(4)]  # each beside the next, 25 m apart
GROWN = [home("C1", "H0"), home("C2", "H3", recorded_at="13"), home("C3", "H1", recorded_at="14")]


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    ("action", "status", "stage"), [("release", "released", "post_release"), ("assess", "in_force", "phase_1")]
)
def test_a_decision_on_a_zone_that_grew_together_goes_on_from_what_was_decided_of_its_parts(
    action: str, status: str, stage: str, both: bool
) -> None:
    apart = derive_town(buildings=ROW, cases=GROWN[:2], as_of=at("13 12:00").to_pydatetime())
    parts = apart.zones[apart.zones["class"] == "sealed"].sort_values("founding_fact").to_dict("records")
    dates = {"delineated_at": at("13"), "in_force_from": at("13"), "by": "Li", "recorded_at": at("13")}
    start = [{**named(zone), "action": "delineate", **dates} for zone in (parts if both else parts[1:])]
    one = derive_town(buildings=ROW, cases=GROWN, decided=start, as_of=at("15").to_pydatetime())
    then = act(one, "sealed", action, "15", gate="x")
    assert then["zone_id"] == parts[0]["zone_id"]
    found = derive_town(buildings=ROW, cases=GROWN, decided=[*start, then], as_of=at("16").to_pydatetime())
    assert stages(found)[then["zone_id"]] == (status, stage)
    assert "bare" not in set(found.problems["code"])


def test_a_reset_and_a_step_ask_for_another_assessment() -> None:
    start = {"zone_id": "Z", "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li"}
    known = {"zone_id": "Z", "action": "assess", "gate": "release", "recorded_at": at("17"), "by": "Li"}
    reset = {"zone_id": "Z", "action": "extend", "scope": "zone", "recorded_at": at("18"), "by": "Li"}
    step = {
        "zone_id": "Z",
        "action": "step",
        "to": "precaution",
        "class": "sealed",
        "recorded_at": at("18"),
        "by": "Li",
    }
    for last, gates in (({**reset, "scope": "none"}, ["release"]), (reset, []), (step, [])):
        folded = fold_decisions(decisions(start, known, last), POLICY, SETTINGS, at("20").to_pydatetime())
        assert list(folded.at["Z", "gates"]) == gates


def test_decisions_count_from_when_they_take_effect() -> None:
    end = {"zone_id": "Z", "action": "release", "recorded_at": at("20"), "in_force_from": at("22"), "by": "Li"}
    told = decisions({"zone_id": "Z", "delineated_at": at("12"), "in_force_from": at("13")}, end)
    taken = [len(in_effect(told, at(day).to_pydatetime())) for day in ("11", "12", "21", "22")]
    assert taken == [0, 1, 1, 2]


def test_what_zones_rest_on() -> None:
    def facts(*payloads: Decision) -> set[str]:
        now: datetime = at("20").to_pydatetime()
        return set(held_facts(fold_decisions(decisions(*payloads), POLICY, SETTINGS, now)))

    start = {"zone_id": "Z", "fact_ids": ["cases:C1"], "delineated_at": at("12"), "in_force_from": at("13"), "by": "Li"}
    more = {"zone_id": "Z", "action": "extend", "fact_ids": ["cases:C2"], "recorded_at": at("14"), "by": "Li"}
    end = {"zone_id": "Z", "action": "release", "fact_ids": ["cases:C1"], "recorded_at": at("15"), "by": "Li"}
    assert facts() == set()
    assert facts(start, more) == {"cases:C1", "cases:C2"}
    assert facts(start, more, end) == set()
    assert facts(start, end, more) == {"cases:C2"}


def test_times_of_standings_are_utc_even_where_there_are_none() -> None:
    table = fold_decisions(decisions(), POLICY, SETTINGS, at("20").to_pydatetime())
    assert table.empty
    assert {str(table[c].dtype) for c in ("in_force_from", "watch_until")} == {"datetime64[us, UTC]"}
    assert isinstance(table, pd.DataFrame)
