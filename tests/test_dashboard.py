"""The Dash side without a browser: texts, ids, callbacks, API, list and cards over a plan made by hand."""

import gzip
import json
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import mapbox_vector_tile
import pandas as pd
import pytest
from dash import Dash
from fastapi.testclient import TestClient

from dashboard import plans as plans_module
from dashboard.callbacks import install_callbacks
from dashboard.cards import look_at, make_card
from dashboard.errors import Refused
from dashboard.factory import make_server
from dashboard.ids import Id
from dashboard.layout import make_layout
from dashboard.plans import Plans, Question
from dashboard.rows import clock, lift_day, zone_rows
from dashboard.texts import TEXTS, both, day_text, known
from layers.tiles import to_mercator
from tests import tiny_plan
from zoning.errors import StoreError

DAY = "day=2022-03-16"
CHINA = ZoneInfo("Asia/Shanghai")


def make_plans(**changes: Any) -> Plans:
    return Plans(tiny_plan.workspace(), replace(tiny_plan.engine(), **changes))


def shown() -> Any:
    return make_plans().get(Question(tiny_plan.DAY))


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(make_server(tiny_plan.workspace(), tiny_plan.engine())) as client:
        yield client


def everything(component: Any) -> Iterator[Any]:
    """Walk a tree of Dash components and their texts."""
    yield component
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if child is not None:
            yield from everything(child)


def said(components: list[Any], lang: str) -> str:
    """Return what a reader of one language sees."""

    def read(part: Any) -> str:
        if isinstance(part, str | int | float):
            return str(part)
        if re.search(r"\bt-(zh|en)\b", getattr(part, "className", None) or "") and part.lang != lang:
            return ""
        children = getattr(part, "children", None)
        if children is None:
            return ""
        return " ".join(
            filter(None, (read(c) for c in (children if isinstance(children, list | tuple) else [children])))
        )

    return re.sub(r"\s+", " ", " ".join(read(c) for c in components))


# Texts


def test_both_languages_have_the_same_keys_and_fields() -> None:
    assert TEXTS["zh"].keys() == TEXTS["en"].keys()
    for key in TEXTS["zh"]:
        fields = [sorted(f for _, f, _, _ in string.Formatter().parse(TEXTS[lang][key]) if f) for lang in TEXTS]
        assert fields[0] == fields[1], key
        assert all(TEXTS[lang][key].strip() for lang in TEXTS)


def test_chinese_texts_use_full_width_punctuation() -> None:
    wrong = [v for v in TEXTS["zh"].values() if re.search(r"[一-鿿][,;:!?]|[,;:!?][一-鿿]", v)]
    assert wrong == []


def test_every_text_that_the_scripts_or_pages_ask_for_is_there() -> None:
    folder = Path(plans_module.__file__).parent
    source = "".join(p.read_text("utf-8") for p in folder.glob("*.py"))
    asked = set(re.findall(r'\b(?:text|both|_field|_label)\(\s*"(\w+)"', source))
    scripts = "".join(p.read_text("utf-8") for p in (folder.parent / "assets").glob("map/*.mjs"))
    asked |= set(re.findall(r"\bwords\.(\w+)", scripts))
    assert len(asked) > 40
    assert asked <= TEXTS["zh"].keys()


def test_fields_are_filled_by_language() -> None:
    assert both("calendar_next", day=7, date=day_text(date(2022, 3, 17)), tubes="148") == {
        "zh": "下次：第7天 3月17日，148 管",
        "en": "next: day 7, 17 Mar, 148 tubes",
    }
    assert known("an unknown word") == {"zh": "an unknown word", "en": "an unknown word"}


# Page and callbacks


def test_callbacks_name_only_what_the_page_has() -> None:
    app = Dash("probe")
    app.layout = make_layout("w", tiny_plan.DAY)
    install_callbacks(app, make_plans())
    there = {part.id for part in everything(app.layout) if getattr(part, "id", None)}
    assert there == {str(i) for i in Id}
    named = {re.sub(r"\.\w+$", "", out) for key in app.callback_map for out in key.strip(".").split("...")}
    for callback in app.callback_map.values():
        named |= {i["id"] for i in [*callback["inputs"], *callback["state"]]}
    assert named <= there


def test_each_output_has_one_writer() -> None:
    app = Dash("probe")
    install_callbacks(app, make_plans())
    outputs = [out for key in app.callback_map for out in key.strip(".").split("...")]
    assert outputs
    assert len(outputs) == len(set(outputs))


def test_two_apps_in_one_process_both_have_callbacks() -> None:
    one, two = Dash("one"), Dash("two")
    install_callbacks(one, make_plans())
    install_callbacks(two, make_plans())
    assert one.callback_map.keys() == two.callback_map.keys() != set()


def callback(client: TestClient, output: str, inputs: list[tuple[str, str, Any]]) -> Any:
    """Ask the server for an output as the page does."""
    client.get("/")
    body = {
        "output": output,
        "outputs": [
            {"id": o.rpartition(".")[0], "property": o.rpartition(".")[2]} for o in output.strip(".").split("...")
        ],
        "inputs": [{"id": i, "property": p, "value": v} for i, p, v in inputs],
        "changedPropIds": [f"{i}.{p}" for i, p, _ in inputs],
    }
    if not output.startswith(".."):
        body["outputs"] = body["outputs"][0]
    return client.post("/_dash-update-component", json=body)


def test_the_plan_store_holds_keys_and_is_small(client: TestClient) -> None:
    answer = callback(client, "plan.data", [("day", "date", "2022-03-16")])
    data = answer.json()["response"]["plan"]["data"]
    assert data["query"] == DAY
    assert data["day"] == "2022-03-16"
    assert len(json.dumps(data)) < 1000


def test_an_error_of_the_engine_is_said_on_the_page() -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise StoreError("log.sqlite is damaged; restore it from a copy")

    server = make_server(tiny_plan.workspace(), replace(tiny_plan.engine(), derive=broken))
    with TestClient(server) as client:
        data = callback(client, "plan.data", [("day", "date", "2022-03-16")]).json()["response"]["plan"]["data"]
        assert data["error"]["what"].startswith("log.sqlite is damaged")
        outputs = "..outbreak.children...revision.children...error.children...error.hidden.."
        answer = callback(client, outputs, [("plan", "data", data)]).json()["response"]
        assert answer["error"]["hidden"] is False
        assert "log.sqlite is damaged" in json.dumps(answer["error"]["children"])


def test_a_choice_gives_its_card(client: TestClient) -> None:
    choice = {"layer": "units", "id": "L3", "zone": "s1e3a9c0"}
    inputs = [("choice", "data", choice), ("plan", "data", {"day": "2022-03-16"})]
    body = callback(client, "card.children", inputs).text
    assert "病例住所" in body
    assert len(body) < 20_000


# API


def test_plan_is_answered_once_for_one_etag(client: TestClient) -> None:
    first = client.get(f"/api/plan?{DAY}")
    assert first.json()["zones"] == 6
    again = client.get(f"/api/plan?{DAY}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def address(client: TestClient, source: str, zoom: int) -> str:
    """Return the address of the tile that holds the middle of the block."""
    template = client.get(f"/api/style?{DAY}").json()["sources"][source]["tiles"][0]
    x, y = (to_mercator(pd.DataFrame([tiny_plan.at(60, 100)]).to_numpy()) * 2**zoom).astype(int)[0]
    return template.format(z=zoom, x=int(x), y=int(y))


@pytest.mark.parametrize("source", ["base", "plan"])
def test_tiles_are_compressed_kept_and_named_by_their_content(client: TestClient, source: str) -> None:
    answer = client.get(address(client, source, 15), headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    layers = mapbox_vector_tile.decode(answer.content)
    assert ("zones" in layers) == (source == "plan")
    again = client.get(address(client, source, 15), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_tile_of_an_old_key_is_not_kept(client: TestClient) -> None:
    old = re.sub(r"v=\w+", "v=old", address(client, "plan", 15))
    assert client.get(old).headers["cache-control"] == "no-cache"


def test_a_tile_may_be_asked_for_plain(client: TestClient) -> None:
    plain = client.get(address(client, "plan", 15), headers={"accept-encoding": "identity"})
    packed = client.get(address(client, "plan", 15), headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content  # the client unpacked it
    assert len(gzip.compress(plain.content)) < len(plain.content)


def test_an_empty_tile_has_no_content(client: TestClient) -> None:
    assert client.get(f"/api/tiles/plan/15/0/0.mvt?{DAY}").status_code == 204


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("/api/tiles/base/14/99999/1.mvt", 404, "z, x, y"),
        ("/api/tiles/base/40/1/1.mvt", 404, "z, x, y"),
        ("/api/tiles/other/1/1/1.mvt", 400, "source"),
        ("/api/plan?day=yesterday", 400, "day"),
        ("/api/plan?known_at=2022-03-15T08:00:00", 400, "known_at"),
        ("/api/plan?policy=../../etc", 400, "policy"),
        ("/api/explain", 400, "unit, at"),
        ("/api/explain?unit=nowhere", 404, "/api/explain"),
        ("/api/explain?at=22.5", 400, "at"),
        ("/api/explain?at=22.5,114", 400, "at"),
        ("/api/nothing", 404, "path"),
    ],
)
def test_every_refusal_has_the_one_form(client: TestClient, path: str, status: int, where: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "what", "where", "fix"}
    assert where in answer.json()["where"]


def test_reasons_by_unit_and_by_point(client: TestClient) -> None:
    unit = client.get(f"/api/explain?unit=L3&{DAY}").json()
    assert [r["rule_id"] for r in unit["reasons"]] == ["R1"]
    assert client.get(f"/api/explain?at=114.0501,22.5401&{DAY}").json()["class"] is None


def test_pages_name_no_outside_address(client: TestClient) -> None:
    for path in ("/", "/docs", "/assets/cordon.css", "/assets/main.mjs", f"/api/style?{DAY}"):
        body = client.get(path).text
        outside = re.findall(
            r"(?:https?:)?//(?!127\.0\.0\.1|localhost|testserver|www\.w3\.org)[\w.-]+\.[a-z]{2,}", body
        )
        assert outside == [], path


# Plans


def test_a_plan_is_derived_once_and_again_after_a_write() -> None:
    days, revision = [], [1]

    def derive(_workspace: Path, as_of: datetime, **_more: object) -> Any:
        days.append(as_of)
        return tiny_plan.make_plan(as_of)

    held = make_plans(derive=derive, revision=lambda _workspace: revision[0])
    question = Question(tiny_plan.DAY)
    assert held.get(question) is held.get(question)
    revision[0] = 2
    held.get(question)
    assert days == [datetime(2022, 3, 16, 16, tzinfo=UTC)] * 2


def test_old_plans_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans_module, "KEPT", 2)
    held = make_plans()
    first = held.get(Question(date(2022, 3, 16)))
    for day in (17, 18):
        held.get(Question(date(2022, 3, day)))
    assert held.get(Question(date(2022, 3, 16))) is not first


def test_too_many_new_plans_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans_module, "NEW_A_MINUTE", 1)
    held = make_plans()
    held.get(Question(date(2022, 3, 16)))
    with pytest.raises(Refused, match="plans were derived"):
        held.get(Question(date(2022, 3, 17)))


def test_the_ground_keeps_its_key_from_day_to_day() -> None:
    held = make_plans()
    one, other = (held.get(Question(date(2022, 3, day))) for day in (15, 16))
    assert one.base_key == other.base_key
    assert one.key != other.key


def test_a_day_ends_at_24() -> None:
    assert Question(date(2022, 3, 16)).as_of(CHINA) == datetime(2022, 3, 16, 16, tzinfo=UTC)
    assert shown().day == date(2022, 3, 16)
    assert make_plans().default_day() == date(2022, 3, 16)


# List and cards


def test_the_list_puts_the_strictest_first_and_the_watch_last() -> None:
    found = zone_rows(shown())
    assert [row["look"] for row in found["zones"]] == ["sealed", "controlled", "like", "precaution", "post"]
    assert [(c["look"], c["n"]) for c in found["classes"]] == [
        ("sealed", 1), ("controlled", 1), ("like", 1), ("precaution", 1), ("post", 1)
    ]  # fmt: skip


def test_a_row_says_day_next_test_and_lift() -> None:
    row = next(r for r in zone_rows(shown())["zones"] if r["id"] == "c7b2d401")
    assert (row["day"], row["days"], row["people"]) == (6, 14, 1486)
    assert row["test"] == {"zh": "3月17日", "en": "17 Mar"}
    assert row["lift"] == {"zh": "3月24日", "en": "24 Mar"}
    assert not row["due"]


def test_a_zone_that_is_only_proposed_has_no_day() -> None:
    row = next(r for r in zone_rows(shown())["zones"] if r["look"] == "like")
    assert (row["day"], row["proposed"], row["lift"]) == (None, True, None)


def test_the_clock_ends_with_the_last_round() -> None:
    plan = tiny_plan.make_plan()
    rounds = plan.calendar[plan.calendar["zone_id"] == "p42118aa"]
    late = clock(plan.policy, "precaution", rounds, date(2022, 4, 1))
    assert (late["day"], late["days"], late["done"], late["next"]) == (4, 4, True, None)
    early = clock(plan.policy, "precaution", rounds, date(2022, 3, 1))
    assert early["day"] is None
    assert clock(plan.policy, "precaution", rounds.iloc[:0], date(2022, 3, 1))["days"] == 0


def test_a_lift_at_24_is_that_day() -> None:
    assert lift_day(pd.Timestamp("2022-03-24T16:00:00Z"), CHINA) == date(2022, 3, 24)
    assert lift_day(pd.NaT, CHINA) is None


def test_a_zone_card_says_why_with_citation_grade_and_facts() -> None:
    card = make_card(shown(), {"layer": "zones", "id": "c7b2d401"}, tiny_plan.engine())
    zh, en = said(card, "zh"), said(card, "en")
    for words in (
        "临水花园（除3栋）",
        "病例所在小区其余部分",
        "R3",
        "A 级",
        "可能：位置不够准",
        "下次：第7天 3月17日",
        "待定",
    ):
        assert words in zh
    for words in (
        "rest of the estate of a case",
        "罗湖区通告",
        "grade A",
        "cases:C2",
        "17 Mar",
        "undecided",
        "240 m by road",
    ):
        assert words in en


def test_a_unit_card_says_why_and_leads_to_its_zone() -> None:
    card = make_card(shown(), {"layer": "units", "id": "L3"}, tiny_plan.engine())
    assert "home of a case" in said(card, "en")
    assert "临水花园3栋 其余" in said(card, "zh")
    links = [p for p in everything_in(card) if hasattr(p, "data-zone")]
    assert [getattr(p, "data-zone") for p in links] == ["s1e3a9c0"]


def everything_in(components: list[Any]) -> Iterator[Any]:
    for component in components:
        yield from everything(component)


def test_a_place_card_explains_where_it_stands() -> None:
    text = said(make_card(shown(), {"layer": "places", "id": "P1"}, tiny_plan.engine()), "en")
    assert "Dongshi Market" in text
    assert "No rule puts this place in a zone." in text


@pytest.mark.parametrize("layer", ["zones", "units", "cells", "gates", "no layer"])
def test_what_is_not_there_on_the_day_is_said(layer: str) -> None:
    text = said(make_card(shown(), {"layer": layer, "id": "gone"}, tiny_plan.engine()), "en")
    assert text == "“gone” does not exist on this day."


def test_a_rejected_zone_has_no_card() -> None:
    text = said(make_card(shown(), {"layer": "zones", "id": "r0000000"}, tiny_plan.engine()), "en")
    assert "does not exist" in text


def test_what_to_look_at_stands_where_nothing_is_chosen() -> None:
    assert "cases:C9" in said(look_at(tiny_plan.make_plan()), "en")
    assert look_at(tiny_plan.empty_plan()) == []
