"""Packs from TOML: what is wrong is told with file, key, found and allowed; values have days; choices are put in."""

from datetime import date
from pathlib import Path

import pytest

from zoning.errors import PolicyError, UnknownError
from zoning.graded import Value, value_on
from zoning.policy import FOLDER, list_policies, load_pack, load_policy, values, warnings_on

SHIPPED = (FOLDER / "cn-sz-2022.toml").read_text("utf-8")
UNSET = 'value = 30, unit = "m", grade = "O"'
SIBLINGS = 'ground = { take = "siblings", level = "estate" }'
BUFFER = 'ground = { take = "buffer", radius_m = { value = 9, unit = "m", grade = "O" }, measure_from = '
UNKNOWN_DAYS = 'days_unknown = { value = 14, unit = "day", grade = "O" }'
CLASSES = "sealed, controlled, like_controlled, precaution"
# What is put in place of what, and then the key, what is found there and what is allowed.
BREACHES = [
    ('holding = "centroid"', 'holding = "middle"', "pack.holding", "'middle'", "'touches' or 'centroid'"),
    ('version = "1.0"', 'colour = "red"', "pack.colour", "'red'", "the keys are id, version, title, valid_from"),
    ('version = "1.0"\n', "", "pack.version", "nothing", "this key is required"),
    ("[stages]", "[stage]", "stage", "{'post_release'", "the keys are pack, options, parameters, day_count"),
    ("valid_to = 2022-06-27", "valid_to = 2022-01-31", "pack.valid_to", "'2022-01-31'", "from valid_from (2022-02-01)"),
    (UNKNOWN_DAYS, UNKNOWN_DAYS.replace('"O"', '"X"'), "source.days_unknown.grade", "'X'", "'S' or 'U'"),
    (UNKNOWN_DAYS, UNKNOWN_DAYS.replace('"O"', '"A"'), "source.days_unknown.cite", "nothing", "a citation"),
    (UNKNOWN_DAYS, UNKNOWN_DAYS.replace('"O"', '"U"'), "source.days_unknown.value", "14", "none with grade U"),
    (UNKNOWN_DAYS, UNKNOWN_DAYS.replace("14", '"14"'), "source.days_unknown.value", "'14'", "a number, true or false"),
    (UNKNOWN_DAYS, 'days_unknown = { unit = "day", grade = "U" }', "source.days_unknown.value", "nothing", "a value"),
    (UNSET, UNSET.replace("30", "-30"), "rules.R2.ground.within_m.value", "-30", "a number, 0 or more"),
    ("rank = 2", "rank = 1", "classes.controlled.rank", "1", "a rank of its own, 1 the strictest; 'sealed' has it"),
    ("rank = 2", "rank = 0", "classes.controlled.rank", "0", "greater than or equal to 1"),
    ('class = "sealed"', 'class = "seeled"', "rules.R1.class", "'seeled'", f"a class of this pack: {CLASSES}"),
    ('"option:rest_of_estate"', '"option:rest"', "rules.R3.class", "'option:rest'", "option:rest_of_estate"),
    ('"like_controlled", "precaution"]', '"like"]', "rules.R3.class", "'like'", f"a class of this pack: {CLASSES}"),
    ('default = "controlled"', 'default = "red"', "options.rest_of_estate.default", "'red'", "one of its 'allowed'"),
    ('["sealed", "controlled"', '["sealed", "red"', "rules.R6.when.classes", "'red'", f"of this pack: {CLASSES}"),
    ('id = "R2"', 'id = "R1"', "rules.R1.id", "'R1'", "an id that no other rule has"),
    ('trigger = "residence"', 'trigger = "home"', "rules.R1.when.trigger", "'home'", "'residence', 'visit', 'cluster'"),
    ('trigger = "residence"', "", "rules.R1.when.trigger", "nothing", "this key is required"),
    ('take = "siblings"', 'take = "family"', "rules.R3.ground.take", "'family'", "'unit', 'adjacent', 'siblings'"),
    (SIBLINGS, 'ground = { take = "siblings" }', "rules.R3.ground.level", "nothing", "this key is required"),
    ('"stairwell", "building", "estate"]', '"house"]', "rules.R1.ground.levels", "'house'", "floor_range, stairwell"),
    (SIBLINGS, f'{BUFFER}"previous_zone_edge" }}', "rules.R3.ground.previous", "nothing", "an earlier rule"),
    (SIBLINGS, f'{BUFFER}"previous_zone_edge", previous = "R4" }}', "rules.R3.ground.previous", "'R4'", "R1, R2"),
    (SIBLINGS, f'{BUFFER}"edge" }}', "rules.R3.ground.measure_from", "'edge'", "'premises_edge' or 'previous"),
    ("to_day = 4", "to_day = 0", "classes.controlled.phases.as_sealed.to_day", "0", "a day from from_day (1) on"),
    ("min_gap = 2, max_gap = 3", "min_gap = 3, max_gap = 2", "classes.sealed.tests.tail.max_gap", "2", "min_gap (3)"),
]  # fmt: skip


def write(folder: Path, text: str) -> str:
    path = folder / "broken.toml"
    path.write_text(text, "utf-8")
    return str(path)


def changed(old: str, new: str) -> str:
    assert old in SHIPPED, f"the shipped pack has no {old!r} any more; give this test another"
    return SHIPPED.replace(old, new, 1)


@pytest.mark.parametrize(("old", "new", "key", "found", "allowed"), BREACHES)
def test_a_breach_names_file_key_found_and_allowed(
    tmp_path: Path, old: str, new: str, key: str, found: str, allowed: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(write(tmp_path, changed(old, new)))
    told = str(caught.value)
    assert told.startswith(f"broken.toml: {key}: found {found}"), told
    assert allowed in told.partition("; allowed: ")[2]
    assert "\n" not in told


def test_every_breach_has_a_line(tmp_path: Path) -> None:
    text = changed("rank = 2", 'rank = "two"').replace('holding = "centroid"', 'holding = "middle"', 1)
    with pytest.raises(PolicyError) as caught:
        load_policy(write(tmp_path, text))
    assert [line.split(":")[1].strip() for line in str(caught.value).splitlines()] == [
        "pack.holding",
        "classes.controlled.rank",
    ]


def test_what_is_no_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"broken\.toml: not TOML in UTF-8 .*at line 2"):
        load_policy(write(tmp_path, "[pack]\nid = \n"))


def test_an_unknown_pack_names_those_that_there_are() -> None:
    for name in ("cn-sz-2021", "nowhere.toml"):
        with pytest.raises(UnknownError, match=f"policy '{name}' is not there; the packs are .*cn-sz-2022"):
            load_policy(name)


def test_a_pack_that_was_mended_is_read_again(tmp_path: Path) -> None:
    path = Path(write(tmp_path, SHIPPED))
    before = load_policy(str(path)).pack.version
    path.write_text(changed('version = "1.0"', 'version = "1.1"'), "utf-8")
    assert (before, load_policy(str(path)).pack.version) == ("1.0", "1.1")


@pytest.mark.parametrize("name", list_policies())
def test_every_shipped_pack_loads_under_its_file_name(name: str) -> None:
    assert load_pack(name).pack.id == name


def test_options_are_put_into_the_rules() -> None:
    def rest(options: dict[str, str] | None) -> str:
        return next(r.target for r in load_policy("cn-sz-2022", options).rules if r.id == "R3")

    assert rest(None) == rest({}) == "controlled"
    assert rest({"rest_of_estate": "precaution"}) == "precaution"
    assert rest(None) == "controlled"


@pytest.mark.parametrize("chosen", [{"rest_of_estate": "sealed"}, {"rest": "controlled"}])
def test_a_choice_that_is_not_offered_is_told_with_those_that_are(chosen: dict[str, str]) -> None:
    with pytest.raises(PolicyError, match=r"rest_of_estate = controlled \| like_controlled \| precaution"):
        load_policy("cn-sz-2022", chosen)


def dated(first: str | None, last: str | None, value: int) -> Value:
    return Value.model_validate({"value": value, "unit": "h", "grade": "O", "valid_from": first, "valid_to": last})


CERTIFICATE = [dated("2022-03-01", "2022-03-20", 24), dated("2022-03-21", "2022-05-11", 48)]


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2022-03-01", 24), ("2022-03-20", 24), ("2022-03-21", 48), ("2021-01-01", 24), ("2023-01-01", 48)],
)
def test_the_value_of_a_day(day: str, hours: int) -> None:
    assert value_on(CERTIFICATE, date.fromisoformat(day)).value == hours


def test_one_value_holds_on_every_day() -> None:
    assert value_on(dated(None, None, 7), date(1999, 1, 1)).value == 7


def test_values_have_the_keys_of_the_file() -> None:
    found = dict(values(load_policy("cn-sz-2022")))
    assert found["source.days_before"].value == 2
    assert found["rules.R2.ground.within_m"].value == 30
    assert found["classes.sealed.tests.fixed"].value == [1, 2, 3, 4, 5, 6, 7]
    assert len(found) == len(values(load_policy("cn-sz-2022"))) == SHIPPED.count("unit = ") - SHIPPED.count("min_gap")


def test_a_day_outside_the_pack_and_its_values_warns(tmp_path: Path) -> None:
    span = f"{UNSET}, valid_from = 2022-03-10, valid_to = 2022-03-20"
    pack = load_policy(write(tmp_path, changed(UNSET, span)))
    assert warnings_on(pack, date(2022, 3, 15)) == []
    [early] = warnings_on(pack, date(2022, 3, 9))
    assert early.startswith("rules.R2.ground.within_m: its source dates 30 to 2022-03-10 .. 2022-03-20; 2022-03-09")
    assert "covers 2022-02-01 to 2022-06-27" in warnings_on(pack, date(2022, 6, 28))[0]


def test_unset_values_load_and_are_listed(tmp_path: Path) -> None:
    pack = load_policy(write(tmp_path, changed(UNSET, 'unit = "m", grade = "U"')))
    [told] = warnings_on(pack, date(2022, 3, 15))
    assert told.startswith("rules.R2.ground.within_m is unset (grade U)")
