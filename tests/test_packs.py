"""Packs as data: the vectors of their texts hold, and a second pack derives without a change of the program."""

import json
import re
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from tests.house import ROOT, python_files
from tests.small_town import box, classes, degrees, derive_town, point
from zoning.cli import main
from zoning.clocks import earliest_lift
from zoning.explain import explain_unit
from zoning.packs import diff_lines, diff_packs, pack_schema
from zoning.pipeline import Plan, derive
from zoning.policy import FOLDER, list_policies, load_policy, warnings_on
from zoning.settings import Settings
from zoning.vectors import failures, read_vectors

ZONE = Settings().zone
SECOND = ROOT / "tests" / "packs" / "xx-ring-1.toml"
RINGS = load_policy(str(SECOND))


def test_vectors_belong_to_a_pack_and_name_their_text() -> None:
    files = sorted(FOLDER.glob("*.vectors.toml"))
    assert files
    for path in files:
        name = path.name.removesuffix(".vectors.toml")
        assert name in list_policies()
        assert all(line["cite"] and line["grade"] in "ABCDS" for _, line in read_vectors(name))


def lines() -> list[Any]:
    """Every vector of every pack that has some beside it."""
    found = []
    for name in list_policies():
        for n, (kind, line) in enumerate(read_vectors(name), 1):
            found.append(pytest.param(name, kind, line, id=f"{name}-{n}-{kind}-{line.get('class', '')}"))
    return found


@pytest.mark.parametrize(("name", "kind", "line"), lines())
def test_what_the_text_says_holds(name: str, kind: str, line: dict[str, Any]) -> None:
    assert failures(name, [(kind, line)]) == []


def building(name: str, x: float, y: float = 0, parent: str | None = None) -> dict[str, Any]:
    return {"id": name, "name": name, "parent_id": parent, "geometry": box(x, y)}


def case(name: str, home: str, reported: str = "12", **more: Any) -> dict[str, Any]:
    return {"case_id": name, "unit_id": home, "reported_at": reported, **more}


def area(name: str, x: float, y: float, size: float) -> dict[str, Any]:
    return {"id": name, "name": name, "level": "parish", "geometry": box(x, y, size, size)}


def units(plan: Plan) -> dict[str, str]:
    """Class of every unit atom that is in a zone."""
    return {atom: name for atom, name in classes(plan).items() if atom in set(plan.atoms["atom_id"])}


def test_radii_are_measured_from_the_edge_of_the_premises_and_of_the_earlier_ground() -> None:
    # A ends at x = 20, so the first radius reaches 45 and the second 95.
    row = [building("A", 0), building("B", 40), building("C", 90), building("D", 97), building("E", 150)]
    plan = derive_town(RINGS, buildings=row, cases=[case("C1", "A")])
    assert units(plan) == {"A": "burning", "B": "burning", "C": "ember"}
    reasons = plan.membership.set_index("atom_id")["rule_ids"]
    assert (reasons["A"], reasons["C"]) == (["Hearth"], ["Halo"])
    assert set(plan.zones["class"]) == {"burning", "ember"}


def test_a_radius_around_a_bare_point_counts_from_the_point() -> None:
    row = [building("B", 20), building("C", 70), building("D", 77)]
    plan = derive_town(RINGS, buildings=row, cases=[{"case_id": "C1", "reported_at": "12", **point(-20, 10)}])
    # From x = -20: 25 m end at 5, 50 m more at 55; B begins at 20, C at 70.
    assert units(plan) == {"B": "ember"}


def test_siblings_are_all_of_the_estate_of_a_visited_place() -> None:
    estate = {"id": "G", "name": "G", "geometry": box(0, 0, 200, 100)}
    rows = [building("G1", 10, 10, "G"), building("G2", 170, 70, "G"), building("K", 220)]
    visits = [
        {"visit_id": "V1", "person_id": "P1", "place_id": "L1", "arrive_at": "11 08:00", "leave_at": "11 10:00",
         "place_risk": "likely"},
        {"visit_id": "V2", "person_id": "P1", "place_id": "L2", "arrive_at": "11 11:00", "leave_at": "11 11:30",
         "place_risk": "likely"},
    ]  # fmt: skip
    places = [{"id": "L1", "name": "l", "unit_id": "G1"}, {"id": "L2", "name": "m", "unit_id": "K"}]
    cases = [{"case_id": "C1", "person_id": "P1", "reported_at": "12"}]
    plan = derive_town(RINGS, estates=[estate], buildings=rows, visits=visits, places=places, cases=cases)
    # Half an hour in K is shorter than the hour that the rule asks for.
    assert units(plan) == {"G1": "ember", "G2": "ember", "G/rest": "ember"}
    assert plan.membership["rule_ids"].map(tuple).unique().tolist() == [("Kin",)]


@pytest.mark.parametrize(("third", "hazy"), [(160, True), (200, False)])
def test_three_cases_in_a_chain_and_not_two(third: float, hazy: bool) -> None:
    rows = [building("A", 0), building("B", 80), building("C", third), building("F", 320)]
    plan = derive_town(RINGS, buildings=rows, cases=[case(f"C{i}", "ABC"[i]) for i in range(3)])
    # F begins 310 m from the middle of A, 150 or 110 m from that of C, and 125 or 85 m beyond its first radius.
    assert units(plan).get("F") == ("haze" if hazy else None)


def test_three_cases_too_far_apart_in_time_are_no_chain() -> None:
    rows = [building("A", 0), building("B", 80), building("C", 160), building("F", 320)]
    cases = [case("C0", "A", "03"), case("C1", "B", "09"), case("C2", "C", "15")]
    assert "haze" not in units(derive_town(RINGS, buildings=rows, cases=cases)).values()


def test_two_cases_of_one_parish_take_all_of_it_and_one_takes_nothing() -> None:
    rows = [building("A", 10, 10), building("B", 400, 400), building("N", 250, 250), building("Z", 900, 250)]
    rows += [building("Y", 650, 10)]
    areas = [area("P1", 0, 0, 500), area("P2", 600, 0, 500)]
    cases = [case("C1", "A", "10"), case("C2", "B", "16"), case("C3", "Y", "12")]
    plan = derive_town(RINGS, buildings=rows, areas=areas, cases=cases)
    assert units(plan) == {"A": "burning", "B": "burning", "Y": "burning", "N": "lookout"}
    [zone] = plan.zones[plan.zones["class"] == "lookout"].to_dict("records")
    assert (zone["ground_id"], zone["cause_ids"]) == ("P1", ["cases:C1", "cases:C2"])


def test_two_cases_of_one_parish_a_fortnight_apart_take_nothing() -> None:
    rows = [building("A", 10, 10), building("B", 400, 400), building("N", 250, 250)]
    cases = [case("C1", "A", "05"), case("C2", "B", "18")]
    plan = derive_town(RINGS, buildings=rows, areas=[area("P1", 0, 0, 500)], cases=cases)
    assert "N" not in units(plan)


def line(name: str, kind: str, *ends: tuple[float, float]) -> dict[str, Any]:
    return {"id": name, "name": name, "kind": kind, "geometry": degrees(shapely.LineString(ends))}


def test_a_street_block_is_bounded_by_streets_and_not_by_lanes() -> None:
    roads = [
        line("south", "street", (-50, 0), (450, 0)), line("north", "street", (-50, 300), (450, 300)),
        line("west", "street", (0, -50), (0, 350)), line("east", "street", (400, -50), (400, 350)),
        line("lane", "lane", (200, -50), (200, 350)),
    ]  # fmt: skip
    rows = [building("H", 50, 50), building("J", 300, 200), building("K", 450, 50)]
    visit = {"visit_id": "V1", "person_id": "P1", "place_id": "L", "arrive_at": "11 08:00", "place_risk": "some"}
    plan = derive_town(
        RINGS, buildings=rows, roads=roads, visits=[visit], places=[{"id": "L", "name": "l", "unit_id": "H"}],
        cases=[{"case_id": "C1", "person_id": "P1", "reported_at": "12"}],
    )  # fmt: skip
    assert units(plan) == {"H": "lookout", "J": "lookout"}
    assert plan.zones["rule_ids"].tolist() == [["Block"]]


def test_a_status_that_only_the_second_pack_takes_as_a_source() -> None:
    rows, cases = [building("A", 0)], [case("C1", "A", status="imported")]
    assert units(derive_town(RINGS, buildings=rows, cases=cases)) == {"A": "burning"}
    assert units(derive_town(buildings=rows, cases=cases)) == {}


def test_ids_of_a_radius_do_not_hang_on_the_other_cases() -> None:
    rules = [r.model_copy(update={"slot": "area"}) for r in RINGS.rules]
    pack = RINGS.model_copy(update={"rules": rules})
    rows = [building("A", 0), building("Z", 2000)]
    alone = derive_town(pack, buildings=rows, cases=[case("C5", "A")]).zones
    earlier = case("C1", "Z", "11", recorded_at="11")
    both = derive_town(pack, buildings=rows, cases=[earlier, case("C5", "A")]).zones
    assert set(alone["zone_id"]) < set(both["zone_id"])


def test_the_town_by_the_second_pack_has_only_its_classes_and_reasons(town_folder: Path) -> None:
    plan = derive(town_folder, policy_id=str(SECOND))
    assert set(plan.membership["class"]) <= set(RINGS.classes)
    # C1 lives in unit 5 of block 4: its own stairwell lies within 25 m of its edge.
    told = explain_unit(plan, "E1-B4-U5")
    assert (told["class"], [r["rule_id"] for r in told["reasons"]][:1]) == ("burning", ["Hearth"])
    assert plan.calendar["day"].isin([1, 3, 5]).all()


def test_the_command_line_takes_a_pack_by_its_path(town_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones.geojson"
    assert main(["derive", str(town_folder), "--policy", str(SECOND), "--out", str(out)]) == 0
    found = json.loads(out.read_text("utf-8"))["features"]
    assert {f["properties"]["policy_id"] for f in found} == {"xx-ring-1"}
    assert {f["properties"]["class"] for f in found} <= set(RINGS.classes)


def test_the_second_pack_stands_in_no_line_of_the_program() -> None:
    names = {*RINGS.classes, *(rule.id for rule in RINGS.rules), "parish"}
    engine = [path for path in python_files("zoning") if path.parent.name != "demo"]
    for path in engine:
        assert not names & set(re.findall(r"\w+", path.read_text("utf-8"))), path


def test_a_duration_may_change_with_the_date() -> None:
    step = RINGS.classes["burning"].steps[0]
    for start, lift in (("2022-03-31", "2022-04-10"), ("2022-04-01", "2022-04-06")):
        begin = datetime.fromisoformat(f"{start}T00:00:00+08:00")
        assert earliest_lift(step, begin, begin - timedelta(9), None, RINGS, ZONE) == datetime.fromisoformat(
            f"{lift}T00:00:00+08:00"
        )
    assert warnings_on(RINGS, date(2022, 4, 2)) == []


def accepts(schema: dict[str, Any], value: Any, top: dict[str, Any]) -> bool:
    """The part of JSON Schema that pydantic writes for packs."""
    if "$ref" in schema:
        return accepts(top["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, top)
    if "anyOf" in schema:
        return any(accepts(one, value, top) for one in schema["anyOf"])
    if "oneOf" in schema:
        return sum(accepts(one, value, top) for one in schema["oneOf"]) == 1
    if "if" in schema and not accepts(schema["if"], value, top):
        return accepts({k: v for k, v in schema.items() if k != "if"} | schema["else"], value, top)
    if ("const" in schema and value != schema["const"]) or value not in schema.get("enum", [value]):
        return False
    if isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        held = all(
            accepts(known[k], v, top) if k in known else rest for k, v in value.items() if k in known or rest is False
        )
        held &= all(accepts(rest, v, top) for k, v in value.items() if k not in known and isinstance(rest, dict))
        return held and schema.get("type", "object") == "object" and set(schema.get("required", [])) <= set(value)
    if isinstance(value, list):
        return schema.get("type") == "array" and all(accepts(schema["items"], v, top) for v in value)
    python = {"string": str, "integer": int, "number": int | float, "boolean": bool, "null": type(None),
              "object": dict, "array": list}  # fmt: skip
    expected = python.get(schema.get("type", ""), object)
    return isinstance(value, expected) and not (isinstance(value, bool) and expected in (int, int | float))


def as_json(path: Path) -> Any:
    return json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str))


@pytest.mark.parametrize("name", list_policies())
def test_the_json_schema_accepts_the_shipped_packs_and_refuses_breaches(name: str) -> None:
    schema, given = pack_schema(), as_json(FOLDER / f"{name}.toml")
    assert accepts(schema, given, schema)
    for path, wrong in (("rules", [{}]), ("colour", 1), ("capacity", {"a": "many"}), ("pack", {})):
        assert not accepts(schema, {**given, path: wrong}, schema), path
    if given["pack"].get("kind") != "parameters":
        assert not accepts(schema, {k: v for k, v in given.items() if k != "day_count"}, schema)


def test_the_json_schema_takes_lists_of_values_and_only_where_the_language_does() -> None:
    schema, given = pack_schema(), as_json(SECOND)
    radius = given["rules"][0]["ground"]["radius_m"]
    given["rules"][0]["ground"]["radius_m"] = [{**radius, "only": {"x": "a"}}, {**radius, "only": {"x": ["b", "c"]}}]
    stay = given["rules"][2]["when"]["min_stay_h"]
    given["rules"][2]["when"]["min_stay_h"] = [{**stay, "only": {"x": "a"}}]
    given["classes"]["haze"]["only"] = {"x": "a"}
    assert accepts(schema, given, schema)
    given["rules"][0]["ground"]["radius_m"] = [3]
    assert not accepts(schema, given, schema)


def test_every_key_of_the_json_schema_says_what_it_is_for() -> None:
    schema = pack_schema()
    tables = {"": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, table in tables.items()
        for key, told in table.get("properties", {}).items()
        if "description" not in told and "$ref" not in told
    ]
    assert bare == []
    assert all("description" in table for table in tables.values())


CHANGES = {
    'version = "0.1"': 'version = "0.2"',
    'holding = "touches"': 'holding = "touches"\njurisdiction_level = "parish"',
    'days_before = { value = 3, unit = "day", grade = "O" }':
        'days_before = { value = 4, unit = "day", grade = "A", cite = "a text of 2022" }',
    'fixed = { value = [1, 3, 5], unit = "day list", grade = "O" }':
        'fixed = { value = [1, 3], unit = "day list", grade = "O", valid_to = 2022-05-31 }',
    'id = "Kin"': 'id = "Kith"',
    'slot = "rest"\ngrade = "O"\nwhen = { trigger = "visit"':
        'slot = "rest"\ngrade = "A"\ncite = "a text of 2022"\nwhen = { trigger = "visit"',
    'zh = "烟区", en = "haze"': 'zh = "雾区", en = "mist"',
    'min_stay_h = { value = 1, unit = "h", grade = "O" }': 'min_stay_h = { unit = "h", grade = "U" }',
}  # fmt: skip


def test_what_differs_between_two_packs_is_told_key_by_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SECOND.read_text("utf-8")
    for old, new in CHANGES.items():
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "after.toml").write_text(text, "utf-8")
    assert main(["policy", "diff", str(SECOND), str(tmp_path / "after.toml")]) == 0
    assert capsys.readouterr().out == (ROOT / "tests" / "golden" / "pack_diff.txt").read_text("utf-8")
    assert diff_packs(RINGS, RINGS).empty
    assert diff_lines(diff_packs(RINGS, RINGS)) == ["0 added, 0 removed, 0 changed"]
