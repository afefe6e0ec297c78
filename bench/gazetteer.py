"""Search of names: 100,000 units of an invented city, every kind of query against a look-up in a plain dictionary."""

import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from zoning.demo.names import make_names
from zoning.gazetteer import Gazetteer, look_up, make_gazetteer, plain, search

NAMES = 100_000
ESTATES, BLOCKS, DISTRICTS = 1_640, 10, 4
ROUNDS, LIMIT, MOST = 5, 10, 50


def city() -> pd.DataFrame:
    """Estates with their blocks and units, as the table of units names them."""
    kinds = ["slab", "tower", "perimeter"] * 180
    estates = pd.concat([make_names(kinds, district) for district in range(DISTRICTS)]).drop_duplicates("name")
    rows = []
    for number, (name, english) in enumerate(estates.head(ESTATES).itertuples(index=False)):
        rows.append((f"E{number}", "estate", name, english))
        for block in range(1, BLOCKS + 1):
            own = (f"{name} {block}栋", f"{english} Block {block}")
            rows.append((f"E{number}-{block}", "building", *own))
            units = ((f"{own[0]} {unit}单元", f"{own[1]} unit {unit}") for unit in range(1, 6))
            rows += [(f"E{number}-{block}-{unit}", "stairwell", *path) for unit, path in enumerate(units, 1)]
    return pd.DataFrame(rows, columns=["id", "level", "name", "name_en"]).head(NAMES)


def queries(gazetteer: Gazetteer, picked: np.ndarray) -> dict[str, list[str]]:
    """Texts of each kind, all of names that are there."""
    estates = gazetteer.names[gazetteer.names["kind"] == "estate"].iloc[picked % ESTATES]
    full = gazetteer.names["name"].iloc[picked].tolist()
    names, latin = estates["name"].tolist(), estates["name_en"].tolist()
    syllables = [forms_of(gazetteer, row) for row in estates.index]
    return {
        "whole path": full,
        "estate": names,
        "beginning": [name[:2] for name in names],
        "inner part": [name[1:] for name in names],
        "a common part": ["花园"] * len(names),
        "pinyin": [forms[-2] for forms in syllables],
        "initials": [forms[-1] for forms in syllables],
        "English": latin,
        "parts, other order": [f"2单元 3栋 {name}" for name in names],
        "typo, Chinese": [name[:-1] + "某" for name in names],
        "typo, pinyin": [forms[-2][:3] + forms[-2][4:] for forms in syllables],
        "typos, two": [forms[1][:3] + forms[1][4:8] + forms[1][9:] for forms in syllables],
    }


def forms_of(gazetteer: Gazetteer, row: int) -> list[str]:
    """Every form of a name as the index writes it; the last two are pinyin and initials in one reading."""
    return gazetteer.text[gazetteer.begins[row] : gazetteer.begins[row + 1]].split()


def micros(ask: Callable[[str], object], texts: Sequence[str]) -> float:
    """Microseconds of processor time of one question, best of the rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in texts:
            ask(text)
        found.append((time.process_time() - start) / len(texts) * 1e6)
    return min(found)


def main() -> None:
    """Print the seconds of building, and the microseconds and ratio of each kind of query."""
    units, none = city(), pd.DataFrame(columns=["id", "name", "name_en"])
    start = time.process_time()
    made = make_gazetteer(units, none, none, none)
    print(f"Gazetteer, {len(units):,} names, built in {time.process_time() - start:.1f} s of processor time")
    picked = np.random.default_rng(1).integers(0, NAMES, 10_000)
    index = {name: row for row, name in enumerate(units["name"])}
    # Other objects than the keys, as typed text is: their hash is not known before.
    typed = [units["name"].iloc[row][:1] + units["name"].iloc[row][1:] for row in picked]
    base = micros(index.get, typed)
    by_plain = {plain(name): row for name, row in index.items()}
    print(f"  {'plain dictionary':20s} {base:9.2f} us; with its text made plain first", end="")
    print(f" {micros(lambda text: by_plain.get(plain(text)), typed):.2f} us; limit of hits {LIMIT}")
    for kind, texts in queries(made, picked).items():
        few = texts if not kind.startswith("typo") else texts[:200]
        missed = sum(not look_up(made, text, LIMIT) for text in few[:200])
        took = micros(lambda text: look_up(made, text, LIMIT), few)
        said = "" if took <= MOST * base else f"  more than {MOST} times"
        print(f"  {kind:20s} {took:9.2f} us  ratio {took / base:8.1f}  missed {missed} of 200{said}")
    print(f"  {'estate, as a table':20s} {micros(lambda text: search(made, text, LIMIT), typed[:500]):9.2f} us")


if __name__ == "__main__":
    main()
