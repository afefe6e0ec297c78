"""Addresses of what changed between two plans: a part of the list at a time, and the whole as a file."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

import pandas as pd
from fastapi import APIRouter, Query, Request, Response

from dashboard.api.asked import Asked, Before, json_answer
from dashboard.plans import Plans, Question, Shown
from dashboard.rows import class_words, lift_day, whole
from dashboard.texts import both, day_text, known
from layers._base import values
from zoning.differences import CHANGES, changes_as_file

ROWS = 12  # of one answer
_FORMS: dict[str, Literal[".csv", ".geojson"]] = {"csv": ".csv", "geojson": ".geojson"}
_KINDS = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}


def change_routes(plans: Plans) -> APIRouter:
    """Return the routes of what changed."""
    routes = APIRouter(prefix="/api/compare", tags=["compare"])

    @routes.get("/changes", summary="What changed since an earlier day: zones opened, lifted, grown, of another class")
    def changes(
        request: Request,
        asked: Asked,
        before: Before,
        change: Annotated[str, Query(pattern=f"^({'|'.join(CHANGES)})?$")] = "",
        start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        earlier = before or plans.day_before(asked)
        one, other = plans.get(earlier), plans.get(asked)
        tag = f"changes-{one.key}-{other.log}-{other.key}-{change}-{start}"
        return json_answer(request, lambda: changes_of(plans, asked, earlier, change, start), tag)

    @routes.get("/changes.{form}", summary="All that changed as a file; it names no fact", response_class=Response)
    def file(asked: Asked, before: Before, form: Literal["csv", "geojson"]) -> Response:
        earlier = before or plans.day_before(asked)
        table, shown = plans.changes(asked, earlier), plans.get(asked)
        data = changes_as_file(table, _FORMS[form], shown.plan)
        name = quote(f"changes-{plans.get(earlier).day}-{shown.day}.{form}")
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(data, headers=headers, media_type=_KINDS[form])

    return routes


def changes_of(plans: Plans, asked: Question, earlier: Question, change: str, start: int) -> dict[str, Any]:
    """Return a part of what changed.

    Parameters
    ----------
    plans : of the workspace.
    asked, earlier : the later and the earlier plan.
    change : kind of change; "" for all.
    start : rows to pass over.

    Returns
    -------
    from, to (ISO days); counts (kind -> how many, of all); n (rows of this kind); start; rows: change, zone, name, was,
    before and after (look, letter, class; null: it held no ground), people (of both), status and lift (of both, where
    they differ; null), because, box.
    """
    table, one, other = plans.changes(asked, earlier), plans.get(earlier), plans.get(asked)
    found = table["change"].value_counts()
    mine = table[table["change"] == change] if change else table
    rows = mine.iloc[start : start + ROWS]
    columns = {name: values(rows, name) for name in rows if name != "geometry"}
    boxes = [list(shape.bounds) if shape is not None and not shape.is_empty else None for shape in rows["geometry"]]
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return {
        "from": one.day.isoformat(),
        "to": other.day.isoformat(),
        "counts": {name: int(found[name]) for name in CHANGES if name in found},
        "n": len(mine),
        "start": start,
        "rows": [_row(row, box, one, other) for row, box in zip(records, boxes, strict=True)],
    }


def _row(row: dict[str, Any], box: list[float] | None, one: Shown, other: Shown) -> dict[str, Any]:
    sides = [(one, "before"), (other, "after")]
    lift = [_day(row[f"lift_{side}"], shown) for shown, side in sides]
    return {
        "change": row["change"],
        "zone": row["zone_id"],
        "was": row["was"],
        "name": {"zh": row["name"], "en": row["name_en"] or row["name"]},
        **{side: _class(row[f"class_{side}"], shown) for shown, side in sides},
        "people": [whole(row["people_before"]), whole(row["people_after"])],
        "status": _status(row),
        "lift": lift if lift[0] != lift[1] else None,
        "because": {"zh": row["because_zh"], "en": row["because_en"]},
        "box": box and [round(v, 5) for v in box],
    }


def _class(name: Any, shown: Shown) -> dict[str, Any] | None:
    if name is None:
        return None
    look = shown.plan.policy.classes[name].style
    letter, names = class_words(shown.plan.policy, look, name)
    return {"look": look, "letter": letter, "class": names}


def _status(row: dict[str, Any]) -> list[dict[str, str] | None] | None:
    """Return how a zone stood and stands: its status where that changed, else its stage; None where neither did."""
    sides = [(row[f"status_{side}"], row[f"stage_{side}"] or "none") for side in ("before", "after")]
    if sides[0][0] != sides[1][0]:
        return [known(status) if status else None for status, _ in sides]
    return [_stage(status, stage) for status, stage in sides] if sides[0] != sides[1] else None


def _stage(status: str, stage: str) -> dict[str, str]:
    if stage.startswith("phase_"):
        return both("stage_phase", n=stage.removeprefix("phase_"))
    return known(status if stage == "none" else f"stage_{stage}")


def _day(at: Any, shown: Shown) -> dict[str, str] | None:
    day = None if at is None or pd.isna(at) else lift_day(pd.Timestamp(at), shown.zone)
    return day_text(day) if day else None
