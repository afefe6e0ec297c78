"""Words of the screen in Chinese and English; a test holds that both have the same keys and the same fields."""

from datetime import date, datetime, timedelta

LANGS = ("zh", "en")

# key -> (zh, en). Names of classes and rules come from the pack, not from here.
_WORDS: dict[str, tuple[str, str]] = {
    # frame
    "workspace": ("工作区", "Workspace"),
    "pack": ("规则包", "Policy pack"),
    "as_of": ("截至", "As of"),
    "revision": ("版本", "Revision"),
    "date": ("日期", "Date"),
    "day_back": ("前一天", "Day back"),
    "day_on": ("后一天", "Day forward"),
    "theme": ("深色", "Dark"),
    "computing": ("正在推算分区…", "Working out the zones…"),
    # list
    "zones": ("分区", "Zones"),
    "zones_shown": ("{n} 个", "{n} on this day"),
    "zones_filtered": ("{n} / {all} 个", "{n} of {all}"),
    "search": ("名称、编号", "Name or id"),
    "list_head": ("待决定在前，先严后宽", "To decide, then strictest"),
    "people": ("人数", "People"),
    "people_unit": ("人", "people"),
    "day": ("天次", "Day"),
    "test_lift": ("检测/解除", "Test / lift"),
    "today": ("今日", "today"),
    "done": ("已完成", "done"),
    "no_zones": ("这一天没有分区。", "No zones on this day."),
    "no_zones_do": (
        "换一个日期；或导入病例：python -m zoning load 工作区 cases.csv --kind cases",
        "Choose another day, or load cases: python -m zoning load WORKSPACE cases.csv --kind cases",
    ),
    "no_match": ("没有符合“{q}”的分区。", "No zone matches “{q}”."),
    "clear": ("清除筛选", "Clear the filter"),
    "loading": ("正在读取分区…", "Reading the zones…"),
    "list_failed": ("分区清单未能读取：{what}", "The zone list could not be read: {what}"),
    "proposed": ("建议", "proposed"),
    "decided": ("已决定", "decided"),
    "in_force": ("已生效", "in force"),
    "released": ("已解除", "released"),
    "rejected": ("未采纳", "rejected"),
    # map
    "layers": ("图层", "Layers"),
    "map": ("地图", "Map"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "fit": ("全部分区", "All zones"),
    "no_webgl": (
        "此浏览器没有 WebGL2，无法绘制地图。清单与依据照常可用；请启用硬件加速或换用其他浏览器。",
        "The map cannot be drawn: this browser has no WebGL2. The list and the reasons work; "
        "turn hardware acceleration on, or use another browser.",
    ),
    "no_vendor": (
        "地图程序 {file} 未安装。请运行 make install，再刷新页面。",
        "The map's program {file} is not installed. Run make install, then reload the page.",
    ),
    "map_failed": ("地图有一处未能绘制：{what}", "Something on the map could not be drawn: {what}"),
    # card
    "card": ("详情", "Details"),
    "card_empty": (
        "在地图或清单上点选，查看划定依据。",
        "Choose a zone in the list, or click the map: the reasons show here.",
    ),
    "look_at": ("待核对", "To look at"),
    "proposal": ("{ground}：{rule}，请决定", "{ground}: {rule}; decide"),
    "problem_no_place": (
        "位置不明，因此不触发分区；请补录位置",
        "its place is not known, so it opens no zone; type one",
    ),
    "problem_far": (
        "离其他各处过远且不在已载入的区域内，因此不触发分区；请核对坐标",
        "lies far from all other places and on no loaded ground, so it opens no zone; check its coordinates",
    ),
    "problem_transfer": (
        "隔离中发现且无转运时间，其住所不触发分区；请补录隔离时间",
        "was found in isolation and no transfer date is recorded; type when it was isolated",
    ),
    "problem_redrawn": (
        "范围与原决定不同（更正或新增事实所致），请重新决定",
        "covers other ground than was decided, after a correction or a new fact; decide it again",
    ),
    "problem_twice": (
        "编号重复，仅采用第一个；请分别编号",
        "is the id of two units; only the first is used: give each its own",
    ),
    "problem_no_area": (
        "所指区域未载入，其人口无处落实；请载入该区域或更正编号",
        "names an area that is not loaded, so its people live nowhere; load the area or mend the id",
    ),
    "problem_unknown_parent": (
        "所指上级未载入，暂单独成立",
        "names a parent that is not loaded; it stands alone until it is",
    ),
    "problem_circle": ("上级关系成环，已在此断开", "is inside itself by its chain of parents; the chain is cut here"),
    "problem_no_ground": (
        "没有轮廓，周围也没有单位，不在地图上",
        "has no footprint, nor has any unit around it; it is on no map",
    ),
    "problem_near": (
        "不在任何楼栋内，按最近的一栋作“可能”处理",
        "lies in no building; the nearest one is taken as possible",
    ),
    "look_at_n": ("{n} 项", "{n}"),
    "close": ("关闭", "Close"),
    "why": ("划定依据", "Why"),
    "why_here": ("此处的划定依据", "Why, at this point"),
    "no_reason": ("没有规则要求在此设区。", "No rule puts this place in a zone."),
    "grade": ("{grade} 级", "grade {grade}"),
    "own_default": ("默认值，待确认", "our default, to be confirmed"),
    "facts": ("事实", "facts"),
    "facts_n": ("{n} 项事实", "{n} facts"),
    "fact_1": ("1 项事实", "1 fact"),
    "possible": ("可能：位置不够准", "possible: the location is weak"),
    "certain": ("确定", "certain"),
    "no_ground": ("无地面数据，按格子划定", "no ground data: drawn from cells"),
    "no_class": ("不在任何分区内", "In no zone"),
    "within": ("其中各部分", "Its parts"),
    "rest": ("其余部分", "the rest of it"),
    "in_zone": ("所属分区", "In zone"),
    "calendar": ("检测日历", "Testing calendar"),
    "calendar_next": ("下次：第{day}天 {date}，{tubes} 管", "next: day {day}, {date}, {tubes} tubes"),
    "calendar_done": ("已全部完成", "all rounds are past"),
    "calendar_assumed": ("尚未生效，天次为预计", "not yet in force: the days are assumed"),
    "no_calendar": ("没有排定检测。", "No tests are scheduled."),
    "lift": ("最早解除", "earliest lift"),
    "day_of": ("第 {day} 天 / 共 {all} 天", "day {day} of {all}"),
    "day_since": ("天次", "day"),
    "area": ("面积", "area"),
    "hectares": ("{n} 公顷", "{n} ha"),
    "households": ("户数", "households"),
    "gates": ("卡口", "Gates"),
    "gates_n": ("{n} 处", "{n}"),
    "gate_open": ("开放", "open"),
    "gate_closed": ("封闭", "closed"),
    "gate_undecided": ("待定", "undecided"),
    "gate_road": ("无名道路", "unnamed road"),
    "gate_entrance": ("出入口", "entrance"),
    "sites": ("服务点", "Sites"),
    "by_road": ("沿路 {n} 米", "{n} m by road"),
    "by_air": ("直线 {n} 米", "{n} m straight"),
    "more": ("另有 {n} 项", "{n} more"),
    "status": ("状态", "status"),
    "not_found": ("所选的“{id}”在这一天不存在。", "“{id}” does not exist on this day."),
    # life of a zone
    "life": ("状态与日期", "Status and dates"),
    "stage": ("阶段", "stage"),
    "stage_hold": ("临时管控", "temporary hold"),
    "stage_stepping_down": ("降级中", "stepping down"),
    "stage_post_release": ("解封后监测中", "under watch after release"),
    "stage_phase": ("第{n}阶段", "phase {n}"),
    "stage_phase_named": ("第{n}阶段：{name}", "phase {n}: {name}"),
    "void": ("已无病例依据", "void: no case left"),
    "origin": ("降级前", "stepped down from"),
    "delineated_at": ("划定", "delineated"),
    "in_force_from": ("生效", "in force from"),
    "class_since": ("现分级自", "in this class since"),
    "hold_until": ("临时管控至", "on hold until"),
    "ended_at": ("解除", "ended"),
    "watch_until": ("监测至", "watched until"),
    "notice_no": ("通告编号", "notice"),
    "decided_by": ("决定人", "decided by"),
    "proposals": ("建议决定", "Proposed"),
    "proposals_note": ("由人决定", "a person decides"),
    "act_raise": ("建议升级", "to turn stricter"),
    "act_open": ("建议划定", "to open"),
    "act_hold_expired": ("临时管控到期", "hold expired"),
    "act_extend": ("纳入新事实", "to extend"),
    "act_release": ("建议解除", "to lift"),
    "act_step": ("建议降级", "to step down"),
    "act_phase": ("转入下一阶段", "to the next phase"),
    "act_to": ("{act}：{to}", "{act}: {to}"),
    "waits_release": ("解除条件", "Can be lifted when"),
    "waits_step": ("降为{to}的条件", "Can become {to} when"),
    "waits_n": ("满足 {n} / {all} 项", "{n} of {all} hold"),
    "check_holds": ("满足：", "holds:"),
    "check_running": ("未到期：", "not yet:"),
    "check_missing": ("缺：", "missing:"),
    "predicate_in_force_days": ("管控天数", "Days in force"),
    "predicate_no_new_days": ("无新增天数", "Days without a new case"),
    "predicate_cleaned_days": ("清洁消毒后天数", "Days since cleaning"),
    "predicate_last_contact_days": ("密接期满且检测阴性", "Contacts past their days and negative"),
    "predicate_round_window_h": ("解除前全员检测", "Last full round"),
    "predicate_clean_rounds": ("全阴轮次", "Clean rounds"),
    "predicate_rounds_done": ("已完成轮次", "Rounds done"),
    "predicate_assessed": ("评估记录", "Recorded assessment"),
    "predicate_lifted": ("更严格的分区已解除", "Other zones lifted first"),
    "edit_by": ("{by}的编辑", "Edit by {by}"),
    "edits": ("手工编辑", "Edits by hand"),
    "edits_pending": ("编辑待确认", "Edits that wait for you"),
    "edit_atoms": ("涉及 {n} 个单元", "on {n} of its atoms"),
    "edit_suspended": ("待确认", "pending"),
    "edit_senseless": ("已不成立", "no longer makes sense"),
    "edit_emptied": ("区域已空", "leaves the zone empty"),
    "edit_adrift": ("推导已不再划区", "no longer derived"),
    "edit_draft": ("草稿", "draft"),
    "edit_in_effect": ("生效中", "in effect"),
    "edit_not_yet": ("尚未生效", "not yet in effect"),
    "edit_replaced": ("已被取代", "replaced"),
    "edit_taken_up": ("已采用", "taken up"),
    "edit_expired": ("已失效", "ended"),
    "edit_undone": ("已撤销", "undone"),
    "pending": ("编辑待确认", "edit to confirm"),
    # kinds and fields of reference rows
    "estates": ("小区", "Estate"),
    "buildings": ("楼栋", "Building"),
    "units": ("单元", "Unit"),
    "areas": ("行政区域", "Area"),
    "places": ("场所", "Place"),
    "roads": ("道路", "Road"),
    "water": ("水域", "Water"),
    "green": ("绿地", "Green"),
    "cells": ("格子", "Cell"),
    "kind": ("类别", "kind"),
    "level": ("级别", "level"),
    "capacity": ("容量", "capacity"),
    "floors": ("层数", "floors"),
    "floor_from": ("起始楼层", "from floor"),
    "floor_to": ("终止楼层", "to floor"),
    "open": ("开放", "open"),
    "zone_id": ("分区编号", "zone"),
    "hours": ("病例停留（人时）", "person-hours of cases"),
    "risk": ("风险分级（0-4）", "risk class (0-4)"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    # site kinds
    "sampling": ("采样点", "sampling"),
    "clinic": ("社康中心", "clinic"),
    "hospital": ("医院", "hospital"),
    "fever_clinic": ("发热门诊", "fever clinic"),
    "school": ("学校", "school"),
    "pharmacy": ("药店", "pharmacy"),
    "doctors": ("诊所", "doctors"),
    "supply": ("物资配送", "supply"),
    "quarantine": ("隔离点", "quarantine"),
    # errors
    "error_what": ("出错：{what}", "Error: {what}"),
    "error_fix": ("处理：{fix}", "What to do: {fix}"),
}

TEXTS: dict[str, dict[str, str]] = {
    lang: {key: words[k] for key, words in _WORDS.items()} for k, lang in enumerate(LANGS)
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def both(key: str, **fields: object) -> dict[str, str]:
    """Return a text in both languages with its fields filled; a field that is itself a text is taken by language."""
    return {
        lang: TEXTS[lang][key].format(**{k: v[lang] if isinstance(v, dict) else v for k, v in fields.items()})
        for lang in LANGS
    }


def known(word: str) -> dict[str, str]:
    """Return a word of the data in both languages; one that has no translation stays as it is."""
    return both(word) if word in _WORDS else {"zh": word, "en": word}


def problem(code: str, told: str) -> dict[str, str]:
    """Return a problem of a plan in both languages; one that has no translation is told as the engine tells it."""
    key = f"problem_{code.replace(' ', '_')}"
    return both(key) if key in _WORDS else {"zh": told, "en": told}


def day_text(day: date) -> dict[str, str]:
    """Return a date as it is spoken: 3月16日, 16 Mar."""
    return {"zh": f"{day.month}月{day.day}日", "en": f"{day.day} {_MONTHS[day.month - 1]}"}


def moment_text(at: datetime) -> dict[str, str]:
    """Return a local moment as it is spoken: 3月16日 08:30, 16 Mar 08:30; a midnight is 24时 of the day it ends."""
    if (at.hour, at.minute) == (0, 0):
        before = day_text((at - timedelta(days=1)).date())
        return {"zh": f"{before['zh']}24时", "en": f"{before['en']} 24:00"}
    day = day_text(at.date())
    return {lang: f"{day[lang]} {at:%H:%M}" for lang in LANGS}
