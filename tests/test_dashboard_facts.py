"""Typed facts by address: a case without a name, its stays, its text, changes, withdrawal; places in words; rounds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acting import Town, acting
from zoning.state import change_setting
from zoning.store import Workspace

CASE = {"status": "preliminary", "reported_at": "22:10", "first_positive_at": "3-17", "address": "临水花园2栋"}


@pytest.fixture
def town(town_copy: Path) -> Iterator[Town]:
    with acting(town_copy) as town:
        yield town


def typed(town: Town, **more: Any) -> str:
    told = town.post("enter", kind="cases", rows=[CASE], **more)
    assert told["written"]
    return str(told["facts"][0])


def faults(body: dict[str, Any]) -> dict[str, str]:
    return {fault["column"]: fault["reason"] for fault in body["faults"]}


@pytest.mark.slow
def test_a_typed_case_is_proposed_with_the_next_plan(town: Town) -> None:
    fact = typed(town, text="22:05 call: positive at block 2")
    assert fact == "cases:T0318-01"
    case = town.get(f"/api/fact?id={fact}")
    assert (case["status"]["zh"], case["row"]["reported_at"]) == ("初筛阳性", "2022-03-17 22:10")
    assert case["row"]["first_positive_at"] == "2022-03-17"
    assert (case["place"]["name"]["en"], case["place"]["sure"]) == ("Linshui Garden Block 2", True)
    sealed = next(zone for zone in case["zones"] if zone["look"] == "sealed")
    assert "open" in town.asked(sealed["zone"])
    assert [(c["by"], c["text"]) for c in case["changes"]] == [("Li Wei", "22:05 call: positive at block 2")]


@pytest.mark.slow
def test_pasted_text_stays_beside_the_fact_and_out_of_every_shared_view(town: Town, town_copy: Path) -> None:
    secret = "Zhang San, 13800000000, says"
    typed(town, text=secret)
    zone = town.zone("Block 2", "sealed")
    asked = (
        f"/api/explain?unit=E1-B2 /api/zones /api/acts?zone={zone} /api/checks /api/inbox /api/cases /api/plan /docs"
    )
    for address in (*asked.split(), "/api/find?q=Zhang", f"/paper/notice?zone={zone}", "/paper/daily?language=both"):
        assert "Zhang" not in town.client.get(address).text.replace("“Zhang”", "")
    assert [e.payload["text"] for e in Workspace(town_copy).events() if e.payload.get("text")] == [secret]


@pytest.mark.slow
def test_what_is_wrong_stands_beside_its_field_in_both_languages(town: Town) -> None:
    row = {"status": "unwell", "reported_at": "25:00", "lng": "200", "lat": "22.5", "location_radius_m": "-3"}
    body = town.post("enter", 422, kind="cases", rows=[row])
    assert faults(body) == {
        "reported_at": "not a time",
        "lng": "outside the range of longitude or latitude",
        "location_radius_m": "cannot be below 0",
    }
    assert {fault["reason_zh"] for fault in body["faults"]} == {"不是时间", "超出经纬度范围", "不能小于 0"}
    assert faults(town.post("enter", 422, kind="cases", rows=[{**CASE, "status": "unwell"}])) == {
        "status": "not one of the words allowed"
    }
    assert faults(town.post("enter", 422, kind="cases", rows=[{"status": "confirmed"}])) == {"reported_at": "needed"}
    late = {**CASE, "reported_at": "2022-03-20 8:00"}
    assert faults(town.post("enter", 422, kind="cases", rows=[late])) == {"reported_at": "lies in the future"}
    assert town.log == 18


@pytest.mark.slow
def test_the_bare_date_of_today_is_now_and_not_its_end(town_copy: Path) -> None:
    change_setting(Workspace(town_copy), "as_of", "2022-03-17T20:00:00+08:00")
    with acting(town_copy) as town:
        fact = town.post("enter", kind="cases", rows=[{**CASE, "reported_at": "3月17日"}])["facts"][0]
        assert town.get(f"/api/fact?id={fact}")["row"]["reported_at"] == "2022-03-17 20:00"


@pytest.mark.slow
def test_stays_are_typed_corrected_and_withdrawn(town: Town) -> None:
    fact = typed(town)
    stay = {"person_id": "T0318-01", "place_id": "PL3", "arrive_at": "3-16 9:00", "leave_at": "3-16 24时"}
    told = {"place_risk": "likely", "contacts_traceable": "no"}
    (visit,) = town.post("enter", kind="visits", rows=[{**stay, **told}], text="shopping")["facts"]
    town.post("enter", 422, kind="visits", rows=[{**stay, "leave_at": "3-15"}])
    assert faults(town.post("enter", 422, kind="visits", rows=[{"person_id": "T0318-01", "arrive_at": "3-16"}])) == {
        "address": "needs a place: an address, a place or a point on the map"
    }
    case = town.get(f"/api/fact?id={fact}")
    assert [(s["place"]["name"]["en"], s["arrive"], s["leave"], s["risk"], s["traceable"]) for s in case["stays"]] == [
        ("Rongyin Centre shops", "2022-03-16T09:00:00+08:00", "2022-03-17T00:00:00+08:00", "likely", False)
    ]
    assert case["span"]["from"] == "2022-03-16T09:00:00+08:00"
    assert any("Rongyin" in zone["name"]["en"] and zone["look"] == "sealed" for zone in case["zones"])
    town.post("amend", fact=visit, changes={"leave_at": "3-16 10:30"})
    assert town.get(f"/api/fact?id={visit}")["row"]["leave_at"] == "2022-03-16 10:30"
    town.post("withdraw", fact=visit, reason="another person")
    assert town.get(f"/api/fact?id={fact}")["stays"][0]["withdrawn"] is True


@pytest.mark.slow
def test_a_stay_that_counts_for_nothing_says_why(town: Town) -> None:
    fact = typed(town)
    stay = {"person_id": "T0318-01", "place_id": "PL3", "arrive_at": "2-16 9:00", "leave_at": "2-16 11:00"}
    town.post("enter", kind="visits", rows=[stay])
    case = town.get(f"/api/fact?id={fact}")
    assert [s["place"]["counts"] for s in case["stays"]] == [False]
    assert (case["place"]["counts"], case["apart"]["en"]) == (True, "outside the days that count: opens no zone")
    town.post("amend", fact=fact, changes={"status": "excluded"})
    assert town.get(f"/api/fact?id={fact}")["apart"]["en"] == "opens no zone while the case is of this status"


@pytest.mark.slow
def test_a_zone_on_hold_still_waits_for_its_decision(town: Town) -> None:
    fact = typed(town)
    sealed = town.get(f"/api/fact?id={fact}")["zones"][0]["zone"]
    for action, asked in (("hold", True), ("delineate", False)):
        town.post("decide", zone=sealed, action=action, **({"until": "2022-03-19 20:00"} if asked else {}))
        assert town.get(f"/api/fact?id={fact}")["zones"][0]["asked"] is asked


@pytest.mark.slow
def test_status_changes_exclusion_withdrawal_and_bringing_back(town: Town) -> None:
    fact = typed(town)
    sealed = town.get(f"/api/fact?id={fact}")["zones"][0]["zone"]
    town.post("amend", fact=fact, changes={"status": "confirmed"}, text="second sample")
    assert town.get(f"/api/fact?id={fact}")["status"]["en"] == "confirmed"
    town.post("decide", zone=sealed, action="delineate")
    town.post("amend", fact=fact, changes={"status": "excluded"}, text="both repeats negative")
    excluded = town.get(f"/api/fact?id={fact}")
    assert [c["columns"] for c in excluded["changes"]] == [["status"], ["status"], []]
    assert faults(town.post("withdraw", 422, fact=fact, reason="")) == {"reason": "needed"}
    town.post("withdraw", fact=fact, reason="typed twice")
    assert town.get(f"/api/fact?id={fact}")["withdrawn"] is True
    town.post("amend", fact=fact, changes={"status": "confirmed"})
    assert town.get(f"/api/fact?id={fact}")["withdrawn"] is False
    assert town.post("withdraw", 404, fact="cases:nobody", reason="x")["error"] == "not_found"


@pytest.mark.slow
def test_two_screens_on_one_fact_the_second_is_told_who_changed_it(town: Town) -> None:
    fact, base = typed(town), town.log
    town.post("amend", fact=fact, changes={"status": "confirmed"}, base=base)
    body = town.post("amend", 409, fact=fact, changes={"status": "excluded"}, by="Zhou", base=base)
    assert "T0318-01 was changed by Li Wei at 17 Mar 24:00" in body["what"]
    town.post("withdraw", 409, fact=fact, reason="x", by="Zhou", base=base)
    base = town.log
    town.post("withdraw", fact=fact, reason="wrong person", base=base)
    assert town.post("withdraw", fact=fact, reason="wrong person", base=base)["written"] is False
    assert "撤回" in town.post("amend", 409, fact=fact, changes={"status": "excluded"}, base=base)["what_zh"]


@pytest.mark.slow
def test_a_token_counts_once_and_two_cases_of_a_minute_are_two(town: Town) -> None:
    base = town.log
    told = {"kind": "cases", "rows": [CASE], "base": base}
    first, again = (town.post("enter", **told, sent="the-same-token") for _ in range(2))
    assert (first["facts"], first["written"], again["facts"], again["written"]) == (
        ["cases:T0318-01"], True, ["cases:T0318-01"], False
    )  # fmt: skip
    assert town.post("enter", **told, by="Zhou")["facts"] == ["cases:T0318-02"]


@pytest.mark.slow
def test_cases_are_found_by_number_status_and_place(town: Town) -> None:
    typed(town)
    assert [case["case_id"] for case in town.get("/api/cases?q=T0318")["cases"]] == ["T0318-01"]
    assert {case["case_id"] for case in town.get("/api/cases?q=临水花园")["cases"]} == {"T0318-01", "C1"}
    assert [case["case_id"] for case in town.get("/api/cases?q=preliminary block 2")["cases"]] == ["T0318-01"]
    assert town.get("/api/cases?q=nobody")["n"] == 0
    assert town.get("/api/cases?start=10")["all"] == 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "name", "fields", "exact"),
    [
        ("q=临水花园4栋5单元", "Linshui Garden Block 4 unit 5", {"unit_id": "E1-B4-U5"}, True),
        ("q=linshui garden block 2", "Linshui Garden Block 2", {"unit_id": "E1-B2"}, True),
        ("q=临水花园&kind=visits", "Linshui Garden", {"address": "临水花园"}, True),
        ("q=荣荫中心商场&kind=visits", "Rongyin Centre shops", {"place_id": "PL3"}, False),
        ("q=114.0533,22.5415", "114.05330, 22.54150", {"lng": "114.053300", "lat": "22.541500"}, True),
    ],
)
def test_places_in_words_come_with_points(town: Town, asked: str, name: str, fields: Any, exact: bool) -> None:
    hit = town.get(f"/api/place?{asked}")["hits"][0]
    assert (hit["name"]["en"], hit["exact"]) == (name, exact)
    assert fields.items() <= hit["fields"].items()
    assert 114 < hit["at"][0] < 114.2


def test_an_address_that_nobody_knows_asks_back_and_a_point_says_what_stands_there(town: Town) -> None:
    found = town.get("/api/place?q=nowhere at all 99")
    assert (found["hits"], bool(found["question"])) == ([], True)
    point = town.get("/api/place?at=114.053263,22.541295")
    assert (point["inside"]["en"], point["fields"]["lng"]) == ("Linshui Garden Block 4 unit 5", "114.053263")
    assert town.get("/api/place?at=1,99", 400)["where"] == "at"


@pytest.mark.slow
def test_a_round_is_entered_by_building_and_corrected(town: Town) -> None:
    zone = town.zone("Linshui Garden", "controlled")
    sheet = town.get(f"/api/rounds?zone={zone}")
    assert (sheet["round"], sheet["fresh"], sheet["n"], sheet["rows"][0]["people"]) == ("R0317", True, 8, 312)
    rows = [
        {"round_id": "R0317", "unit_id": row["unit_id"], "ended_at": "20:00", "tested": str(row["people"])}
        for row in sheet["rows"][:-1]
    ]
    rows[0] |= {"due": "312", "tested": "300", "refused": "2", "absent": "10", "pools_open": "1"}
    town.post("enter", kind="rounds", rows=rows)
    sheet = town.get(f"/api/rounds?zone={zone}")
    assert (sheet["round"], sheet["fresh"], sheet["ended"], sheet["entered"]) == ("R0317", False, "2022-03-17 20:00", 7)
    assert (sheet["totals"]["refused"], sheet["totals"]["absent"], sheet["rounds"][0]["missing"]) == (2, 10, 1)
    town.post("enter", kind="rounds", rows=[{**rows[0], "tested": "310", "absent": "0"}])
    assert town.get(f"/api/rounds?zone={zone}")["totals"]["absent"] == 0
    over = town.post("enter", 422, kind="rounds", rows=[rows[1], {**rows[0], "due": "5"}])
    assert [(fault["row"], fault["column"]) for fault in over["faults"]] == [(1, "due")]
    assert len(town.get(f"/api/rounds?zone={zone}&q=block 1")["rows"]) == 1
    assert town.get("/api/rounds?zone=nowhere", 404)["where"] == "zone"


@pytest.mark.slow
def test_a_pasted_trajectory_is_read_and_nothing_is_saved(town: Town) -> None:
    log = town.log
    answer = town.client.post("/api/stays", json={"text": "3月14日 8:10-18:00在石涌商厦"})
    assert [stay["arrive"] for stay in answer.json()["stays"]] == ["2022-03-14T08:10:00+08:00"]
    assert town.log == log
    other = town.client.post("/api/stays", json={"text": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert other.status_code == 403
