"""Publishing by address: what would change, what must be confirmed, once a token, taken back; without a folder."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_server
from live.folder import Folder
from live.publishing import published
from tests.acting import Town, acting
from tests.living import CONTROLLED, SEALED, Life
from zoning.store import Workspace


@pytest.mark.slow
def test_an_analyst_publishes_and_takes_back(town_copy: Path, tmp_path: Path) -> None:
    Life(town_copy).open(SEALED, CONTROLLED)
    folder = Folder(tmp_path / "live")
    with TestClient(create_server(town_copy, folder.path)) as client:
        town = Town(client)
        nothing = {"current": None, "by": "", "when": None, "page": "", "history": []}
        assert town.get("/api/publication") == nothing
        preview = town.get("/api/publication/preview")
        assert {change["change"] for change in preview["changes"]} == {"opened"}
        assert (preview["n"], len(preview["changes"])) == (2, 2)
        named = [zone["id"] for zone in preview["redrawn"]]
        assert not folder.path.exists()
        if named:
            assert town.post("publish", 409)["error"] == "ConflictError"
        done = town.post("publish", note="evening", confirmed=named, sent="token-once")
        assert (done["written"], done["changes"]) == (True, 2)
        again = town.post("publish", note="evening", confirmed=named, sent="token-once")
        assert (again["written"], again["snapshot"]) == (False, done["snapshot"])
        told = town.get("/api/publication")
        assert told["current"]["snapshot"] == done["snapshot"]
        assert [(h["act"], h["by"], h["note"]) for h in told["history"]] == [("publish", "Li Wei", "evening")]
        folder.check(done["snapshot"])
        assert (folder.path / "index.html").is_file()
        assert town.post("publication/withdraw", note="too early")["current"]["snapshot"] is None
        assert town.post("publication/withdraw", 400)["what"].endswith("nothing to withdraw")
        assert [e.payload["note"] for e in published(Workspace(town_copy))] == ["evening", "too early"]
        foreign = client.post("/api/publish", json={}, headers={"origin": "https://elsewhere.org"})
        assert foreign.status_code == 403
        assert town.post("publish", 422, note="x" * 501)["faults"][0]["column"] == "note"


def test_a_server_without_a_folder_says_so(town_copy: Path) -> None:
    with acting(town_copy) as town:
        assert "--live" in town.get("/api/publication", 503)["fix"]
        assert town.post("publish", 503)["what_zh"]


@pytest.mark.slow
def test_nobody_publishes_or_withdraws_over_what_they_have_not_seen(town_copy: Path, tmp_path: Path) -> None:
    Life(town_copy).open(SEALED)
    with TestClient(create_server(town_copy, tmp_path / "live", "http://live/{outbreak}")) as client:
        town = Town(client)
        seen = town.get("/api/publication/preview")["log"]
        assert town.get("/api/publication")["page"] == "http://live/"
        Life(town_copy).open(CONTROLLED)
        assert "Li Wei decided" in town.post("publish", 409, base=seen, seen=0)["what"]
        preview = town.get("/api/publication/preview")
        assert (preview["counts"], preview["people"]) == ({"opened": 2}, 168 + 644)
        assert [change["look_after"] for change in preview["changes"]] == ["sealed", "controlled"]
        assert preview["classes"][0]["letter"] == {"zh": "封", "en": "S"}
        town.post("publish", by="Zhou", base=preview["log"], seen=0)
        assert "since you looked (0, now 1)" in town.post("publish", 409, base=preview["log"], seen=0)["what"]
        assert "since you looked" in town.post("publication/withdraw", 409, note="late", seen=0)["what"]
        told = town.get("/api/publication")
        assert (told["by"], len(told["history"]), set(told["when"])) == ("Zhou", 1, {"zh", "en"})
        assert (town.get("/api/publication/preview")["n"], preview["n"]) == (0, 2)
        town.post("publication/withdraw", note="late", seen=1)
