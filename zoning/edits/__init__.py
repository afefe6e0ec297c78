"""Stage 5a: what people drew, on top of what was derived: strokes are replayed after each derivation.

Strictest-wins holds inside the derivation only; the newest stroke on an atom counts. A stroke answers the causes that
were known when it was drawn: where it is weaker than what is derived now, from causes that it does not answer or in a
stricter class than it saw, it is suspended on that atom, and the derived class shows until a person confirms. So it is
where a later cause asks for less than what is derived, but for more than the stroke.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.edits.later import no_causes, suspend
from zoning.edits.ledger import OUT, list_strokes, sort_out, unedited
from zoning.geometry import Cells, resolutions, text_to_cells
from zoning.hashes import digest
from zoning.policy import Policy
from zoning.settings import Settings

Mask = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]
SLOT, FACTS = "drawn", "strokes:"


@dataclass(frozen=True)
class Edited:
    """What shows once the strokes are replayed.

    `membership`: as derived, with stroke (event id or None), derived_class, derived_rank, derived_zone (missing where
    nothing is derived) and pending; rule_ids and fact_ids stay those of the derivation, empty where there is none.
    Atoms that were taken out have no row. `zones`: as derived, with those that strokes drew, without those that they
    emptied. `touched`: one row an atom that a stroke counts on: atom (number), atom_id, stroke, class, rank and zone_id
    (missing: taken out), derived_class, derived_rank, derived_zone, rule_ids, fact_ids (derived), pending, beyond
    (stricter than derived), below (weaker, and answered), adrift (derived when it was drawn, no more).
    `ledger`: of `list_strokes`.
    """

    membership: pd.DataFrame
    zones: pd.DataFrame
    touched: pd.DataFrame
    ledger: pd.DataFrame


def replay(
    membership: pd.DataFrame,
    zones: pd.DataFrame,
    strokes: pd.DataFrame,
    policy: Policy,
    atoms: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
    causes: pd.DataFrame | None = None,
) -> Edited:
    """Replay the strokes on a derivation: a pure function of the two.

    Parameters
    ----------
    membership : of `derive_zones`, in any order; more columns are kept, and missing (no, 0) on what joins.
    zones : of `derive_zones`; more columns are kept, and missing (no, 0) on zones that strokes drew.
    strokes : of the state, in recorded order.
    policy : classes and ranks.
    atoms : the atoms table; cells need none.
    settings : resolution of cells; time zone of what is said.
    as_of : UTC; a stroke counts from its `effective_at` to before its `until`, unless it was undone.
    causes : of `list_causes`; None means that nothing claims an atom but what its strictest class rests on.

    Returns
    -------
    Edited; zones in order of rank and zone_id, membership in order of atom number.
    """
    strokes = sort_out(strokes, policy, as_of)
    live = strokes[strokes["live"]].reset_index(drop=True)
    marks, unknown = _newest(live, atoms, settings)
    touched = suspend(_compare(marks, membership, live, policy), live, no_causes() if causes is None else causes)
    touched["zone_id"] = _find_zones(touched, zones, membership, live)
    touched["class"] = touched["derived_class"].where(touched["pending"], touched["target"])
    touched["rank"] = touched["derived_rank"].where(touched["pending"], touched["wanted"])
    out = touched["rank"] == 0
    touched = touched.assign(**{c: touched[c].astype(object).where(~out, None) for c in ("class", "zone_id")})
    shown = _put_in(membership, touched, live)
    kept, emptied = _put_zones(zones, membership, shown, touched, live)
    ledger = list_strokes(strokes, touched, unknown, emptied, settings)
    ranks = {c: touched[c].astype("Int64").where(touched[c] > 0) for c in ("rank", "derived_rank")}
    inner = ["row", "owner", "answered", "target", "wanted"]
    return Edited(shown, kept, touched.assign(**ranks).drop(columns=inner), ledger)


def _newest(live: pd.DataFrame, atoms: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, pd.Series]:
    """Return the newest stroke of each atom, in order of atom number, and how many atoms of a stroke are unknown."""
    owner = np.repeat(np.arange(len(live)), [len(a) for a in live["atoms"]])
    names = np.concatenate([np.empty(0, object), *live["atoms"]])
    answered = np.concatenate([np.empty(0, np.int64), *live["answered"]])
    number, known = number_atoms(names, atoms, settings.resolution)
    unknown = pd.Series(np.bincount(owner[~known], minlength=len(live)), index=live["event_id"])
    marks = pd.DataFrame({"atom": number, "atom_id": names, "owner": owner, "answered": answered})[known]
    return marks.drop_duplicates("atom", keep="last").sort_values("atom", ignore_index=True), unknown


def number_atoms(names: Names, atoms: pd.DataFrame, resolution: int) -> tuple[Cells, Mask]:
    """Return the numbers of atoms: rows of the atoms table, or cells.

    Parameters
    ----------
    names : (n,) ids of atoms.
    atoms : the atoms table.
    resolution : of cells.

    Returns
    -------
    number : (n,) uint64. known : (n,) False where no atom is called so, or the cell has another resolution.
    """
    row = pd.Index(atoms["atom_id"].to_numpy(object)).get_indexer(names)
    number, loose = row.astype(np.uint64), row < 0
    cells = text_to_cells(names[loose].tolist())
    number[loose] = np.where(resolutions(cells) == resolution, cells, 0)
    return number, ~loose | (number != 0)


def _compare(marks: pd.DataFrame, membership: pd.DataFrame, live: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add to each touched atom what is derived there, and whether its stroke is suspended."""
    held, atom = membership["atom"].to_numpy(np.uint64), marks["atom"].to_numpy(np.uint64)
    row = pd.Index(held).get_indexer(atom)
    hit = row >= 0
    owner = marks["owner"].to_numpy()
    found = marks.assign(row=row, stroke=live["event_id"].to_numpy(object)[owner])
    for name, column in (("derived_class", "class"), ("derived_zone", "zone_id")):
        found[name] = membership[column].reset_index(drop=True).reindex(row).array
    found["derived_rank"] = np.append(membership["rank"].to_numpy(np.int64), 0)[row]
    for column in ("rule_ids", "fact_ids"):
        lists = np.full(len(membership) + 1, None, object)
        lists[:-1], lists[-1] = membership[column].to_numpy(object), []
        found[column] = lists[row]
    ranks = {OUT: 0, **{name: of.rank for name, of in policy.classes.items()}}
    found["target"] = live["class"].to_numpy(object)[owner]
    found["wanted"] = live["class"].map(ranks).to_numpy(np.int64)[owner]
    rank = found["derived_rank"]
    weaker = hit & ((found["wanted"] == 0) | (found["wanted"] > rank))
    pending = weaker & _unanswered(found, live, ranks)
    beyond = (found["wanted"] > 0) & ((found["wanted"] < rank) | ~hit)
    adrift = ~hit & (found["answered"] >= 0) & (found["wanted"] > 0)
    return found.assign(pending=pending, beyond=beyond, below=weaker & ~pending, adrift=adrift)


def _unanswered(found: pd.DataFrame, live: pd.DataFrame, ranks: Mapping[str, int]) -> Mask:
    """Return where the derivation rests on a cause that the stroke does not answer, or is stricter than it saw.

    Atoms of one stroke with the same reasons then and now are looked at once.
    """
    keys = [found["owner"], found["answered"], found["derived_rank"], number_lists(found["fact_ids"])]
    number = found.groupby(keys, sort=False).ngroup().to_numpy()
    columns = ["owner", "answered", "fact_ids", "derived_rank"]
    each = found.loc[~pd.Series(number).duplicated().to_numpy(), columns]
    later = np.zeros(len(each), bool)
    answers = live["answers"].tolist()
    for i, (owner, answered, facts, rank) in enumerate(each.itertuples(index=False)):
        of, known = answers[owner][answered] if answered >= 0 else (OUT, frozenset())
        later[i] = not known.issuperset(facts) or rank < ranks.get(of, 0)
    return np.asarray(later[number])


def number_lists(lists: pd.Series) -> npt.NDArray[np.int64]:
    """Return one number a list: atoms that are derived together share theirs, so that each is looked at once.

    Parameters
    ----------
    lists : (n,) lists.

    Returns
    -------
    (n,) the same for the same list, as long as it lives.
    """
    return np.fromiter(map(id, lists.array), np.int64, len(lists))


def _find_zones(touched: pd.DataFrame, zones: pd.DataFrame, membership: pd.DataFrame, live: pd.DataFrame) -> pd.Series:
    """Return the zone of each touched atom.

    The derived one where it shows or has the stroke's class; else the one that the stroke names; else the oldest of the
    class that shares a cause with the derived one; else one that the stroke draws.
    """
    there = zones[zones["zone_id"].isin(membership["zone_id"].unique())]
    owner, of = touched["owner"].to_numpy(np.int64), touched["target"].to_numpy(object)
    drawn = np.array([drawn_id(event) for event in live["event_id"]], object)
    named: Names = _named(live, there, drawn)[owner]
    derived, same = touched["derived_zone"].to_numpy(object), touched["derived_class"].to_numpy(object) == of
    asked = ~touched["pending"].to_numpy() & pd.isna(named) & ~same & (touched["row"].to_numpy() >= 0)
    pairs = touched.loc[asked, ["derived_zone", "target"]].drop_duplicates()
    kin = _kindred(pairs, there)
    keys = zip(derived[asked], of[asked], strict=True)
    found: Names = np.array(np.where(same, derived, None))
    found[asked] = [kin.get(key) for key in keys]
    found = np.where(pd.isna(named), found, named)
    found = np.where(pd.isna(found), drawn[owner], found)
    return pd.Series(np.where(touched["pending"], derived, found), index=touched.index, dtype=object)


def drawn_id(event_id: str) -> str:
    """Return the id of the zone that a stroke draws.

    Parameters
    ----------
    event_id : of the stroke.

    Returns
    -------
    A zone id.
    """
    return digest(event_id, SLOT)


def _named(live: pd.DataFrame, there: pd.DataFrame, drawn: Names) -> Names:
    """Return the zone that each stroke names, if one of that id or alias and of the stroke's class is there."""
    known = dict(zip(zip(drawn, live["class"], strict=True), drawn, strict=True))
    for zone_id, aliases, of in there[["zone_id", "aliases", "class"]].itertuples(index=False):
        known |= {(name, of): zone_id for name in aliases if (name, of) not in known}
    known |= {(zone_id, of): zone_id for zone_id, of in zip(there["zone_id"], there["class"], strict=True)}
    names = zip(live["zone_id"], live["class"], strict=True)
    return np.array([known.get(name) for name in names], object)


def _kindred(pairs: pd.DataFrame, there: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return, for each (zone, class) that is asked for, the oldest zone of that class that shares a cause with it."""
    order = there.sort_values(["founded_at", "founding_fact", "zone_id"])
    causes = order[["zone_id", "class", "cause_ids"]].explode("cause_ids").dropna(subset="cause_ids")
    mine = causes[["zone_id", "cause_ids"]].rename(columns={"zone_id": "derived_zone"})
    asked = pairs.merge(mine, on="derived_zone").drop_duplicates()
    found = causes.merge(asked, left_on=["cause_ids", "class"], right_on=["cause_ids", "target"])
    rank = pd.Index(order["zone_id"]).get_indexer(found["zone_id"])
    found = found.iloc[np.argsort(rank, kind="stable")].drop_duplicates(["derived_zone", "target"])
    return dict(zip(zip(found["derived_zone"], found["target"], strict=True), found["zone_id"], strict=True))


def _put_in(membership: pd.DataFrame, touched: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
    """Return the membership that shows: the rows that no stroke counts on, and those of the others in their place."""
    rest, shown = np.ones(len(membership), bool), touched[touched["rank"] > 0]
    rest[touched.loc[touched["row"] >= 0, "row"]] = False
    row = shown["row"].to_numpy(np.int64)
    derived = unedited(membership)
    if touched.empty:
        return derived
    over, joined = derived.iloc[row[row >= 0]], shown[row < 0]
    told = ["class", "rank", "zone_id", "stroke", "pending"]
    over = over.assign(**{c: shown.loc[row >= 0, c].to_numpy() for c in told})
    ours = ("atom", "atom_id", *told, "derived_class", "derived_rank", "derived_zone", "rule_ids", "fact_ids")
    new = joined[[column for column in ours if column in derived]].assign(certainty="certain")
    if "why" in membership:
        new["why"] = membership["why"].max() + 1 if len(membership) else 0
    for column in set(derived) - set(new):
        new[column] = _missing(derived[column], len(new))
    parts = [part for part in (derived[rest], over, new) if len(part)]
    found = pd.concat(parts or [derived[rest]])
    found["derived_rank"] = found["derived_rank"].astype("Int64").where(found["derived_rank"] > 0)
    return found.astype(derived.dtypes.to_dict()).sort_values("atom", ignore_index=True)


def _missing(column: pd.Series, n: int) -> pd.api.extensions.ExtensionArray:
    """Return n values for 'not known' of a column's type: no, 0 or missing."""
    empty = np.zeros(n, object) if column.dtype.kind in "biu" else np.full(n, None, object)
    return pd.Series(empty, dtype=object).astype(column.dtype).array


def _put_zones(
    zones: pd.DataFrame, membership: pd.DataFrame, shown: pd.DataFrame, touched: pd.DataFrame, live: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the zones that hold atoms, and those that strokes left without: zone_id, class, stroke, atoms."""
    before, after = set(membership["zone_id"].unique()), set(shown["zone_id"].unique())
    kept = zones[~zones["zone_id"].isin(before - after)]
    lost = touched[touched["derived_zone"].isin(before - after)].sort_values("owner", kind="stable")
    emptied = lost.groupby("derived_zone").agg(**{"class": ("derived_class", "last"), "stroke": ("stroke", "last")})
    drew = live.assign(zone_id=[drawn_id(event) for event in live["event_id"]])
    drew = drew[drew["zone_id"].isin(after)].reset_index(drop=True)
    if drew.empty:
        return kept.reset_index(drop=True), emptied.rename_axis("zone_id").reset_index()
    lists = {c: pd.Series([[] for _ in drew.index], dtype=object) for c in ("aliases", "cause_ids", "rule_ids", "calm")}
    fact = FACTS + drew["event_id"].astype("str")
    new = drew[["zone_id", "class"]].assign(
        rule_class=drew["class"],
        **lists, rank=drew["class"].map(touched.groupby("target")["wanted"].first()), slot=SLOT, founding_fact=fact,
        founded_at=drew["recorded_at"], causes_count=0, fact_ids=[[one] for one in fact], no_ground=False,
        last_presence_at=drew["effective_at"],
    )  # fmt: skip
    for column in set(zones) - set(new):
        new[column] = _missing(zones[column], len(new))
    new = new[list(zones)].astype(zones.dtypes.to_dict())
    found = pd.concat([kept, new]).sort_values(["rank", "zone_id"], ignore_index=True)
    return found, emptied.rename_axis("zone_id").reset_index()
