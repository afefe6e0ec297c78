"""Every cause that claims an atom of a stroke: the strictest class of an atom does not tell of the others."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from zoning.geometry import Cells

COLUMNS = {"atom": "uint64", "rank": "int64", "fact_id": "object"}


def no_causes() -> pd.DataFrame:
    """Return the table of no causes.

    Returns
    -------
    As `list_causes`, without a row.
    """
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()})


def list_causes(claims: pd.DataFrame, touched: Cells, holds: Mapping[str, Cells]) -> pd.DataFrame:
    """List what claims the atoms that strokes name, in every class.

    Parameters
    ----------
    claims : of `settle`, of the parts in which these atoms are: act, live, ended, rank, ground, fact_id.
    touched : numbers of the atoms, each once.
    holds : ground -> atom numbers.

    Returns
    -------
    atom, rank, fact_id; each once, in order of atom.
    """
    derive = claims["live"].astype(bool) & ~claims["ended"].astype(bool) & (claims["act"] == "derive")
    few = claims.loc[derive, ["ground", "rank", "fact_id"]].drop_duplicates()
    atoms = [np.intersect1d(holds[ground], touched) for ground in few["ground"]]
    if not any(map(len, atoms)):
        return no_causes()
    row = np.repeat(np.arange(len(few)), [len(some) for some in atoms])
    found = few.drop(columns="ground").iloc[row].assign(atom=np.concatenate(atoms))
    found = found[list(COLUMNS)].astype(COLUMNS).drop_duplicates()
    return found.sort_values(list(COLUMNS), ignore_index=True)


def suspend(found: pd.DataFrame, live: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Suspend a stroke where a cause that it does not know asks for more than the stroke leaves; name that cause.

    Parameters
    ----------
    found : one row an atom: atom, owner (row of `live`), wanted (rank of the stroke's class, 0: taken out), below,
        pending, fact_ids.
    live : the strokes that count: knows.
    causes : of `list_causes`.

    Returns
    -------
    `found`, with pending, below and fact_ids as they are then.
    """
    asks = found.loc[found["below"], ["atom", "owner", "wanted"]].merge(causes, on="atom")
    asks = asks[((asks["wanted"] == 0) | (asks["rank"] < asks["wanted"])).to_numpy()]
    knows = live["knows"].tolist()
    pairs = zip(asks["owner"], asks["fact_id"], strict=True)
    asks = asks[[knows[owner] is not None and fact not in knows[owner] for owner, fact in pairs]]
    if asks.empty:
        return found
    new = asks.groupby("atom")["fact_id"].agg(set)
    over, lists = found["atom"].isin(new.index).to_numpy(), found["fact_ids"].to_numpy(object).copy()
    for at in np.flatnonzero(over):
        lists[at] = sorted(new[found["atom"].iloc[at]].union(lists[at]))
    return found.assign(pending=found["pending"] | over, below=found["below"] & ~over, fact_ids=lists)
