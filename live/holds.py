"""What a publication is held to before anything is written."""

from collections.abc import Collection

from live.view import View
from zoning.errors import ConflictError, InputError
from zoning.hashes import public_id
from zoning.paper.boundary import number_of_zone
from zoning.pipeline import Plan

LONGEST_NOTE = 500  # characters


def hold_to_words(by: str, note: str, dry: bool) -> None:
    """Refuse a publication of nobody, or with a note that is too long.

    Parameters
    ----------
    by, note, dry : as `publish` takes them.

    Returns
    -------
    Nothing.

    Raises
    ------
    InputError : says which.
    """
    if not by.strip() and not dry:
        raise InputError("publishing needs a name: say who publishes with --by")
    if len(note) > LONGEST_NOTE:
        raise InputError(f"the note has {len(note)} characters; {LONGEST_NOTE} at most are shown")


def hold_to_confirmed(view: View, plan: Plan, confirmed: Collection[str]) -> None:
    """Refuse ground that moved since it was decided and that nobody confirmed.

    Parameters
    ----------
    view, plan : of `prepare`.
    confirmed : ids inside or as published; `all` confirms every one.

    Returns
    -------
    Nothing.

    Raises
    ------
    ConflictError : names the zones.
    """
    if "all" in confirmed:
        return
    zones = plan.zones[plan.zones["zone_id"].isin(view.redrawn)].to_dict("records")
    open_ = [
        f"{number_of_zone(plan, zone)} ({zone['name']}, {zone['zone_id']})"
        for zone in zones
        if zone["zone_id"] not in confirmed and public_id(plan.salt, zone["zone_id"]) not in confirmed
    ]
    if open_:
        raise ConflictError(
            f"{len(open_)} zones in force have other ground than was decided: {', '.join(open_)}; "
            "decide them anew, or confirm that they are published as they are now (--confirm ID, or --confirm all). "
            "Nothing was published."
        )


def hold_to_seen(now: int, seen: int | None) -> None:
    """Refuse an act of somebody who has not seen what is current.

    Parameters
    ----------
    now : seq of what is current, 0 where nothing is.
    seen : the seq that they saw; None does not ask.

    Returns
    -------
    Nothing.

    Raises
    ------
    ConflictError : says both.
    """
    if seen is not None and seen != now:
        raise ConflictError(f"somebody published or withdrew since you looked ({seen}, now {now}); nothing was changed")
