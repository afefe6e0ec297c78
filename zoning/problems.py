"""What an officer should look at: ground that does not fit, places not found, missing dates, numbers out of date."""

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from zoning.once import once
from zoning.policy import Policy, warnings_on
from zoning.typed import typed_rows

_SAID = {
    "no place": "its place is not known, so it opens nothing; type one",
    "far": "lies far from all other places and on no loaded ground, so it opens nothing; check its coordinates",
    "near": "lies in no building; the nearest one is taken as possible",
    "no area": "names an area that is not loaded, so its people live nowhere; load the area or mend the id",
    "redrawn": "covers other ground than was decided, after a correction or a new fact; decide it again",
    "bare": "is in force and has no ground now: stricter zones hold it, or its place vanished; release or redraw it",
    "transfer": "was found in isolation and no transfer date is recorded, so its home opens nothing; type isolated_at",
}
_WAITS = ("suspended", "senseless", "emptied", "adrift")


def list_problems(
    ground: pd.DataFrame,
    zones: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    stays: pd.DataFrame,
    standings: pd.DataFrame,
    ledger: pd.DataFrame,
    handed_over: pd.DataFrame,
    policy: Policy,
    day: date,
) -> pd.DataFrame:
    """List the problems of a plan, edits that wait for a person first.

    Parameters
    ----------
    ground : code, subject, text: problems of the unit tree.
    zones : zone_id, aliases, redrawn.
    tables : kind -> table of the state; cases, areas and population are read.
    stays : fact_id, live, known, far, near, question.
    standings : of `fold_decisions`.
    ledger : of `replay`.
    handed_over : of `hand_over`.
    policy : the pack, for its statuses and dated values.
    day : local date of the plan.

    Returns
    -------
    code, subject, text (what is wrong and what to do).
    """
    live, known, far, near = (stays[c].to_numpy(bool) for c in ("live", "known", "far", "near"))
    asked = (stays["question"] != "").to_numpy(bool)
    cases = tables["cases"]
    away = cases["found_in"].isin(("quarantine", "closed_loop")) & cases["isolated_at"].isna()
    away &= cases["status"].isin(policy.source.statuses) & ~cases["withdrawn"] & cases["home_until"].isna()
    found = {
        "no place": stays["fact_id"][live & ~known & ~far & ~asked],
        "far": stays["fact_id"][live & far],
        "near": stays["fact_id"][live & near],
        "redrawn": zones["zone_id"][zones["redrawn"].to_numpy(bool)],
        "bare": _bare(zones, standings),
        "transfer": cases["fact_id"][away],
    }
    found |= {"no area": _without_area(tables["population"], tables["areas"])}
    waits, over = ledger[ledger["status"].isin(_WAITS)], handed_over.drop_duplicates(["ground", "to_area_id"])
    to = "reaches over the border into " + over["to_area_id"].fillna("no loaded area").astype("str")
    warnings = warnings_on(policy, day)
    rows = [
        *_each("edit", waits["event_id"], waits["text_en"]),
        *ground.itertuples(index=False, name=None),
        *(row for code, names in found.items() for row in _each(code, names, [_SAID[code]] * len(names))),
        *_each("address", stays["fact_id"][live & asked], stays["question"][live & asked]),
        *_each("border", over["ground"], to + "; hand that part over"),
        *_each("pack", [policy.pack.id] * len(warnings), warnings),
    ]
    return typed_rows(rows, dict.fromkeys(("code", "subject", "text"), "str"))


def _each(code: str, subjects: Iterable[str], texts: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    return ((code, subject, text) for subject, text in zip(subjects, texts, strict=True))


@once
def _without_area(population: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    named = population["area_id"].notna() & ~population["area_id"].isin(areas["id"])
    return population["id"][named & population["cell"].isna()]


def _bare(zones: pd.DataFrame, standings: pd.DataFrame) -> pd.Series:
    """Return the zones that were put in force, not ended, and are no zone of the plan any more."""
    open_ = standings[standings["ended"].isna() & standings["in_force_from"].notna()]
    if open_.empty:
        return open_["zone_id"]
    known = {name for row in zip(zones["zone_id"], zones["aliases"], strict=True) for name in (row[0], *row[1])}
    return open_["zone_id"][~open_["zone_id"].isin(known)]
