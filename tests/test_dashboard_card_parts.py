"""Parts of a zone's card: its calendar under its phases, its proportion, gates and sites."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
from fastapi.testclient import TestClient

from dashboard.card_around import gates_section, sites_section
from dashboard.card_calendar import calendar_section, days_of_tests, phase_spans
from dashboard.card_measures import measures_section
from dashboard.card_proportion import proportion_section, weight_of
from dashboard.card_ways import ways_of
from dashboard.cards import make_card
from dashboard.factory import make_server
from dashboard.plain import plain
from dashboard.rows import clock, rounds_of
from tests.browser import standin
from tests.test_dashboard_cards import everything_in, said, shown
from tests.test_measures import town

ZONE = "c7b2d401"  # controlled, in force since 11 March, of which 16 March is day 6; in its second phase


def parts_of(zone_id: str = ZONE, plan: Any = None) -> tuple[Any, dict[str, Any], list[Any], dict[str, Any]]:
    here = shown() if plan is None else replace(shown(), plan=plan)
    zone = here.plan.zones.set_index("zone_id", drop=False).loc[zone_id].to_dict()
    rounds = rounds_of(here.plan.calendar)[zone_id]
    return here, zone, rounds, clock(here.plan.policy, zone["class"], rounds, here.day)


def marks(section: Any) -> list[str]:
    cells = [p for p in everything_in([section]) if type(p).__name__ == "I" and hasattr(p, "className")]
    return [cell.className for cell in cells]


def held_on(*days: int) -> Any:
    """Return the plan with rounds on days of March."""
    at = [pd.Timestamp(f"2022-03-{day}T02:00Z") for day in days]
    rounds = pd.DataFrame({"zone_id": ZONE, "round_id": "R", "started_at": at, "ended_at": at})
    for name in ("started_at", "ended_at"):
        rounds[name] = pd.to_datetime(rounds[name], utc=True)
    return replace(standin.make_plan(), rounds=rounds)


def test_fourteen_days_are_cells_with_tests_and_today() -> None:
    here, zone, rounds, time = parts_of()
    section = calendar_section(here, zone, rounds, time)
    assert time["tests"] == [1, 2, 3, 4, 7, 10, 14]
    assert marks(section) == [*["past"] * 4, "", "", "due", "", "", "due", "", "", "", "due"]
    cells = [p for p in everything_in([section]) if type(p).__name__ == "Li" and hasattr(p, "aria-current")]
    assert [said([cell], "en") for cell in cells] == ["6 16"]
    assert "next: day 7, 17 Mar, 148 tubes" in said([section], "en")


def test_rounds_that_were_held_are_told_from_those_that_nobody_recorded() -> None:
    here, zone, rounds, time = parts_of(plan=held_on(11, 12, 14))
    section = calendar_section(here, zone, rounds, time)
    assert marks(section)[:4] == ["done", "done", "missed", "done"]
    assert "应检测，无轮次记录" in said([section], "zh")
    assert days_of_tests(here, "another") == set()
    assert days_of_tests(shown(), ZONE) is None


def test_a_round_of_today_that_was_held_is_not_the_next_one() -> None:
    plan = held_on(17)
    here, zone, rounds, _ = parts_of(plan=plan)
    here = replace(here, day=here.day + timedelta(days=1))
    section = calendar_section(here, zone, rounds, clock(plan.policy, zone["class"], rounds, here.day))
    assert marks(section)[6] == "done"
    assert "next: day 10, 20 Mar" in said([section], "en")


def test_a_phase_that_waits_for_an_assessment_begins_no_earlier_than_tomorrow() -> None:
    here, zone, _, time = parts_of()
    assert [(a, b, k) for a, b, k, _ in phase_spans(here, zone, time, 14)] == [(1, 4, 1), (5, 14, 2)]
    waiting = {**zone, "stage": "phase_1"}
    assert [(a, b) for a, b, *_ in phase_spans(here, waiting, time, 14)] == [(1, 6), (7, 14)]
    proposed = {**zone, "stage": "none"}
    assert [(a, b) for a, b, *_ in phase_spans(here, proposed, {**time, "day": None}, 14)] == [(1, 4), (5, 14)]


def test_longer_than_fourteen_days_is_a_second_strip() -> None:
    here, zone, rounds, time = parts_of()
    section = calendar_section(here, zone, rounds, {**time, "days": 21})
    strips = [p for p in everything_in([section]) if getattr(p, "className", "") == "calstrip"]
    assert len(strips) == 2
    assert len(marks(section)) == 21


def test_proportion_says_what_is_beyond_the_rules_and_what_below() -> None:
    here, zone, *_ = parts_of()
    text = said(proportion_section(zone, weight_of(here, ZONE, standin.engine())), "en")
    assert "94% of its people live where no case lived or stayed" in text
    assert "Beyond the rule 118 people , 1,062 person-days" in text
    assert "Smallest ground the rules require 1,368 people" in text
    below = weight_of(here, "p42118aa", standin.engine())
    assert "31 人未按规则管控；涉及 cases:C2" in said(proportion_section(zone, below), "zh")
    plain = {**(below or {}), "below_people": 0.0, "below_facts": [], "bare_share": 0.0}
    assert "A case lived or stayed in every part of it" in said(proportion_section(zone, plain), "en")
    assert "Below the rule" not in said(proportion_section(zone, plain), "en")


def test_an_ended_zone_has_no_proportion() -> None:
    here, zone, *_ = parts_of()
    assert weight_of(here, "w5510b7d", standin.engine()) is None
    assert proportion_section(zone, None) == []


def test_open_gates_come_first_and_sites_say_how_far_on_foot() -> None:
    plan = standin.make_plan()
    gates = said(gates_section(plan, ZONE), "en")
    assert gates.index("open") < gates.index("undecided")
    assert "3 min on foot · 240 m by road" in said(sites_section(plan, ZONE), "en")
    assert gates_section(plan, "nothing") == sites_section(plan, "nothing") == []


def test_a_click_on_any_zone_is_answered_in_ten_kilobytes() -> None:
    with TestClient(make_server(standin.engine())) as client:
        client.get("/")
        plan = client.get("/api/plan").json()
        for zone in client.get("/api/zones/columns").json()["columns"]["id"]:
            choice = {"layer": "zones", "id": zone, "zone": zone}
            given = [("choice", choice), ("plan", plan)]
            body = {
                "output": "card-data.data",
                "outputs": {"id": "card-data", "property": "data"},
                "inputs": [{"id": key, "property": "data", "value": value} for key, value in given],
                "changedPropIds": ["choice.data"],
            }
            answer = client.post("/_dash-update-component", json=body, headers={"accept-encoding": "gzip"})
            assert zone in answer.text
            assert int(answer.headers["content-length"]) <= 10_240


def test_ways_to_other_classes_are_told_a_class_at_a_time() -> None:
    plan = standin.make_plan()
    atom = str(plan.atoms["atom_id"].iloc[0])
    sealed, out = ({"zh": zh, "en": en} for zh, en in (("封控区", "sealed zone"), ("不在任何区", "no zone")))
    ways = [
        {"class": "sealed", "names": sealed, "zh": "甲", "en": "a case there"},
        {"class": "sealed", "names": sealed, "zh": "乙", "en": "a visit there"},
        {"class": None, "names": out, "zh": "丙", "en": "withdrawal of C1"},
    ]
    told = said(ways_of(plan, {"asked_of": atom, "ways": ways}), "en")
    assert re.search("sealed zone a case there a visit there no zone withdrawal of C1$", told)
    assert told.count("sealed zone") == 1
    assert "Nothing near" in said(ways_of(plan, {"asked_of": atom, "ways": []}), "en")


def test_a_card_offers_to_ask_why_not() -> None:
    for layer, key in (("zones", ZONE), ("units", "L3")):
        card = plain(make_card(shown(), {"layer": layer, "id": key}, standin.engine()))
        asked = re.search(r"'data-why-not': '((?:at|unit)=[^']+)'", str(card))
        assert asked
        with TestClient(make_server(standin.engine())) as client:
            answer = client.get(f"/api/card/ways?day={standin.DAY}&{asked[1]}")
            assert answer.status_code == 200
            assert "why_not" not in answer.text


def test_measures_are_told_by_what_decides_on_them() -> None:
    plan = town(high=True)
    [zone] = plan.zones[plan.zones["ground_id"] == "ONE"].to_dict("records")
    state, level = measures_section(plan, zone)
    assert said([state], "zh").startswith("防控策略 按社区疫情状态 社区防控")
    assert "密切接触者" in said([state], "zh")
    assert said([level], "en").startswith("Measures by the level of the county: high risk county Strategy grade B")
    assert "prevent internal spread and export, strict control" in said([level], "en")
    assert measures_section(standin.make_plan(), parts_of()[1]) == []
