"""Test vectors beside a pack: read, run, and told where they do not hold."""

from pathlib import Path

import pytest

from tests.house import ROOT
from zoning.errors import PolicyError
from zoning.policy import FOLDER, load_policy
from zoning.vector_ground import ground_of
from zoning.vectors import failures, read_vectors

SECOND = (ROOT / "tests" / "packs" / "xx-ring-1.toml").read_text("utf-8")
LIFT = """
[[lift]]
class = "burning"
to = "ember"
in_force_from = 2022-04-01T00:00:00+08:00
lift = 2022-04-{day}T00:00:00+08:00
cite = "an invented text"
grade = "D"
"""


def pack(folder: Path, lines: str) -> str:
    (folder / "mine.toml").write_text(SECOND, "utf-8")
    (folder / "mine.vectors.toml").write_text(lines, "utf-8")
    return str(folder / "mine.toml")


def told(folder: Path, lines: str) -> list[str]:
    name = pack(folder, lines)
    return failures(name, read_vectors(name))


def test_a_lift_of_the_text_holds_or_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, LIFT.format(day="06")) == []
    assert told(tmp_path, LIFT.format(day="06") + LIFT.format(day="07")) == [
        "lift 2, burning: the text has 2022-04-07T00:00:00+08:00, the pack gives 2022-04-06T00:00:00+08:00"
    ]
    assert told(tmp_path, LIFT.format(day="06").replace('"ember"', '"none"')) == [
        "lift 1, burning: the text has none, the pack gives ember"
    ]


def test_local_days_are_those_of_the_text(tmp_path: Path) -> None:
    london = LIFT.format(day="06").replace("+08:00", "+01:00")
    assert told(tmp_path, london) != []
    assert told(tmp_path, london.replace('grade = "D"', 'grade = "D"\nzone = "Europe/London"')) == []


def test_dates_phases_and_tails_are_told() -> None:
    [one] = [line for kind, line in read_vectors("cn-sz-2022") if kind == "tail"]
    assert failures("cn-sz-2022", [("tail", {**one, "refused": [[9, 11, 13]], "admissible": []})])[0].startswith(
        "tail 1, sealed: the text has [9, 11, 13] refused, the pack gives [9, 11, 13]"
    )
    line = next(line for kind, line in read_vectors("cn-sz-2022") if "phases" in line)
    found = failures("cn-sz-2022", [("tests", {**line, "dates": line["dates"][1:], "phases": ["x"] * 6})])
    assert [sentence.partition(":")[0] for sentence in found] == ["tests 1, like_controlled"] * 2
    assert "the text has ['2022-03-16'" in found[0]


def test_a_pack_without_vectors_has_none_and_a_broken_file_is_told(tmp_path: Path) -> None:
    assert read_vectors(str(ROOT / "tests" / "packs" / "xx-ring-1.toml")) == []
    with pytest.raises(PolicyError, match=r"mine\.vectors\.toml: not TOML in UTF-8"):
        read_vectors(pack(tmp_path, "lift = ["))
    with pytest.raises(
        PolicyError, match=r"mine\.vectors\.toml: drift: found a list; allowed: lift, tests, tail, ground"
    ):
        read_vectors(pack(tmp_path, "[[drift]]\nclass = 'a'\n"))
    assert (FOLDER / "cn-sz-2022.vectors.toml").is_file()


GROUND = """
[[ground]]
{keys}
cite = "an invented text"
grade = "D"
"""


def test_ground_of_the_text_holds_or_is_told(tmp_path: Path) -> None:
    # 25 m from the edge of a house of 2 m, and 50 m more; a house counts where it is touched.
    near = 'gives = { 0 = "burning", 26 = "burning", 28 = "ember", 76 = "ember", 78 = "none" }'
    assert told(tmp_path, GROUND.format(keys=near)) == []
    assert told(tmp_path, GROUND.format(keys='gives = { 28 = "burning", 78 = "ember" }')) == [
        "ground 1, an invented text: the text has 28 burning, the pack gives ember",
        "ground 1, an invented text: the text has 78 ember, the pack gives none",
    ]


def test_ground_is_of_cells_places_and_counts() -> None:
    line = {"homes": ["ring 0"], "gives": {"ring 0": "", "ring 1": "", "ring 3": ""}, "cite": "x"}
    assert ground_of(line, load_policy("cn-sz-2022"))[0] == {
        "ring 0": "sealed",
        "ring 1": "controlled",
        "ring 3": "none",
    }
    line = {"homes": {"A1": 1, "B": 2}, "days": [0, 14, 15], "gives": {"A2": "", "E/rest": ""}, "proposes": {}}
    assert ground_of(line, load_policy("cn-sz-2022")) == ({"A2": "controlled", "E/rest": "controlled"}, {"E": "sealed"})
    assert failures("cn-sz-2022", [("ground", {**line, "gives": {}, "cite": "x"})]) == [
        "ground 1, x: the text has proposals {}, the pack gives {'E': 'sealed'}"
    ]
    visit = {"at": "M2", "risk": "likely"}
    for traceable, of in ((False, "sealed"), (True, "none")):
        line = {"visits": [{**visit, "traceable": traceable}], "gives": {"M2": ""}}
        assert ground_of(line, load_policy("cn-sz-2022"))[0] == {"M2": of}


def test_a_name_that_the_town_does_not_have_is_told() -> None:
    with pytest.raises(PolicyError, match="names 'Z', which is not in the town"):
        ground_of({"homes": ["A1"], "gives": {"Z": "none"}}, load_policy("cn-sz-2022"))
    with pytest.raises(PolicyError, match="names '40', which is not in the town"):
        ground_of({"homes": ["A1"], "gives": {"40": "none"}}, load_policy("cn-sz-2022"))
