"""The release round of the town: one zone may be lifted, the one beside it may not, and says why."""

from pathlib import Path

import pandas as pd
import pytest

from tests.commandline import run
from tests.small_town import at
from tests.town_golden import TOWN
from zoning.lifting import check_zones
from zoning.loading import load_file
from zoning.pipeline import derive
from zoning.rounds import sum_rounds
from zoning.store import Workspace

AS_OF = at("28")  # 27 March 24:00


@pytest.fixture
def decided(town_copy: Path) -> Workspace:
    """The town with every zone in force, and the release round of Lixiang Court."""
    assert run("derive", town_copy, "--decide", "auto", "--out", town_copy / "zones.csv") == 0
    workspace = Workspace(town_copy)
    assert load_file(workspace, TOWN / "rounds.csv", "rounds").rows == {"rounds": (4, 4, 0)}
    return workspace


def look(workspace: Workspace) -> tuple[pd.DataFrame, dict[str, dict[str, object]]]:
    """The rounds, and the way out of each zone of Lixiang Court by its class."""
    plan = derive(workspace.path, AS_OF)
    rounds = sum_rounds(plan.zones, plan.membership, plan.atoms, plan.units, plan.inside, plan.tables, AS_OF)
    zones = plan.zones.assign(lift_from=plan.zones["class_since"], homes=plan.zones["fact_ids"])
    acts = check_zones(zones, rounds, plan.positives, plan.tables, plan.policy, plan.settings, AS_OF)[1]
    mine = zones[zones["fact_ids"].map(lambda facts: facts == ["cases:C4"])].set_index("zone_id")["class"]
    acts = acts[acts["act"].eq("release") & acts["zone_id"].isin(mine.index)]
    found = {mine[row["zone_id"]]: row for row in acts.to_dict("records")}
    rounds = rounds[rounds["round_id"] == "E4-14"]
    return rounds.set_index(rounds["zone_id"].map(mine)), found


def test_the_sealed_block_may_be_lifted_and_the_rest_of_the_estate_may_not(decided: Workspace) -> None:
    rounds, acts = look(decided)
    told = rounds[["due", "tested", "excused", "refused", "absent", "pools_open", "uncovered"]]
    assert told.loc["sealed"].tolist() == [168, 166, 2, 0, 0, 0, []]
    assert told.loc["controlled"].tolist() == [644, 500, 0, 1, 3, 1, ["E4-B5"]]
    assert acts["sealed"]["ready"]
    assert acts["sealed"]["reasons_en"].startswith("all four conditions hold; in force for 14 full days since 13 March")
    assert not acts["controlled"]["ready"]
    assert acts["controlled"]["reasons_en"] == (
        "three of four conditions hold; a full clean round since 25 March 24:00 is missing; "
        "round E4-14: tested 500 of 644 (77 %), 1 refused, 3 absent, not covered: E4-B5, 1 pool open"
    )
    assert acts["controlled"]["reasons_zh"] == (
        "四项条件已满足三项；缺3月25日24时以后的一轮全员阴性检测；"
        "轮次E4-14：应检644人，已检500人（77%），拒检1人，缺检3人，未覆盖：E4-B5，1管未出结果"
    )


def test_the_rows_of_the_evening_correct_those_of_the_day(decided: Workspace, tmp_path: Path) -> None:
    rows = [
        "round_id,unit_id,ended_at,due,tested,excused", "E4-14,E4-B3,2022-03-27 14:20,168,168,0",
        "E4-14,E4-B4,2022-03-27 21:00,168,164,4", "E4-14,E4-B5,2022-03-27 21:30,140,140,0",
    ]  # fmt: skip
    (tmp_path / "evening.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    load_file(decided, tmp_path / "evening.csv", "rounds")
    rounds, acts = look(decided)
    assert rounds.loc["controlled", ["due", "tested", "excused", "pools_open"]].tolist() == [644, 640, 4, 0]
    assert acts["controlled"]["ready"]
    assert acts["controlled"]["reasons_en"].endswith("; full clean round E4-14 ended 27 March 21:30")
