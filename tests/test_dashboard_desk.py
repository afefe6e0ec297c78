"""Drafts by address: each step on disk before its answer, refused in both languages, never over what others did."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import h3
import orjson
import pytest
from fastapi.testclient import TestClient
from shapely.geometry import MultiPolygon, shape

from app import create_server
from dashboard.texts.redraw import said_in_chinese
from zoning.desk.files import FORMAT
from zoning.desk.keeping import Drawer
from zoning.editing import read_sheet


class Hand:
    """An analyst at a draft."""

    def __init__(self, client: TestClient, by: str = "Li Wei", draft: str = "") -> None:
        self.client, self.by, self.n = client, by, 0
        self.draft = draft or self.post("drafts", title="night plan")["id"]

    def post(self, path: str, status: int = 200, **told: Any) -> Any:
        told = {"by": self.by, "sent": str(uuid4()), **told}
        answer = self.client.post(f"/api/desk/{path}", json=told)
        assert answer.status_code == status, answer.text
        return answer.json()

    def step(self, do: str, status: int = 200, pick: dict[str, Any] | None = None, **told: Any) -> Any:
        pick = {"pick": pick} if pick else {}
        found = self.post(f"drafts/{self.draft}/steps", status, do=do, after=told.pop("after", self.n), **pick, **told)
        self.n = found.get("n", self.n) if status == 200 else self.n
        return found

    def act(self, what: str, status: int = 200, **told: Any) -> Any:
        return self.post(f"drafts/{self.draft}/{what}", status, **told)

    def get(self) -> Any:
        return self.client.get(f"/api/desk/drafts/{self.draft}").json()


@pytest.fixture
def client(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


def unit(name: str, **more: Any) -> dict[str, Any]:
    return {"tool": "unit", "id": name, **more}


def zone_id(client: TestClient, name: str) -> str:
    return next(row["id"] for row in client.get("/api/zones").json()["zones"] if row["name"]["zh"].startswith(name))


@pytest.mark.slow
def test_strokes_tell_before_and_after_and_are_undone(client: TestClient, town_copy: Path) -> None:
    hand = Hand(client)
    told = hand.step("paint", to="sealed", pick=unit("E4"))
    assert told["totals"]["people"][0] == told["totals"]["people"][1] > 0
    assert told["totals"]["beyond"]["people"] == [0, 644]
    assert (told["undo"], told["redo"], told["left_out"], told["beyond"]) == (1, 0, 0, 0)
    assert set(told["moved"]["units"]["sealed"]) == {"E4", *(f"E4-B{n}" for n in range(2, 6))}
    row = next(row for row in told["zones"] if row["class"] == "controlled")
    assert row["people"] == [644, 0]
    assert "ms" in told
    assert hand.step("undo")["totals"]["beyond"]["people"] == [0, 0]
    assert hand.step("redo")["undo"] == 1
    assert hand.step("redo", 409)["what_zh"] == "没有可重做的笔画。"
    kept = Drawer(town_copy).steps(hand.draft)
    assert [k.step["do"] for k in kept] == ["paint", "undo", "redo"]
    assert hand.get()["moved"]["units"]["sealed"] == told["moved"]["units"]["sealed"]


def test_every_tool_takes_its_ground(client: TestClient) -> None:
    hand = Hand(client)
    zone = zone_id(client, "荔香苑")
    cell = h3.latlng_to_cell(22.5405, 114.0505, 11)
    lng, lat = 114.0505, 22.5405
    around = [
        [lng - 0.001, lat - 0.001],
        [lng + 0.001, lat - 0.001],
        [lng + 0.001, lat + 0.001],
        [lng - 0.001, lat + 0.001],
    ]
    hole = [[lng - 0.0005, lat], [lng, lat + 0.0005], [lng + 0.0005, lat]]
    picks = [
        {"tool": "cells", "cells": [cell]},
        {"tool": "shape", "rings": [around, hole]},
        {"tool": "circle", "at": [lng, lat], "metres": 90},
        unit("E1-B4-U5", level="estate", less=["E1-B1", "E1-B2"]),
        {"tool": "area", "id": "A1"},
        {"tool": "block", "roads": ["R01", "R05", "R07", "R09"]},
        {"tool": "grow", "id": zone, "steps": 1},
        {"tool": "grow", "id": zone, "metres": -10},
        {"tool": "zone", "id": zone},
        {"tool": "names", "names": ["N1", cell], "snap": "building"},
        {"tool": "words", "words": "石涌村3号"},
        {"tool": "area", "id": "A1", "inside": "E2"},
    ]
    for pick in picks:
        looked = hand.act("pick", pick=pick)
        told = hand.step("paint", to="none", pick=pick)
        assert told["left_out"] == 0
        assert 0 <= told["count"] <= looked["atoms"] > 0, pick
        if told["count"]:
            hand.step("undo")
    again = hand.step("erase", pick={"tool": "area", "id": "A0"})
    assert (again["count"], again["undo"]) == (0, 0), "what changes nothing is no step"
    assert again["moved"] == {"cells": {}, "units": {}}
    hand.step("paint", to="sealed", pick={"tool": "area", "id": "A0"})
    assert hand.step("erase", pick={"tool": "area", "id": "A0"})["totals"]["beyond"]["atoms"][1] == 0
    assert hand.get()["moved"] == {"cells": {}, "units": {}}


def test_zones_are_split_merged_turned_and_locked(client: TestClient) -> None:
    hand = Hand(client)
    village, mall = zone_id(client, "石涌村 2号"), zone_id(client, "石涌市场")
    merged = hand.step("merge", zones=[village, mall])
    keeper = next(row for row in merged["zones"] if row["atoms"][1])
    forms = client.get(f"/api/desk/drafts/{hand.draft}/forms", params={"zone": [keeper["id"], "nowhere"]}).json()
    assert list(forms) == [keeper["id"]]
    assert forms[keeper["id"]]["parts"][1] >= forms[keeper["id"]]["parts"][0] >= 1
    assert {row["id"]: row["parts"] for row in hand.get()["zones"]}[keeper["id"]] == forms[keeper["id"]]["parts"]
    split = hand.step("split", zone=keeper["id"], pick=unit("E2-B02"))
    assert split["moved"]["units"]
    turned = hand.step("turn", zone=keeper["id"], to="controlled")
    assert {row["class"] for row in turned["zones"]} == {"sealed", "controlled"}
    assert hand.step("lock", locks=["class:controlled"])["locks"] == ["class:controlled"]
    refused = hand.step("paint", 400, to="none", pick={"tool": "zone", "id": zone_id(client, "荔香苑")} | {"id": ""})
    assert refused["what_zh"] == "该分区在草稿中已没有范围。"
    locked = hand.step("paint", 400, to="sealed", pick=unit("E1-B1"))
    assert "锁定" in locked["what_zh"]
    assert "locked" in locked["what"]
    assert hand.step("unlock", locks=["all"])["locks"] == []


def test_refusals_leave_the_draft_as_it_was(client: TestClient) -> None:
    hand = Hand(client)
    bow = [[114.05, 22.54], [114.06, 22.55], [114.06, 22.54], [114.05, 22.55]]
    for pick, zh in (
        ({"tool": "shape", "rings": [bow]}, "自相交"),
        ({"tool": "shape", "rings": [[[179, 1], [-179, 1], [-179, 2]]]}, "180°"),
        ({"tool": "shape", "rings": [[[100, 20], [120, 20], [120, 30]]]}, "超过上限"),
        ({"tool": "cells", "cells": [h3.latlng_to_cell(50, 10, 11)]}, "底图之外"),
        (unit("E9"), "没有单元“E9”"),
        ({"tool": "names", "names": ["x"]}, "1 个名称"),
        ({"tool": "block", "roads": ["R01", "R23"]}, "围不成街区"),
        ({"tool": "words", "words": "没有的小区"}, ""),
        ({"tool": "area", "id": "A1", "inside": "E3"}, "限定范围之外"),
    ):
        status = 404 if "E9" in str(pick) or "names" in pick or "words" in pick else 400
        refused = hand.step("paint", status, to="sealed", pick=pick)
        assert zh in refused["what_zh"], pick
        assert refused["what"]
    assert "没有分级" in hand.step("paint", 400, to="purple", pick=unit("E4"))["what_zh"]
    hand.post(f"drafts/{hand.draft}/steps", 422, do="fly", after=0)
    assert client.get("/api/desk/drafts/none").status_code == 404
    assert hand.get()["n"] == 0


@pytest.mark.slow
def test_a_stroke_sent_twice_or_from_an_old_window_is_not_done_twice(client: TestClient, town_copy: Path) -> None:
    hand = Hand(client)
    first = hand.step("paint", to="sealed", pick=unit("E4"), sent="stroke-one")
    again = hand.step("paint", to="sealed", pick=unit("E4"), sent="stroke-one", after=0)
    assert (again["n"], again["undo"]) == (first["n"], 1)
    with TestClient(create_server(town_copy)) as second:
        other = Hand(second, "Wang Min", hand.draft)
        assert other.step("paint", to="sealed", pick=unit("E4"), sent="stroke-one")["n"] == 1, (
            "another process knows it"
        )
        other.n = 1
        other.step("erase", pick=unit("E4"))
    stale = hand.step("undo", 409)
    assert stale["n"] == 2
    assert "另一窗口" in stale["what_zh"]
    assert hand.get()["n"] == 2
    assert [(s["by"], s["do"], s["size"]) for s in hand.get()["steps"]][1] == ("Wang Min", "erase", 6)


@pytest.mark.slow
def test_a_submitted_draft_is_what_everybody_sees(client: TestClient, town_copy: Path) -> None:
    hand = Hand(client)
    hand.step("paint", to="sealed", pick=unit("N6"))
    assert hand.act("submit", 422)["faults"][0]["column"] == "reason"
    assert "理由" in hand.act("submit", 400, reason=" ")["what_zh"]
    hand.act("submit", 422, reason="survey", until="whenever")
    done = hand.act("submit", reason="survey", until="+3d")
    assert (done["state"], len(done["events"])) == ("decided", 1)
    assert hand.act("submit", reason="survey", until="+3d")["events"] == done["events"], "sent again it adds nothing"
    edited = read_sheet(town_copy).edited
    assert edited.membership.set_index("atom_id")["class"]["N6"] == "sealed"
    assert hand.act("name", 409, state="open")["what_zh"] == "该草稿已提交。"
    assert "另一窗口" in hand.step("undo", 409)["what_zh"]
    edit = client.get("/api/desk/ledger").json()[0]
    assert (edit["event_id"], edit["names"]["zh"]) == (done["events"][0], "封控区")
    where = client.get(f"/api/desk/ledger/{edit['event_id']}/atoms").json()
    unit_of = read_sheet(town_copy).plan.units.set_index("id")["geometry"]["N6"]
    assert shape(where["outline"]).equals_exact(MultiPolygon([unit_of]).normalize(), 1e-5, normalize=True)
    assert (where["count"], where["box"]) == (1, pytest.approx(unit_of.bounds))
    assert client.get("/api/desk/ledger/gone/atoms").json() == {"outline": None, "box": None, "count": 0}
    row = client.get("/api/desk/drafts").json()[0]
    assert (row["title"], row["state"], row["told"]["strokes"]) == ("night plan", "decided", 1)


def test_ground_that_is_gone_is_told_and_the_rest_of_its_stroke_counts(client: TestClient, town_copy: Path) -> None:
    hand = Hand(client)
    step = {"do": "paint", "atoms": ["E4-B2", "GONE-B1"], "class": "sealed", "zone": "new:1"}
    Drawer(town_copy).add(hand.draft, step, "Li Wei", 0)
    told = hand.get()
    assert (told["lost"], told["moved"]["units"]) == (["GONE-B1"], {"sealed": ["E4-B2"]})


@pytest.mark.slow
def test_two_analysts_and_the_three_choices(client: TestClient) -> None:
    one, two = Hand(client), Hand(client, "Wang Min")
    for hand, to in ((one, "sealed"), (two, "controlled")):
        hand.step("paint", to=to, pick={"tool": "names", "names": ["N6", "E4-B2" if to == "sealed" else "E4-B3"]})
    two.act("submit", reason="survey")
    refused = one.act("submit", 409, reason="shared entrance")
    assert [row["atom_id"] for row in refused["conflicts"]] == ["N6"]
    assert refused["conflicts"][0]["author"] == "Wang Min"
    assert "内容未丢失" in refused["what_zh"]
    told = client.get(f"/api/desk/drafts/{one.draft}/conflicts").json()
    assert (told["count"], told["outline"], told["box"]) == (1, refused["outline"], refused["box"])
    assert shape(told["outline"]).area > 0
    kept = one.act("move", choice="draft")
    assert (kept["state"], kept["n"]) == ("review", 1)
    one.act("name", state="open")
    moved = one.act("move", choice="keep-theirs")
    assert moved["moved"]["units"] == {"sealed": ["E4-B2"]}
    assert [s["do"] for s in moved["steps"]] == ["paint", "leave"]
    assert moved["log"] == moved["base"] == refused["log"]
    one.n = moved["n"]
    one.step("undo")
    assert one.act("submit", reason="shared entrance")["state"] == "decided", "after undo mine goes on theirs"


@pytest.mark.slow
def test_a_draft_is_a_file_and_who_is_here_is_seen(client: TestClient) -> None:
    hand = Hand(client)
    hand.step("paint", to="sealed", pick=unit("E4"))
    answer = client.get(f"/api/desk/drafts/{hand.draft}/file")
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert lines[0]["format"] == FORMAT
    assert (lines[0]["title"], lines[1]["do"], len(lines[1]["atoms"])) == ("night plan", "paint", 6)
    assert hand.post("here", client="tab-one-1", draft=hand.draft) == []
    other = {"by": "Wang Min", "client": "tab-two-2"}
    assert hand.post("here", **other) == [{"name": "Li Wei", "draft": hand.draft}]
    assert hand.post("here", client="tab-one-1", leave=True) == [{"name": "Wang Min", "draft": ""}]
    assert hand.post("here", **other) == []


@pytest.mark.slow
def test_a_draft_is_printed_with_its_map_and_list(client: TestClient) -> None:
    hand = Hand(client)
    empty = client.get(f"/paper/draft/{hand.draft}").text
    assert "划区草稿" in empty
    hand.step("paint", to="sealed", pick=unit("E4-B2"))
    hand.step("paint", to="none", pick={"tool": "circle", "at": [114.0505, 22.5405], "metres": 60})
    for language, said in (("zh", "荔香苑 2栋"), ("en", "Lixiang Court Block 2")):
        page = client.get(f"/paper/draft/{hand.draft}?language={language}").text
        assert said in page
        assert '<svg class="map"' in page
        assert "<script" not in page


def test_what_the_engine_refuses_is_said_in_chinese() -> None:
    assert said_in_chinese("zone 'a' is sealed already; nothing was changed") == "分区“a”已是该级别，未改动"
    assert said_in_chinese("something else") == ""
