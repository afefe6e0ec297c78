"""The ledger: every stroke with its author, reason and what became of it, what needs a person first.

Nothing is dropped: a stroke that was undone, has ended or names ground that is gone is listed with what to do.
"""

from datetime import datetime

import numpy as np
import pandas as pd

from zoning.policy import Policy
from zoning.settings import Settings
from zoning.times import format_local

OUT = "none"  # the class of a stroke that takes its atoms out of every zone
COLUMNS = (
    *("event_id", "author", "recorded_at", "class", "zone_id", "reason", "base", "effective_at", "until", "atoms"),
    *("holding", "pending", "beyond", "below", "unknown", "status", "undone_by", "fact_ids", "text_zh", "text_en"),
)
_COUNTS = ("pending", "beyond", "below", "adrift")
# In the order of the list: what waits for a person, what is not as its author meant it, then the rest.
_TEXTS = {
    "suspended": (
        "{pending}处有此编辑未考虑的起因（{facts}），现按推导分级显示；请重新划定以确认，或撤销此编辑",
        "causes that this edit does not answer ({facts}) reach {pending} of its atoms: the derived class shows there; "
        "draw it again to confirm, or undo it",
    ),
    "senseless": (
        "此编辑已不成立：{why_zh}；请重新划定，或撤销",
        "this edit no longer makes sense: {why_en}; draw it again, or undo it",
    ),
    "emptied": (
        "区域{zone_id}因此编辑不再含有任何单元；请决定解除该区域，或撤销此编辑",
        "zone {zone_id} holds no atom any more since this edit; end the zone by a decision, or undo the edit",
    ),
    "adrift": (
        "{adrift}处推导已不再划区，此编辑仍在；如非有意，请撤销",
        "the derivation no longer zones {adrift} of its atoms, and this edit still does; undo it unless that is meant",
    ),
    "draft": ("草稿，尚不生效；采用后才生效", "a draft: it does nothing until it is taken up"),
    "in_effect": ("生效中{ends_zh}", "in effect{ends_en}"),
    "not_yet": ("{from_at}起生效", "takes effect from {from_at}"),
    "replaced": ("其全部单元已被后来的编辑取代", "later edits have taken all its atoms"),
    "taken_up": ("草稿已采用", "a draft that was taken up"),
    "expired": ("已于{until_at}失效；如需延长请重新划定", "ended {until_at}; draw it again to prolong it"),
    "undone": ("已撤销；撤销{undone_by}可恢复", "undone; undo {undone_by} to bring it back"),
}


def find_undone(strokes: pd.DataFrame) -> dict[str, str]:
    """Find what was undone and not redone since.

    Parameters
    ----------
    strokes : of the state; event_id, seq, undoes.

    Returns
    -------
    Event id of a stroke or undo -> of the undo that is in effect on it. An undo is always written after what it undoes,
    whatever the clocks said.
    """
    undone: dict[str, str] = {}
    for row in strokes[strokes["undoes"].notna()].sort_values("seq", ascending=False).itertuples():
        if row.event_id not in undone:
            undone.setdefault(row.undoes, row.event_id)
    return undone


def sort_out(strokes: pd.DataFrame, policy: Policy, as_of: datetime) -> pd.DataFrame:
    """Tell which strokes count at a time.

    Parameters
    ----------
    strokes : of the state, in recorded order.
    policy : its classes.
    as_of : UTC.

    Returns
    -------
    The strokes without the undos, with undone_by (event id or None), status (what it is before the atoms are looked
    at) and live (it counts).
    """
    undone = find_undone(strokes)
    found = strokes[strokes["undoes"].isna()]
    found = found.assign(undone_by=[undone.get(event) for event in found["event_id"]])
    gone, now = found["undone_by"].notna(), pd.Timestamp(as_of)
    taken = found["event_id"].isin(found.loc[~gone, "takes"].dropna())
    told = {
        "undone": gone,
        "taken_up": found["draft"] & taken,
        "draft": found["draft"],
        "senseless": ~found["class"].isin([OUT, *policy.classes]),
        "not_yet": found["effective_at"] > now,
        "expired": found["until"] <= now,
    }
    status = np.select([mask.to_numpy(bool) for mask in told.values()], list(told), "in_effect")
    return found.assign(status=status, live=status == "in_effect")


def list_strokes(
    strokes: pd.DataFrame, touched: pd.DataFrame, unknown: pd.Series, emptied: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """List every stroke, and every zone that strokes emptied.

    Parameters
    ----------
    strokes : of `sort_out`.
    touched : stroke, fact_ids, pending, beyond, below, adrift of each atom that a stroke counts on.
    unknown : event id -> number of its atoms that are not on the loaded ground.
    emptied : zone_id, class, stroke (the newest that took an atom of it).
    settings : time zone of what is said.

    Returns
    -------
    event_id, author, recorded_at, class, zone_id (that it names, or that it emptied), reason, base, effective_at, until
    (UTC, NaT: open), atoms (named), holding (where it counts), pending, beyond, below, unknown (numbers of atoms),
    status (suspended, senseless, emptied, adrift, draft, in_effect, not_yet, replaced, taken_up, expired or undone),
    undone_by, fact_ids (that suspend it), text_zh and text_en (what to do); what waits for a person first, the newest
    of each status first.
    """
    counts = touched.groupby("stroke")[list(_COUNTS)].sum()
    counts["holding"] = touched[~touched["pending"]].groupby("stroke").size()
    later = touched[touched["pending"]].groupby("stroke")["fact_ids"].agg(_union)
    table = strokes.assign(atoms=strokes["atoms"].map(len).astype("int64"), place=range(len(strokes)))
    for name in (*_COUNTS, "holding", "unknown"):
        source = unknown if name == "unknown" else counts[name]
        table[name] = table["event_id"].map(source).fillna(0).astype("int64")
    answered = {row.event_id: frozenset().union(*(f for _, f in row.answers)) for row in strokes.itertuples()}
    table["fact_ids"] = [
        sorted(set(later.get(event, ())) - answered[event]) or sorted(later.get(event, ()))
        for event in table["event_id"]
    ]
    table["status"] = np.where(table["live"], _status(table), table["status"])
    left = emptied.rename(columns={"stroke": "event_id"})
    left = table.drop(columns=["class", "zone_id"]).merge(left, on="event_id").assign(status="emptied")
    table = pd.concat([table, left[list(table)]]) if len(left) else table
    texts = [_text(row, settings) for row in table.to_dict("records")]
    table = table.assign(text_zh=[t[0] for t in texts], text_en=[t[1] for t in texts])
    order = table["status"].map({name: n for n, name in enumerate(_TEXTS)})
    return table.iloc[np.lexsort((-table["place"], order))][list(COLUMNS)].reset_index(drop=True)


def _union(lists: pd.Series) -> list[str]:
    return sorted(set[str]().union(*lists))


def _status(table: pd.DataFrame) -> pd.Series:
    told = {
        "suspended": table["pending"] > 0,
        "senseless": (table["unknown"] == table["atoms"]) & (table["atoms"] > 0),
        "adrift": table["adrift"] > 0,
        "replaced": table["holding"] == 0,
    }
    return pd.Series(np.select(list(told.values()), list(told), "in_effect"), index=table.index)


def _text(row: dict[str, object], settings: Settings) -> tuple[str, str]:
    """Say in both languages what became of a stroke and what to do."""
    facts = row["fact_ids"] if isinstance(row["fact_ids"], list) else []
    more = f" +{len(facts) - 3}" if len(facts) > 3 else ""
    moment = {
        name: "" if pd.isna(row[c]) else format_local(pd.Timestamp(row[c]), settings.zone, with_year=True)
        for name, c in (("from_at", "effective_at"), ("until_at", "until"))
    }
    lost = row["unknown"] == row["atoms"] and row["atoms"] != 0
    said = {
        **{key: row[key] for key in (*_COUNTS, "zone_id", "undone_by")},
        **moment,
        "facts": ", ".join(facts[:3]) + more,
        "why_zh": "所指单元已不在已加载的底图中" if lost else f"规则包中没有分级“{row['class']}”",
        "why_en": "none of its atoms is on the loaded ground" if lost else f"the pack has no class '{row['class']}'",
        "ends_zh": moment["until_at"] and f"，至{moment['until_at']}",
        "ends_en": moment["until_at"] and f" until {moment['until_at']}",
    }
    zh, en = (text.format(**said) for text in _TEXTS[str(row["status"])])
    if row["unknown"] and not lost:
        zh += f"；其中{row['unknown']}处已不在底图中，请重新划定"
        en += f"; no longer on the loaded ground: {row['unknown']} of its atoms; draw those again"
    return zh, en


def unedited(membership: pd.DataFrame) -> pd.DataFrame:
    """Return a membership as replay gives it where there are no strokes.

    Parameters
    ----------
    membership : class, rank, zone_id.

    Returns
    -------
    `membership` with stroke, derived_class, derived_rank, derived_zone, pending.
    """
    rank, known = membership["rank"].to_numpy(np.int64), np.zeros(len(membership), bool)
    none = pd.Series(np.full(len(membership), None, object), membership.index, object, copy=False)
    return membership.assign(
        stroke=none, derived_class=membership["class"],
        derived_rank=pd.arrays.IntegerArray(rank, known), derived_zone=membership["zone_id"], pending=False,
    )  # fmt: skip
