"""The page without a browser: texts, ids, callbacks, and the plans that the server holds."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dash import Dash
from fastapi.testclient import TestClient

from dashboard import plans as plans_module
from dashboard.callbacks import install_callbacks
from dashboard.errors import Refused
from dashboard.factory import make_server
from dashboard.ids import Id
from dashboard.layout import make_layout
from dashboard.plans import Plans, Question
from dashboard.texts import PARTS, TEXTS, both, day_text, filled, known
from layers import LAYERS
from layers._base import ACTS
from layers.style import look_of
from tests.browser import standin as tiny_plan
from zoning.classes import Conditions
from zoning.edits.ledger import _TEXTS
from zoning.errors import StoreError

DAY = "day=2022-03-16"
CHINA = ZoneInfo("Asia/Shanghai")


def make_plans(**changes: Any) -> Plans:
    return Plans(replace(tiny_plan.engine(), **changes))


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(make_server(tiny_plan.engine())) as client:
        yield client


def everything(component: Any) -> Iterator[Any]:
    """Walk a tree of Dash components and their texts."""
    yield component
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if child is not None:
            yield from everything(child)


# Texts


def test_both_languages_have_the_same_keys_and_fields() -> None:
    assert TEXTS["zh"].keys() == TEXTS["en"].keys()
    for key in TEXTS["zh"]:
        fields = [sorted(re.findall(r"\{(\w+)", TEXTS[lang][key])) for lang in TEXTS]
        assert fields[0] == fields[1], key
        assert all(TEXTS[lang][key].strip() for lang in TEXTS)


def test_a_number_is_said_with_what_it_counts() -> None:
    text = "{name}: {n zone has|zones have} none"
    told = [filled(text, {"name": "A", "n": n}) for n in (1, "2", "1,001")]
    assert told == ["A: 1 zone has none", "A: 2 zones have none", "A: 1,001 zones have none"]


def test_no_part_of_the_screen_takes_a_word_of_another() -> None:
    """Two parts with one key and different words: the later one would speak in both places."""
    told: dict[str, tuple[str, tuple[str, str]]] = {}
    for part in PARTS:
        for key, words in part.WORDS.items():
            assert told.setdefault(key, (part.__name__, words))[1] == words, f"{key}: {told[key][0]}, {part.__name__}"


def test_chinese_texts_use_full_width_punctuation() -> None:
    wrong = [v for v in TEXTS["zh"].values() if re.search(r"[一-鿿][,;:!?]|[,;:!?][一-鿿]", v)]
    assert wrong == []


def test_every_text_that_the_scripts_or_pages_ask_for_is_there() -> None:
    folder = Path(plans_module.__file__).parent
    source = "".join(p.read_text("utf-8") for p in folder.rglob("*.py"))
    asked = set(re.findall(r'\b(?:text|both|_field|_label)\(\s*"(\w+)"', source))
    # The live page has words of its own, and what is in vendor is not ours.
    own = [p for p in (folder.parent / "assets").rglob("*.mjs") if not {"live", "vendor"} & set(p.parts)]
    scripts = "".join(p.read_text("utf-8") for p in own)
    asked |= set(re.findall(r'\b(?:words\.|page\.say\(\s*")(\w+)', scripts))
    assert len(asked) > 40
    assert asked <= TEXTS["zh"].keys()


def test_acts_stages_and_conditions_have_words_and_the_map_uses_the_same() -> None:
    legends = {layer.key: layer.legend(look_of(tiny_plan.POLICY, "light", "zh")) for layer in LAYERS}
    assert [entry.names for entry in legends["proposals"]] == [both(f"act_{act}") for act in ACTS]
    marks = [entry.names for entry in legends["stages"]]
    assert marks[:3] == [both("void"), both("stage_hold"), both("stage_stepping_down")]
    assert {f"predicate_{name}" for name in Conditions.model_fields} == {
        key for key in TEXTS["zh"] if key.startswith("predicate_")
    }
    assert {f"edit_{status}" for status in _TEXTS} <= TEXTS["zh"].keys()


def test_fields_are_filled_by_language() -> None:
    assert both("calendar_next", day=7, date=day_text(date(2022, 3, 17)), tubes="148") == {
        "zh": "下次：第7天 3月17日，148 管",
        "en": "next: day 7, 17 Mar, 148 tubes",
    }
    assert known("an unknown word") == {"zh": "an unknown word", "en": "an unknown word"}


# Page and callbacks


def test_callbacks_name_only_what_the_page_has() -> None:
    app = Dash("probe")
    app.layout = make_layout("w")
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
    answer = callback(client, "plan.data", [("asked", "data", {"day": "2022-03-16"})])
    data = answer.json()["response"]["plan"]["data"]
    assert data["query"] == DAY
    assert data["day"] == "2022-03-16"
    assert len(json.dumps(data)) < 1000


def test_an_error_of_the_engine_is_said_on_the_page() -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise StoreError("log.sqlite is damaged; restore it from a copy")

    server = make_server(replace(tiny_plan.engine(), derive=broken))
    with TestClient(server) as client:
        told = callback(client, "plan.data", [("asked", "data", {"day": "2022-03-16"})])
        data = told.json()["response"]["plan"]["data"]
        assert data["error"]["what"].startswith("log.sqlite is damaged")
        outputs = "..outbreak.children...revision.children...error.children...error.hidden.."
        answer = callback(client, outputs, [("plan", "data", data)]).json()["response"]
        assert answer["error"]["hidden"] is False
        assert "log.sqlite is damaged" in json.dumps(answer["error"]["children"])


def test_a_choice_gives_its_card(client: TestClient) -> None:
    choice = {"layer": "units", "id": "L3", "zone": "s1e3a9c0"}
    inputs = [("choice", "data", choice), ("plan", "data", {"asked_day": "2022-03-16"})]
    body = callback(client, "card-data.data", inputs).text
    assert "病例住所" in body
    assert len(body) < 4_000


# Plans


def test_a_plan_is_derived_once_and_again_after_a_write() -> None:
    days, revision = [], [1]

    def derive(_outbreak: str, as_of: datetime, **_more: object) -> Any:
        days.append(as_of)
        return tiny_plan.make_plan(as_of)

    held = make_plans(derive=derive, revision=lambda: revision[0])
    question = Question(tiny_plan.DAY)
    assert held.get(question) is held.get(question)
    revision[0] = 2
    held.get(question)
    assert days == [datetime(2022, 3, 16, 16, tzinfo=UTC)] * 2


def test_the_plan_of_now_holds_until_the_next_thing_that_was_decided_for_later() -> None:
    clock, asked = [tiny_plan.AS_OF - timedelta(hours=9)], []

    def derive(outbreak: str, as_of: datetime, **_more: object) -> Any:
        asked.append((outbreak, as_of))
        return tiny_plan.make_plan(as_of)

    held = make_plans(derive=derive)
    held.clock = lambda outbreak="": clock[0]
    now = Question(outbreak="birds")
    assert held.get(now).until == tiny_plan.AS_OF
    clock[0] += timedelta(hours=8)
    held.get(now)
    assert len(asked) == 1
    clock[0] += timedelta(hours=1)
    held.get(now)
    assert asked[1:] == [("birds", tiny_plan.AS_OF)]


def test_the_same_plan_at_another_moment_has_the_same_tiles() -> None:
    log = [1]
    held = make_plans(revision=lambda: log[0])
    one = held.get(Question(tiny_plan.DAY))
    log[0] = 2
    two = held.get(Question(tiny_plan.DAY))
    assert (one.key, one.log, two.log) == (two.key, 1, 2)
    assert one.tiles is two.tiles


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
    assert make_plans().get(Question(tiny_plan.DAY)).day == tiny_plan.DAY
    assert make_plans().default_day() == date(2022, 3, 16)
