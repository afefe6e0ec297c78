"""The demo city: ordinary input files of an invented district with an outbreak, shaped by the figures of Futian.

Each district is made alone, from the seed and its number, and written before the next one: memory does not grow with
the city. The way: plan -> streets -> land -> lanes -> buildings -> areas -> register -> places -> outbreak -> files.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from zoning.demo import files
from zoning.demo.facts import Facts, make_facts
from zoning.demo.ground import Ground, make_ground, make_nature
from zoning.demo.outbreak import make_outbreak
from zoning.demo.plan import District, make_districts
from zoning.demo.readme import Entry, Summary, write_manifest, write_readme
from zoning.demo.rounds import make_rounds
from zoning.errors import InputError

LEAST_PEOPLE, LEAST_CASES = 20_000, 8


def write_demo(folder: Path, seed: int = 1, people: int = 1_500_000, cases: int = 120) -> Iterator[Entry]:
    """Write the files of a city, their manifest (city.toml) and a README.

    Parameters
    ----------
    folder : made if it is not there; files of the same names are replaced.
    seed : the same seed gives the same bytes.
    people : of the city, at least 20,000; above 1.5 million there are several districts.
    cases : over the three weeks, at least 8 a district.

    Returns
    -------
    Iterator over each file as soon as it is written.

    Raises
    ------
    InputError : too few people or cases, or a seed below 0.
    """
    if people < LEAST_PEOPLE or seed < 0:
        raise InputError(f"--people {people} --seed {seed}: give at least {LEAST_PEOPLE} people and a seed from 0 up")
    districts = make_districts(seed, people, cases)
    if cases < LEAST_CASES * len(districts):
        raise InputError(f"--cases {cases}: give at least {LEAST_CASES * len(districts)} for {people:,} people")
    folder.mkdir(parents=True, exist_ok=True)
    summary = Summary(seed, people, cases)
    for district in districts:
        for entry in _write_district(folder, district, summary):
            summary.files.append(entry)
            yield entry
    write_readme(folder, summary)
    write_manifest(folder, summary)


def _write_district(folder: Path, district: District, summary: Summary) -> Iterator[Entry]:
    ground = make_ground(district)
    spread = make_outbreak(district, ground.register.homes, ground.places)
    facts = make_facts(district, spread, ground.register.homes, ground.places)
    yield from _write_land(folder, district, ground)
    yield from _write_register(folder, district, ground)
    yield from _write_facts(folder, district, facts, summary)
    name, rounds = files.stem("rounds", district) + ".csv", make_rounds(district, spread, ground)
    files.write_csv(folder / name, rounds.rename(columns=files.ROUNDS_ZH))
    yield Entry(name, "rounds", len(rounds), odd="Chinese headers; by building where cases live, else by estate")
    summary.add(
        {
            "km²": ground.plan.ground.area / 1e6,
            "sub-districts": int((ground.areas["level"] == "subdistrict").sum()),
            "communities": int((ground.areas["level"] == "community").sum()),
            "estates and villages": len(ground.register.estates),
            "buildings": len(ground.register.buildings),
            "units": len(ground.register.units),
            "gathering places": len(ground.places),
            "health centres": int((ground.sites["kind"] == "clinic").sum()),
        }
    )


def _write_land(folder: Path, district: District, ground: Ground) -> Iterator[Entry]:
    water, green = make_nature(district, ground)
    named = ["id", "name", "name_en"]
    for kind, table, columns in (
        ("areas", ground.areas, [*named, "level", "parent_id"]),
        ("estates", ground.register.estates, [*named, "people", "households"]),
        ("water", water, named),
        ("green", green, named),
    ):
        name = files.stem(kind, district) + ".geojson"
        files.write_geojson(folder / name, files.placed(table), columns)
        yield Entry(name, kind, len(table))
    name = files.stem("roads", district) + ".parquet"
    files.write_geoparquet(folder / name, files.placed(ground.roads), [*named, "kind"])
    yield Entry(name, "roads", len(ground.roads), odd="GeoParquet; a row is a piece between two junctions")


def _write_register(folder: Path, district: District, ground: Ground) -> Iterator[Entry]:
    register, figures = ground.register, ["people", "households", "residential"]
    buildings = register.buildings.assign(people=register.buildings["told"])
    name = files.stem("buildings", district) + ".parquet"
    columns = ["id", "name", "name_en", "parent_id", "number", "floors", *figures]
    files.write_geoparquet(folder / name, files.placed(buildings), columns)
    yield Entry(name, "buildings", len(buildings), odd="GeoParquet; some estates have one figure of people only")
    units = register.units.assign(people=register.units["told"])
    columns = ["id", "name", "name_en", "parent_id", "level", "number"]
    drawn, plain = units[units["geometry"].notna()], units[units["geometry"].isna()]
    name = files.stem("units_drawn", district) + ".parquet"
    files.write_geoparquet(folder / name, files.placed(drawn), [*columns, *figures])
    yield Entry(name, "units", len(drawn), odd="GeoParquet; a second source of units, with footprints")
    name = files.stem("units", district) + ".csv"
    files.write_csv(folder / name, plain[[*columns, "floor_from", "floor_to", *figures]])
    yield Entry(name, "units", len(plain), odd="without footprints; a third have no figure")
    yield from _write_points(folder, district, ground)


def _write_points(folder: Path, district: District, ground: Ground) -> Iterator[Entry]:
    for kind, table, crs, encoding, odd in (
        ("gates", files.placed(_columns(ground.gates)), "", "", ""),
        ("places", files.placed(_columns(ground.places)), "", "gb18030", ""),
        ("sites", files.placed(_columns(ground.sites)), "gcj02", "", "500 m off when read as WGS84"),
        ("population", _population(ground), "", "", "communities; buildings tell more, and replace it"),
    ):
        name = files.stem(kind, district) + ".csv"
        files.write_csv(folder / name, table, encoding or "utf-8", crs)
        yield Entry(name, kind, len(table), crs, encoding, odd)


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    order = ["id", "name", "name_en", "kind", "open", "capacity", "parent_id", "unit_id", "floor_from", "floor_to"]
    return table[[c for c in (*order, "x", "y") if c in table]]


def _population(ground: Ground) -> pd.DataFrame:
    rows = ground.areas[ground.areas["level"] == "community"]
    return pd.DataFrame({"id": "PO" + rows["id"], "area_id": rows["id"], "people": rows["people"]})


def _write_facts(folder: Path, district: District, facts: Facts, summary: Summary) -> Iterator[Entry]:
    name = files.stem("cases", district) + ".csv"
    cases, visits = files.as_text(files.placed(facts.cases)), files.as_text(facts.visits)
    if district.index == 0:
        cases, dirt = files.spoil(cases, files.BAD_CASES, name, district.tag)
        visits, more = files.spoil(visits, files.BAD_VISITS, files.stem("visits", district) + ".csv", district.tag)
        summary.dirt += dirt + more
    files.write_csv(folder / name, files.chinese_cases(cases))
    yield Entry(name, "cases", len(cases), odd="Chinese headers and words; some times are 24时")
    name = files.stem("visits", district) + ".csv"
    files.write_csv(folder / name, visits)
    yield Entry(name, "visits", len(visits))
    name = files.stem("contacts", district) + ".xlsx"
    contacts = facts.contacts.rename(columns=files.CONTACTS_ZH)
    files.write_xlsx(folder / name, contacts, "密接", ("末次接触时间",))
    yield Entry(name, "contacts", len(contacts), odd="XLSX; one column holds dates, the other dates as text")
    name = files.stem("tests", district) + ".csv"
    files.write_csv(folder / name, facts.tests, "utf-8-sig")
    yield Entry(name, "tests", len(facts.tests), odd="UTF-8 with a byte order mark")
    name = files.stem("cases_correction", district) + ".csv"
    files.write_csv(folder / name, files.as_text(files.placed(facts.corrections)))
    yield Entry(name, "cases", len(facts.corrections), later="what was found out about single cases a day or two later")
