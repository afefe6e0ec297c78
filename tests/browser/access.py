"""axe-core on a page: what keeps people with poor sight, or without a mouse, from using it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.house import ROOT

RUN = "{resultTypes: ['violations'], rules: {'label-content-name-mismatch': {enabled: true}}}"
AXE = Path(ROOT) / "node_modules" / "axe-core" / "axe.min.js"


def hindrances(page: Page, within: str = "html") -> list[str]:
    """Return the serious and critical findings of axe-core in a part of the page, one line each with the elements."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (make install)")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(f"within => axe.run(within, {RUN})", within)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{f['impact']} {f['id']}: {f['help']}: {json.dumps([n['target'] for n in f['nodes']][:4])}"
        for f in found["violations"]
        if f["impact"] in ("serious", "critical")
    ]
