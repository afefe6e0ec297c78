"""Generated towns: up to four lots with estates, buildings, stairwells and floors, areas, population, causes."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.small_town import Row, area, box, estate, floors, house, point, stairwell

Draw = Callable[..., object]
Rows = dict[str, list[Row]]
PEOPLE = st.none() | st.integers(0, 300)
AREAS = {
    "none": [],
    "one": [area("A1", -60, -60, 500, 420)],
    "halves": [area("A1", -60, -60, 145, 420), area("A2", 85, -60, 300, 420)],
    "west": [area("A1", -60, -60, 145, 420)],
    "nested": [area("A1", 20, -60, 145, 420), area("S1", -60, -60, 500, 420, "subdistrict")],
    "overlapping": [area("A1", -60, -60, 160, 420), area("A2", 60, -60, 300, 420)],
}


@st.composite
def lots(draw: Draw, name: str, x: int, y: int) -> Rows:
    """An estate with or without a fence, or bare ground, with up to three buildings; some stick out of the fence."""
    rows: Rows = {"estates": [], "buildings": [], "units": []}
    kind, at = draw(st.sampled_from(["fence", "open", "bare"])), x + 5
    if kind != "bare":
        fence = estate(name, x, y, 110, 60, people=draw(PEOPLE))
        rows["estates"].append(fence if kind == "fence" else {**fence, "geometry": None})
    for n in range(draw(st.integers(0, 3))):
        parent = None if kind == "bare" else name
        parent = draw(st.sampled_from([None, name])) if kind == "fence" else parent
        more = {"people": draw(PEOPLE), "floors": draw(st.none() | st.integers(1, 9))}
        more["residential"] = draw(st.sampled_from([None, None, True, False]))
        rows["buildings"].append(house(f"{name}-B{n}", at, y + draw(st.sampled_from([5, 33])), parent, **more))
        rows["units"] += draw(cuts(f"{name}-B{n}", at, y))
        at += 20 + draw(st.sampled_from([4, 13, 34]))
    return rows


@st.composite
def cuts(draw: Draw, building: str, x: int, y: int) -> list[Row]:
    """The stairwells or floor ranges of a building."""
    kind = draw(st.sampled_from(["whole", "whole", "numbered", "loose", "floors"]))
    if kind == "whole":
        return []
    if kind == "floors":
        spans = draw(st.sampled_from([[(1, 2)], [(1, 3), (4, 9)]]))
        return [floors(f"{building}-F{a}", building, a, b, people=draw(PEOPLE)) for a, b in spans]
    numbers = range(1, draw(st.integers(1, 3)) + 1)
    told = kind == "numbered"
    return [stairwell(f"{building}-U{n}", building, n if told else None, people=draw(PEOPLE)) for n in numbers]


@st.composite
def causes(draw: Draw, units: list[str], most: int) -> Rows:
    """Cases at units, at points in and around the lots, far away or nowhere, and their visits."""
    spots = [{}, point(700, 700), *({"unit_id": u} for u in units)]
    somewhere = st.tuples(st.integers(-30, 300), st.integers(-30, 220)).map(lambda xy: point(*xy))
    place = st.sampled_from(spots) | somewhere | st.sampled_from(spots)
    rows: Rows = {"cases": [], "visits": []}
    for n in range(draw(st.integers(0, most))):
        day = draw(st.integers(4, 16))
        case: Row = {"case_id": f"C{n}", "reported_at": f"{day:02} 20:00", **draw(place)}
        case["recorded_at"] = f"{draw(st.integers(day, day + 2)):02} 21:00"
        case["status"] = draw(st.sampled_from(["confirmed", "confirmed", "asymptomatic", "imported", "excluded"]))
        case["onset_at"] = draw(st.none() | st.just(f"{day - 2:02} 12:00"))
        case["isolated_at"] = draw(st.sampled_from([None, f"{day:02} 23:00", "02 08:00"]))
        case["found_in"] = draw(st.sampled_from(["community", "community", "quarantine"]))
        case["home_until"] = draw(st.sampled_from([None, None, f"{day - 3:02} 09:00"]))
        rows["cases"].append(case)
        if draw(st.integers(0, 3)) == 0:
            visit: Row = {"visit_id": f"V{n}", "person_id": f"C{n}", "recorded_at": "17", **draw(place)}
            visit |= {"arrive_at": f"{draw(st.integers(day - 3, day + 1)):02} 20:00", "leave_at": None}
            visit["leave_at"] = draw(st.none() | st.just(visit["arrive_at"].replace("20:", "22:")))
            visit["place_risk"] = draw(st.sampled_from(["likely", "some", "none"]))
            visit["contacts_traceable"] = draw(st.sampled_from([False, False, True, None]))
            rows["visits"].append(visit)
    return rows


@st.composite
def grounds(draw: Draw) -> Rows:
    """The reference tables of a town."""
    rows: Rows = {"estates": [], "buildings": [], "units": [], "population": []}
    for name, x, y in (("E1", 0, 0), ("E2", 150, 0), ("E3", 0, 100), ("E4", 150, 100))[: draw(st.integers(1, 4))]:
        for kind, found in draw(lots(name, x, y)).items():
            rows[kind] += found
    rows["areas"] = AREAS[draw(st.sampled_from(sorted(AREAS)))]
    for row in rows["areas"]:
        if draw(st.booleans()):
            people = {"id": f"P{row['id']}", "area_id": row["id"], "people": draw(st.integers(0, 900))}
            rows["population"].append(people)
    return rows


@st.composite
def towns(draw: Draw, most: int = 8) -> Rows:
    """A town with its causes; a visit at a unit is given by its place."""
    rows = draw(grounds())
    units = [row["id"] for kind in ("estates", "buildings", "units") for row in rows[kind]]
    rows |= draw(causes(units, most))
    rows["places"] = []
    for visit in rows["visits"]:
        if unit := visit.pop("unit_id", None):
            visit["place_id"] = f"PL-{visit['visit_id']}"
            spot = {"id": visit["place_id"], "name": visit["place_id"], "unit_id": unit, "geometry": box(900, 0)}
            rows["places"].append(spot)
    return rows
