"""Rejected rows over the API: corrected one by one, all alike at once, or as a file, and loaded again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_server
from tests.loading_desk import CASES, look, send, start, wait
from zoning.state import fold
from zoning.store import Workspace


@pytest.fixture
def client(town_copy: Path) -> Iterator[TestClient]:
    with TestClient(create_server(town_copy)) as client:
        yield client


@pytest.mark.slow
def test_rejects_are_corrected_and_loaded_again(client: TestClient, town_copy: Path) -> None:
    upload = send(client, "new cases.csv", CASES.replace("N3,无症状", "N3,死亡"))
    wait(client, start(client, (upload["id"], 0)))
    assert {"source": "new cases", "kind": "cases", "rows": 2, "drafts": 0} in client.get("/api/loads/rejects").json()
    where = {"source": "new cases", "kind": "cases"}
    page = client.get("/api/loads/rejects/rows", params=where).json()
    assert (page["of"], [row["row"] for row in page["rows"]]) == (2, [3, 4])
    assert page["ours"]["报告时间"]["en"] == "reported at"
    assert [row["faults"][0]["columns"] for row in page["rows"]] == [["报告时间"], ["病例类型"]]
    body = {**where, "file": "new cases.csv", "row": 3}
    wrong = client.patch(
        "/api/loads/rejects/rows", json={**body, "cells": {**page["rows"][0]["cells"], "报告时间": "soon"}}
    )
    assert wrong.json()["faults"][0]["columns"] == ["报告时间"]
    right = {**page["rows"][0]["cells"], "报告时间": "3月16日24时"}
    assert client.patch("/api/loads/rejects/rows", json={**body, "cells": right}).json() == {
        "faults": [],
        "drafts": 1,
        "alike": 0,
    }
    assert client.get("/api/loads/rejects/rows", params=where).json()["rows"][0]["cells"] == right
    job = wait(client, client.post("/api/loads/rejects/again", json={**where, "by": "Li", "sent": "again-once"}).json())
    assert job["files"][0]["done"] == {"cases": [1, 1, 0]}
    left = client.get("/api/loads/rejects/rows", params=where).json()
    assert ([row["row"] for row in left["rows"]], left["drafts"]) == ([4], 0)
    cases = fold(Workspace(town_copy)).tables["cases"]
    assert {"N1", "N2"} <= set(cases["case_id"])
    assert client.post("/api/loads/rejects/again", json={**where, "by": "Li", "sent": "again-twice"}).status_code == 409


@pytest.mark.slow
def test_one_wrong_word_is_put_right_in_all_rows_that_hold_it(client: TestClient) -> None:
    rows = "".join(f"M{n},{'死亡' if n % 2 else '后天'},2022-03-16 10:00,114.05,22.54\n" for n in range(7))
    upload = send(client, "many.csv", CASES.splitlines()[0] + "\n" + rows)
    client.put(f"/api/loads/{upload['id']}/0", json={"kind": "cases"})
    assert wait(client, start(client, (upload["id"], 0)))["files"][0]["done"] == {"cases": [7, 0, 7]}
    where = {"source": "many", "kind": "cases"}
    first = client.get("/api/loads/rejects/rows", params={**where, "start": 1}).json()["rows"][0]
    body = {**where, "file": "many.csv", "row": first["row"], "cells": {**first["cells"], "病例类型": "确诊"}}
    told = client.patch("/api/loads/rejects/rows", json={**body, "column": "病例类型", "was": "死亡"}).json()
    assert (told["drafts"], told["alike"], [fault["columns"] for fault in told["faults"]]) == (1, 2, [])
    change = {**where, "column": "病例类型", "was": "死亡", "now": "确诊"}
    assert client.post("/api/loads/rejects/alike", json=change).json() == {"rows": 2}
    page = client.get("/api/loads/rejects/rows", params=where).json()
    assert [(row["draft"], not row["faults"]) for row in page["rows"]] == [(n % 2 == 1,) * 2 for n in range(7)]
    job = wait(client, client.post("/api/loads/rejects/again", json={**where, "by": "Li", "sent": "again-once"}).json())
    assert job["files"][0]["done"] == {"cases": [3, 3, 0]}


@pytest.mark.slow
def test_a_list_of_rejected_rows_is_known_and_joins_its_source(client: TestClient, town_copy: Path) -> None:
    wait(client, start(client, (send(client, "new cases.csv", CASES)["id"], 0)))
    listed = (town_copy / "rejects.csv").read_text("utf-8-sig").replace("后天,114", "3月16日24时,114")
    upload = send(client, "rejects.csv", listed)
    told = look(client, upload)
    assert (told["rejects"], told["kind"], told["ready"]) == (True, "cases", True)
    job = wait(client, start(client, (upload["id"], 0), sent="another-token"))
    assert job["files"][0]["done"] == {"cases": [1, 1, 0]}
    assert client.get("/api/loads/rejects").json() == []
