"""Desks that the server holds: drafts as they are after their last step. The drawer on disk is the truth.

Another process may add steps: before each act the tail that is not known here is read from the drawer.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard.errors import Refused
from dashboard.plans import Plans, Question
from dashboard.texts import both
from zoning.desk import Change, Desk, Step, follow
from zoning.desk.files import read_step, write_step
from zoning.desk.foreign import Foreign
from zoning.desk.ground import Ground, make_ground
from zoning.desk.keeping import Draft, Drawer, Kept
from zoning.desk.telling import tell_totals
from zoning.desk.weighing import Scale, Tally, tally_base
from zoning.editing import read_sheet
from zoning.selecting import Land
from zoning.store import Workspace

KEPT_GROUNDS, KEPT_DESKS = 4, 24
GONE_S = 15.0  # who has not been heard of for so long is here no more
TOLD_S = 30.0  # what lists say of a draft may be so old


@dataclass(frozen=True)
class Paper:
    """What drafts on one sheet share: ground, scale, land for selections, and the sums of the base."""

    ground: Ground
    scale: Scale
    land: Land
    base: Tally


@dataclass
class Open:
    """A draft that is held: its row, what it is drawn on, the desk, its sums, its steps so far, atoms that are gone."""

    draft: Draft
    paper: Paper
    desk: Desk
    tally: Tally
    n: int = 0
    lost: set[str] = field(default_factory=set)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    foreign: dict[str, Foreign] = field(default_factory=dict)
    told_at: float = 0.0
    lock: threading.RLock = field(default_factory=threading.RLock)


class Desks:
    """The drafts of one workspace."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._lock = threading.Lock()
        self._papers: OrderedDict[tuple[str, datetime, int], Paper] = OrderedDict()
        self._open: OrderedDict[str, Open] = OrderedDict()
        self._drawer: Drawer | None = None
        self._here: dict[str, dict[str, Any]] = {}

    def workspace(self, outbreak: str) -> Workspace:
        """Return the workspace as an outbreak sees it."""
        if self.plans.engine.workspace is None:
            raise _refuse(404, "desk", "workspace")
        found: Workspace = self.plans.engine.workspace(outbreak)
        return found

    @property
    def drawer(self) -> Drawer:
        """Return the drafts on disk."""
        if self._drawer is None:
            self._drawer = Drawer(self.workspace("").path)
        return self._drawer

    def paper(self, outbreak: str, as_of: datetime, base: int) -> Paper:
        """Return what drafts are drawn on, derived now if it is not held."""
        key = (outbreak, as_of, base)
        with self._lock:
            if key not in self._papers:
                sheet = read_sheet(self.workspace(outbreak), as_of, base)
                ground = make_ground(sheet)
                scale = Scale(ground, sheet.edited.zones)
                self._papers[key] = Paper(ground, scale, Land(sheet.plan), tally_base(scale))
                while len(self._papers) > KEPT_GROUNDS:
                    self._papers.popitem(last=False)
            self._papers.move_to_end(key)
            return self._papers[key]

    def make(self, question: Question, title: str, author: str) -> Open:
        """Begin a draft on the plan of a day as it is now."""
        settings_zone = self.plans.get(question).zone
        as_of = question.as_of(settings_zone) or self.plans.clock(question.outbreak).astimezone(UTC)
        base = self.workspace(question.outbreak).revision()
        self.paper(question.outbreak, as_of, base)
        return self.open(self.drawer.make(question.outbreak, title, author, as_of, base).id)

    def held(self, name: str) -> Open:
        """Return a draft as it is held here; whether it has more steps on disk is seen when one is added."""
        return self._open.get(name) or self.open(name)

    def open(self, name: str) -> Open:
        """Return a draft with all the steps that it has on disk."""
        draft = self.drawer.get(name)
        paper = self.paper(draft.outbreak, draft.as_of, draft.base)
        with self._lock:
            found = self._open.get(name)
            if found is None or found.paper is not paper:
                found = self._open[name] = Open(draft, paper, Desk(paper.ground.base), paper.base.copy())
                while len(self._open) > KEPT_DESKS:
                    self._open.popitem(last=False)
            self._open.move_to_end(name)
        with found.lock:
            found.draft = draft
            for kept in self.drawer.steps(name, found.n):
                _follow(found, kept)
        return found

    def add(self, found: Open, step: Step, author: str, sent: str) -> Change | None:
        """Keep a step on disk, then do it; None: there was nothing to undo or redo."""
        if (step == "undo" and not found.desk.done) or (step == "redo" and not found.desk.undone):
            raise _refuse(409, f"{step}_more", "do")
        told = write_step(step, found.paper.ground.names)
        n = self.drawer.add(found.draft.id, told, author, found.n, sent, found.draft.base)
        change = _follow(found, Kept(n, author, datetime.now(UTC), told, sent), step)
        if time.monotonic() - found.told_at > TOLD_S:
            self.tell(found)
        return change

    def tell(self, found: Open) -> None:
        """Keep what a draft comes to, for lists of drafts."""
        found.told_at = time.monotonic()
        totals = tell_totals(found.paper.base, found.tally)
        told = {**totals, "atoms": len(found.desk.placed), "strokes": len(found.desk.done), "n": found.n}
        found.draft = self.drawer.change(found.draft.id, told=told)

    def move(self, found: Open, act: Callable[[Open], Step | None], author: str, sent: str) -> Open:
        """Put a draft on the newest base; then do an act there, if one is given."""
        workspace = self.workspace(found.draft.outbreak)
        self.drawer.change(found.draft.id, base=workspace.revision())
        moved = self.open(found.draft.id)
        with moved.lock:
            if (step := act(moved)) is not None:
                self.add(moved, step, author, sent)
            self.tell(moved)
        return moved

    def here(self, client: str, author: str, outbreak: str, draft: str, leave: bool) -> list[dict[str, Any]]:
        """Note that somebody is here, and return the others."""
        now = time.monotonic()
        with self._lock:
            self._here = {k: v for k, v in self._here.items() if now - v["at"] < GONE_S and k != client}
            there = [who for who in self._here.values() if who["outbreak"] == outbreak]
            if not leave:
                self._here[client] = {"name": author, "outbreak": outbreak, "draft": draft, "at": now}
        others = [{"name": who["name"], "draft": who["draft"]} for who in there]
        return sorted(others, key=lambda other: str(other["name"]))


def _follow(found: Open, kept: Kept, step: Step | None = None) -> Change | None:
    """Do a step of the drawer on a desk that is held."""
    if kept.n <= found.n:
        return None
    if step is None:
        step, lost = read_step(kept.step, found.paper.ground.numbers)
        found.lost.update(lost)
    change = follow(found.desk, step)
    if change is not None:
        found.tally.change(found.desk, change)
    found.n = kept.n
    # Of a large stroke only its size is held beside the desk, which has the atoms already.
    less = {k: v for k, v in kept.step.items() if k != "atoms"} | {"size": len(kept.step.get("atoms", ()))}
    found.kept.append(Kept(kept.n, kept.author, kept.at, less, kept.sent))
    return change


def _refuse(status: int, key: str, where: str) -> Refused:
    what, fix = both(f"no_{key}"), both(f"no_{key}_do")
    return Refused(status, what["en"], where, fix["en"], {"what_zh": what["zh"], "fix_zh": fix["zh"]})
