"""The whole answer to 'why?': decision, edit, ways, what is possible, what the zone waits for; as JSON and in words."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.small_town import AS_OF, POLICY, at, derive_town, house, point, state
from tests.stroke_strategies import row, stroke, table
from tests.test_whynot import TOWN
from zoning.answers import answer
from zoning.explain import explain_at, explain_unit
from zoning.pipeline import Plan, derive_state
from zoning.telling import answer_lines


def asked(plan: Plan, unit: str) -> dict[str, Any]:
    found = answer(plan, explain_unit(plan, unit))
    assert json.loads(json.dumps(found)) == found
    return found


def said(plan: Plan, unit: str) -> tuple[str, str]:
    """The Chinese and the English lines."""
    zh, en = "\n".join(answer_lines(plan, asked(plan, unit))).split("\n\n")
    return zh, en


@pytest.fixture(scope="module")
def plan() -> Plan:
    return derive_town(**TOWN)


def test_everything_that_was_there_stays(plan: Plan) -> None:
    for unit in ("U3", "B1", "E1", "B9"):
        found = asked(plan, unit)
        before = explain_unit(plan, unit)
        bare = [{k: v for k, v in reason.items() if k != "rests_on"} for reason in found["reasons"]]
        assert {**{name: found[name] for name in before}, "reasons": bare} == before


def test_each_rule_names_its_own_facts(plan: Plan) -> None:
    reasons = {r["rule_id"]: r["rests_on"] for r in asked(plan, "U3")["reasons"]}
    assert reasons == {"R2": ["cases:C1"], "R3": ["cases:C1", "cases:C2"]}
    assert {r["rule_id"]: r["rests_on"] for r in asked(plan, "B2")["reasons"]} == {"R5a": ["cases:C2", "visits:V1"]}


def test_each_way_says_what_goes_and_what_comes(plan: Plan) -> None:
    ways = {(w["class"], w["rule_id"]): w for w in asked(plan, "B2")["ways"]}
    left = ways["controlled", None]
    assert (left["remove"], left["smallest"], left["release"], left["add"]) == (["visits:V1"], True, [], None)
    assert (left["zh"], left["en"]) == ("撤回或排除visits:V1", "withdrawal or exclusion of visits:V1")
    around = ways["precaution", "R6"]
    assert around["remove"] == ["cases:C1", "cases:C2"]
    assert around["en"].startswith(
        "withdrawal or exclusion of cases:C1, cases:C2; and then any sealed zone or controlled zone or managed like "
        "controlled in A1, for instance a "
    )
    assert ways[None, None]["names"] == {"zh": "不在任何区", "en": "no zone"}


def test_a_fact_that_comes_is_told_with_its_place() -> None:
    plan = derive_town(**{**TOWN, "cases": [], "visits": []})
    ways = {w["rule_id"]: w for w in asked(plan, "U3")["ways"]}
    assert ways["R1"]["en"] == "a source whose home is E1 B1 U3 (rule R1: home of a case)"
    assert ways["R1"]["zh"] == "住所在E1 B1 U3的传染源（规则R1：病例住所）"
    assert ways["R5a"]["en"].startswith(
        "a visit of a source to E1 B1 U3 with place_risk likely and contacts not traceable (rule R5a: "
    )
    assert "传播风险大、接触者不可追踪" in ways["R5a"]["zh"]
    assert ways["R1"]["add"]["places"][0] == "U3"
    assert ways["R2"]["en"].startswith("a source whose home is one of E1 B1 U2, E1 B1 U4, E1 B2")


def test_the_decision_its_conditions_and_what_is_missing() -> None:
    zone = derive_town(**TOWN).zones.iloc[0]
    told = {"zone_id": zone["zone_id"], "fact_ids": zone["fact_ids"], "class": "sealed", "by": "Li Wei"}
    dates = {"delineated_at": at("12 12:00"), "in_force_from": at("13"), "recorded_at": at("12 12:00")}
    plan = derive_town(decided=[{**told, **dates, "notice_no": "48"}], **TOWN)
    found = asked(plan, "B2")
    assert (found["zone"]["status"], found["zone"]["decided_by"], found["zone"]["notice_no"]) == (
        "in_force",
        "Li Wei",
        "48",
    )
    assert found["zone"]["in_force_from"] == "2022-03-12T16:00:00+00:00"
    assert {c["predicate"] for c in found["checks"]} == {
        "in_force_days",
        "no_new_days",
        "last_contact_days",
        "round_window_h",
    }
    assert [a["act"] for a in found["acts"]] == ["release"]
    zh, en = said(plan, "B2")
    assert "in force from 12 March 24:00 (Li Wei, 48)" in en
    assert "已生效，自3月12日24时（Li Wei, 48）" in zh
    assert "- " in en
    assert "the release of what people decided (" in en
    assert "再由有权者解除已决定的区域（" in zh


def test_an_edit_is_told_with_its_author_and_the_class_by_the_rules() -> None:
    drawn = row(1, stroke(["B9"], "sealed", {}))
    before = state(**TOWN)
    plan = derive_state(replace(before, strokes=table([drawn])), POLICY, AS_OF)
    found = asked(plan, "B9")
    assert (found["class"], found["edit"]["stroke"], found["edit"]["derived_class"]) == ("sealed", "s1", None)
    zh, en = said(plan, "B9")
    assert f"[s1] {drawn['author']}: {drawn['reason']}; by the rules no zone; in effect" in en
    assert "按规则为不在任何区；有效" in zh
    assert {w["class"] for w in found["ways"]} == {"sealed", "controlled", "precaution"}


def test_an_atom_that_an_edit_took_out_is_still_explained_by_the_rules() -> None:
    first = derive_town(**TOWN)
    facts = frozenset(first.membership.set_index("atom_id").at["B2", "fact_ids"])
    drawn = row(1, stroke(["B2"], "none", {"B2": ("sealed", facts)}))
    plan = derive_state(replace(state(**TOWN), strokes=table([drawn])), POLICY, AS_OF)
    found = asked(plan, "B2")
    assert (found["class"], found["edit"]["derived_class"]) == (None, "sealed")
    assert next(w for w in found["ways"] if w["class"] == "controlled")["remove"] == ["visits:V1"]


def test_a_class_that_no_fact_leads_to_is_said_to_be_so(plan: Plan) -> None:
    zh, en = said(plan, "U3")
    assert "managed like controlled: no fact near it leads there; only a decision or an edit does" in en
    assert "参照管控区管理区域：附近没有任何事实会使其如此" in zh
    assert en.count("no fact near it") == 1


def test_parts_are_counted_and_the_strictest_is_asked(plan: Plan) -> None:
    zh, en = said(plan, "B1")
    assert "controlled zone 4, sealed zone 1; what follows is about U2" in en
    assert "管控区4处、封控区1处；以下针对U2" in zh


def test_what_is_possible_is_told() -> None:
    weak = {"case_id": "C1", "reported_at": "12", "location_radius_m": 60.0}
    plan = derive_town(**{**TOWN, "cases": [{**weak, **point(110, 20)}], "visits": []})
    found = asked(plan, "B3")["possible"]
    assert [(p["class"], p["rule_id"], p["fact_id"]) for p in found] == [("sealed", "R1", "cases:C1")]
    zh, en = said(plan, "B3")
    assert "sealed zone: if cases:C1 was 50 m from where it was put (rule R1)" in en
    assert "封控区：若cases:C1实际在其所给位置50米外（规则R1）" in zh


def test_ground_without_atoms_has_no_ways() -> None:
    plan = derive_town(estates=[{"id": "E9", "name": "E9", "geometry": None}], buildings=[house("B1", 0, 0)])
    found = asked(plan, "E9")
    assert (found["asked_of"], found["ways"], found["zone"]) == (None, [], None)
    assert answer_lines(plan, found)[0] == "E9 (E9)：不在任何区，0人"


def test_a_point_is_answered_too(plan: Plan) -> None:
    found = answer(plan, explain_at(plan, **point(110, 20)))
    assert found["asked_of"] == "E1/rest"
    assert found["ways"]
