"""A town behind the API, and acts that are posted to it as its page posts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app import create_server
from zoning.store import Workspace

_NUMBER = count()


class Town:
    """The API of a workspace; `post` sends what the page sends."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, address: str, status: int = 200) -> Any:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text
        assert len(answer.content) <= 10_240
        return answer.json()

    def post(self, what: str, status: int = 200, **body: Any) -> Any:
        told = {"by": "Li Wei", "base": self.log, "sent": f"token-{next(_NUMBER):04d}", **body}
        answer = self.client.post(f"/api/{what}", json=told)
        assert answer.status_code == status, answer.text
        assert len(answer.content) <= 10_240
        return answer.json()

    @property
    def log(self) -> int:
        return int(self.client.get("/api/log").json()["log"])

    def zone(self, name: str, look: str) -> str:
        found = self.client.get("/api/zones").json()["zones"]
        return str(next(z["id"] for z in found if name in z["name"]["en"] and z["look"] == look))

    def asked(self, zone: str) -> list[str]:
        return [act["act"] for act in self.client.get(f"/api/acts?zone={zone}").json() if act["ready"]]

    def status(self, zone: str) -> str:
        found = self.client.get("/api/zones").json()["zones"]
        return next((str(z["status"]["en"]) for z in found if z["id"] == zone), "gone")


@contextmanager
def acting(folder: Path) -> Iterator[Town]:
    """Serve a workspace to a test."""
    with TestClient(create_server(folder)) as client:
        yield Town(client)


def decisions(folder: Path) -> list[dict[str, Any]]:
    """What was decided in a workspace, in recorded order."""
    return [dict(event.payload) for event in Workspace(folder).events() if event.kind == "decide"]
