"""Notices: what they say in both languages, what they never say, drafts, holds, releases, and any pack."""

import re
from pathlib import Path

import pytest

from tests.commandline import run
from tests.house import ROOT
from tests.living import CONTROLLED, SEALED, Life
from tests.paper_text import text_of
from tests.small_town import area, derive_town, estate, home, house
from tests.town_golden import TOWN
from zoning import state
from zoning.errors import InputError, UnknownError
from zoning.paper import file_stem, find_zone, make_notice, ready_to_release
from zoning.paper.page import LANG
from zoning.pipeline import Plan, derive_state
from zoning.policy import load_policy
from zoning.store import Workspace

ROUND = "round_id,unit_id,ended_at,due,tested,excused,refused,absent,pools_open,recorded_at\n"
REST = {"E4-B2": 168, "E4-B3": 168, "E4-B4": 168, "E4-B5": 140}


@pytest.fixture
def life(town_copy: Path) -> Life:
    return Life(town_copy)


def told(plan: Plan, zone: str, language: str = "zh", kind: str | None = None) -> str:
    return "\n".join(text_of(make_notice(plan, zone, language, kind)))


@pytest.mark.slow
def test_the_golden_notice_in_both_languages(life: Life) -> None:
    for key, value in (
        ("issuer", "临水街道疫情防控指挥部"),
        ("issuer_en", "Linshui Sub-district outbreak headquarters"),
        ("hotline", "0000-5550 152"),
    ):
        assert run("set", life.folder, key, value) == 0
    for zone in (SEALED, CONTROLLED):
        more = ("--in-force-from", "2022-03-14 00:00", "--notice", "第48号")
        life.decide(zone, "03-13 10:00", "delineate", *more)
    # The first round tested everybody, the second all but block 5.
    rows = [f"N1,{unit},2022-03-14 18:00,{n},{n},0,0,0,0,2022-03-14 20:00" for unit, n in REST.items()]
    rows += [
        f"N2,{unit},2022-03-15 18:00,{n},{n},0,0,0,0,2022-03-15 20:00" for unit, n in REST.items() if unit != "E4-B5"
    ]
    life.load("rounds", ROUND, rows)
    plan = life.plan("03-18")
    for language in ("zh", "en"):
        golden = (ROOT / "tests" / "golden" / f"notice_{language}.txt").read_text("utf-8").splitlines()
        legend = "封控区管控区" if language == "zh" else "sealed zonecontrolled zone"
        lines = [line.replace(plan.revision[:8], "*") for line in text_of(make_notice(plan, CONTROLLED, language))]
        assert [line for line in lines if not line.startswith(legend)] == golden


def test_a_zone_that_nobody_decided_on_is_a_draft(town_plan: Plan) -> None:
    page = make_notice(town_plan, CONTROLLED, "both")
    assert '<div class="draft" aria-hidden="true">草案 DRAFT</div>' in page
    text = "\n".join(text_of(page))
    assert "草案：本通告尚无人决定，不得张贴。" in text
    assert "Draft. Nobody has decided this; do not post it." in text
    assert "拟自2022年3月17日24时起执行。共14天。" in text
    assert "Proposed to be in force from 24:00 on 17 March 2022. 14 days in all." in text
    assert "＿＿＿＿年＿＿月＿＿日" in text
    assert "____" in text  # issuer, number and hotline are filled in by hand


@pytest.mark.slow
def test_a_decided_zone_is_none_and_does_not_show_what_nobody_decided(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    page = make_notice(life.plan("03-16 12:00"), CONTROLLED, "zh")
    assert 'class="draft"' not in page
    assert "防范区" not in page
    assert page.count("<title>") == 1 + page.count('class="zone"')
    text = "\n".join(text_of(page))
    assert "自2022年3月13日24时起执行。3月16日为第3天，共14天。" in text
    assert "2022年3月13日" in text


@pytest.mark.slow
def test_a_zone_is_told_before_it_is_in_force_and_after_its_assessment(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    assert "自2022年3月13日24时起执行。共14天。" in told(life.plan("03-13 12:00"), CONTROLLED)
    life.decide(CONTROLLED, "03-18 09:00", "assess", "--gate", "risk_assessment")
    text = told(life.plan("03-18 10:00"), CONTROLLED)
    assert "第5天起（3月18日起）：定格管理，人不出楼栋，错峰取物。（现行）" in text
    assert "经风险评估后" not in text


def test_a_hold_has_its_own_title_and_expiry(life: Life) -> None:
    life.decide(SEALED, "03-13 10:00", "hold", "--until", "2022-03-13 20:00")
    plan = life.plan("03-13 12:00")
    zh, en = told(plan, SEALED), told(plan, SEALED, "en")
    assert "关于对荔香苑1栋实施临时管控的通告\n临时管控至2022年3月13日20时止" in zh
    assert "Temporary hold: Lixiang Court Block 1\nThe hold expires at 20:00 on 13 March 2022" in en
    assert "核酸检测" not in zh
    assert "草案" not in zh
    with pytest.raises(InputError, match="on no temporary hold"):
        make_notice(plan, CONTROLLED, "zh", "hold")


@pytest.mark.slow
def test_a_release_is_a_draft_until_it_is_decided(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    assert run("load", life.folder, TOWN / "rounds.csv", "--kind", "rounds") == 0
    early = told(life.plan("03-27"), SEALED, "zh", "release")
    assert "未满足：生效满14个整日" in early
    plan = life.plan("03-28")
    assert SEALED in ready_to_release(plan)
    draft = told(plan, SEALED, "zh", "release")
    assert "草案：" in draft
    assert "关于解除荔香苑1栋封控区的通告\n拟自2022年3月27日24时起解除。" in draft
    assert draft.count("已满足：") == 4
    life.decide(SEALED, "03-28 00:05", "release", "--in-force-from", "2022-03-28 00:00", "--notice", "第60号")
    after = life.plan("03-28 01:00")
    done, english = told(after, SEALED), told(after, SEALED, "en")
    assert "草案" not in done
    assert "通告 第60号" in done
    assert "自2022年3月27日24时起解除。" in done
    assert "健康监测至2022年4月3日24时" in done
    assert "该范围转按管控区（C-db21de9a）管理。" in done
    assert "保留围合、卡口、电子哨兵和白名单。" in done
    assert "Released: Lixiang Court Block 1 is no longer a sealed zone" in english
    assert "Enclosure, checkpoint, electronic sentinel and white list are kept." in english
    with pytest.raises(InputError, match="never opened"):
        make_notice(life.plan("03-13 09:45"), SEALED, "zh", "release")


@pytest.mark.slow
def test_a_step_down_says_from_what(life: Life) -> None:
    assert run("set", life.folder, "options", "after_sealed=precaution") == 0
    life.open(SEALED, CONTROLLED)
    assert run("load", life.folder, TOWN / "rounds.csv", "--kind", "rounds") == 0
    assert "关于荔香苑1栋由封控区调整为防范区的通告" in told(life.plan("03-28"), SEALED, "zh", "release")
    life.decide(CONTROLLED, "03-28 08:00", "release", "--in-force-from", "2022-03-28 14:00")
    life.decide(SEALED, "03-28 08:00", "step", "--to", "precaution", "--in-force-from", "2022-03-28 14:00")
    text = told(life.plan("03-28 15:00"), SEALED, "en")
    assert "Precaution zone, no longer sealed zone: Lixiang Court Block 1" in text
    assert "In force from 14:00 on 28 March 2022." in text


@pytest.mark.slow
def test_a_raised_zone_says_from_what_too(life: Life) -> None:
    life.open(SEALED, CONTROLLED)
    life.decide(CONTROLLED, "03-16 08:00", "raise", "--to", "sealed", "--in-force-from", "2022-03-16 08:00")
    text = told(life.plan("03-16 09:00"), CONTROLLED)
    assert "关于荔香苑由管控区调整为封控区的通告\n自2022年3月16日8时起执行。3月16日为第1天" in text


@pytest.mark.slow
def test_no_notice_names_a_case_a_person_a_fact_or_a_count(town_plan: Plan) -> None:
    cases = town_plan.tables["cases"]
    people = {*cases["case_id"], *cases["person_id"].dropna(), *town_plan.tables["contacts"]["person_id"]}
    for zone in town_plan.zones.to_dict("records"):
        for kind in ("zone", None):
            page = make_notice(town_plan, zone["zone_id"], "both", kind)
            assert not re.search(r"cases:|visits:|contacts:", page)
            assert not people & set(re.findall(r"\w+", "\n".join(text_of(page))))
            assert "Li Wei" not in page


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_a_page_asks_for_nothing_and_says_its_languages(town_plan: Plan, language: str) -> None:
    page = make_notice(town_plan, CONTROLLED, language)
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<script|<link|<img|@import|url\((?!#)", page)
    assert "default-src 'none'" in page
    named = set(re.findall(r"url\(#([\w-]+)\)", page))
    assert named <= set(re.findall(r'pattern id="([\w-]+)"', page))
    sheets = re.findall(r'<section class="sheet" lang="([\w-]+)">', page)
    assert sheets == [LANG[each] for each in (("zh", "en") if language == "both" else (language,))]
    ids = re.findall(r'\sid="([\w-]+)"', page)
    assert len(ids) == len(set(ids))


def test_chinese_names_in_english_are_marked_and_chinese_has_full_width_stops(town_plan: Plan) -> None:
    english = make_notice(town_plan, CONTROLLED, "en")
    assert '<span lang="zh-CN">东门</span>, Shichong Road' in english
    for zone in town_plan.zones.to_dict("records"):
        for line in text_of(make_notice(town_plan, zone["zone_id"], "zh")):
            assert not re.search(r"[\u4e00-\u9fff][,;:!?]", line), line


NASTY = ["<script>alert(1)</script>", "<b>&\"'", "长" * 200, None]


@pytest.mark.parametrize("name", NASTY)
def test_every_name_is_safe(name: str | None) -> None:
    rows = {
        "estates": [{**estate("E", 0, 0, 100, 60), "name": name or "E", "name_en": name}],
        "buildings": [{**house(f"B{n}", 5 + 30 * n, 5, "E", number=n + 1), "name": name} for n in range(3)],
        "areas": [{**area("A", -50, -50, 400, 300), "name": name or "A"}],
    }
    plan = derive_town(**rows, cases=[home("C", "B1")])
    assert len(plan.zones) == 3
    for zone in plan.zones["zone_id"]:
        page = make_notice(plan, zone, "both")
        assert "<script" not in page
        assert '<b>&"' not in page
        assert name is None or name in "".join(text_of(page))


PACKS = ("cholera-ring", "cn-20-2022-11", "cn-9th-2022-06", "cn-sh-2022-04", "eu-2020-687", "my-dengue")


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PACKS, "sg-dengue-cluster", "uk-hpai"])
def test_other_packs_print_their_notices(name: str, town_folder: Path, town_plan: Plan) -> None:
    known = state.fold(Workspace(town_folder))
    plan = derive_state(known, load_policy(name), town_plan.as_of)
    for zone in plan.zones["zone_id"].head(3):
        text = told(plan, zone, "both")
        assert f"规则包 {name} " in text
        assert f"policy pack {name} " in text
        assert "When it ends" in text
        assert "cn-sz" not in text


def test_a_zone_is_found_by_id_alias_and_number(town_plan: Plan) -> None:
    zone = find_zone(town_plan, "C-db21de9a")
    assert zone["zone_id"] == CONTROLLED
    assert find_zone(town_plan, CONTROLLED)["name"] == zone["name"]
    merged = next(z for z in town_plan.zones.to_dict("records") if z["aliases"])
    assert find_zone(town_plan, merged["aliases"][0])["zone_id"] == merged["zone_id"]
    with pytest.raises(UnknownError, match="'C-0000' is not in the plan"):
        find_zone(town_plan, "C-0000")


def test_a_file_is_named_safely(town_plan: Plan) -> None:
    zone = find_zone(town_plan, CONTROLLED)
    assert file_stem(town_plan, zone) == "C-db21de9a-荔香苑-draft"
    assert file_stem(town_plan, {**zone, "status": "in_force"}) == "C-db21de9a-荔香苑"
    assert file_stem(town_plan, {**zone, "status": "in_force"}, "release") == "C-db21de9a-荔香苑-release-draft"
    bad = {**zone, "name": "../..\\CON:*?<a|b> \n" + "长" * 300}
    stem = file_stem(town_plan, bad)
    assert re.fullmatch(r"[\w（）()+-]+", stem)
    assert len(stem) < 80


@pytest.mark.slow
def test_a_rejected_zone_has_no_notice(life: Life) -> None:
    life.decide(SEALED, "03-13 10:00", "reject", "--grounds", "excluded")
    plan = life.plan("03-13 11:00")
    if SEALED in set(plan.zones["zone_id"]):
        with pytest.raises(InputError, match="was rejected"):
            make_notice(plan, SEALED)
