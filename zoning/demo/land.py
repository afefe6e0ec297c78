"""Part of the demo city: what the ground is used for, by super-block and block, and the lots that are built on."""

import numpy as np
import pandas as pd
import shapely

from zoning.demo.plan import District
from zoning.demo.streets import HALF_WIDTH, Superblocks, halve
from zoning.geometry import Floats, Shapes

# Use of a super-block: block size aimed at (from, to; m²).
BLOCK_M2 = {
    "hill": (np.inf, np.inf),
    "centre": (1.9e4, 2.8e4),
    "industry": (4.5e4, 7.0e4),
    "village": (4.2e4, 6.2e4),
    "towers": (3.4e4, 5.6e4),
    "slabs": (2.6e4, 4.4e4),
    "mixed": (2.4e4, 4.2e4),
}
# Share of the super-blocks by use; what is left is housing of three ages.
SHARES = (("hill", 0.17), ("centre", 0.10), ("industry", 0.09), ("village", 0.11))
# What stands on the blocks of a super-block, by chance.
BLOCK_USES: dict[str, tuple[tuple[str, float], ...]] = {
    "centre": (("office", 0.50), ("mall", 0.10), ("tower", 0.18), ("perimeter", 0.10), ("park", 0.12)),
    "industry": (("works", 0.72), ("slab", 0.13), ("office", 0.09), ("park", 0.06)),
    "village": (("slab", 0.42), ("perimeter", 0.22), ("tower", 0.14), ("school", 0.10), ("park", 0.12)),
    "towers": (("tower", 0.62), ("slab", 0.05), ("school", 0.10), ("mall", 0.05), ("office", 0.06), ("park", 0.12)),
    "slabs": (("slab", 0.60), ("tower", 0.08), ("perimeter", 0.12), ("school", 0.10), ("park", 0.10)),
    "mixed": (("slab", 0.32), ("tower", 0.24), ("perimeter", 0.20), ("office", 0.08), ("school", 0.07), ("park", 0.09)),
}
HOUSING = ("village", "slab", "tower", "perimeter")
# Lots of housing are halved until they are as small as this (from, to; m²); other blocks stay one lot.
LOT_M2 = {"slab": (0.8e4, 2.4e4), "tower": (1.2e4, 3.4e4), "perimeter": (0.9e4, 2.2e4)}
SMALL_M2 = 2500.0


def choose_superblocks(district: District, whole: Superblocks) -> tuple[np.ndarray, Floats]:
    """Give every super-block its use: hills on the northern edge, a centre, industry at the ends, villages between.

    Parameters
    ----------
    district : which.
    whole : its super-blocks.

    Returns
    -------
    use : (n,) names, `river` in the corridor; target : (n,) block sizes aimed at, m².
    """
    rng, count = district.rng(31), len(whole.shapes)
    at = shapely.get_coordinates(shapely.centroid(whole.shapes))
    low, high = at.min(axis=0), at.max(axis=0)
    x, y = ((at - low) / np.maximum(high - low, 1.0)).T
    noise = rng.random(count) * 0.25
    score = {
        "hill": np.minimum(
            np.hypot((x - 0.27) / 0.34, (y - 1.02) / 0.30), np.hypot((x - 0.53) / 0.06, (y - 0.62) / 0.08)
        )
        + noise * 0.4,
        "centre": np.hypot((x - 0.46) * 1.9, y - 0.42) + noise * 0.2,
        "industry": np.minimum(np.hypot((x - 1.0) * 1.7, y - 0.2), np.hypot((x - 0.02) * 1.7, y - 0.85)) + noise,
        "village": rng.random(count) + 0.5 * y,
    }
    use = np.where(whole.wet, "river", "").astype(object)
    area = np.where(whole.wet, 0.0, shapely.area(whole.shapes))
    for name, share in SHARES:
        order = np.argsort(np.where(use == "", score[name], np.inf), kind="stable")
        reach = np.cumsum(area[order]) - area[order] / 2 < share * area.sum()
        use[order[reach & (use[order] == "")]] = name
    left = use == ""
    age = 0.6 * x + 0.4 * rng.random(count)
    use[left] = np.where(age > 0.62, "towers", np.where(age < 0.36, "slabs", "mixed"))[left]
    if not (use == "village").any():
        use[np.flatnonzero(left)[-1:]] = "village"
    bounds = np.array([BLOCK_M2.get(name, (np.inf, np.inf)) for name in use])
    finite = np.isfinite(bounds[:, 0])
    target = np.full(count, np.inf)
    target[finite] = rng.uniform(*bounds[finite].T)
    return use, target


def choose_blocks(district: District, blocks: pd.DataFrame, use: np.ndarray) -> np.ndarray:
    """Give every block its use.

    Parameters
    ----------
    district : which.
    blocks : of `make_streets`.
    use : use of each super-block.

    Returns
    -------
    (n,) use of each block: river, hill, park, office, mall, works, school, hospital, or one of HOUSING.
    """
    rng = district.rng(32)
    above = use[blocks["superblock"].to_numpy()]
    found: np.ndarray = above.copy()
    for name, parts in BLOCK_USES.items():
        words, chances = zip(*parts, strict=True)
        rows = np.flatnonzero(above == name)
        found[rows] = rng.choice(np.array(words, object), len(rows), p=np.array(chances))
    area, middle = blocks["area_m2"].to_numpy(), shapely.get_coordinates(shapely.centroid(blocks["geometry"]))
    # A village is the few blocks about one point of its super-block, the old core that the city grew around.
    for number in np.flatnonzero(use == "village"):
        rows = np.flatnonzero((blocks["superblock"].to_numpy() == number) & (area > 1.5e4))
        core = middle[rng.choice(rows)] if len(rows) else middle[:1]
        near = rows[np.argsort(np.hypot(*(middle[rows] - core).T))]
        found[near[: rng.integers(3, 6)]] = "village"
    if not (found == "village").any():
        found[np.argmax(np.where(np.isin(found, HOUSING), area, 0.0))] = "village"
    found[(area < SMALL_M2 * 2) & ~np.isin(found, ("river", "hill"))] = "park"
    homes = np.flatnonzero(np.isin(found, ("slab", "perimeter")) & (area > 2e4))
    found[rng.choice(homes, min(len(homes) // 4, district.share(15)), replace=False)] = "hospital"
    return found


def make_lots(district: District, blocks: pd.DataFrame, roads: pd.DataFrame, use: np.ndarray) -> pd.DataFrame:
    """Take the streets off the blocks and divide blocks of housing into estates.

    Parameters
    ----------
    district : which.
    blocks, roads : of `make_streets`.
    use : use of each block.

    Returns
    -------
    Lots: geometry (metres; the fence of an estate), use, block (row). They keep 5 m between them.
    """
    rng = district.rng(33)
    rows = np.flatnonzero(~np.isin(use, ("river",)))
    shapes, owner = shapely.get_parts(
        _without_streets(blocks["geometry"].to_numpy(object)[rows], roads), return_index=True
    )
    lots = pd.DataFrame({"geometry": shapes, "use": use[rows[owner]], "block": rows[owner]})
    lots = lots[shapely.area(shapes) > 600].reset_index(drop=True)
    done = []
    goal = np.array([rng.uniform(*LOT_M2[name]) if name in LOT_M2 else np.inf for name in lots["use"]])
    while len(lots):
        big = shapely.area(lots["geometry"].to_numpy(object)) > 1.75 * goal
        done.append(lots[~big])
        lots, goal = lots[big].reset_index(drop=True), goal[big]
        if not len(lots):
            break
        ratio, turn = rng.uniform(0.42, 0.58, len(lots)), rng.uniform(-0.04, 0.04, len(lots))
        parts, owner, _, _ = halve(lots["geometry"].to_numpy(object), ratio, turn)
        lots = lots.iloc[owner].assign(geometry=parts).reset_index(drop=True)
        goal = goal[owner]
    found = pd.concat(done, ignore_index=True)
    inner = shapely.buffer(found["geometry"].to_numpy(object), -2.5, join_style="mitre")
    parts, owner = shapely.get_parts(shapely.simplify(inner, 0.3), return_index=True)
    found = found.iloc[owner].assign(geometry=parts)
    # What is too small to be an estate is a corner garden.
    tiny = found["use"].isin(HOUSING).to_numpy() & (shapely.area(parts) < SMALL_M2)
    found.loc[tiny, "use"] = "park"
    return found[shapely.area(parts) > 400].reset_index(drop=True)


def _without_streets(shapes: Shapes, roads: pd.DataFrame) -> Shapes:
    lines = roads["geometry"].to_numpy(object)
    wide = shapely.buffer(lines, roads["kind"].map(HALF_WIDTH).to_numpy(), quad_segs=3)
    shape, road = shapely.STRtree(wide).query(shapes, predicate="intersects")
    order = np.argsort(shape, kind="stable")
    taken = shapely.geometrycollections(wide[road[order]], indices=shape[order], out=np.full(len(shapes), None, object))
    taken = shapely.union_all(taken[:, None], axis=1)
    return np.asarray(shapely.difference(shapes, taken), object)
