"""Publishing for a server of analysts: a folder for each outbreak of a workspace, and what a screen needs to know."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from live import publishing
from live.folder import CURRENT, Folder
from live.site import write_site
from zoning.hashes import public_id
from zoning.paper.boundary import number_of_zone
from zoning.store import Workspace

_HISTORY = 100
Json = dict[str, Any]


class Publisher:
    """Publishes a workspace into a folder; an outbreak with a name has the folder `<folder>-<name>` beside it."""

    def __init__(self, workspace: Callable[[str], Workspace], folder: Path) -> None:
        self._workspace, self._folder = workspace, folder

    def _at(self, outbreak: str) -> Path:
        return self._folder.with_name(f"{self._folder.name}-{outbreak}") if outbreak else self._folder

    def state(self, outbreak: str) -> Json:
        """Return what is out.

        Parameters
        ----------
        outbreak : its name.

        Returns
        -------
        current (as `current.json`, None where nothing was published yet), history (at, act, by, snapshot, note; the
        newest first).

        Raises
        ------
        StoreError : the folder is damaged.
        """
        path = self._at(outbreak)
        current = Folder(path).current() if (path / CURRENT).is_file() else None
        events = publishing.published(self._workspace(outbreak))[-_HISTORY:]
        history = [
            {"at": e.recorded_at.isoformat(), "act": e.kind, "by": e.author}
            | {key: e.payload[key] for key in ("seq", "snapshot", "note")}
            for e in reversed(events)
        ]
        return {"current": current, "history": history}

    def preview(self, outbreak: str) -> Json:
        """Return what a publication would change.

        Parameters
        ----------
        outbreak : its name.

        Returns
        -------
        changes (of `find_changes`), zones (how many versions), redrawn (id inside, number, name, name_en of the zones
        that must be confirmed).

        Raises
        ------
        StoreError, InputError : of `publish`.
        """
        workspace = self._workspace(outbreak)
        view, plan, _ = publishing.prepare(workspace)
        zones = plan.zones[plan.zones["zone_id"].isin(view.redrawn)].to_dict("records")
        told = publishing.publish(workspace, self._at(outbreak), "", confirmed=["all"], dry=True)
        redrawn = [
            {"id": zone["zone_id"], "public": public_id(plan.salt, zone["zone_id"]), "name": zone["name"]}
            | {"number": number_of_zone(plan, zone), "name_en": zone["name_en"]}
            for zone in zones
        ]
        return {"changes": told.changes, "zones": told.zones, "redrawn": redrawn}

    def publish(self, outbreak: str, by: str, note: str, confirmed: list[str], sent: str) -> Json:
        """Publish what was decided; the same token publishes once.

        Parameters
        ----------
        outbreak : its name.
        by, note, confirmed : as `publishing.publish` takes them.
        sent : what the sender calls this act.

        Returns
        -------
        written, snapshot, seq, changes (how many).

        Raises
        ------
        ConflictError, InputError, StoreError : of `publishing.publish`.
        """
        workspace, path = self._workspace(outbreak), self._at(outbreak)
        for event in publishing.published(workspace):
            if event.author == by and event.payload.get("sent") == sent:
                return {"written": False, **{key: event.payload[key] for key in ("snapshot", "seq")}, "changes": None}
        told = publishing.publish(workspace, path, by, note, confirmed=confirmed, sent=sent)
        write_site(path)
        seq = Folder(path).current()["seq"]
        return {"written": True, "snapshot": told.snapshot, "seq": seq, "changes": len(told.changes)}

    def withdraw(self, outbreak: str, by: str, note: str) -> Json:
        """Take back what is out.

        Parameters
        ----------
        outbreak : its name.
        by, note : as `publishing.withdraw` takes them.

        Returns
        -------
        current: what is out now.

        Raises
        ------
        InputError, StoreError : of `publishing.withdraw`.
        """
        return {"current": publishing.withdraw(self._workspace(outbreak), self._at(outbreak), by, note)}
