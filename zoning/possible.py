"""What weak locations leave open: the ground that each rule would take if a stay were elsewhere within its radius.

Only the unit that was taken for the stay counts: what is possible gives no class, joins no cluster and opens nothing.
It is listed, so that a person can ask for a better address before deciding.
"""

import numpy as np
import pandas as pd
import shapely

from zoning.geometry import Floats, Ints, cell_centres, cell_polygons, cover
from zoning.grounds.scene import Scene
from zoning.nearby import near_footprints
from zoning.plan import Plan
from zoning.whatif import Claimed, atom_names, claimed, of_plan, take

DTYPES = {
    "atom": "uint64", "atom_id": "str", "rule_id": "str", "class": "str", "rank": "int64", "fact_id": "str",
    "distance_m": "float64",
}  # fmt: skip


@of_plan
def list_possible(plan: Plan) -> pd.DataFrame:
    """List the ground that weakly located stays may have to do with beside the ground that was taken for them.

    A stay is weakly located where its radius (`location_radius_m`) leaves more than one unit, or where there is no unit
    more than one cell. It may have been in every unit whose footprint lies within the radius, or where there is none
    in every cell.

    Parameters
    ----------
    plan : as derived; its stays, units, rules.

    Returns
    -------
    One row an atom, rule and fact, in order of atom, rank and rule: atom (number), atom_id, rule_id, class, rank,
    fact_id, distance_m (from the stay's point to the nearest place within its radius that would give the atom this
    class). What the stay's own claims hold already is not listed.
    """
    stays = plan.stays
    weak = stays["live"].to_numpy(bool) & ~stays["sure"].to_numpy(bool) & stays["known"].to_numpy(bool)
    rows = np.flatnonzero(weak & (stays["radius_m"].to_numpy(float) > 0))
    if not len(rows):
        return pd.DataFrame(columns=list(DTYPES)).astype(DTYPES)
    known, places = claimed(plan), _places(rows, plan)
    here = known.claims[known.claims["stay"].isin(rows)]
    found = _by_atom(_elsewhere(places, known), known.scene)
    keys = ["atom", "rule", "fact_id"]
    held = _by_atom(here.assign(distance_m=0.0), known.scene)[keys].drop_duplicates()
    fresh = found.merge(held, on=keys, how="left", indicator=True)
    fresh = fresh[fresh["_merge"] == "left_only"].sort_values("distance_m").drop_duplicates(keys)
    names = atom_names(fresh["atom"].to_numpy(np.uint64), plan.atoms)
    told = fresh.assign(atom_id=names, rule_id=[plan.policy.rules[i].id for i in fresh["rule"]])
    return told.sort_values(["atom", "rank", "rule", "fact_id"], ignore_index=True)[list(DTYPES)].astype(DTYPES)


def _places(rows: Ints, plan: Plan) -> pd.DataFrame:
    """Return the other places within the radius of each stay: stay, unit, lng, lat, cell, distance_m."""
    here = shapely.points(*(plan.stays[c].to_numpy(float)[rows] for c in ("lng", "lat")))
    points, units = plan.frame.to_metres(here), plan.units
    radius = plan.stays["radius_m"].to_numpy(float)[rows]
    owner, unit, shape = near_footprints(here, radius, units, plan.frame)
    far = shapely.distance(points[owner], shape)
    solid = (units["level"].iloc[unit] != "estate").to_numpy(bool) | units["leaf"].to_numpy(bool)[unit]
    fits = solid & (far <= radius[owner])
    owner, unit, far = owner[fits], unit[fits], far[fits]
    near = {c: units[c].to_numpy()[unit] for c in ("lng", "lat", "cell")}
    of_units = pd.DataFrame({"stay": rows[owner], "unit": unit, **near, "distance_m": far})
    bare = np.setdiff1d(np.arange(len(rows)), owner)
    return pd.concat([of_units, _cells(rows[bare], points[bare], radius[bare], plan)], ignore_index=True)


def _cells(rows: Ints, points: np.ndarray, radius: Floats, plan: Plan) -> pd.DataFrame:
    """Return every cell that the radius of a stay touches."""
    discs = plan.frame.to_degrees(shapely.buffer(points, radius))
    owner, cells = cover(discs, plan.settings.resolution, True)
    lng, lat = cell_centres(cells)
    far = shapely.distance(points[owner], plan.frame.to_metres(cell_polygons(cells)))
    return pd.DataFrame({"stay": rows[owner], "unit": -1, "lng": lng, "lat": lat, "cell": cells, "distance_m": far})


def _elsewhere(places: pd.DataFrame, known: Claimed) -> pd.DataFrame:
    """Return the claims of stays at other places; where facts count together, of one moved stay at a time."""
    stays, where = known.plan.stays, ["unit", "lng", "lat", "cell"]
    if not known.joint:
        moved = stays.iloc[places["stay"].to_numpy(np.int64)].reset_index(drop=True).assign(**places[where])
        found = take(known.scene, moved, np.arange(len(moved)))
        return found.assign(distance_m=places["distance_m"].to_numpy()[found["stay"].to_numpy(np.int64)])
    parts = []
    for place in places.to_dict("records"):
        moved = stays.copy()
        moved.loc[place["stay"], where] = [place[c] for c in where]
        found = take(known.scene, moved.astype(stays.dtypes), np.array([place["stay"]]))
        parts.append(found.assign(distance_m=place["distance_m"]))
    return pd.concat(parts, ignore_index=True)


def _by_atom(claims: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Return one row a claim and atom of its ground."""
    held = [scene.holds[key] for key in claims["ground"]]
    rows = claims.loc[claims.index.repeat([len(atoms) for atoms in held])].reset_index(drop=True)
    return rows.assign(atom=np.concatenate([np.empty(0, np.uint64), *held]))
