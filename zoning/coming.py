"""Facts that would come: cases at home and visits, tried at the places around an atom: what the rules make of them."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import shapely

from zoning.far import far_away
from zoning.geometry import Floats, Ints, cell_centres, cells_to_text, disks
from zoning.graded import number
from zoning.grounds.scene import Scene, atom_points
from zoning.locate import locate
from zoning.plan import Plan
from zoning.rules import Cluster, Count, TakeBuffer, Visit
from zoning.whatif import Claimed, holding, new_stays, statuses, stays_without, take

# How many near units, near estates, rings of cells and bearings are tried; fewer where a radius makes each one dear.
_MANY, _FEW, _WIDE_M = (40, 12, 3, 6), (4, 2, 0, 3), 500.0
_SHOWN = 12
Fact = dict[str, Any]


@dataclass(frozen=True)
class Coming:
    """A fact that would come: trigger (residence or visit), status of its case, place_risk and contacts_traceable of
    the visit (None: any), hours of stay.

    `places`: ids of units, cells, or points (lng,lat) where it has the same effect, nearest first; `count`: so many
    cases at one place; `rule`: position of the rule that gives the class; `ground`: what it takes (a key).
    """

    trigger: str
    status: str
    place_risk: str | None
    contacts_traceable: bool | None
    hours: float
    places: tuple[str, ...]
    count: int
    rule: int
    ground: str


@dataclass(frozen=True)
class Tries:
    """What was tried around an atom.

    `facts`: of `_kinds`; `places`: of `_places`; `spots`: of `locate`, same rows; `claims`: on the atom, of a fact at a
    place (`stay` = place * number of facts + fact), where facts fire alone.
    """

    known: Claimed
    atom: int
    facts: list[Fact]
    places: pd.DataFrame
    spots: pd.DataFrame
    claims: pd.DataFrame

    def into(self, rank: int, gone: Collection[str]) -> list[Coming]:
        """Return the facts that would put the atom into the class of a rank, one a rule, nearest first.

        Parameters
        ----------
        rank : of the class; without the facts `gone` nothing is stricter.
        gone : fact ids that are taken back first.

        Returns
        -------
        Coming.
        """
        if self.known.joint:
            return list(self._together(rank, gone))
        first = self.claims.drop_duplicates("stay")
        first = first[first["rank"] == rank]
        found = []
        for rule, rows in first.groupby("rule"):
            at, kind = np.divmod(rows["stay"].to_numpy(np.int64), len(self.facts))
            places = at[kind == kind[0]]
            found.append((int(at[0]), self._coming(int(kind[0]), places, 1, int(rule), rows["ground"].iloc[0])))
        return [coming for _, coming in sorted(found, key=lambda f: (f[0], f[1].rule))]

    def _coming(self, kind: int, places: Ints, count: int, rule: int, ground: str) -> Coming:
        names = self.places["id"].iloc[places[:_SHOWN]]
        return Coming(**self.facts[kind], places=tuple(names), count=count, rule=rule, ground=ground)

    def _together(self, rank: int, gone: Collection[str]) -> list[Coming]:
        """Return facts at the atom's own place, as many as the rules that count them ask for."""
        found: dict[int, Coming] = {}
        for kind in range(len(self.facts)):
            low, high = 1, _most(self.known.plan) if self.facts[kind]["trigger"] == "residence" else 1
            while low < high:
                middle = (low + high) // 2
                claims = self._with(kind, middle, gone)
                low, high = (low, middle) if (claims["rank"] <= rank).any() else (middle + 1, high)
            claims = self._with(kind, low, gone)
            if len(claims) and claims["rank"].iloc[0] == rank and (rule := int(claims["rule"].iloc[0])) not in found:
                found[rule] = self._coming(kind, np.zeros(1, np.int64), low, rule, claims["ground"].iloc[0])
        return sorted(found.values(), key=lambda coming: (coming.count, coming.rule))

    def _with(self, kind: int, count: int, gone: Collection[str]) -> pd.DataFrame:
        """Return the claims on the atom once so many facts have come to its own place, the strictest first."""
        plan = self.known.plan
        new, cases = new_stays(plan, pd.DataFrame([self.facts[kind]] * count), self.spots.iloc[[0] * count])
        before = stays_without(plan, gone)
        columns = [c for c in new if c in before]
        both = pd.concat([before[columns], new[columns].astype(before[columns].dtypes.to_dict())], ignore_index=True)
        rows = np.flatnonzero(both["live"].to_numpy(bool))
        found = holding(take(self.known.scene, both, rows, cases), self.atom, self.known.scene)
        return found.sort_values(["rank", "rule", "stay"], ignore_index=True)


def try_places(known: Claimed, atom: int) -> Tries:
    """Try every kind of fact that fires a rule at the places around an atom.

    Parameters
    ----------
    known : of `claimed`.
    atom : its number.

    Returns
    -------
    Tries.

    Raises
    ------
    PolicyError : a rule rests on a number that is unset (grade U).
    """
    plan = known.plan
    facts, places = _kinds(plan), _places(plan, atom)
    spots = locate(places, plan.units, plan.tables, plan.frame, plan.settings)
    both = pd.concat([plan.stays[["unit", "lng", "lat"]], spots[["unit", "lng", "lat"]]], ignore_index=True)
    far = far_away(both, plan.tables["areas"], plan.settings).to_numpy(bool)[len(plan.stays) :]
    spots["known"] &= ~far
    if known.joint:
        return Tries(known, atom, facts, places, spots, known.claims.iloc[:0])
    at = np.repeat(np.arange(len(places)), len(facts))
    stays, cases = new_stays(plan, pd.DataFrame(facts * len(places)), spots.iloc[at].reset_index(drop=True))
    before = set(known.scene.holds)
    claims = holding(take(known.scene, stays, np.arange(len(stays)), cases), atom, known.scene)
    _forget(known.scene, before)
    return Tries(known, atom, facts, places, spots, claims.sort_values(["stay", "rank", "rule"], ignore_index=True))


def _forget(scene: Scene, before: set[str]) -> None:
    """Drop the grounds that were only tried; areas are dear to resolve, and asked for again."""
    for key in [key for key in scene.holds if key not in before and not key.startswith("area:")]:
        for grounds in (scene.holds, scene.legal, scene.exact):
            grounds.pop(key, None)


def _kinds(plan: Plan) -> list[Fact]:
    """Return each kind of fact that can fire a rule of the pack: cases at home first."""
    policy = plan.policy
    usual, *special = statuses(policy)
    nowhere = {"place_risk": None, "contacts_traceable": None, "hours": 24.0}
    found = [{"trigger": "residence", "status": status, **nowhere} for status in (usual, *special)]
    asked = [fact for rule in policy.rules if rule.act == "derive" for fact in (rule.when, *rule.also)]
    for visit in (fact for fact in asked if isinstance(fact, Visit)):
        hours = max(number(visit.min_stay_h, 0.0), 1.0)
        traceable = [visit.contacts_traceable] if visit.contacts_traceable is not None else [True, False]
        for risk, can in product(visit.place_risk, traceable):
            told = {"place_risk": risk, "contacts_traceable": can, "hours": hours}
            found.append({"trigger": "visit", "status": usual, **told})
    return [fact for i, fact in enumerate(found) if fact not in found[:i]]


def _most(plan: Plan) -> int:
    """Return the most facts that a rule of the pack counts together."""
    asked = [fact for rule in plan.policy.rules for fact in (rule.when, *rule.also)]
    return max(int(number(fact.n, 1.0)) for fact in asked if isinstance(fact, Cluster | Count))


def _places(plan: Plan, atom: int) -> pd.DataFrame:
    """Return places around an atom as a fact would name them: units, cells, and points at the radii of the pack.

    The kind of the atom itself comes first, and within each kind the nearest.
    """
    point = atom_points(np.array([atom], np.uint64), plan.atoms)
    lng, lat = float(point[0][0]), float(point[1][0])
    radii = _radii(plan)
    near, roots, rings, bearings = _FEW if max(radii, default=0.0) > _WIDE_M else _MANY
    units = _units_near(plan, lng, lat, atom, near, roots)
    cell = plan.atoms["cell"].iloc[atom] if atom < len(plan.atoms) else np.uint64(atom)
    around = disks(np.array([cell], np.uint64), rings)[1]
    x, y = cell_centres(around)
    cells = around[np.lexsort((around, np.hypot(x - lng, y - lat), around != cell))]
    points = _ring_points(plan, lng, lat, radii, bearings)
    parts = [
        pd.DataFrame({"id": units, "unit_id": units}),
        pd.DataFrame({"id": cells_to_text(cells), "cell": pd.array(cells, "UInt64")}),
        pd.DataFrame({"id": [f"{x:.7f},{y:.7f}" for x, y in points], "lng": points[:, 0], "lat": points[:, 1]}),
    ]
    if atom >= len(plan.atoms):
        parts = [parts[1], parts[0], parts[2]]
    dtypes = {"unit_id": "object", "cell": "UInt64", "lng": "float64", "lat": "float64"}
    both = pd.concat([part.reindex(columns=["id", *dtypes]).astype(dtypes) for part in parts], ignore_index=True)
    return both.assign(unit_id=both["unit_id"].where(both["unit_id"].notna(), None))


def _units_near(plan: Plan, lng: float, lat: float, atom: int, near: int, roots: int) -> list[str]:
    """Return ids of the units nearest to a point, then of one unit of each of the nearest estates; the atom's first."""
    atoms, parent = plan.atoms, plan.units["parent"].to_numpy(np.int64)
    east = (atoms["lng"].to_numpy(float) - lng) * np.cos(np.radians(lat))
    order = np.argsort(np.hypot(east, atoms["lat"].to_numpy(float) - lat), kind="stable")
    order = np.concatenate([np.array([atom] if atom < len(atoms) else [], np.int64), order])
    root = atoms["unit"].to_numpy(np.int64)[order]
    while (climb := parent[root] >= 0).any():
        root = np.where(climb, parent[root], root)
    first = np.flatnonzero(~pd.Series(root).duplicated().to_numpy())[:roots]
    chosen = order[np.concatenate([np.arange(min(near, len(order))), first])]
    return list(dict.fromkeys(atoms["unit_id"].to_numpy(object)[chosen]))


def _radii(plan: Plan) -> list[float]:
    """Return the radii that rules of the pack take, in metres."""
    grounds = [rule.ground for rule in plan.policy.rules if rule.act == "derive"]
    return sorted({number(ground.radius_m, 0.0) for ground in grounds if isinstance(ground, TakeBuffer)})


def _ring_points(plan: Plan, lng: float, lat: float, radii: list[float], bearings: int) -> Floats:
    """Return points (lng, lat) a little inside each radius, on all sides."""
    turns = np.arange(bearings) * 2 * np.pi / bearings
    x, y = shapely.get_coordinates(plan.frame.to_metres(shapely.Point(lng, lat)))[0]
    away = np.array([(x + 0.97 * r * np.cos(a), y + 0.97 * r * np.sin(a)) for r in radii for a in turns])
    return np.asarray(shapely.get_coordinates(plan.frame.to_degrees(shapely.points(away.reshape(-1, 2)))))
