"""What rules propose without changing any class; only grounds with another claim than before are told anew."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.lookup import text_among
from zoning.ordered import Change, lost, places, unchanged
from zoning.policy import Policy
from zoning.typed import typed_rows

_TOLD = ["rule", "ground", "class", "fact_id"]
_KEYS = ["rule_id", "ground", "class"]


@dataclass(frozen=True)
class Proposals:
    """What rules propose.

    `claims`: rule, ground, class, fact_id of the claims that live and only propose. `table`: rule_id, ground, class,
    fact_ids, and what its names add; in order of the first three.
    """

    claims: pd.DataFrame
    table: pd.DataFrame


def list_proposals(
    before: Proposals | None,
    claims: pd.DataFrame,
    policy: Policy,
    name: Callable[[pd.DataFrame], pd.DataFrame],
) -> Proposals:
    """List what rules propose.

    Parameters
    ----------
    before : of the last derivation by the same pack on the same ground, or None.
    claims : of `settle`.
    policy : for the ids of rules.
    name : adds names to proposals, as `name_proposals` does.

    Returns
    -------
    Proposals.
    """
    rows = np.flatnonzero((claims["act"] == "propose").to_numpy(bool) & claims["live"].to_numpy(bool))
    told = claims[_TOLD].iloc[rows].reset_index(drop=True)
    if before is None:
        return Proposals(told, name(_listed(told, policy)))
    row = unchanged(before.claims, told, "fact_id")
    moved = pd.concat([told["ground"][row < 0], before.claims["ground"][lost(row, len(before.claims))]])
    fresh = name(_listed(told[text_among(told["ground"], moved)], policy))
    keep = ~text_among(before.table["ground"], moved)
    return Proposals(told, Change(keep, places(before.table, keep, fresh, _KEYS)).apply(before.table, fresh))


def _listed(claims: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    groups = dict[tuple[str, str, str], set[str]]()
    for rule, ground, target, fact in zip(*(claims[c].tolist() for c in _TOLD), strict=True):
        groups.setdefault((policy.rules[rule].id, ground, target), set()).add(fact)
    keys = sorted(groups)
    facts = pd.Series([sorted(groups[key]) for key in keys], dtype=object)
    return typed_rows(keys, dict.fromkeys(_KEYS, "str")).assign(fact_ids=facts)
