"""An answer to 'why?' as lines for people: all of it in Chinese, then all of it in English."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from zoning.answers import NO_CLASS
from zoning.lifting.words import Said, join, moment, names, plural
from zoning.plan import Plan

_STATUS = {
    "proposed": Said("待决定", "proposed"),
    "decided": Said("已决定，尚未生效", "decided, not yet in force"),
    "in_force": Said("已生效", "in force"),
    "released": Said("已解除", "released"),
    "rejected": Said("已否决", "rejected"),
}
_HEADS = {
    "reasons": Said("理由", "Reasons"),
    "decision": Said("决定", "Decision"),
    "edit": Said("人工编辑", "Edit by hand"),
    "parts": Said("其中各部分", "Its parts"),
    "ways": Said("怎样才会属于其他分区", "What would put it into another class"),
    "possible": Said("因定位不准而可能", "Possible, where a location is weak"),
    "checks": Said("结束还需要什么", "What its way out waits for"),
    "acts": Said("待决定事项", "What can be decided"),
    "resets": Said("新增病例后重新计时的范围", "Whose clock can begin again"),
}
_SCOPES = {
    "zone": Said("全区", "whole zone"),
    "building": Said("仅所在楼栋", "building only"),
    "unit": Said("仅所在单元", "unit only"),
    "none": Said("不重新计时", "nobody's"),
}
Lines = Iterator[tuple[str, Said]]

_ACTS = {
    "open": Said("划定", "open"),
    "extend": Said("增加病例依据", "extend"),
    "phase": Said("进入下一阶段", "next phase"),
    "step": Said("降级", "step down"),
    "release": Said("解除", "release"),
    "raise": Said("升级", "raise"),
    "positive": Said("录入阳性病例", "enter the positives"),
    "hold_expired": Said("临时管控已到期", "the hold has expired"),
}


def answer_lines(plan: Plan, found: dict[str, Any]) -> list[str]:
    """Return an answer as text.

    Parameters
    ----------
    plan : that was asked.
    found : of `answer`.

    Returns
    -------
    Lines: the Chinese ones, an empty one, the English ones.
    """
    rows = list(_lines(plan, found))
    of = _class(plan, found["class"])
    subject = f"{found['subject']['name']} ({found['subject']['id']})"
    people = round(found["people"])
    head = Said(f"{subject}：{of.zh}，{people:,}人", f"{subject}: {of.en}, {people:,} people")
    text: list[str] = []
    for language in (0, 1):
        text += ["", head[language]] if text else [head[language]]
        last = ""
        for kind, said in rows:
            text += [f"  {_HEADS[kind][language]}"] if kind != last else []
            text += [f"    {said[language]}"]
            last = kind
    return text


def say_reset(price: Mapping[str, Any]) -> Said:
    """Say what it costs to let the clock of one part of a zone begin again.

    Parameters
    ----------
    price : a row of `price_resets`.

    Returns
    -------
    Said, such as "whole zone: +1,176 person-days (168 × 7 days)".
    """
    scope, cost = _SCOPES[price["scope"]], price["person_days"]
    own = Said("，规则默认", ", the pack's own") if price["chosen"] else Said("", "")
    if pd.isna(cost):
        return Said(f"{scope.zh}：代价无法估计{own.zh}", f"{scope.en}: what it costs cannot be said{own.en}")
    zh, en = f"{scope.zh}：+{round(cost):,} 人·天", f"{scope.en}: +{round(cost):,} person-days"
    if round(cost):
        people, days = f"{round(price['people']):,}", round(price["days_added"])
        zh, en = f"{zh}（{people} 人 × {days} 天）", f"{en} ({people} × {plural(days, 'day')})"
    return Said(zh + own.zh, en + own.en)


def say_edit(cost: Mapping[str, Any]) -> Said:
    """Say what an edit costs against the rules alone, and which facts it leaves uncovered.

    Parameters
    ----------
    cost : a row of `weigh_edits`.

    Returns
    -------
    Said, its clauses parted by semicolons.
    """
    days, tests, bare = cost["person_days"], cost["tests"], cost["bare_share"]
    parts = [Said("人·天与检测数无法估计", "its person-days and tests cannot be said")]
    if not (pd.isna(days) or pd.isna(tests)):
        zh = f"比规则要求{days:+,.0f} 人·天、{tests:+,.0f} 人次检测"
        parts = [Said(zh, f"{days:+,.0f} person-days and {tests:+,.0f} tests against the rules")]
    if not pd.isna(bare):
        parts.append(Said(f"其中{bare:.0%}从无病例停留", f"{bare:.0%} of it without any case or stay"))
    if cost["beyond_people"]:
        people, days = cost["beyond_people"], cost["beyond_person_days"]
        zh, en = f"超出规则 {people:,.0f} 人（{days:,.0f} 人·天）", f"beyond the rule {people:,.0f} people"
        parts.append(Said(zh, f"{en} ({days:,.0f} person-days)"))
    if cost["below_facts"]:
        people, facts = f"{cost['below_people']:,.0f}", names(cost["below_facts"])
        zh, en = f"低于规则 {people} 人，未覆盖{facts.zh}", f"BELOW THE RULE {people} people, uncovered: {facts.en}"
        parts.append(Said(zh, en))
    return join(parts)


def _class(plan: Plan, name: str | None) -> Said:
    return Said(plan.policy.classes[name].names.zh, plan.policy.classes[name].names.en) if name else NO_CLASS


def _lines(plan: Plan, found: dict[str, Any]) -> Lines:
    """Give each line with the head that it stands under."""
    for reason in found["reasons"]:
        facts, called = names(reason["rests_on"]), reason["names"]
        cited = f": {reason['cite']}" if reason["cite"] else ""
        told = (f"{reason['rule_id']} {called[lang]} ({reason['grade']}{cited})" for lang in ("zh", "en"))
        zh, en = told
        yield "reasons", Said(f"{zh}；事实：{facts.zh}", f"{en}; facts: {facts.en}")
    if found["zone"]:
        yield "decision", _decision(plan, found["zone"], found["zone_id"])
    if edit := found["edit"]:
        yield "edit", _edit(plan, edit)
    yield from _parts(plan, found)
    for way in found["ways"]:
        yield "ways", Said(f"{way['names']['zh']}：{way['zh']}", f"{way['names']['en']}: {way['en']}")
    yield from _closed(plan, found)
    for row in found["possible"]:
        yield "possible", _possible(row)
    for check in found["checks"]:
        mark = "+" if check["holds"] else "-"
        zh, en = (check[f"{'found' if check['holds'] else 'missing'}_{lang}"] for lang in ("zh", "en"))
        yield "checks", Said(f"{mark} {zh}", f"{mark} {en}")
    for act in found["acts"]:
        of = plan.policy.classes.get(act["to"])
        to = Said(f" → {of.names.zh}", f" → {of.names.en}") if of else Said("", "")
        ready = Said("（可以）：", " (ready): ") if act["ready"] else Said("（尚不可）：", " (not yet): ")
        what = _ACTS[act["act"]]
        yield "acts", Said(*(f"{what[i]}{to[i]}{ready[i]}{act[f'reasons_{lang}']}" for i, lang in _BOTH))
    for price in found["resets"]:
        yield "resets", say_reset(price)


_BOTH = ((0, "zh"), (1, "en"))


def _decision(plan: Plan, zone: dict[str, Any], zone_id: str) -> Said:
    status = _STATUS[zone["status"]]
    zh, en = f"{zone['name']} [{zone_id}] {status.zh}", f"{zone['name_en']} [{zone_id}] {status.en}"
    if zone["in_force_from"]:
        since = moment(pd.Timestamp(zone["in_force_from"]), plan.settings.zone)
        zh, en = f"{zh}，自{since.zh}", f"{en} from {since.en}"
    by = ", ".join(str(zone[c]) for c in ("decided_by", "notice_no") if zone[c])
    return Said(f"{zh}（{by}）", f"{en} ({by})") if by else Said(zh, en)


def _edit(plan: Plan, edit: dict[str, Any]) -> Said:
    rules = _class(plan, edit["derived_class"])
    cost = say_edit({name: np.nan if value is None else value for name, value in edit["cost"].items()})
    state = Said("暂停，待确认", "suspended until confirmed") if edit["pending"] else Said("有效", "in effect")
    return Said(
        f"[{edit['stroke']}] {edit['author']}：{edit['reason']}；按规则为{rules.zh}；{state.zh}；{cost.zh}",
        f"[{edit['stroke']}] {edit['author']}: {edit['reason']}; by the rules {rules.en}; {state.en}; {cost.en}",
    )


def _parts(plan: Plan, found: dict[str, Any]) -> Lines:
    """Count the atoms of each class where there are several, and say which one the rest is about."""
    if len(found["atoms"]) < 2:
        return
    counts = pd.Series([atom["class"] or "" for atom in found["atoms"]]).value_counts()
    told = [(_class(plan, name or None), n) for name, n in sorted(counts.items(), key=lambda c: -c[1])]
    zh, en = "、".join(f"{of.zh}{n}处" for of, n in told), ", ".join(f"{of.en} {n}" for of, n in told)
    yield "parts", Said(f"{zh}；以下针对{found['asked_of']}", f"{en}; what follows is about {found['asked_of']}")


def _closed(plan: Plan, found: dict[str, Any]) -> Lines:
    """Name the classes that no fact near it leads to."""
    now = found["edit"]["derived_class"] if found["edit"] else found["class"]
    told = {now, *(way["class"] for way in found["ways"])}
    for name, of in plan.policy.classes.items():
        if found["atoms"] and name not in told:
            zh = f"{of.names.zh}：附近没有任何事实会使其如此；只能由决定或人工编辑"
            yield "ways", Said(zh, f"{of.names.en}: no fact near it leads there; only a decision or an edit does")


def _possible(row: dict[str, Any]) -> Said:
    metres = round(row["distance_m"])
    return Said(
        f"{row['names']['zh']}：若{row['fact_id']}实际在其所给位置{metres}米外（规则{row['rule_id']}）",
        f"{row['names']['en']}: if {row['fact_id']} was {metres} m from where it was put (rule {row['rule_id']})",
    )
