"""A certificate of release: what it says to a resident, its days of follow-up, and whose it cannot be."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from dashboard.life import act_bar
from tests.paper_text import text_of
from tests.small_town import at
from tests.test_dashboard_cards import said, shown
from tests.test_standing import act, opened, plan
from zoning.errors import InputError
from zoning.paper import file_stem, find_zone, make_notice
from zoning.paper.certificate import follow_up_days
from zoning.paper.page import LANG
from zoning.paper.stay import after_rules
from zoning.paper.subject import subject_of
from zoning.pipeline import Plan
from zoning.policy import load_policy


@cache
def released() -> tuple[Plan, str]:
    decided = opened("sealed", "controlled")
    end = act(plan("27", *decided), "sealed", "release", "27", in_force_from=at("27"), notice_no="第60号")
    return plan("28", *decided, end), end["zone_id"]


def test_it_says_of_what_from_when_and_leaves_room_for_the_holder() -> None:
    found, zone = released()
    pages = [make_notice(found, zone, language, "certificate") for language in LANG]
    zh, en = ("\n".join(text_of(page)) for page in pages)
    was = "自2022年3月12日24时起列为封控区"
    watched = "健康监测至2022年4月2日24时"
    ended = "自2022年3月26日24时起解除。"
    for part in (
        "解除管控证明",
        "通告 第60号",
        ended,
        "持有人：",
        was,
        watched,
        "该范围转按管控区",
        "3月27日",
        "4月2日",
    ):
        assert part in zh, part
    since = "It was a sealed zone from 24:00 on 12 March 2022."
    for part in ("Certificate of release", "Holder:", since, "27 Mar", "2 Apr"):
        assert part in en, part
    assert "草案" not in zh
    assert "C1" not in zh
    assert file_stem(found, find_zone(found, zone), "certificate").endswith("-certificate")


def test_the_follow_up_is_each_day_of_the_watch() -> None:
    found, zone = released()
    of = subject_of(found, find_zone(found, zone), "certificate", "zh")
    days = follow_up_days(of)
    assert (days[0], days[-1], len(days)) == (date(2022, 3, 27), date(2022, 4, 2), 7)
    unwatched = subject_of(found, {**find_zone(found, zone), "watch_until": None}, "certificate", "zh")
    assert follow_up_days(unwatched) == []


def test_a_zone_that_is_not_released_has_none() -> None:
    found, _ = released()
    [zone] = found.zones.loc[(found.zones["class"] == "controlled") & ~found.zones["ended"], "zone_id"]
    with pytest.raises(InputError, match="is not released; a certificate is of a release"):
        make_notice(found, zone, "zh", "certificate")


def test_the_card_of_a_released_zone_offers_its_papers() -> None:
    found, zone = released()
    here = replace(shown(), plan=found)
    assert said(act_bar(here, find_zone(found, zone)), "en") == "Notice Certificate"
    assert act_bar(here, {**find_zone(found, zone), "status": "rejected"}) == []


def test_the_guidance_of_2020_asks_for_no_further_proof() -> None:
    found, _ = released()
    pack = load_policy("cn-2020-county")
    told = after_rules(replace(found, policy=pack), {"class": "case_community"}, date(2020, 4, 20), "zh")
    assert any("不得要求城乡社区组织出具其他证明" in text for text in told)
    assert any("回归社区" in text for text in told)
