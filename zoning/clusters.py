"""Stage 4d: which causes belong together: causes whose joining grounds share an atom or touch are one cluster.

Grounds touch when they hold atoms of one building, when they hold the same or neighbouring ground cells, or when one
holds a unit and the other its cell or a neighbour of it.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from zoning.geometry import Cells, Ints, components, disks
from zoning.lookup import atoms_by_cell, spread
from zoning.once import once


def find_clusters(claims: pd.DataFrame, holds: Mapping[str, Cells], atoms: pd.DataFrame) -> pd.Series:
    """Return the cluster of every stay that takes joining ground.

    Parameters
    ----------
    claims : rows of `take_grounds` with `joins` and `live` added; ghosts (not live) join the oldest cluster that they
        touch, and never tie two clusters together.
    holds : ground -> atom numbers.
    atoms : the atoms table.

    Returns
    -------
    Series stay -> cluster, numbered in order of the stays (which are in order of founding); ghosts that touch nothing
    living have clusters of their own.
    """
    joining = claims[claims["joins"].to_numpy(bool)]
    stays, tokens = _tokens(joining, holds, atoms)
    living = np.isin(stays, joining.loc[joining["live"], "stay"].unique().astype(np.int64))
    cluster = _number(stays[living], tokens[living])
    if living.all():
        return cluster
    of_token = pd.Series(cluster.reindex(stays[living]).to_numpy(), index=tokens[living]).groupby(level=0).min()
    touched = pd.Series(of_token.reindex(tokens[~living]).to_numpy(), index=stays[~living]).groupby(level=0).min()
    alone = _number(stays[~living], tokens[~living]) + len(cluster)
    return pd.concat([cluster, touched.fillna(alone.reindex(touched.index)).astype(int)])


def find_parts(
    claims: pd.DataFrame, holds: Mapping[str, Cells], rims: Mapping[str, Cells], atoms: pd.DataFrame
) -> Ints:
    """Return the part of each claim: parts share no atom and touch nowhere, so that each can be derived by itself.

    Parameters
    ----------
    claims : of `settle`: rows of `take_grounds` with `joins`, `rank` and `settled`.
    holds : ground -> atom numbers.
    rims : ground -> atoms that its outline meets and that it does not hold: stricter zones there are cut out of it.
    atoms : the atoms table.

    Returns
    -------
    (n,) numbers; claims of one stay, those that a decision settled for one zone, and claims of grounds that hold
    one atom, of an outline that meets an atom of a stricter ground, or of joining grounds that touch, have the same.
    """
    ground, keys = pd.factorize(claims["ground"])
    stay = pd.factorize(claims["stay"])[0]
    held = np.concatenate([np.empty(0, np.uint64), *(holds[k] for k in keys)])
    owner = np.repeat(np.arange(len(keys)), [len(holds[k]) for k in keys])
    joins = np.zeros(len(keys), bool)
    joins[ground[claims["joins"].to_numpy(bool)]] = True
    names, first = np.unique(held[joins[owner]], return_index=True)
    position, mark = _marks(names, atoms)
    rank = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(rank, ground, claims["rank"].to_numpy(np.int64))
    met = _met(held, owner, [rims.get(key, held[:0]) for key in keys], rank)
    links = [met, _chain(held, owner), _chain(mark, owner[joins[owner]][first][position])]
    left, right = (np.concatenate([link[side] for link in links]) for side in (0, 1))
    past = len(keys) + (int(stay.max()) + 1 if len(stay) else 0)
    zone, ids = pd.factorize(claims["settled"])
    left, right = np.append(left, ground[zone >= 0]), np.append(right, past + zone[zone >= 0])
    part: Ints = components(past + len(ids), np.append(ground, left), np.append(len(keys) + stay, right))
    return np.asarray(part[ground])


def around(held: Cells, atoms: pd.DataFrame) -> Cells:
    """Return the atoms that touch some atoms as joining grounds do, with these themselves; more of them are no harm.

    Parameters
    ----------
    held : (n,) atom numbers.
    atoms : the atoms table.

    Returns
    -------
    (m,) atom numbers.
    """
    row, cells = held[held < len(atoms)].astype(np.int64), held[held >= len(atoms)]
    buildings, in_order, by_building = _by_building(atoms)
    of_row = pd.Series(buildings[row]).drop_duplicates().to_numpy(np.int64)
    _, near = disks(np.unique(np.append(cells, atoms["cell"].to_numpy(np.uint64)[row])), 1)
    names, by_cell = atoms_by_cell(atoms)
    units = by_cell[spread(names, np.unique(near))[1]]
    mates = by_building[spread(in_order, of_row[of_row >= 0])[1]]
    return np.unique(np.concatenate([held, near, units.astype(np.uint64), mates.astype(np.uint64)]))


@once
def _by_building(atoms: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Number of each atom's building, -1 for none; these in order, and the atoms by it."""
    building = pd.factorize(atoms["building_id"])[0]
    order = np.argsort(building, kind="stable")
    return building, building[order], order


def _met(held: Cells, owner: Ints, rims: list[Cells], rank: Ints) -> tuple[Ints, Ints]:
    """Return pairs of a ground and a stricter one that holds an atom which the outline of the first meets."""
    beside = np.repeat(np.arange(len(rims)), [len(rim) for rim in rims])
    if not len(beside):
        return beside, beside
    strict = np.flatnonzero(rank[owner] < rank[beside].max())
    strict = strict[np.argsort(held[strict], kind="stable")]
    rim, found = spread(held[strict], np.concatenate(rims))
    left, right = beside[rim], owner[strict[found]]
    stricter = rank[right] < rank[left]
    return left[stricter], right[stricter]


def _chain(token: Cells | Ints, owner: Ints) -> tuple[Ints, Ints]:
    """Return pairs of owners that tie all owners of each token together."""
    order = np.argsort(token, kind="stable")
    same = token[order][1:] == token[order][:-1]
    return owner[order][1:][same], owner[order][:-1][same]


def _number(stays: Ints, tokens: Cells) -> pd.Series:
    stay_ids, stay = np.unique(stays, return_inverse=True)
    token_ids, token = np.unique(tokens, return_inverse=True)
    part = components(len(stay_ids) + len(token_ids), stay, len(stay_ids) + token)
    return pd.Series(part[: len(stay_ids)], index=stay_ids)


def _tokens(claims: pd.DataFrame, holds: Mapping[str, Cells], atoms: pd.DataFrame) -> tuple[Ints, Cells]:
    """Return pairs (stay, token): two stays touch when they have a token in common.

    Tokens are atom numbers, then numbers of buildings, then numbers of neighbouring pairs of which one is a cell.
    """
    keys, ground = np.unique(claims["ground"].to_numpy(str), return_inverse=True)
    held = np.concatenate([np.empty(0, np.uint64), *(holds[k] for k in keys)])
    owner = np.repeat(np.arange(len(keys)), [len(holds[k]) for k in keys])
    names, atom = np.unique(held, return_inverse=True)
    marked, mark = _marks(names, atoms)
    by_atom = np.argsort(atom, kind="stable")
    position, places = spread(atom[by_atom], marked)
    owner, token = np.concatenate([owner, owner[by_atom[places]]]), np.concatenate([atom, mark[position]])
    by_owner = np.argsort(owner, kind="stable")
    claim, rows = spread(owner[by_owner], ground)
    return claims["stay"].to_numpy(np.int64)[claim], token[by_owner[rows]].astype(np.uint64)


def _marks(names: Cells, atoms: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return pairs (atom position, mark) for atoms of one building and for neighbours of which one is a cell."""
    units = np.flatnonzero(names < len(atoms))
    cells = np.flatnonzero(names >= len(atoms))
    row = names[units].astype(np.int64)
    building, _ = pd.factorize(atoms["building_id"].array.take(row))
    in_building = units[building >= 0]
    mark = len(names) + building[building >= 0]
    owner, near = disks(names[cells], 1)
    spot = np.searchsorted(names[cells], near).clip(max=max(len(cells) - 1, 0))
    hit = (names[cells][spot] == near) & (spot > owner) if len(cells) else np.empty(0, bool)
    unit_cell = atoms["cell"].to_numpy(np.uint64)[row]
    by_cell = np.argsort(unit_cell, kind="stable")
    reach, place = spread(unit_cell[by_cell], near)
    left = np.concatenate([cells[owner[hit]], cells[owner[reach]]])
    right = np.concatenate([cells[spot[hit]], units[by_cell[place]]])
    pair = len(names) + len(atoms) + np.arange(len(left))
    return np.concatenate([in_building, left, right]), np.concatenate([mark, pair, pair])
