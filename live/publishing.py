"""Publishing: what was decided becomes a snapshot that everybody sees; taking it back; what was published when.

The log says who, when and what before anybody can see it; the folder says nothing of who.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pandas as pd

from live.counts import FINEST
from live.folder import Folder
from live.forms import Json
from live.holds import hold_to_confirmed, hold_to_seen, hold_to_words
from live.snapshot import compare, make_files
from live.view import View, later_moments, see
from zoning.clocks import read_moment
from zoning.errors import InputError, StoreError
from zoning.hashes import public_id
from zoning.log import Event
from zoning.pipeline import Plan, derive_state
from zoning.policy import load_policy
from zoning.state import State, fold
from zoning.store import Workspace

PUBLISH, WITHDRAW = "publish", "withdraw_publication"
KEPT = "live"  # folder of the workspace in which pages and tiles are kept; it may be deleted


@dataclass(frozen=True)
class Publication:
    """What was published, or would be: the snapshot's id ("" before it is written), changes, zones, size in bytes."""

    snapshot: str
    changes: list[Json]
    zones: int
    size: int


def prepare(
    workspace: Workspace, as_of: datetime | None = None, known_at: datetime | None = None
) -> tuple[View, Plan, int]:
    """Derive what can be published.

    Parameters
    ----------
    workspace : as its outbreak sees it.
    as_of : when it was true (UTC); None means the workspace's setting, else now.
    known_at : when we knew it (UTC); None means now.

    Returns
    -------
    The view, the plan behind it (by what decisions name alone), and the H3 resolution of counts.

    Raises
    ------
    StoreError, UnknownError, PolicyError : of the state and the pack.
    """
    state = fold(workspace, known_at)
    settings = state.settings
    told = read_moment(settings.as_of, settings.zone) if settings.as_of else datetime.now(UTC)
    moment = as_of or told
    plan = _derive(state, moment)
    later = [_derive(state, then) for then in later_moments(state.decisions, moment)]
    return see(plan, later, state.decisions), plan, min(settings.count_resolution, FINEST)


def _derive(state: State, as_of: datetime) -> Plan:
    """What nobody decided must not even show as a hole in what somebody did."""
    return derive_state(state, load_policy(state.settings.policy, state.settings.chosen), as_of, proposals=False)


def publish(
    workspace: Workspace,
    path: Path,
    by: str,
    note: str = "",
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    confirmed: Collection[str] = (),
    dry: bool = False,
    sent: str = "",
    seen: int | None = None,
) -> Publication:
    """Publish what was decided.

    Parameters
    ----------
    workspace : as its outbreak sees it.
    path : folder of publications, made where there is none.
    by : who publishes; kept in the log, not published.
    note : for everybody to read.
    as_of, known_at : as `prepare` takes them.
    confirmed : zones (id inside or as published) whose ground moved since it was decided, to be published as it is
        now; `all` confirms every one.
    dry : only say what would change.
    sent : what the sender calls this act; kept in the log.
    seen : seq of what was current when the sender looked, 0 where nothing was; None does not ask.

    Returns
    -------
    Publication.

    Raises
    ------
    InputError : nobody is named, the note is too long, or counts would change their resolution.
    ConflictError : zones in force were redrawn by corrections and nobody confirmed them, or somebody published since
        the sender looked; nothing was published.
    StoreError : the folder cannot be written, holds another outbreak, or is damaged.
    """
    hold_to_words(by, note, dry)
    folder = Folder(path)
    view, plan, resolution = prepare(workspace, as_of, known_at)
    hold_to_confirmed(view, plan, confirmed)
    _hold_to_resolution(workspace, resolution)
    if dry:
        before, since, _ = _last(folder, workspace) if (path / "current.json").is_file() else (None, None, [])
        files, changes = make_files(view, resolution, before, since, _kept(workspace))
        return Publication("", changes, len(view.versions), sum(map(len, files.values())))
    with folder.writing():
        hold_to_seen(_next(folder) - 1, seen)
        before, since, history = _last(folder, workspace)
        files, changes = make_files(view, resolution, before, since, _kept(workspace))
        about = {"as_of": orjson.loads(files["list.json"])["as_of"], "time_zone": plan.settings.zone}
        snapshot = folder.add(files, about, since["snapshot"] if since else None)
        now = datetime.now(UTC)
        seq = _next(folder)
        told = {"snapshot": snapshot, "note": note, "folder": path.name, "seq": seq, "resolution": resolution}
        told |= {"as_of": plan.as_of.isoformat(), "revision": plan.revision}
        told |= {"confirmed": sorted(confirmed), "sent": sent}
        workspace.append(PUBLISH, told, workspace.digest(PUBLISH, told, now), now, by)
        entry = {"seq": seq, "snapshot": snapshot, "published_at": _utc(now), "note": note}
        history.append({**entry, "as_of": about["as_of"], "withdrawn_at": None, "withdrawn_seq": None})
        folder.point({**entry, "source": _source(workspace)}, history)
    return Publication(snapshot, changes, len(view.versions), sum(map(len, files.values())))


def preview(workspace: Workspace, path: Path) -> tuple[View, Plan, list[Json]]:
    """Say what a publication would change, without making its files.

    Parameters
    ----------
    workspace : as its outbreak sees it.
    path : folder of publications; it is only read.

    Returns
    -------
    The view, the plan behind it (by what decisions name alone), the changes (of `find_changes`).

    Raises
    ------
    InputError : counts would change their resolution.
    StoreError : the folder holds another outbreak, or is damaged.
    """
    view, plan, resolution = prepare(workspace)
    _hold_to_resolution(workspace, resolution)
    return view, plan, compare(view, _last(Folder(path), workspace)[0])[1]


def _kept(workspace: Workspace) -> Path:
    return workspace.path / KEPT / (workspace.outbreak or "first")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _source(workspace: Workspace) -> str:
    return public_id(workspace.log.salt(), f"outbreak {workspace.outbreak}")


def _next(folder: Folder) -> int:
    return int(folder.current()["seq"]) + 1 if (folder.path / "current.json").is_file() else 1


def _last(folder: Folder, workspace: Workspace) -> tuple[Json | None, Json | None, list[Json]]:
    """`list.json` of what is current, its snapshot and time, and the history; refuses a folder of another outbreak."""
    if not (folder.path / "current.json").is_file():
        return None, None, []
    current = folder.current()
    if current.get("source") != _source(workspace):
        raise StoreError(f"{folder.path} shows another outbreak; give this one a folder of its own")
    if not current["snapshot"]:
        return None, None, folder.history()
    listed = folder.snapshot_path(current["snapshot"]) / "list.json"
    before = orjson.loads(listed.read_bytes()) if listed.is_file() else None
    since = {"snapshot": current["snapshot"], "published_at": current["published_at"]}
    return before, since, folder.history()


def _hold_to_resolution(workspace: Workspace, resolution: int) -> None:
    """Counts at two resolutions would tie cells to their parents, and give small counts away."""
    past = {event.payload["resolution"] for event in published(workspace) if event.kind == PUBLISH}
    if past - {resolution}:
        told = min(past)
        raise InputError(
            f"counts of this outbreak were published at resolution {told}; at {resolution} besides, small counts could "
            f"be told by subtraction: set count_resolution back to {told}"
        )


def published(workspace: Workspace) -> list[Event]:
    """Return who published and withdrew what.

    Parameters
    ----------
    workspace : as its outbreak sees it.

    Returns
    -------
    Events in recorded order; `payload` has snapshot, seq, note, folder.
    """
    return [event for event in workspace.events() if event.kind in (PUBLISH, WITHDRAW)]


def withdraw(workspace: Workspace, path: Path, by: str, note: str = "", seen: int | None = None) -> Json:
    """Take back what is current: its files are deleted, and what stood before is current again.

    Parameters
    ----------
    workspace : as its outbreak sees it.
    path : folder of publications.
    by : who; kept in the log.
    note : why; kept in the log.
    seen : as `publish` takes it.

    Returns
    -------
    What is current now: `snapshot` is None where nothing stands.

    Raises
    ------
    InputError : nobody is named, or nothing is published.
    ConflictError : somebody published or withdrew since the sender looked.
    StoreError : the folder cannot be written, holds another outbreak, or is damaged.
    """
    if not by.strip():
        raise InputError("withdrawing needs a name: say who withdraws with --by")
    folder = Folder(path)
    with folder.writing():
        hold_to_seen(_next(folder) - 1, seen)
        current, history = folder.current(), folder.history()
        if current.get("source") != _source(workspace):
            raise StoreError(f"{path} shows another outbreak; name the folder of this one")
        gone = current["snapshot"]
        if not gone:
            raise InputError(f"{path}: nothing is published, so there is nothing to withdraw")
        now = datetime.now(UTC)
        told = {"snapshot": gone, "note": note, "folder": path.name, "seq": current["seq"]}
        workspace.append(WITHDRAW, told, workspace.digest(WITHDRAW, told, now), now, by)
        for entry in history:
            if entry["snapshot"] == gone and not entry["withdrawn_at"]:
                entry |= {"withdrawn_at": _utc(now), "withdrawn_seq": current["seq"] + 1}
        left = [entry for entry in history if not entry["withdrawn_at"]]
        shown = left[-1] if left else {"snapshot": None, "published_at": _utc(now), "note": ""}
        after = {key: shown[key] for key in ("snapshot", "published_at", "note")}
        after |= {"seq": current["seq"] + 1, "withdrew_at": _utc(now), "source": current["source"]}
        folder.point(after, history)
        folder.remove(gone)
    return after


def history_table(workspace: Workspace) -> pd.DataFrame:
    """Return who published and withdrew what, for people.

    Parameters
    ----------
    workspace : as its outbreak sees it.

    Returns
    -------
    at (UTC), act, by, snapshot, folder, note; in recorded order.
    """
    rows = [
        (e.recorded_at, e.kind, e.author, e.payload["snapshot"], e.payload["folder"], e.payload["note"])
        for e in published(workspace)
    ]
    return pd.DataFrame(rows, columns=["at", "act", "by", "snapshot", "folder", "note"])
