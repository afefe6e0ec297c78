"""Publishing for a server of analysts: a folder for each outbreak of a workspace, and what a screen needs to know."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from live import publishing
from live.changes import KINDS
from live.folder import CURRENT, Folder
from live.lists import classes_of
from live.site import write_site
from zoning.errors import ConflictError
from zoning.hashes import public_id
from zoning.paper.boundary import number_of_zone
from zoning.pipeline import Plan
from zoning.store import Workspace

_HISTORY = 20
_DECIDING = ("decide", "stroke")  # events that change what is published
_STAYING = ("zone", "hold")  # kinds of zones in which people are bound
Json = dict[str, Any]


class Publisher:
    """Publishes a workspace into a folder; an outbreak with a name has the folder `<folder>-<name>` beside it.

    `page`: address of the live page, "" where nobody knows it; `{outbreak}` in it stands for the outbreak.
    """

    def __init__(self, workspace: Callable[[str], Workspace], folder: Path, page: str = "") -> None:
        self._workspace, self._folder, self._page = workspace, folder, page

    def _at(self, outbreak: str) -> Path:
        return self._folder.with_name(f"{self._folder.name}-{outbreak}") if outbreak else self._folder

    def _address(self, outbreak: str) -> str:
        if outbreak and "{outbreak}" not in self._page:
            return ""
        return self._page.replace("{outbreak}", outbreak)

    def state(self, outbreak: str) -> Json:
        """Return what is out.

        Parameters
        ----------
        outbreak : its name.

        Returns
        -------
        current (as `current.json`, None where nothing was published yet), by (who published it), page (address of the
        live page, or ""), history (at, act, by, seq, snapshot, note; the newest first).

        Raises
        ------
        StoreError : the folder is damaged.
        """
        path = self._at(outbreak)
        current = Folder(path).current() if (path / CURRENT).is_file() else None
        events = publishing.published(self._workspace(outbreak))
        who = {e.payload["snapshot"]: e.author for e in events if e.kind == publishing.PUBLISH}
        history = [
            {"at": e.recorded_at.isoformat(), "act": e.kind, "by": e.author}
            | {key: e.payload[key] for key in ("seq", "snapshot", "note")}
            for e in reversed(events[-_HISTORY:])
        ]
        by = who.get(current["snapshot"], "") if current else ""
        return {"current": current, "by": by, "page": self._address(outbreak), "history": history}

    def preview(self, outbreak: str) -> Json:
        """Return what a publication would change.

        Parameters
        ----------
        outbreak : its name.

        Returns
        -------
        log (number of the last event that was seen), changes (of `find_changes`, the strictest first), counts (change
        -> how many), people (more, or fewer, who are bound), zones (how many versions), redrawn (id inside, number,
        look, letter, people, name, name_en of the zones that must be confirmed), classes (as a legend needs them).

        Raises
        ------
        StoreError, InputError : of `publishing.preview`.
        """
        workspace = self._workspace(outbreak)
        log = workspace.revision()
        view, plan, changes = publishing.preview(workspace, self._at(outbreak))
        ranks = {of["class"]: of["rank"] for of in classes_of(plan)}
        changes = sorted(changes, key=lambda change: _weight(change, ranks))
        zones = plan.zones[plan.zones["zone_id"].isin(view.redrawn)].to_dict("records")
        return {
            "log": log,
            "changes": changes,
            "counts": dict(Counter(change["change"] for change in changes)),
            "people": sum(_bound(change, "after") - _bound(change, "before") for change in changes),
            "zones": len(view.versions),
            "redrawn": [_told(plan, zone) for zone in zones],
            "classes": classes_of(plan),
        }

    def publish(
        self,
        outbreak: str,
        by: str,
        note: str,
        confirmed: list[str],
        sent: str,
        base: int | None = None,
        seen: int | None = None,
    ) -> Json:
        """Publish what was decided; the same token publishes once.

        Parameters
        ----------
        outbreak : its name.
        by, note, confirmed, seen : as `publishing.publish` takes them.
        sent : what the sender calls this act.
        base : number of the log's last event that the sender saw; None does not ask.

        Returns
        -------
        written, snapshot, seq, changes (how many).

        Raises
        ------
        ConflictError : something was decided since `base`, or as `publishing.publish`.
        InputError, StoreError : of `publishing.publish`.
        """
        workspace, path = self._workspace(outbreak), self._at(outbreak)
        for event in publishing.published(workspace):
            if event.author == by and event.payload.get("sent") == sent:
                return {"written": False, **{key: event.payload[key] for key in ("snapshot", "seq")}, "changes": None}
        if base is not None:
            _hold_to_base(workspace, base)
        told = publishing.publish(workspace, path, by, note, confirmed=confirmed, sent=sent, seen=seen)
        write_site(path)
        seq = Folder(path).current()["seq"]
        return {"written": True, "snapshot": told.snapshot, "seq": seq, "changes": len(told.changes)}

    def withdraw(self, outbreak: str, by: str, note: str, seen: int | None = None) -> Json:
        """Take back what is out.

        Parameters
        ----------
        outbreak : its name.
        by, note, seen : as `publishing.withdraw` takes them.

        Returns
        -------
        current: what is out now.

        Raises
        ------
        ConflictError, InputError, StoreError : of `publishing.withdraw`.
        """
        return {"current": publishing.withdraw(self._workspace(outbreak), self._at(outbreak), by, note, seen)}


def _weight(change: Json, ranks: dict[str, int]) -> tuple[int, int, int]:
    """Changes of a kind together, the strictest class and the most people first."""
    name = change["class_after"] if change["kind_after"] else change["class_before"]
    people = change["people_after"] if change["kind_after"] else change["people_before"]
    return KINDS.index(change["change"]), ranks.get(name or "", len(ranks)), -int(people or 0)


def _bound(change: Json, when: str) -> int:
    return int(change[f"people_{when}"] or 0) if change[f"kind_{when}"] in _STAYING else 0


def _told(plan: Plan, zone: Json) -> Json:
    """A zone that must be confirmed."""
    of = plan.policy.classes[zone["class"]]
    names = {"name": zone["name"], "name_en": zone["name_en"], "look": of.style, "letter": of.letter.model_dump()}
    names["people"] = int(zone["people"])
    return {"id": zone["zone_id"], "public": public_id(plan.salt, zone["zone_id"]), **names} | {
        "number": number_of_zone(plan, zone)
    }


def _hold_to_base(workspace: Workspace, base: int) -> None:
    """What is published was seen: facts show in the ground, which is confirmed; decisions are asked here."""
    found = sorted({e.author for e in workspace.events() if e.seq > base and e.kind in _DECIDING})
    if found:
        raise ConflictError(f"{', '.join(found)} decided since you looked; nothing was published")
