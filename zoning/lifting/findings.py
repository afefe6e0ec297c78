"""Positives of rounds and samples inside a zone that nobody entered as a case, and what they turn by the pack."""

from typing import NamedTuple

import pandas as pd

from zoning.lifting.evidence import Evidence, Round, Zone
from zoning.lifting.words import NOTHING, Said, join, names, plural

_TURNS = {
    "rule": Said("规则所取范围", "what the rules take for the case"),
    "unit": Said("所在单元", "its unit"),
    "building": Said("所在楼栋", "its building"),
    "zone": Said("全区", "the whole zone"),
}


class Found(NamedTuple):
    """Positives since a zone's clock began and since its last full clean round.

    `rounds`: those with a positive; `people`: of samples of no round; `entered`: fact ids of cases reported since, and
    of those who were sampled; `n`: positives in all; `since`: when the first of them was looked for (NaT: none).
    """

    rounds: list[Round]
    people: list[str]
    entered: set[str]
    n: int
    since: pd.Timestamp


def find(zone: Zone, known: Evidence) -> Found:
    """Find the positives of a zone that no clean round answered.

    Parameters
    ----------
    zone : zone_id, fact_ids, clock_from.
    known : of `gather`.

    Returns
    -------
    Found.
    """
    rounds, samples = known.rounds.get(zone["zone_id"], []), known.positives.get(zone["zone_id"], [])
    clean = max((r.ended_at for r in rounds if r.full and r.clean), default=None)

    def counts(at: pd.Timestamp) -> bool:
        return bool(at >= zone["clock_from"] and (clean is None or at > clean))

    dirty = [r for r in rounds if r.positive and counts(r.ended_at)]
    named = {r.round_id for r in dirty}
    theirs = {s.person for s in samples if s.round_id in named}
    free = [s for s in samples if s.round_id is None and s.person not in theirs and counts(s.sampled_at)]
    since = min([*(r.started_at for r in dirty), *(s.sampled_at for s in free)], default=pd.NaT)
    people = list(dict.fromkeys(s.person for s in free))
    entered = {f for f in zone["fact_ids"] if f in known.reported and known.reported[f] >= since}
    entered |= {known.case_of[person] for person in (*theirs, *people) if person in known.case_of}
    return Found(dirty, people, entered, sum(r.positive for r in dirty) + len(people), since)


def say_found(found: Found) -> list[Said]:
    """Say which round, or whose sample, was positive.

    Parameters
    ----------
    found : with a positive.

    Returns
    -------
    Clauses: the newest round, then the samples.
    """
    told = [
        Said(f"轮次{r.round_id}阳性{r.positive}人", f"round {r.round_id} found {r.positive} positive")
        for r in found.rounds[-1:]
    ]
    who = names(found.people) if found.people else NOTHING
    return [*told, *([Said(f"单采阳性：{who.zh}", f"positive in a single sample: {who.en}")] if found.people else [])]


def say_enter(found: Found, zone: Zone, known: Evidence) -> Said:
    """Say which positives are to be entered as cases, and what that will turn.

    Parameters
    ----------
    found : with more positives than cases entered.
    zone : class.
    known : of `gather`.

    Returns
    -------
    One sentence.
    """
    told, m = say_found(found), len(found.entered)
    if m:
        told.append(Said(f"此后已录入病例{m}例", f"{plural(m, 'case')} entered since"))
    many = found.n - m > 1
    return join([*told, Said("请录入病例", "enter the cases" if many else "enter the case"), say_turns(zone, known)])


def say_turns(zone: Zone, known: Evidence) -> Said:
    """Say what a new case turns by the pack, and into which class.

    Parameters
    ----------
    zone : class.
    known : of `gather`.

    Returns
    -------
    One clause; nothing where the class has no `on_positive`.
    """
    of = known.policy.classes[zone["class"]].on_positive
    if of is None:
        return NOTHING
    part, to = _TURNS[of.extent], known.policy.classes[of.to].names
    return Said(f"按方案{part.zh}转为{to.zh}", f"by the pack {part.en} turns {to.en}")
