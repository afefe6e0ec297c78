"""Stage 4c: what decisions make of claims: settled for a zone for good, stepped, quiet, or of a part."""

from datetime import datetime

import numpy as np
import pandas as pd

from zoning.policy import Policy


def settle(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy, as_of: datetime) -> pd.DataFrame:
    """Mark the claims that a step or an ending answered; what stepped down claims its new class.

    Parameters
    ----------
    claims : fact_id, ground, fallback, class, rank, per, joins, live, ignored (its presence moves no clock).
    standings : of `fold_decisions`.
    policy : the classes.
    as_of : UTC.

    Returns
    -------
    `claims` with settled (zone id that the claim belongs to for good, None for the rest), ended (its zone is over),
    origin (class before the step, or None), rule_class (class by the rules) and calm (its presence moves no clock of
    its zone); a claim of a released zone lives as long as the zone is under watch. Then, slot `part`, what facts claim
    for the units with which a zone was parted off.
    """
    fresh = claims.assign(
        settled=None, ended=False, origin=None, rule_class=claims["class"], calm=claims["ignored"].to_numpy(bool)
    )
    if standings.empty:
        return fresh
    whole = standings[standings["parted"].map(lambda units: not units).astype(bool)]
    found = _calm(_joined(_answered(fresh, whole, policy, as_of), whole, policy), whole)
    parts = _parted(fresh, standings.drop(index=whole.index), policy, as_of)
    return pd.concat([found, *parts], ignore_index=True) if parts else found


def _answered(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy, as_of: datetime) -> pd.DataFrame:
    """Mark the claims that a step or an ending answered."""
    found, rows = claims, standings[standings["answers"].map(len) > 0]
    rows = rows[["zone_id", "answers", "class", "ground_id", "to", "origin", "ended", "watch_until"]].explode("answers")
    if rows.empty or claims.empty:
        return found
    keys = claims[["fact_id"]].assign(own=claims["class"], ground_id=_areas(claims), claim=claims.index)
    rows = rows.assign(ground_id=rows["ground_id"].fillna(""), fact_id=rows["answers"])
    both = keys.merge(rows, on=["fact_id", "ground_id"])
    # A step or release of an area answers all that the same fact claims there, whichever level that would give.
    level = (both["ground_id"] != "") & (both["ended"] != "rejected")
    both = both[(both["own"] == both["class"]) | level].drop_duplicates("claim", keep="last")
    both = both.set_index("claim")
    over, watched = both["ended"].notna(), both["watch_until"]
    live = (watched > pd.Timestamp(as_of)).where(watched.notna(), claims["live"].reindex(both.index))
    found = found.copy()
    found.loc[both.index, "settled"] = both["zone_id"].astype(object)
    found.loc[both.index[over], "ended"] = True
    found.loc[both.index[over], "live"] = live[over].astype(bool)
    return _stepped(found, both["to"][~over].dropna(), both["origin"], policy)


def _joined(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Give an area that stepped down what is new there and asks for no more than its class: an area is one zone."""
    rows = standings[standings["to"].isin(list(policy.classes)) & standings["ended"].isna()]
    rows = rows[rows["ground_id"].map(bool).astype(bool)]
    rows = rows.assign(least=[policy.classes[to].rank for to in rows["to"]])
    if rows.empty or claims.empty:
        return claims
    fresh = claims[claims["settled"].isna()]
    keys = fresh[["rank"]].assign(ground_id=_areas(fresh), claim=fresh.index)
    told = rows[["zone_id", "class", "ground_id", "to", "origin", "least"]]
    both = keys.merge(told, on="ground_id").query("rank >= least").drop_duplicates("claim", keep="last")
    both, found = both.set_index("claim"), claims.copy()
    found.loc[both.index, "settled"] = both["zone_id"].astype(object)
    found.loc[both.index, "rule_class"] = both["class"]
    return _stepped(found, both["to"], both["origin"], policy)


def _calm(claims: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """Mark the claims of facts that were to move no clock of their zone."""
    rows = standings[standings["calm"].map(bool).astype(bool)][["class", "ground_id", "calm"]].explode("calm")
    if rows.empty or claims.empty:
        return claims
    quiet = set(zip(rows["calm"], rows["class"], rows["ground_id"].fillna(""), strict=True))
    mine = zip(claims["fact_id"], claims["rule_class"], _areas(claims), strict=True)
    return claims.assign(
        calm=claims["calm"].to_numpy(bool) | np.fromiter((key in quiet for key in mine), bool, len(claims))
    )


def _areas(claims: pd.DataFrame) -> list[str]:
    """Return the id of the area that a claim of a class by ground is of, empty for the others."""
    by_ground = claims["ground"].where((claims["per"] == "ground") & ~claims["fallback"], "")
    return [area.partition(":")[2] for area in by_ground]


def _parted(claims: pd.DataFrame, standings: pd.DataFrame, policy: Policy, as_of: datetime) -> list[pd.DataFrame]:
    """Return what the facts of zones that were parted off claim: the units, and not the ground of the rule."""
    parts = list[pd.DataFrame]()
    for zone in standings.to_dict("records"):
        facts = zone["facts"] | zone["answers"]
        mine = claims[claims["fact_id"].isin(facts) & (claims["rule_class"] == zone["class"])]
        mine = mine.drop_duplicates("fact_id").assign(settled=zone["zone_id"], slot="part", fallback=False, calm=False)
        if zone["ended"] is not None:
            watched = not pd.isna(zone["watch_until"]) and zone["watch_until"] > pd.Timestamp(as_of)
            mine = mine.assign(ended=True, live=watched)
        own = [mine.assign(ground=f"unit:{unit}") for unit in zone["parted"]]
        to = pd.Series(zone["to"], index=mine.index, dtype=object)
        origin = pd.Series(zone["origin"], index=mine.index, dtype=object)
        parts += [_stepped(one, to, origin, policy) if zone["to"] and zone["ended"] is None else one for one in own]
    return parts


def _stepped(claims: pd.DataFrame, to: pd.Series, origin: pd.Series, policy: Policy) -> pd.DataFrame:
    """Give the claims of zones that stepped their new class; a class that the pack no longer has changes nothing."""
    to = to[to.isin(list(policy.classes))]
    if to.empty:
        return claims
    found = claims.copy()
    found.loc[to.index, "origin"] = origin[to.index]
    found.loc[to.index, "class"] = to
    found.loc[to.index, "rank"] = [policy.classes[name].rank for name in to]
    found.loc[to.index, "joins"] = [policy.classes[name].joins for name in to]
    return found
