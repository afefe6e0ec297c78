"""Test vectors of a pack: what its texts say of clocks and test days, run against the pack.

Beside `name.toml` lies `name.vectors.toml` with lists of lines, each with `class` (but for `ground`), `cite`, `grade`
and, where they matter, `options` (choices of the pack) and `zone` (IANA zone of local days). `lift`: a zone in force
from a time, with `last_presence_at` and `cleaned_at`, may take its step `to` at `lift`. `tests`: its rounds fall on
`dates`, in `phases`. `tail`: which series of later test days keep the rule. `ground`: what the cases of a town make of
its houses; `gives` and the other keys are those of `vector_ground`, `proposes`: what its rules only propose.
"""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.classes import LIFTED, Tail
from zoning.clocks import earliest_lift, ways_out
from zoning.errors import PolicyError
from zoning.policy import Policy, load_policy, pack_path
from zoning.schedule import choose_tail, make_calendar
from zoning.settings import Settings
from zoning.vector_ground import ground_of

Line = dict[str, Any]


def read_vectors(name: str) -> list[tuple[str, Line]]:
    """Return the vectors beside a pack.

    Parameters
    ----------
    name : id of a pack that ships with Cordon, or the path of a TOML file.

    Returns
    -------
    (kind, line) pairs in the order of the file; none where there is no such file.

    Raises
    ------
    PolicyError : the file is no TOML, or holds a kind of vector that there is not.
    """
    path = pack_path(name).with_suffix(".vectors.toml")
    if not path.is_file():
        return []
    try:
        given = tomllib.loads(Path(path).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not TOML in UTF-8 ({error}); mend the line that it names") from error
    if lost := set(given) - set(_KINDS):
        raise PolicyError(f"{path.name}: {min(lost)}: found a list; allowed: {', '.join(_KINDS)}")
    return [(kind, line) for kind, lines in given.items() for line in lines]


def failures(name: str, vectors: list[tuple[str, Line]]) -> list[str]:
    """Return what does not hold.

    Parameters
    ----------
    name : of the pack.
    vectors : of `read_vectors`.

    Returns
    -------
    Sentences of kind, number, class, what the text has and what the pack gives; none where every vector holds.
    """
    found, numbers = list[str](), dict[str, int]()
    for kind, line in vectors:
        numbers[kind] = numbers.get(kind, 0) + 1
        policy = load_policy(name, line.get("options"))
        for text, pack in _KINDS[kind](line, policy):
            found.append(
                f"{kind} {numbers[kind]}, {line.get('class', line['cite'])}: the text has {text}, the pack gives {pack}"
            )
    return found


def _settings(line: Line) -> Settings:
    return Settings(zone=line["zone"]) if "zone" in line else Settings()


def _lift(line: Line, policy: Policy) -> Iterator[tuple[object, object]]:
    ways = {step.to: step for step in ways_out(policy.classes[line["class"]], line.get("origin"))}
    step = ways.get(line.get("to", LIFTED))
    if step is None:
        yield line.get("to", LIFTED), ", ".join(ways) or None
        return
    start: datetime = line["in_force_from"]
    clocks = (start, line.get("last_presence_at", start - timedelta(days=1)), line.get("cleaned_at"))
    lift = earliest_lift(step, *clocks, policy, _settings(line).zone)
    if lift != line["lift"]:
        yield line["lift"].isoformat(), lift and lift.astimezone(line["lift"].tzinfo).isoformat()


def _tests(line: Line, policy: Policy) -> Iterator[tuple[object, object]]:
    start = pd.Timestamp(line["in_force_from"]).tz_convert("UTC")
    zone = {
        "zone_id": "Z", "class": line["class"], "rank": 1, "status": "in_force", "clock_from": start,
        "origin": line.get("origin"), "earliest_lift_at": pd.NaT, "people": 100.0, "households": 40.0,
    }  # fmt: skip
    found = make_calendar(pd.DataFrame([zone]), policy, _settings(line), line["in_force_from"])
    dates = [day.isoformat() for day in found["date"]]
    if dates != [day.isoformat() for day in line["dates"]]:
        yield [day.isoformat() for day in line["dates"]], dates
    if found["phase"].tolist() != line.get("phases", found["phase"].tolist()):
        yield line["phases"], found["phase"].tolist()


def _tail(line: Line, policy: Policy) -> Iterator[tuple[object, object]]:
    tests = policy.classes[line["class"]].tests
    tail = tests.tail if tests else None
    if tail is None:
        yield "a tail", None
        return
    for days in [*line["admissible"], *line["refused"]]:
        one = Tail.model_validate({**tail.model_dump(), "default": days})
        chosen = choose_tail(line["last_daily"], (line["window"][0], line["window"][1]), one)
        if (chosen == days) != (days in line["admissible"]):
            yield f"{days} {'admissible' if days in line['admissible'] else 'refused'}", chosen
    if tail.default not in line["admissible"]:
        yield "an admissible default", tail.default


def _ground(line: Line, policy: Policy) -> Iterator[tuple[object, object]]:
    gives, proposed = ground_of(line, policy)
    for name, text in line["gives"].items():
        if gives[name] != text:
            yield f"{name} {text}", gives[name]
    if "proposes" in line and proposed != line["proposes"]:
        yield f"proposals {line['proposes']}", proposed


_KINDS = {"lift": _lift, "tests": _tests, "tail": _tail, "ground": _ground}
