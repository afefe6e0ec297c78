"""What a layer of the map is, and the order in which layers are drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from zoning.pipeline import Plan

Names = dict[str, str]
StyleLayer = dict[str, Any]
Value = str | int | float | bool

# Height of a style layer in the picture: sheets below, marks, lines, what is selected, then signs and text.
GREEN, WATER, AREA, ROAD, ESTATE, BUILDING = 10, 20, 25, 30, 35, 40
ZONE, RISK, ZONE_LINE, DRAFT, SELECTED, POINT, LABEL, BADGE = 50, 60, 70, 76, 79, 80, 90, 95
WATCH = "post"  # token name of the watch after release, which is a stage and no class of a pack
# What can be proposed, the most pressing first.
ACTS = ("positive", "raise", "open", "hold_expired", "extend", "release", "step", "phase")


@dataclass(frozen=True)
class Part:
    """One layer inside a tile: WGS84 shapes (n,), attribute -> n values (None is absent), first and last zoom.

    `first` (n,) says from which zoom each shape is drawn, where they differ. No two parts that are drawn at one zoom
    share a name: a tile may not hold two layers of one name.
    """

    name: str
    shapes: Any
    columns: Mapping[str, Sequence[Value | None]]
    zooms: tuple[int, int] = (0, 22)
    first: Sequence[int] | None = None


@dataclass(frozen=True)
class ClassLook:
    """How one class of the pack is shown: its token name, letter and names in both languages."""

    name: str
    rank: int
    style: str
    letter: Names
    names: Names


@dataclass(frozen=True)
class Look:
    """What a style is drawn from: token values of one theme, the language, and the pack's classes by rank."""

    theme: str
    lang: str
    tokens: dict[str, str]
    classes: tuple[ClassLook, ...] = ()

    def __getitem__(self, token: str) -> str:
        return self.tokens[token]

    def image(self, name: str) -> str:
        """Return the name of an image in this theme and language.

        Parameters
        ----------
        name : plain name.

        Returns
        -------
        A name that differs by theme and language, since images are kept when the style changes.
        """
        return f"{name}@{self.theme}@{self.lang}"

    def text(self) -> list[Any]:
        """Return the MapLibre expression for a feature's name in this language.

        Returns
        -------
        An expression that falls back to the other name.
        """
        first, second = ("name_en", "name") if self.lang == "en" else ("name", "name_en")
        return ["coalesce", ["get", first], ["get", second], ""]


@dataclass(frozen=True)
class Legend:
    """One entry of the legend: an image of the style, or a dot of a colour, with its names."""

    names: Names
    image: str = ""
    dots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """What a click on a feature shows before the reasons: title, kind, facts by text key, and where it is."""

    title: Names
    kind: str
    rows: tuple[tuple[str, Any], ...] = ()
    at: tuple[float, float] | None = None


@dataclass(frozen=True)
class Layer:
    """One layer: its parts of a tile source, style layers, images, legend and card.

    `parts` takes the plan; of the source `changes`, the table of what changed since an earlier plan. `switched`: people
    can put it away.
    """

    key: str
    names: Names
    source: Literal["base", "plan", "changes"]
    parts: Callable[[Any], list[Part]]
    style: Callable[[Look], list[tuple[int, StyleLayer]]]
    card: Callable[["Plan", str], Card | None]
    images: Callable[[Look], dict[str, dict[str, Any]]] = field(default=lambda _look: {})
    legend: Callable[[Look], list[Legend]] = field(default=lambda _look: [])
    on: bool = True
    switched: bool = True


def table(plan: "Plan", kind: str) -> Any:
    """Return a reference table of a plan, or an empty one with the columns that layers read.

    Parameters
    ----------
    plan : a derived plan.
    kind : reference kind.

    Returns
    -------
    DataFrame with at least id, name, geometry (shapely, WGS84).
    """
    found = plan.tables.get(kind)
    return pd.DataFrame({"id": [], "name": [], "geometry": []}, dtype=object) if found is None else found


def values(frame: Any, column: str) -> list[Any]:
    """Return a column as plain Python values.

    Parameters
    ----------
    frame : any table.
    column : its name; a column that is not there is all None.

    Returns
    -------
    One value a row, None where it is missing.
    """
    if column not in frame:
        return [None] * len(frame)
    series = frame[column]
    return [None if missing else value for value, missing in zip(series.tolist(), series.isna(), strict=True)]


def shown(plan: "Plan") -> Any:
    """Return the zones that a map of the plan shows: not the rejected, nor the released unless they are watched.

    Parameters
    ----------
    plan : a derived plan.

    Returns
    -------
    The rows of `plan.zones`, with `look` (token name: of the class, or of the watch after release).
    """
    zones = plan.zones
    watched = zones["stage"] == "post_release"
    gone = zones["status"].isin(["rejected", "released"]) & ~watched
    kept = zones[~gone]
    styles = kept["class"].map({name: of.style for name, of in plan.policy.classes.items()})
    return kept.assign(look=styles.where(~watched[~gone], WATCH))


def ready_acts(plan: "Plan") -> pd.DataFrame:
    """Return what can be decided now.

    Parameters
    ----------
    plan : a derived plan.

    Returns
    -------
    The ready rows of `plan.acts`, the most pressing first.
    """
    ready = plan.acts[plan.acts["ready"]]
    order = ready["act"].map({act: k for k, act in enumerate(ACTS)})
    return ready.assign(order=order).sort_values("order", kind="stable", ignore_index=True).drop(columns="order")


def shapes(frame: Any) -> Any:
    """Return the geometries of a table.

    Parameters
    ----------
    frame : table with a `geometry` column of shapely objects, or None where there is none.

    Returns
    -------
    (n,) shapely objects.
    """
    return np.array(values(frame, "geometry"), object)


def named(frame: Any, *more: str) -> dict[str, Sequence[Value | None]]:
    """Return the attributes that every named feature carries in a tile.

    Parameters
    ----------
    frame : reference table.
    more : further columns.

    Returns
    -------
    id, name, name_en and the further columns, as lists.
    """
    return {key: values(frame, key) for key in ("id", "name", "name_en", *more)}


def label_points(geometries: Any) -> Any:
    """Return where the name of each shape stands: a point inside it, on its largest part.

    Parameters
    ----------
    geometries : (n,) shapely, WGS84; missing ones stay missing.

    Returns
    -------
    (n,) points.
    """
    return shapely.point_on_surface(np.asarray(geometries, object))


def row_of(frame: Any, key: str, column: str = "id") -> dict[str, Any] | None:
    """Return one row of a table as a dict.

    Parameters
    ----------
    frame : any table.
    key : value looked for.
    column : where.

    Returns
    -------
    Column -> plain value (None where missing), or None when no row has the key.
    """
    found = frame[frame[column] == key] if column in frame else frame.iloc[:0]
    return {c: values(found, c)[0] for c in found} if len(found) else None


def plain_card(plan: "Plan", kind: str, key: str, *fields: str) -> Card | None:
    """Return the card of a reference row.

    Parameters
    ----------
    plan : a derived plan.
    kind : reference kind; also the text key of the card's second line.
    key : id of the row.
    fields : columns shown, each also a text key; missing values are left out.

    Returns
    -------
    A Card, or None when the plan has no such row.
    """
    row = row_of(table(plan, kind), key)
    if row is None:
        return None
    shape = row.get("geometry")
    at = None if shape is None else shapely.point_on_surface(shape)
    name = row.get("name") or key
    rows = tuple((f, row[f]) for f in fields if row.get(f) is not None)
    return Card({"zh": name, "en": row.get("name_en") or name}, kind, rows, None if at is None else (at.x, at.y))


def zone_card(plan: "Plan", key: str) -> Card | None:
    """Return the card of a zone.

    Parameters
    ----------
    plan : a derived plan.
    key : zone id.

    Returns
    -------
    A Card of kind zones, or None when the plan has no such zone.
    """
    row = row_of(plan.zones[["zone_id", "name", "name_en"]], key, "zone_id")
    if row is None:
        return None
    name = row["name"] or key
    return Card({"zh": name, "en": row["name_en"] or name}, "zones")
