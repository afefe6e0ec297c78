"""Decisions by address: each action once, what is refused and where it stands, tokens, two screens on one proposal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acting import Town, acting, decisions
from zoning.state import change_setting
from zoning.store import Workspace


@pytest.fixture
def town(town_copy: Path) -> Iterator[Town]:
    with acting(town_copy) as town:
        yield town


def faults(body: dict[str, Any]) -> dict[str, str]:
    return {fault["column"]: fault["reason"] for fault in body["faults"]}


def test_the_inbox_lists_what_waits_the_most_pressing_first(town: Town) -> None:
    found = town.get("/api/inbox")
    assert (found["n"], found["ready"], found["counts"]) == (15, 15, {"open": 15})
    first = found["items"][0]
    assert (first["act"], first["action"], first["look"]) == ("open", "delineate", "sealed")
    assert "due by the rules since" in first["reasons"]["en"]
    assert "按规则自" in first["reasons"]["zh"]
    assert len(town.get("/api/inbox?start=10")["items"]) == 5
    (rule,) = found["rules"]
    assert (rule["layer"], rule["id"], rule["name"]["en"], rule["look"]) == (
        "units",
        "E2",
        "Shichong Village",
        "sealed",
    )
    assert rule["said"]["en"].endswith("(R4)")


@pytest.mark.slow
def test_a_zone_is_delineated_with_notice_and_24_hours(town: Town, town_copy: Path) -> None:
    zone = town.zone("unit 5", "sealed")
    form = town.get(f"/api/deciding?zone={zone}")
    assert form["actions"] == ["delineate", "hold", "reject"]
    assert form["times"]["delineate"]["in_force_from"] == "2022-03-17 24:00"
    body = {"zone": zone, "action": "delineate", "notice_no": "第48号", "in_force_from": "3月17日24时", "grounds": "R1"}
    done = town.post("decide", **body, delineated_at="23:10", seen=form["seen"])
    assert (done["written"], done["said"]["en"]) == (
        True,
        "Linshui Garden Block 4 unit 5: delineated; saved, from 17 Mar 24:00",
    )
    (payload,) = decisions(town_copy)
    assert (payload["notice_no"], payload["by"], payload["grounds"]) == ("第48号", "Li Wei", "R1")
    assert payload["in_force_from"] == "2022-03-17T16:00:00+00:00"
    assert payload["delineated_at"] == "2022-03-17T15:10:00+00:00"
    assert town.status(zone) == "in force"
    waiting = town.get("/api/inbox")["items"]
    # What waits is not released from the inbox: it offers what is missing and can be brought.
    told = {(item["act"], item["ready"], item["action"]) for item in waiting if item["zone"] == zone}
    assert told == {("release", False, "rounds")}


@pytest.mark.slow
def test_a_hold_runs_until_its_time_and_can_be_made_a_zone(town: Town) -> None:
    zone = town.zone("unit 5", "sealed")
    said = town.post("decide", zone=zone, action="hold", until="+24h")["said"]
    assert said["zh"].endswith("至3月18日24时止")
    assert town.status(zone) == "temporary hold"
    assert town.get(f"/api/deciding?zone={zone}")["actions"] == ["delineate", "hold", "release"]
    town.post("decide", zone=zone, action="delineate")
    assert town.status(zone) == "in force"


@pytest.mark.slow
def test_a_proposal_is_rejected_with_grounds(town: Town) -> None:
    zone = town.zone("unit 5", "sealed")
    body = town.post("decide", 422, zone=zone, action="reject")
    assert faults(body) == {"grounds": "needed"}
    town.post("decide", zone=zone, action="reject", grounds="the flat was empty")
    assert town.asked(zone) == []


@pytest.mark.slow
def test_assessing_stepping_raising_extending_and_releasing(town: Town, town_copy: Path) -> None:
    zone = town.zone("Linshui Garden", "controlled")
    town.post(
        "decide", zone=zone, action="delineate", in_force_from="2022-03-11 24:00", delineated_at="2022-03-11 20:00"
    )
    form = town.get(f"/api/deciding?zone={zone}")
    assert "phase" in town.asked(zone)
    assert form["actions"][0] == "assess"
    gate = form["gates"][0]["value"]
    town.post("decide", zone=zone, action="assess", gate=gate, grounds="visited; low risk")
    assert "phase" not in town.asked(zone)
    town.post("enter", kind="cases", rows=[{"status": "confirmed", "reported_at": "20:00", "address": "临水花园3栋"}])
    assert "extend" in town.asked(zone)
    scopes = {scope["value"] for scope in town.get(f"/api/deciding?zone={zone}")["scopes"]}
    assert {"zone", "none"} <= scopes
    town.post("decide", zone=zone, action="extend", scope="none")
    assert "extend" not in town.asked(zone)
    form = town.get(f"/api/deciding?zone={zone}")
    assert [way["value"] for way in form["raises"]] == ["sealed"]
    town.post("decide", zone=zone, action="raise", to="sealed", grounds="new case")
    town.post("decide", zone=zone, action="release", grounds="all well", in_force_from="24时")
    assert [p["action"] for p in decisions(town_copy)] == ["delineate", "assess", "extend", "raise", "release"]


@pytest.mark.slow
def test_a_zone_steps_down_to_what_its_pack_allows(town_copy: Path) -> None:
    change_setting(Workspace(town_copy), "policy", "cn-9th-2022-06")
    with acting(town_copy) as town:
        zone = town.zone("Rongyin Court", "sealed")
        town.post("decide", zone=zone, action="delineate", in_force_from="3-12 8:00", delineated_at="3-12 8:00")
        form = town.get(f"/api/deciding?zone={zone}")
        assert (form["actions"], [way["value"] for way in form["steps"]]) == (["step", "release"], ["medium_risk"])
        town.post("decide", zone=zone, action="step", to="medium_risk", in_force_from="24时")
        assert town.status(zone) == "stepping down"


@pytest.mark.slow
def test_what_an_action_cannot_do_without_is_asked_for_beside_its_field(town: Town) -> None:
    zone = town.zone("unit 5", "sealed")
    wrong = [
        ({"action": "hold"}, {"until": "needed"}),
        ({"action": "hold", "until": "昨天"}, {"until": "is over already"}),
        ({"action": "hold", "until": "soon"}, {"until": "not a time"}),
        ({"action": "assess"}, {"gate": "needed", "grounds": "needed"}),
        ({"action": "step"}, {"to": "needed"}),
        (
            {"action": "delineate", "in_force_from": "3-12 8:00", "delineated_at": "3-13"},
            {"in_force_from": "lies before the zone is delineated"},
        ),
    ]
    for told, found in wrong:
        assert faults(town.post("decide", 422, zone=zone, **told)) == found
    assert town.post("decide", 404, zone="nowhere", action="delineate")["what_zh"] == "当前没有编号为“nowhere”的分区。"
    assert town.post("decide", 404, zone=zone, action="dance")["error"] == "not_found"
    assert faults(town.post("decide", 422, zone=zone, action="hold", by=" ")) == {"by": "needed"}


@pytest.mark.slow
def test_two_screens_on_one_proposal_the_second_is_told_who_decided_what_and_when(town: Town, town_copy: Path) -> None:
    zone, base = town.zone("unit 5", "sealed"), town.log
    town.post("decide", zone=zone, action="delineate", base=base)
    body = town.post("decide", 409, zone=zone, action="reject", grounds="no", by="Zhou", base=base)
    assert "was delineated by Li Wei at 17 Mar 24:00" in body["what"]
    assert "Li Wei已于3月17日24时划定" in body["what_zh"]
    assert "What you typed stays" in body["fix"]
    assert len(decisions(town_copy)) == 1
    town.post("decide", zone=zone, action="release", grounds="seen it now", by="Zhou")


@pytest.mark.slow
def test_what_changed_under_an_open_form_is_refused_once_and_can_be_looked_at(town: Town) -> None:
    zone = town.zone("Linshui Garden", "controlled")
    form = town.get(f"/api/deciding?zone={zone}")
    town.post("enter", kind="cases", rows=[{"status": "confirmed", "reported_at": "20:00", "address": "临水花园3栋"}])
    body = town.post("decide", 409, zone=zone, action="delineate", seen=form["seen"])
    assert "changed after you opened this" in body["what"]
    town.post("decide", zone=zone, action="delineate", seen=town.get(f"/api/deciding?zone={zone}")["seen"])


@pytest.mark.slow
def test_a_token_counts_once(town: Town, town_copy: Path) -> None:
    zone = town.zone("unit 5", "sealed")
    body = {"zone": zone, "action": "hold", "until": "+24h", "sent": "the-same-token", "base": town.log}
    first, again = town.post("decide", **body), town.post("decide", **body)
    assert (first["written"], again["written"]) == (True, False)
    assert (first["event"], first["said"]) == (again["event"], again["said"])
    assert len(decisions(town_copy)) == 1


def test_another_site_a_large_body_and_what_is_no_json_are_refused(town: Town) -> None:
    zone = town.zone("unit 5", "sealed")
    body = {"by": "Li Wei", "sent": "token-other", "zone": zone, "action": "delineate"}
    for headers in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
        answer = town.client.post("/api/decide", json=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "other_site")
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert town.client.post("/api/decide", json={**body, "grounds": "x" * 300_000}, headers=own).status_code == 413
    assert town.client.post("/api/decide", data=body).status_code == 415
    told = town.client.post("/api/decide", json={**body, "grounds": "x" * 30_000}, headers=own)
    assert (told.status_code, faults(told.json())) == (422, {"grounds": "longer than 20000 characters"})
    assert (
        town.client.post("/api/decide", content=b"{", headers={"content-type": "application/json"}).status_code == 422
    )
    assert town.client.post("/api/decide", json=body, headers=own).status_code == 200


@pytest.mark.slow
def test_one_notice_opens_the_zones_on_the_same_facts_together_or_none(town: Town, town_copy: Path) -> None:
    zone = town.zone("unit 5", "sealed")
    form = town.get(f"/api/deciding?zone={zone}")
    also = [{"zone": of["zone"], "seen": of["seen"]} for of in form["also"]]
    assert [of["look"] for of in form["also"]] == ["controlled", "precaution"]
    body = {"zone": zone, "action": "delineate", "notice_no": "第48号", "also": also, "base": form["log"]}
    town.post("decide", 409, **{**body, "also": [also[0], {"zone": also[1]["zone"], "seen": "other"}]})
    assert decisions(town_copy) == []
    done = town.post("decide", **body, sent="one-notice")
    assert done["said"]["en"].endswith("and 2 more with it")
    assert town.post("decide", **body, sent="one-notice")["written"] is False
    assert {d["zone_id"] for d in decisions(town_copy)} == {zone, *(of["zone"] for of in also)}
    assert {d["notice_no"] for d in decisions(town_copy)} == {"第48号"}
    town.post("decide", 409, **{**body, "zone": also[0]["zone"], "also": [], "by": "Zhou"})


@pytest.mark.slow
def test_an_extension_says_what_each_scope_costs(town: Town) -> None:
    zone = town.zone("Linshui Garden", "controlled")
    town.post("decide", zone=zone, action="delineate", in_force_from="3-12 8:00", delineated_at="3-12 8:00")
    town.post("enter", kind="cases", rows=[{"status": "confirmed", "reported_at": "20:00", "address": "临水花园3栋"}])
    form = town.get(f"/api/deciding?zone={zone}")
    costs = {scope["value"]: scope["label"]["en"] for scope in form["scopes"]}
    people = next(z["people"] for z in town.client.get("/api/zones").json()["zones"] if z["id"] == zone)
    # From 26 March 24时 to 31 March 24时, 14 full days from 18 March; block 3 left the zone, for it is to be sealed.
    assert costs == {
        "zone": f"whole zone: +{people * 5:,} person-days ({people:,} × 5 days), the pack's own",
        "building": "building only: +0 person-days",
        "unit": "unit only: +0 person-days",
        "none": "nobody's: +0 person-days",
    }
    assert [scope["person_days"] for scope in form["scopes"]] == [people * 5, 0, 0, 0]


def test_the_description_of_the_api_lists_what_is_posted(town: Town) -> None:
    page = town.client.get("/docs").text
    told = page.partition("<code>POST /api/decide</code>")[2].partition("<h2>")[0]
    for field in ("zone", "action", "sent", "base", "seen", "also"):
        assert f"<code>{field}</code>" in told
    assert "required" in told
