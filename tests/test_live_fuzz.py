"""Requests that nobody would make by hand, drawn from the viewer's own description: no answer is the server's fault."""

import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from live.folder import Folder
from tests.house import ROOT
from tests.test_live_server import viewer

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "30")  # of each address; a long run takes hundreds
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.slow
def test_no_request_breaks_the_viewer(published_city: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Folder(published_city[1])
    name = folder.current()["snapshot"]
    zones = orjson.loads((folder.snapshot_path(name) / "list.json").read_bytes())["zones"]
    known = {"zone": zones[0]["id"], "featureId": zones[0]["id"], "snapshot": name, "name": "list.json", "seq": 2}
    config = tmp_path / "schemathesis.toml"
    config.write_text(
        "[parameters]\n" + "".join(f"{key} = {orjson.dumps(value).decode()}\n" for key, value in known.items())
    )
    for more in ([], ["--config-file", str(config)]):
        with viewer(folder.path) as base:
            # The stream of events has no end, and so no answer to hold to anything.
            command = [Path(sys.executable).parent / "schemathesis", *more, "run", f"{base}/ogc/api", "--no-color"]
            command += ["--checks", CHECKS, "--max-examples", EXAMPLES, "--exclude-path", "/events", "--seed", "1"]
            command += ["--phases", "coverage,fuzzing"]
            home = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
        assert int(re.search(r"([\d,]+) generated", done.stdout)[1].replace(",", "")) > 500
