"""An analyst's hour, shortened: every kind of tool again and again, reloads, a conflict, review, decision, paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app import create_server
from tests.browser.conftest import begin, serving, visiting
from tests.browser.hour import Spot, count_times, meet, shift, spots, times
from tests.browser.redrawing import ALLOWED
from zoning.desk import Desk, replay
from zoning.desk.files import read_step
from zoning.desk.ground import make_ground
from zoning.desk.keeping import Drawer
from zoning.editing import read_sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("patience")]
TURNS = 1


def test_a_shift_at_the_desk_loses_nothing(chromium: Browser, town_copy: Path) -> None:
    those, answered = spots(town_copy), 0
    base = read_sheet(town_copy)
    with serving(create_server(town_copy)) as address, visiting(chromium, address, allowed=ALLOWED) as one:
        one.evaluate("localStorage.setItem('author', 'Li Wei')")
        begin(one)
        count_times(one)
        for turn in shift(one, those):
            answered += len(times(one))
            one.reload()
            begin(one)
            if turn + 1 == TURNS:
                break
        with visiting(chromium, address, allowed=ALLOWED) as two:
            two.evaluate("localStorage.setItem('author', 'Wang Min')")
            begin(two)
            at = base.plan.units.set_index("id").loc["E4-B2"]
            meet(one, two, Spot("", at["lng"], at["lat"]))
        drawer = Drawer(town_copy)
        draft = next(draft for draft in drawer.all("") if draft.author == "Li Wei")
        paper = f"{address}paper/draft/{draft.id}?language=en"
        assert '<svg class="map"' in one.request.get(paper).text()
        assert one.request.get(f"{paper}&form=pdf", timeout=120_000).body().startswith(b"%PDF")
    steps = [kept.step for kept in drawer.steps(draft.id)]
    assert {"paint", "erase", "turn", "lock", "unlock", "undo", "redo"} <= {step["do"] for step in steps}
    assert (draft.state, len(steps)) == ("decided", draft.told["n"])
    assert TURNS * 15 < answered <= len(steps) + TURNS * 5, (
        "each stroke that was answered is kept, but for refused ones"
    )
    ground = make_ground(base)
    desk = replay(ground.base, [read_step(step, ground.numbers)[0] for step in steps], Desk(ground.base))
    now = read_sheet(town_copy).edited.membership.set_index("atom_id")["class"]
    drawn = {name: desk.placed[atom].of for atom, name in zip(desk.placed, ground.names(desk.placed), strict=True)}
    assert {name: now.get(name, "none") for name in drawn} == drawn, "what was decided is what the draft showed"
