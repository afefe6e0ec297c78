"""The rules of cn-sz-2022 a second time, in plain loops over a small town: what the program is held against.

Nothing of the engine is used but the representative points of the atoms, which are its own choice.
"""

from collections import defaultdict
from typing import Any

import h3
import pandas as pd
import shapely

from tests.small_town import AS_OF, Row, at, metres

RANKS = {"sealed": 1, "controlled": 2, "like_controlled": 3, "precaution": 4}
FINE = ("floor_range", "stairwell", "building")
DAY = pd.Timedelta(days=1)


def cell_of(lng: float, lat: float) -> str:
    return h3.latlng_to_cell(lat, lng, 11)


class PlainTown:
    """A small town with its causes; `claims` lists (atom, class, rule, facts)."""

    def __init__(self, rows: dict[str, list[Row]], points: dict[str, tuple[float, float]], rest: str = "controlled"):
        self.rest, self.points, self.rows = rest, points, rows
        self.units: dict[str, dict[str, Any]] = {}
        for kind, level in (("estates", "estate"), ("buildings", "building"), ("units", "")):
            for row in rows.get(kind, []):
                self.units[row["id"]] = {"level": level, "parent_id": None, "geometry": None, **row}
        self.shapes = {u: metres(row["geometry"]) for u, row in self.units.items() if row["geometry"] is not None}
        self.fence()
        parents = {row["parent_id"] for row in self.units.values()}
        grounded = [u for u in self.units if any(a in self.shapes for a in self.up(u))]
        self.atoms = {f"{u}/rest" if u in parents else u: u for u in grounded}
        ground = {"areas": [], **rows}["areas"]
        self.areas = sorted(((a["id"], a["level"], a["geometry"]) for a in ground), key=lambda a: a[0])
        self.claims: list[tuple[str, str, str, frozenset[str]]] = []
        for stay in self.stays():
            self.take(stay)

    def fence(self) -> None:
        """A building that names no estate lies in the smallest fence around its middle."""
        for unit, row in self.units.items():
            if row["level"] == "building" and row["parent_id"] is None:
                middle = self.shapes[unit].centroid
                fences = [u for u, r in self.units.items() if r["level"] == "estate" and u in self.shapes]
                around = [u for u in fences if middle.within(self.shapes[u])]
                row["parent_id"] = min(around, key=lambda u: (self.shapes[u].area, u), default=None)

    def up(self, unit: str | None) -> list[str]:
        """A unit and all around it, itself first."""
        found = []
        while unit is not None:
            found.append(unit)
            unit = self.units[unit]["parent_id"]
        return found

    def level(self, unit: str | None, levels: tuple[str, ...]) -> str | None:
        return next((u for u in self.up(unit) if self.units[u]["level"] in levels), None)

    def inside(self, unit: str) -> set[str]:
        return {atom for atom, u in self.atoms.items() if unit in self.up(u)}

    def unit_at(self, spot: Any) -> str | None:
        """The smallest building around a point; in a yard its nearest building; within 15 m of one, that one."""
        solid = [u for u in self.shapes if self.units[u]["level"] != "estate"]
        held = [u for u in solid if self.shapes[u].intersects(spot)]
        if held:
            return min(held, key=lambda u: (self.shapes[u].area, u))
        yards = [u for u in self.shapes if self.units[u]["level"] == "estate" and self.shapes[u].intersects(spot)]
        if yards:
            yard = min(yards, key=lambda u: (self.shapes[u].area, u))
            inside = [u for u in solid if self.units[u]["parent_id"] == yard]
            return min(inside, key=lambda u: self.shapes[u].distance(spot)) if inside else yard
        near = [u for u in solid if self.shapes[u].distance(spot) <= 15]
        return min(near, key=lambda u: self.shapes[u].distance(spot), default=None)

    def spot(self, row: Row) -> tuple[str | None, str] | None:
        """Unit and cell of a fact, by its own point where the unit has no ground; None for one without a place."""
        if row.get("unit_id"):
            unit = row["unit_id"]
            atom = unit if unit in self.points else f"{unit}/rest"
            if atom in self.points:
                return unit, cell_of(*self.points[atom])
        if row.get("lng") is None:
            return None
        unit = row.get("unit_id") or self.unit_at(metres(shapely.Point(row["lng"], row["lat"])))
        return unit, cell_of(row["lng"], row["lat"])

    def window(self, case: Row) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        reported = at(case["reported_at"])
        if case.get("status", "confirmed") not in ("preliminary", "confirmed", "asymptomatic") or reported > AS_OF:
            return None
        start = at(case.get("onset_at") or case["reported_at"]) - 2 * DAY
        end = at(case["isolated_at"]) if case.get("isolated_at") else reported
        return (start, end) if start < end else None

    def stays(self) -> list[dict[str, Any]]:
        found = []
        for case in self.rows.get("cases", []):
            window = self.window(case)
            if window is None:
                continue
            fact, until = f"cases:{case['case_id']}", case.get("home_until")
            away = case.get("found_in", "community") != "community" and not case.get("isolated_at") and not until
            last = min(window[1], at(until)) if until else window[1]
            if not away and window[0] < last:
                found.append({"home": True, "facts": {fact}, "last": last, "spot": self.spot(case)})
            for visit in self.rows.get("visits", []):
                arrive, leave = at(visit["arrive_at"]), at(visit.get("leave_at") or visit["arrive_at"])
                begin, last = max(arrive, window[0]), min(leave, window[1])
                there = begin < last or (arrive == leave and window[0] <= arrive < window[1])
                if visit["person_id"] == case["case_id"] and arrive <= AS_OF and there:
                    facts = {fact, f"visits:{visit['visit_id']}"}
                    found.append({"home": False, "facts": facts, "last": last, "spot": self.spot(visit), **visit})
        return [s for s in found if s["spot"] is not None and s["last"] + 14 * DAY > AS_OF]

    def take(self, stay: dict[str, Any]) -> None:
        unit, cell = stay["spot"]
        fine = self.level(unit, FINE)
        home = fine or self.level(unit, ("estate",))
        held = self.inside(home) if home else self.ring(cell, 0, 0)
        found: list[tuple[str, str, set[str]]] = []
        if not stay["home"]:
            rule = {"likely": ("R5a", "sealed"), "some": ("R5b", "controlled")}.get(stay["place_risk"])
            if rule and stay["contacts_traceable"] is False:
                found.append((*rule, held))
        else:
            found.append(("R1", "sealed", held))
            found.append(("R2", "controlled", self.beside(fine) if unit else self.ring(cell, 1, 1)))
            estate = self.level(unit, ("estate",))
            found.append(("R3", self.rest, self.inside(estate) if estate else set()))
        around = [atom for _, target, atoms in found for atom in atoms if target != "precaution"]
        areas = {area for atom in around for area in self.area_at(atom)}
        for area in areas:
            found.append(("R6", "precaution", self.inside_area(area)))
        if around and not areas:
            found.append(("R6", "precaution", self.ring(cell, 0, 2)))
        for rule, target, atoms in found:
            self.claims += [(atom, target, rule, frozenset(stay["facts"])) for atom in atoms]

    def ring(self, cell: str, inner: int, rings: int) -> set[str]:
        cells = {c for c in h3.grid_disk(cell, rings) if h3.grid_distance(c, cell) >= inner}
        return cells | {atom for atom in self.atoms if cell_of(*self.points[atom]) in cells}

    def beside(self, unit: str | None) -> set[str]:
        if unit is None:
            return set()
        row = self.units[unit]
        if row["level"] == "building":
            others = [u for u, r in self.units.items() if r["level"] == "building" and u != unit]
            return {a for u in others if self.shapes[u].distance(self.shapes[unit]) <= 30 for a in self.inside(u)}
        if row.get("number") is None:
            return self.inside(row["parent_id"])
        same = [u for u, r in self.units.items() if (r["parent_id"], r["level"]) == (row["parent_id"], row["level"])]
        near = [u for u in same if abs((self.units[u].get("number") or 99) - row["number"]) == 1]
        return {a for u in near for a in self.inside(u)}

    def at(self, atom: str) -> tuple[float, float]:
        if atom in self.points:
            return self.points[atom]
        lat, lng = h3.cell_to_latlng(atom)
        return lng, lat

    def area_at(self, atom: str) -> list[str]:
        spot = shapely.Point(self.at(atom))
        for level in ("road_block", "community", "subdistrict", "district"):
            held = [i for i, name, shape in self.areas if name == level and shape.intersects(spot)]
            if held:
                return held[:1]
        return []

    def inside_area(self, area: str) -> set[str]:
        shape = next(s for i, _, s in self.areas if i == area)
        middle = shape.centroid
        cells = h3.grid_disk(cell_of(middle.x, middle.y), 16)
        return {a for a in [*self.atoms, *cells] if shape.intersects(shapely.Point(self.at(a)))}

    def verdict(self) -> dict[str, tuple[str, set[str], set[str]]]:
        """Atom -> its strictest class, with the rules and facts that claim it for that class."""
        by_atom = defaultdict(list)
        for atom, target, rule, facts in self.claims:
            by_atom[atom].append((RANKS[target], target, rule, facts))
        found = {}
        for atom, claims in by_atom.items():
            best = [c for c in claims if c[0] == min(rank for rank, *_ in claims)]
            found[atom] = (best[0][1], {c[2] for c in best}, {f for c in best for f in c[3]})
        return found
