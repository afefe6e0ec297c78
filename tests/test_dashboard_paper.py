"""Paper by address: what the command line makes, as a page, a PDF or a table; bad input is told and harms nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_server
from zoning import paper
from zoning.paper import pdf
from zoning.pipeline import Plan


@pytest.fixture(scope="module")
def client(town_folder: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_folder)) as found:
        yield found


def test_the_notice_is_that_of_the_engine_and_loads_nothing(client: TestClient, town_plan: Plan) -> None:
    zone = town_plan.zones["zone_id"].iloc[0]
    told = client.get("/paper/notice", params={"zone": zone, "language": "en", "day": "2022-03-17"})
    assert told.status_code == 200
    assert told.text == paper.make_notice(town_plan, zone, "en")
    assert "default-src 'none'" in told.headers["content-security-policy"]
    assert "Draft" in told.text
    assert "cases:" not in told.text


@pytest.mark.slow
def test_crews_and_daily_are_pages_and_tables(client: TestClient, town_plan: Plan) -> None:
    asked = {"day": "2022-03-17", "proposals": "true"}
    assert client.get("/paper/crews", params=asked).text == paper.make_crew_sheet(town_plan, "zh", True)
    told = client.get("/paper/crews", params={**asked, "form": "csv", "language": "en"})
    assert told.content == paper.make_crew_table(town_plan, "en", True)
    assert 'filename="crews-2022-03-17.csv"' in told.headers["content-disposition"]
    daily = client.get("/paper/daily", params={"day": "2022-03-17"})
    assert (daily.status_code, daily.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert client.get("/paper/daily", params={"day": "2022-03-17", "form": "csv"}).content.startswith(b"\xef\xbb\xbf")


def test_without_a_chromium_the_page_stays_and_the_address_says_so(
    client: TestClient, town_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "NAMES", ())
    told = client.get("/paper/notice", params={"zone": town_plan.zones["zone_id"].iloc[0], "form": "pdf"})
    assert (told.status_code, told.json()["error"]) == (503, "busy")
    assert "no Chromium is installed" in told.json()["what"]


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("notice", {}, 400),
        ("notice", {"zone": "nowhere"}, 404),
        ("notice", {"zone": "x" * 500}, 400),
        ("notice", {"zone": "<script>"}, 404),
        ("notice", {"zone": "a", "language": "fr"}, 400),
        ("crews", {"form": "csv", "language": "both"}, 400),
        ("daily", {"day": "not a day"}, 400),
        ("daily", {"day": "0001-01-01"}, 400),
    ],
)
def test_what_cannot_be_meant_is_told(client: TestClient, path: str, asked: dict[str, str], status: int) -> None:
    told = client.get(f"/paper/{path}", params=asked)
    assert told.status_code == status
    assert set(told.json()) >= {"what", "fix"}
