"""A server that is killed in a burst of strokes, and started again on the same workspace."""

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.conftest import ROOT
from tests.test_dashboard_desk import Hand, unit


def _serve(workspace: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the program and wait until it answers."""
    command = [sys.executable, "app.py", str(workspace), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    for _ in range(600):
        assert process.poll() is None, "the server ended by itself"
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/plan", timeout=60).raise_for_status()
            return process
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _paint(hand: Hand, times: int = 1) -> None:
    for _ in range(times):
        hand.step("paint", to=("sealed", "controlled")[hand.n % 2], pick=unit("E4-B2"))


@pytest.mark.slow
def test_a_server_killed_in_a_burst_of_strokes_has_all_that_it_acknowledged(town_copy: Path) -> None:
    acknowledged = 0
    draft = ""
    for after_s in (0.3, 0.7, 1.3):
        port = _free_port()
        process = _serve(town_copy, port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            hand = Hand(client, draft=draft)
            draft = hand.draft
            hand.n = hand.get()["n"]
            assert acknowledged <= hand.n <= acknowledged + 1, (
                "all that was told is there, and at most the one under way"
            )
            _paint(hand)
            threading.Timer(after_s, process.kill).start()
            with pytest.raises(httpx.TransportError):
                _paint(hand, 10_000)
        acknowledged = hand.n
        assert process.wait() < 0
    assert acknowledged > 3, "some were told within the bursts"
