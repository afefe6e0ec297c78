"""What tests of loading share: files, and a page's way through them over the API."""

import time
from typing import Any

from fastapi.testclient import TestClient

CASES = (
    "病例编号,病例类型,报告时间,经度,纬度\n"
    "N1,确诊,2022-03-16 10:00,114.0529,22.5398\n"
    "N2,确诊,后天,114.0531,22.5399\n"
    "N3,无症状,2022-03-16 12:00,114.0533,22.5401\n"
)
ESTATE = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"新苑","居住人口":12},"geometry":'
    '{"type":"Polygon","coordinates":[[[114.05,22.53],[114.051,22.53],[114.051,22.531],[114.05,22.53]]]}}]}'
)


def send(client: TestClient, name: str, data: bytes | str) -> dict[str, Any]:
    """Send a file and return what the server lists of it."""
    body = data.encode() if isinstance(data, str) else data
    told = client.post("/api/loads", params={"name": name}, content=body)
    assert told.status_code == 201, told.text
    return told.json()


def look(client: TestClient, upload: dict[str, Any], at: int = 0) -> dict[str, Any]:
    """Return what a table of a file is taken for."""
    told = client.get(f"/api/loads/{upload['id']}/{at}")
    assert told.status_code == 200, told.text
    return told.json()


def start(client: TestClient, *items: tuple[str, int], sent: str = "token-of-a-test") -> dict[str, Any]:
    """Begin to load tables and return the load."""
    body = {"by": "Li Wei", "items": [list(item) for item in items], "sent": sent}
    told = client.post("/api/loads/start", json=body)
    assert told.status_code == 200, told.text
    return told.json()


def wait(client: TestClient, job: dict[str, Any], limit_s: float = 60.0) -> dict[str, Any]:
    """Return a load once it has ended."""
    ends = time.monotonic() + limit_s
    while time.monotonic() < ends:
        told = client.get(f"/api/loads/jobs/{job['job']}").json()
        if told["state"] not in ("waiting", "loading"):
            return told
        time.sleep(0.1)
    raise AssertionError(f"the load did not end: {told}")
