"""Plans that the server holds: the only cache, keyed by (revision of the workspace, outbreak, as-of, known-at, policy).

What a key names never changes, but for the plan of now, which holds until the next thing that was decided for a later
time; old plans make room for new ones.
"""

import hashlib
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from dashboard.errors import Refused
from layers import LAYERS
from layers._base import shown as zones_shown
from layers.tiles import TileSet
from zoning.answers import answer
from zoning.burden import price_resets, weigh
from zoning.differences import compare_plans
from zoning.once import once
from zoning.state import fold
from zoning.tables import REFERENCE_KINDS

KEPT = 12  # plans held at once
NEW_A_MINUTE = 60  # plans derived in a minute, whoever asks
WAIT_S = 120.0  # how long a request waits for a derivation before it is told to come back


@dataclass(frozen=True)
class Question:
    """Which plan is asked for: the local day of which it shows the end (None: the clock's moment), known-at, policy.

    `then`: as it was known at the time that is shown, where no `known_at` is given.
    """

    day: date | None = None
    known_at: datetime | None = None
    policy: str | None = None
    outbreak: str = ""
    then: bool = False

    def as_of(self, zone: ZoneInfo) -> datetime | None:
        """Return 24时 of the day in UTC, or None where no day is given."""
        if self.day is None:
            return None
        midnight = datetime.combine(self.day + timedelta(days=1), datetime.min.time(), zone)
        return midnight.astimezone(UTC)


@once
def weigh_once(plan: Any) -> pd.DataFrame:
    """Return what each zone of a plan costs, with the edits on it; made once for a plan that is looked at."""
    return weigh(plan, plan.touched)


@dataclass(frozen=True)
class Engine:
    """What the dashboard needs of the zoning engine, bound to one workspace; tests give their own.

    `derive` takes the outbreak, then as_of, known_at and policy_id by name; `settings` and `workspace` the outbreak.
    `publisher`: as `dashboard.api.publishing` has it; None where the server does not publish.
    """

    name: str
    derive: Callable[..., Any]
    explain_unit: Callable[[Any, str], dict[str, Any]]
    explain_at: Callable[[Any, float, float], dict[str, Any]]
    revision: Callable[[], int]
    settings: Callable[[str], Any]
    outbreaks: Callable[[], list[str]] = lambda: [""]
    workspace: Callable[[str], Any] | None = None
    compare: Callable[[Any, Any, Any], Any] = compare_plans
    answer: Callable[[Any, dict[str, Any]], dict[str, Any]] = answer
    publisher: Any = None
    weigh: Callable[[Any], pd.DataFrame] = weigh_once
    price: Callable[[Any, str], pd.DataFrame] = price_resets


@dataclass(frozen=True)
class Shown:
    """A plan with what is made of it once: its key, the day it shows, its tiles by source, and its bounds.

    `log`: number of the log's last event when it was derived. `until`: the same facts give another plan from then on.
    """

    plan: Any
    key: str
    base_key: str
    day: date
    zone: ZoneInfo
    tiles: dict[str, TileSet]
    bounds: list[float] | None
    log: int
    until: datetime


def _bounds(plan: Any) -> list[float] | None:
    """Return west, south, east, north of the zones, or of the ground where there is no zone."""
    shapes = [zones_shown(plan).geometry.to_numpy()]
    shapes += [plan.tables[k]["geometry"].to_numpy() for k in ("areas", "buildings", "roads") if k in plan.tables]
    for some in shapes:
        known = some[~shapely.is_missing(some)] if len(some) else some
        box = shapely.total_bounds(known) if len(known) else np.array([np.nan])
        if np.isfinite(box).all():
            return [float(v) for v in box]
    return None


def _ground_kinds(plan: Any) -> list[str]:
    """Return the kinds whose tables the base map is drawn from."""
    return [kind for kind in sorted(plan.tables) if kind in REFERENCE_KINDS and "geometry" in plan.tables[kind]]


def _ground_key(plan: Any) -> str:
    """Return a name of the ground that the base map is drawn from, so that a new day does not load it again."""
    found = hashlib.sha256()
    for kind in _ground_kinds(plan):
        frame = plan.tables[kind]
        found.update(kind.encode())
        found.update(frame.drop(columns="geometry").to_csv().encode())
        for shape in shapely.to_wkb(frame["geometry"].to_numpy()):
            found.update(shape or b"-")
    return found.hexdigest()[:16]


def _tiles(source: str, of: Any) -> TileSet:
    return TileSet([part for layer in LAYERS if layer.source == source for part in layer.parts(of)])


class Plans:
    """The plans of one workspace."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._settings: dict[str, tuple[int, Any]] = {}
        self._held: OrderedDict[tuple[object, ...], Shown] = OrderedDict()
        self._changes: OrderedDict[str, tuple[Any, TileSet]] = OrderedDict()
        self._lock = threading.Lock()
        self._started: deque[float] = deque()

    def clock(self, outbreak: str = "") -> datetime:
        """Return the moment at which people work: the outbreak's setting, as in a drill, else now."""
        settings = self.settings(outbreak)
        if not settings.as_of:
            return datetime.now(UTC)
        when = datetime.fromisoformat(settings.as_of)
        return when if when.tzinfo else when.replace(tzinfo=ZoneInfo(settings.zone))

    def default_day(self, outbreak: str = "") -> date:
        """Return the local day that the page opens on."""
        return _day_shown(self.clock(outbreak).astimezone(ZoneInfo(self.settings(outbreak).zone)))

    def settings(self, outbreak: str = "") -> Any:
        """Return the settings of the newest revision; reading them means reading the log, so they are kept."""
        revision = self.engine.revision()
        if self._settings.get(outbreak, (None,))[0] != revision:
            self._settings[outbreak] = (revision, self.engine.settings(outbreak))
        return self._settings[outbreak][1]

    def get(self, question: Question) -> Shown:
        """Return a plan, derived now if it is not held; one derivation runs at a time, the others wait."""
        key = (self.engine.revision(), question)
        held = self._held.get(key)
        if held is not None and self._holds(held, question):
            return held
        if not self._lock.acquire(timeout=WAIT_S):
            raise Refused(503, "Another day is being derived.", str(question.day), "Try again in a few seconds.")
        try:
            if key not in self._held or not self._holds(self._held[key], question):
                self._count()
                self._held[key] = self._derive(question, key[0])
                while len(self._held) > KEPT:
                    self._held.popitem(last=False)
            return self._held[key]
        finally:
            self._lock.release()

    def shown(self, question: Question) -> Shown | None:
        """Return a plan if it is held, of the newest revision or the one before; nothing is derived."""
        return next((shown for (_, asked), shown in reversed(self._held.items()) if asked == question), None)

    def _holds(self, shown: Shown, question: Question) -> bool:
        return question.day is not None or self.clock(question.outbreak) < shown.until

    def tiles(self, question: Question, source: str, before: Question | None = None) -> TileSet:
        """Return the tiles of a source; those of what changed are made when they are asked for."""
        shown = self.get(question)
        return shown.tiles[source] if source != "changes" else self._compared(question, before)[1]

    def changes(self, question: Question, before: Question | None = None) -> Any:
        """Return what changed since an earlier plan, or since the day before, as the engine compares plans."""
        return self._compared(question, before)[0]

    def day_before(self, question: Question) -> Question:
        """Return the question of the day before the one that is shown."""
        return replace(question, day=self.get(question).day - timedelta(days=1))

    def _compared(self, question: Question, before: Question | None) -> tuple[Any, TileSet]:
        shown, earlier = self.get(question), self.get(before or self.day_before(question))
        key = f"{shown.log}|{shown.key}|{earlier.key}"
        if key not in self._changes:
            table = self.engine.compare(earlier.plan, shown.plan, self._decisions(question, shown))
            self._changes[key] = (table, _tiles("changes", table))
            while len(self._changes) > KEPT:
                self._changes.popitem(last=False)
        return self._changes[key]

    def _decisions(self, question: Question, shown: Shown) -> Any:
        """Return the decisions that the later plan knows, in recorded order, so that a change can name them."""
        if self.engine.workspace is None:
            return None
        return fold(self.engine.workspace(question.outbreak), shown.plan.known_at).decisions

    def _count(self) -> None:
        now = time.monotonic()
        while self._started and now - self._started[0] > 60:
            self._started.popleft()
        if len(self._started) >= NEW_A_MINUTE:
            raise Refused(429, f"{NEW_A_MINUTE} plans were derived in the last minute.", "plan", "Wait a minute.")
        self._started.append(now)

    def _derive(self, question: Question, log: int) -> Shown:
        settings = self.settings(question.outbreak)
        zone = ZoneInfo(settings.zone)
        as_of = question.as_of(zone) or self.clock(question.outbreak).astimezone(UTC)
        known_at = question.known_at or (as_of if question.then else None)
        times = {"as_of": as_of, "known_at": known_at}
        plan = self.engine.derive(question.outbreak, **times, policy_id=question.policy)
        day = _day_shown(plan.as_of.astimezone(zone))
        base_key = self._ground(plan)
        name = f"{plan.revision}|{day}|{known_at}|{question.policy}|{question.outbreak}|{_risk(plan)}|{base_key}"
        key = hashlib.sha256(name.encode()).hexdigest()[:16]
        known = next((shown for shown in self._held.values() if shown.key == key), None)
        tiles = known.tiles if known else {source: _tiles(source, plan) for source in ("base", "plan")}
        return Shown(plan, key, base_key, day, zone, tiles, _bounds(plan), log, _until(plan, zone))

    def _ground(self, plan: Any) -> str:
        """Return the name of a plan's ground; it is not worked out again for tables that a plan which is held has."""
        kinds = _ground_kinds(plan)
        for shown in self._held.values():
            if all(shown.plan.tables.get(kind) is plan.tables[kind] for kind in kinds):
                return shown.base_key
        return _ground_key(plan)


def _risk(plan: Any) -> str:
    """Return a name of what cells show: the clock moves it though no zone changes."""
    cells = plan.cells[["cell", "rank", "risk"]]
    return hashlib.sha256(pd.util.hash_pandas_object(cells, index=False).to_numpy().tobytes()).hexdigest()


def _until(plan: Any, zone: ZoneInfo) -> datetime:
    """Return when the same facts first give another plan: a midnight, or something that was decided for earlier."""
    local = plan.as_of.astimezone(zone)
    ends = [datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)]
    for column in ("in_force_from", "hold_until", "watch_until"):
        later = plan.zones[column][plan.zones[column] > plan.as_of] if column in plan.zones else ()
        ends += [later.min().to_pydatetime()] if len(later) else []
    return min(ends).astimezone(UTC)


def _day_shown(local: datetime) -> date:
    """Return the day that a local time belongs to; 00:00 is 24时 of the day before."""
    return (local - timedelta(microseconds=1)).date()
