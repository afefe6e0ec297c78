"""The conditions of a way out: for each its function, which says whether it holds, since or until when, and why."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from zoning.classes import Conditions, Lifted
from zoning.clocks import after_days, local_day
from zoning.graded import Dated, number, value_on
from zoning.lifting.evidence import Evidence, Round, Zone
from zoning.lifting.words import NOTHING, Said, join, moment, names, plural
from zoning.times import zone_info


class Check(NamedTuple):
    """One condition of one zone: `at` since when it holds, or when the calendar lets it (NaT: not known)."""

    predicate: str
    holds: bool
    at: pd.Timestamp
    found: Said
    missing: Said


class _Case(NamedTuple):
    """What a condition is asked about: a zone, the number that its pack gives, and when it would be lifted."""

    zone: Zone
    number: float
    known: Evidence
    lift: pd.Timestamp

    def say(self, time: pd.Timestamp) -> Said:
        return moment(time, self.known.zone)


Answer = tuple[bool, pd.Timestamp, Said, Said]


def check_step(zone: Zone, when: Conditions, known: Evidence) -> list[Check]:
    """Check every condition of a way of a zone to another class, or out.

    Parameters
    ----------
    zone : zone_id, class, lift_from, clock_from, last_presence_at, cleaned_at (UTC), gates (gate -> when it was
        assessed).
    when : its conditions.
    known : of `gather`.

    Returns
    -------
    One Check a condition, in the order of the language; conditions of rounds are held against the moment at which the
    calendar allows the step, or now if that is past.

    Raises
    ------
    PolicyError : a condition rests on a number that is unset (grade U).
    """
    asked = dict(when.given())
    begun = zone["clock_from"] if pd.isna(zone["lift_from"]) else zone["lift_from"]
    day = local_day(known.as_of if pd.isna(begun) else begun, zone_info(known.zone))
    found: dict[str, Check] = {}
    for name in sorted(asked, key=lambda name: name not in CALENDAR):
        lift = max([known.as_of, *earliest(found.values())])
        value = asked[name]
        if isinstance(value, Lifted):
            found[name] = Check(name, *_lifted(_Case(zone, 0, known, lift), value))
        else:
            found[name] = Check(name, *CONDITIONS[name](_Case(zone, _number(value, day), known, lift)))
    return [found[name] for name in asked]


def _number(dated: Dated, day: date) -> float:
    value = value_on(dated, day)
    return float(value.value) if isinstance(value.value, bool) else number(value, 0)


def earliest(checks: Any) -> list[pd.Timestamp]:
    """Return the moment from which the calendar lets a zone take its way out.

    Parameters
    ----------
    checks : of one zone.

    Returns
    -------
    That moment; none where no condition goes by the calendar, or a clock has not begun.
    """
    ends = [check.at for check in checks if check.predicate in CALENDAR]
    return [max(ends)] if ends and not any(pd.isna(end) for end in ends) else []


def _days(case: _Case, start: pd.Timestamp) -> pd.Timestamp:
    return pd.Timestamp(after_days(case.known.policy, start, int(case.number), case.known.zone))


def _in_force(case: _Case) -> Answer:
    start, n = case.zone["lift_from"], int(case.number)
    if pd.isna(start):
        return False, pd.NaT, NOTHING, Said("尚未生效", "it is not in force")
    end, since = _days(case, start), case.say(start)
    found = Said(f"自{since.zh}起已满{n}个整日", f"in force for {plural(n, 'full day')} since {since.en}")
    until = case.say(end)
    missing = Said(f"生效满{n}个整日须至{until.zh}", f"{plural(n, 'full day')} in force end {until.en}")
    return end <= case.known.as_of, end, found, missing


def _no_new(case: _Case, zh: str = "新增", en: str = "a new case", none: str = "none new") -> Answer:
    last, n = case.zone["last_presence_at"], int(case.number)
    if pd.isna(last):
        return (
            False,
            pd.NaT,
            NOTHING,
            Said("感染者最后在场时间不明", "the last presence of an infected person is not known"),
        )
    end, since = _days(case, last), case.say(last)
    until = case.say(end)
    found = Said(f"{since.zh}以来无{zh}，已满{n}天", f"{none} since {since.en}, for {plural(n, 'day')}")
    if last >= case.known.as_of:
        return False, end, NOTHING, Said("仍有感染者未隔离转运", "an infected person is not isolated yet")
    told = f"{plural(n, 'day')} without {en} since {since.en} end {until.en}"
    return end <= case.known.as_of, end, found, Said(f"{since.zh}以来无{zh}，满{n}天须至{until.zh}", told)


def _cleaned(case: _Case) -> Answer:
    start, n = case.zone["cleaned_at"], int(case.number)
    if pd.isna(start):
        told = "preliminary cleaning and disinfection of the last premises is not recorded"
        return False, pd.NaT, NOTHING, Said("最后一处场所的初步清洗消毒尚未登记", told)
    end, since = _days(case, start), case.say(start)
    until = case.say(end)
    found = Said(
        f"{since.zh}完成初步清洗消毒，已满{n}天", f"cleaned and disinfected {since.en}, {plural(n, 'day')} ago"
    )
    missing = Said(
        f"初步清洗消毒后满{n}天须至{until.zh}", f"{plural(n, 'day')} after cleaning and disinfection end {until.en}"
    )
    return end <= case.known.as_of, end, found, missing


def _contacts(case: _Case) -> Answer:
    n, known = int(case.number), case.known
    ill = known.cases.get(case.zone["zone_id"], 0)
    more = Said(f"，另有{ill}人已成为病例", f", {ill} more {'is a case' if ill == 1 else 'are cases'} by now")
    more = more if ill else NOTHING
    met = sorted(known.contacts.get(case.zone["zone_id"], []))
    if not met:
        told = Said(f"其病例未登记密切接触者{more.zh}", f"no contact is recorded for its cases{more.en}")
        return True, case.zone["lift_from"], told, NOTHING
    unknown = [c.person for c in met if pd.isna(c.exposed_at)]
    ends = {c.person: _days(case, c.exposed_at) for c in met if not pd.isna(c.exposed_at)}
    early = [person for person, end in ends.items() if end > known.as_of]
    untested = [c.person for c in met if not c.negative and not pd.isna(c.exposed_at)]
    at = pd.NaT if unknown else max(ends.values())
    found = Said(
        f"全部{len(met)}名密切接触者末次暴露已满{n}天且检测阴性{more.zh}",
        f"{'the contact is' if len(met) == 1 else f'all {len(met)} contacts are'} {plural(n, 'day')} past the last"
        f" exposure and negative{more.en}",
    )
    return not (unknown or early or untested), at, found, join(_lacking(case, unknown, early, untested, ends))


def _lacking(
    case: _Case, unknown: list[str], early: list[str], untested: list[str], ends: Mapping[str, pd.Timestamp]
) -> list[Said]:
    """Say which contacts lack what."""
    told, n = list[Said](), int(case.number)
    if early:
        until, who = case.say(max(ends[person] for person in early)), names(early)
        past = f"contacts not {plural(n, 'day')} past their last exposure until {until.en}: {who.en}"
        told.append(Said(f"密切接触者末次暴露满{n}天须至{until.zh}：{who.zh}", past))
    if untested:
        who = names(untested)
        told.append(
            Said(f"末次暴露后无阴性结果的密切接触者：{who.zh}", f"contacts without a negative test since: {who.en}")
        )
    if unknown:
        who = names(unknown)
        told.append(Said(f"末次暴露时间未登记：{who.zh}", f"contacts whose last exposure is not recorded: {who.en}"))
    return told


def _good(rounds: list[Round]) -> list[Round]:
    """Return the full clean rounds after the last one with a positive or an open pool: a later finding undoes them."""
    dirty = max((r.ended_at for r in rounds if not r.clean), default=None)
    return [r for r in rounds if r.full and r.clean and (dirty is None or r.ended_at > dirty)]


def _window(case: _Case) -> Answer:
    rounds = case.known.rounds.get(case.zone["zone_id"], [])
    opens = case.lift - timedelta(hours=case.number)
    good = [r for r in _good(rounds) if r.ended_at >= opens]
    if good:
        when, name = case.say(good[-1].ended_at), good[-1].round_id
        found = Said(f"轮次{name}全员检测阴性，{when.zh}结束", f"full clean round {name} ended {when.en}")
        return True, good[0].ended_at, found, NOTHING
    since = case.say(opens)
    told = f"since {since.en}" if opens <= case.known.as_of else f"from {since.en} on"
    missing = Said(f"缺{since.zh}以后的一轮全员阴性检测", f"a full clean round {told} is missing")
    return False, pd.NaT, NOTHING, join([missing, _last_round(rounds, opens, case)])


def _last_round(rounds: list[Round], opens: pd.Timestamp, case: _Case) -> Said:
    """Say what the newest round lacks, or that it is too old."""
    if not rounds:
        return Said("未登记任何轮次", "no round is recorded")
    spoilt = [r for r in rounds if not (r.full and r.clean) and r.ended_at >= opens]
    if not spoilt:
        last = rounds[-1]
        when = case.say(last.ended_at)
        return Said(f"最近一轮{last.round_id}于{when.zh}结束", f"the last one, {last.round_id}, ended {when.en}")
    return _lacks(spoilt[-1])


def _lacks(row: Round) -> Said:
    """Say what a round lacks."""
    asked = row.due - row.excused
    told = list[Said]()
    if row.tested < asked:
        percent = 100 * row.tested // asked
        told.append(
            Said(f"应检{asked}人，已检{row.tested}人（{percent}%）", f"tested {row.tested} of {asked} ({percent} %)")
        )
    if row.excused:
        told.append(Said(f"免检{row.excused}人", f"{row.excused} excused"))
    if not row.full:
        told += [Said(f"拒检{row.refused}人", f"{row.refused} refused")] * bool(row.refused)
        told += [Said(f"缺检{row.absent}人", f"{row.absent} absent")] * bool(row.absent)
    if row.uncovered:
        where = names(row.uncovered)
        told.append(Said(f"未覆盖：{where.zh}", f"not covered: {where.en}"))
    if row.pools_open:
        told.append(Said(f"{row.pools_open}管未出结果", f"{plural(row.pools_open, 'pool')} open"))
    if row.positive:
        told.append(Said(f"阳性{row.positive}人", f"{row.positive} positive"))
    chinese, english = "，".join(t.zh for t in told), ", ".join(t.en for t in told)
    return Said(f"轮次{row.round_id}：{chinese}", f"round {row.round_id}: {english}")


def _count(case: _Case, counted: Callable[[Round], bool], zh: str, en: str) -> Answer:
    """Count rounds since the clock began."""
    begun, n = case.zone["clock_from"], int(case.number)
    rounds = [r for r in case.known.rounds.get(case.zone["zone_id"], []) if r.ended_at >= begun]
    good = [r for r in rounds if counted(r)]
    since = case.say(begun) if not pd.isna(begun) else Said("开始", "the start")
    told = Said(f"{since.zh}以来{zh}{len(good)}轮，要求{n}轮", f"{len(good)} of {plural(n, en)} since {since.en}")
    if len(good) >= n:
        return True, good[n - 1].ended_at if n else begun, told, NOTHING
    spoilt = [r for r in rounds if not counted(r)]
    return False, pd.NaT, NOTHING, join([told, _lacks(spoilt[-1]) if spoilt else NOTHING])


def _clean_rounds(case: _Case) -> Answer:
    return _count(case, lambda r: r.full and r.clean, "全员阴性检测", "full clean round")


def _rounds_done(case: _Case) -> Answer:
    return _count(case, lambda r: r.full, "全员检测", "full round")


def _assessed(case: _Case) -> Answer:
    if not case.number:
        return True, case.known.as_of, Said("无须评估", "no assessment is asked for"), NOTHING
    at = case.zone["gates"].get("release", pd.NaT)
    if pd.isna(at):
        told = "an assessment with name, time and grounds is not recorded"
        return False, pd.NaT, NOTHING, Said("缺风险评估记录（评估人、时间、依据）", told)
    when = case.say(at)
    return True, at, Said(f"{when.zh}已评估", f"assessed {when.en}"), NOTHING


def _lifted(case: _Case, lifted: Lifted) -> Answer:
    left = case.known.left(case.zone, lifted)
    called = [case.known.policy.classes[name].names for name in lifted.classes]
    kinds = Said("、".join(c.zh for c in called), " or ".join(c.en for c in called))
    if not left:
        return True, case.known.as_of, Said(f"已无{kinds.zh}", f"no {kinds.en} is left"), NOTHING
    chinese, english = names([z.name for z in left]).zh, names([z.name_en for z in left]).en
    return False, pd.NaT, NOTHING, Said(f"尚未解除的{kinds.zh}：{chinese}", f"{kinds.en} not lifted yet: {english}")


CONDITIONS: Mapping[str, Callable[[_Case], Answer]] = {
    "in_force_days": _in_force,
    "no_new_days": _no_new,
    "no_cluster_days": partial(_no_new, zh="聚集性疫情", en="a cluster", none="no cluster"),
    "cleaned_days": _cleaned,
    "last_contact_days": _contacts,
    "round_window_h": _window,
    "clean_rounds": _clean_rounds,
    "rounds_done": _rounds_done,
    "assessed": _assessed,
}
CALENDAR = ("in_force_days", "no_new_days", "no_cluster_days", "cleaned_days", "last_contact_days")
