"""A plan made by hand: one street block with two estates, a tower with shops, a village, roads, gates and sites.

It stands in for the engine in the tests of layers, tiles and the screen, so that these say nothing about rules.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dashboard.plans import Engine
from zoning.errors import UnknownError
from zoning.geometry import cell_centres, cover, text_to_cells
from zoning.hashes import zone_keys
from zoning.policy import load_policy
from zoning.settings import Settings

WEST, SOUTH = 114.05, 22.54
DAY = date(2022, 3, 16)
AS_OF = datetime(2022, 3, 16, 16, tzinfo=UTC)  # 16 March 24时 in Shanghai
POLICY = load_policy("cn-sz-2022")
SETTINGS = Settings()


@dataclass(frozen=True)
class TinyPlan:
    """The fields of a plan that layers and screen read."""

    zones: Any
    membership: Any
    atoms: Any
    cells: Any
    calendar: Any
    gate_points: Any
    site_links: Any
    tables: dict[str, Any]
    problems: Any
    proposals: Any
    units: Any = None
    as_of: datetime = AS_OF
    known_at: datetime = AS_OF
    policy: Any = POLICY
    settings: Any = SETTINGS
    revision: str = "0123456789abcdef"
    salt: str = ""


def at(x: float, y: float) -> tuple[float, float]:
    """Return the lng, lat of a point given in metres from the corner of the block."""
    return WEST + x / 102_800, SOUTH + y / 110_700


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    """Return a rectangle given in metres from the corner of the block."""
    return shapely.box(*at(x, y), *at(x + width, y + height))


BUILDINGS = {
    "L1": ("LS", "临水花园1栋", "Linshui Garden, block 1", box(20, 20, 60, 18)),
    "L2": ("LS", "临水花园2栋", "Linshui Garden, block 2", box(20, 60, 60, 18)),
    "L3": ("LS", "临水花园3栋", "Linshui Garden, block 3", box(20, 100, 60, 18)),
    "Y1": ("YQ", "云栖苑1栋", "Yunqi Court, block 1", box(180, 30, 24, 60)),
    "T1": ("", "东市大厦", "Dongshi Tower", box(180, 120, 40, 40)),
    "V1": ("", "", "", box(280, 40, 11, 10)),
    "V2": ("", "", "", box(293, 40, 11, 10)),
}
ESTATES = {
    "LS": ("临水花园", "Linshui Garden", box(10, 10, 120, 130)),
    "YQ": ("云栖苑", "Yunqi Court", box(160, 10, 90, 100)),
}
_BLOCK = box(0, 0, 340, 200)
_REST = _BLOCK - ESTATES["LS"][2] - ESTATES["YQ"][2]
_ZONES = [
    ("s1e3a9c0", "sealed", "临水花园3栋", BUILDINGS["L3"][3], 212, "in_force", "none"),
    ("c7b2d401", "controlled", "临水花园（除3栋）", ESTATES["LS"][2] - BUILDINGS["L3"][3], 1486, "in_force", "none"),
    ("l90ac3ff", "like_controlled", "云栖苑", ESTATES["YQ"][2], 640, "proposed", "none"),
    ("p42118aa", "precaution", "青禾社区其余区域", _REST, 5304, "in_force", "none"),
    ("w5510b7d", "controlled", "东市大厦", box(178, 118, 44, 44), 94, "released", "post_release"),
    ("r0000000", "controlled", "未采纳", box(300, 100, 20, 20), 10, "rejected", "none"),
]  # fmt: skip


def _zones() -> Any:
    rows = []
    for zone_id, name, title, shape, people, status, stage in _ZONES:
        of, set_up = POLICY.classes[name], status != "proposed"
        rows.append(
            {
                "zone_id": zone_id, "aliases": [], "class": name, "rank": of.rank, "slot": "core",
                "ground_id": None, "stage": stage, "status": status, "name": title,
                "name_en": f"{title} in English", "founding_fact": "cases:C1",
                "founded_at": AS_OF - timedelta(days=6), "people": float(people), "households": people / 3,
                "in_force_from": AS_OF - timedelta(days=6) if set_up else pd.NaT, "area_m2": 8800.0,
                "causes_count": 1, "earliest_lift_at": AS_OF + timedelta(days=8) if set_up else pd.NaT,
                "rule_ids": ["R1"], "no_ground": zone_id == "l90ac3ff",
                "geometry": shapely.multipolygons([shapely.force_2d(p) for p in shapely.get_parts(shape)]),
            }
        )  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def _calendar(today: date) -> pd.DataFrame:
    rows = []
    for zone_id, name, _, _, people, status, _ in _ZONES[:4]:
        assumed = status == "proposed"
        start = today + timedelta(days=1) if assumed else DAY - timedelta(days=5)
        for day in POLICY.classes[name].tests.fixed.value:
            on = start + timedelta(days=day - 1)
            rows.append((zone_id, day, on, "", people, people // 10, people // 100 + 1, 1, assumed))
    names = ["zone_id", "day", "date", "phase", "people_due", "tubes", "samplers", "tables", "assumed"]
    return pd.DataFrame(rows, columns=names)


def _cells() -> pd.DataFrame:
    _, cells = cover(np.array([_BLOCK], object), 11, True)
    lng, lat = cell_centres(cells)
    far = np.hypot((lng - at(50, 109)[0]) * 102_800, (lat - at(50, 109)[1]) * 110_700)
    risk = np.clip(4 - far // 60, 0, 4).astype(int)
    inner, outer = (POLICY.classes[name].rank for name in ("sealed", "precaution"))
    keys = zone_keys(np.array(["s1e3a9c0", "p42118aa"], object), np.array([inner, outer]))
    zone, rank = np.where(far < 40, *keys), np.where(far < 40, inner, outer)
    return pd.DataFrame({"cell": cells, "zone": zone, "rank": rank, "hours": risk * 10.0, "risk": risk})


def _named(rows: list[tuple[Any, ...]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def _tables() -> dict[str, Any]:
    def line(*points: tuple[float, float]) -> shapely.LineString:
        return shapely.LineString([at(*p) for p in points])

    roads = [
        ("W1", "云栖大道", "Yunqi Ave", "primary", line((-6, -90), (-6, 260))),
        ("W2", "青禾路", "Qinghe Rd", "secondary", line((-140, -6), (420, -6))),
        ("W3", "鹭岛大道", "Ludao Blvd", "primary", line((-140, 206), (420, 206))),
        ("W4", "松涧路", "Songjian Rd", "residential", line((346, -90), (346, 260))),
    ]
    reported = pd.to_datetime(["2022-03-10 10:00", "2022-03-14 20:00"], utc=True)
    return {
        "cases": pd.DataFrame({"status": ["confirmed", "excluded"], "reported_at": reported, "withdrawn": False}),
        "buildings": _named(
            [(i, n or None, e or None, p or None, 9, g) for i, (p, n, e, g) in BUILDINGS.items()],
            "id", "name", "name_en", "parent_id", "floors", "geometry",
        ),
        "estates": _named([(i, *row) for i, row in ESTATES.items()], "id", "name", "name_en", "geometry"),
        "units": _named([("L3-2", "2单元", "Stair 2", "L3", None)], "id", "name", "name_en", "parent_id", "geometry"),
        "roads": _named(roads, "id", "name", "name_en", "kind", "geometry"),
        "areas": _named([("A1", "青禾社区", "Qinghe Community", "community", _BLOCK)],
                        "id", "name", "name_en", "level", "geometry"),
        "places": _named([("P1", "东市肉菜市场", "Dongshi Market", "market", shapely.Point(at(200, 140)))],
                         "id", "name", "name_en", "kind", "geometry"),
        "sites": _named([("S1", "青禾采样点", "Qinghe sampling point", "sampling", shapely.Point(at(150, 160)))],
                        "id", "name", "name_en", "kind", "geometry"),
        "water": _named([("R", "青澜江", "Qinglan River", line((-140, -70), (420, -50)).buffer(2e-4))],
                        "id", "name", "name_en", "geometry"),
        "green": _named([("G", "青禾公园", "Qinghe Park", box(240, 120, 90, 70))],
                        "id", "name", "name_en", "geometry"),
    }  # fmt: skip


def make_plan(as_of: datetime = AS_OF) -> TinyPlan:
    """Return the plan; before the day it was made for there is no zone."""
    gates = [("g1", "c7b2d401", "road", "西门", "W1", True, *at(10, 70)),
             ("g2", "c7b2d401", "entrance", "南门", None, None, *at(60, 10))]  # fmt: skip
    links = [("c7b2d401", "sampling", "S1", "青禾采样点", 240.0, True)]
    zones = _zones()
    member = [("L3", "sealed", 1, "s1e3a9c0", ["R1"], ["cases:C1"], "certain"),
              ("L1", "controlled", 2, "c7b2d401", ["R2", "R3"], ["cases:C1"], "certain"),
              ("L2", "controlled", 2, "c7b2d401", ["R3"], ["cases:C1", "cases:C2"], "possible")]  # fmt: skip
    plan = TinyPlan(
        zones=zones,
        membership=_named(member, "atom_id", "class", "rank", "zone_id", "rule_ids", "fact_ids", "certainty"),
        atoms=_named([("L3", "临水花园3栋"), ("L3/rest", "临水花园3栋 其余")], "atom_id", "name"),
        cells=_cells(),
        calendar=_calendar(DAY),
        gate_points=_named(gates, "gate_id", "zone_id", "kind", "name", "road_id", "open", "lng", "lat"),
        site_links=_named(links, "zone_id", "site_kind", "site_id", "name", "distance_m", "by_road"),
        tables=_tables(),
        units=_named([(i, n, e, g) for i, (_, n, e, g) in BUILDINGS.items()], "id", "name", "name_en", "geometry"),
        proposals=_named(
            [("R4", "unit:LS", "sealed", ["cases:C1"], "临水花园", "Linshui Garden")],
            "rule_id",
            "ground",
            "class",
            "fact_ids",
            "name",
            "name_en",
        ),
        problems=_named([("no place", "cases:C9", "its place is not known; type one")], "code", "subject", "text"),
        as_of=as_of,
    )
    return plan if as_of >= AS_OF else replace(plan, zones=zones.iloc[:0], cells=plan.cells.iloc[:0])


def explain_unit(plan: TinyPlan, unit_id: str) -> dict[str, Any]:
    """Explain a unit of the plan as the engine would; a cell is in no zone."""
    if unit_id not in BUILDINGS:
        if text_to_cells([unit_id])[0]:
            return explain_at(plan, 0.0, 0.0)
        raise UnknownError(f"unit '{unit_id}' does not exist; the units are {', '.join(BUILDINGS)}")
    sealed = unit_id == "L3"
    rule = next(r for r in POLICY.rules if r.id == ("R1" if sealed else "R3"))
    reason = {"rule_id": rule.id, "names": rule.names.model_dump(), "cite": rule.cite, "grade": rule.grade,
              "facts": ["cases:C1"]}  # fmt: skip
    name, zone = ("sealed", "s1e3a9c0") if sealed else ("controlled", "c7b2d401")
    told = {"class": name, "zone_id": zone, "certainty": "possible", "reasons": [reason]}
    atoms = [{"atom_id": a, "people": 106.0, "rank": 1, **told} for a in ("L3", "L3/rest")]
    return {"subject": {"id": unit_id, "name": unit_id, "kind": "building"}, **told, "people": 212.0, "atoms": atoms}


def explain_at(plan: TinyPlan, lng: float, lat: float) -> dict[str, Any]:
    """Explain a point: in no zone."""
    none = {"class": None, "zone_id": None, "certainty": None, "people": 0.0, "reasons": [], "atoms": []}
    return {"subject": {"id": f"{lng},{lat}", "name": "", "kind": "cell"}, **none}


def engine() -> Engine:
    """Return an engine that derives the tiny plan."""
    settings = Settings(as_of="2022-03-17T00:00:00+08:00")
    return Engine(
        name="青禾演练",
        derive=lambda outbreak="", as_of=None, known_at=None, policy_id=None: make_plan(as_of or AS_OF),
        explain_unit=explain_unit,
        explain_at=explain_at,
        answer=lambda plan, found: found,
        revision=lambda: 1,
        settings=lambda outbreak="": settings,
    )


def empty_plan() -> TinyPlan:
    """Return a plan of a workspace into which nothing was loaded."""
    plan = make_plan()
    tables = {kind: frame.iloc[:0] for kind, frame in plan.tables.items()}
    none = {name: getattr(plan, name).iloc[:0] for name in ("zones", "membership", "atoms", "cells", "calendar")}
    more = {name: getattr(plan, name).iloc[:0] for name in ("gate_points", "site_links", "problems", "proposals")}
    return replace(plan, tables=tables, **none, **more)
