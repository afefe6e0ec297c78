"""A look at a file as the page shows it: choices, columns, first rows with what is wrong, and where the rows lie."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely

from dashboard.loading.looks import Look
from dashboard.loading.reasons import label_of, told
from zoning.guess import BY_NAME
from zoning.options import SOME_DAY, SOME_VALUE
from zoning.preview import first_rows
from zoning.tables import Column, contract

FIRST, MOST_CELLS, MOST_TEXT, MOST_HEADERS = 6, 60, 200, 200  # rows shown; columns, characters of a cell; choices
ROUGH = 4  # decimals of a degree (about 10 m) at which facts about people are drawn


def describe_look(look: Look) -> dict[str, Any]:
    """Return a look as the page shows it."""
    item = look.upload.items[look.at]
    about = {
        "id": look.upload.id, "item": look.at, "name": look.upload.name, "part": item.part, "size": look.upload.size,
        "form": look.form, "kind": look.kind, "source": look.source, "ready": look.ready, "busy": bool(look.upload.job),
        "error": told(look.error) if look.error else None, "of": len(look.upload.items), "lacking": look.lacking,
    }  # fmt: skip
    if look.raw is None:
        return about
    headers = list(look.raw.values.columns)[:MOST_HEADERS]
    if look.rejects:
        return {**about, "rejects": True, "looked": len(look.raw.values), "wrong": 0, "headers": headers}
    guess, options, how = look.guess, look.options, look.how
    crs, encoding = options.crs or look.raw.crs or "wgs84", options.encoding or look.encoding[0]
    about |= {
        "guessed": {"kind": guess.kind, "clearly": guess.clearly, "why": told(guess.evidence)},
        "encoding": {"value": encoding, "why": told(look.encoding[1]), "how": how.get("encoding", "")},
        "crs": {"value": crs, "declared": look.raw.crs, "why": told(guess.crs[1]), "how": how.get("crs", "")},
        "origin": _origin(look), "headers": headers, "rows": look.rows, "replaces": look.replaces, **_table(look),
    }  # fmt: skip
    return about | _seen(look)


def _seen(look: Look) -> dict[str, Any]:
    """What its rows come to as the kind that it is taken for."""
    if look.seen is None:
        return {}
    return {
        "lacks": told(look.seen.lacking) if look.seen.lacking else None,
        "columns": [_column(look, column) for column in contract(look.kind).columns],
        "told": [told(line) for line in look.seen.told],
        "looked": len(look.seen.shapes),
        "wrong": len({fault.row for fault in look.seen.faults}),
    }


def _origin(look: Look) -> dict[str, Any] | None:
    """From which day plain numbers count, where the file has such."""
    if not look.guess.origin and not look.options.origin:
        return None
    value = look.options.origin or ""
    why = look.guess.origin[1] if look.guess.origin else ""
    return {"value": "" if value == SOME_DAY else value, "needed": value == SOME_DAY, "why": told(why)}


def _column(look: Look, column: Column) -> dict[str, Any]:
    """One of our columns: what it is, which of the file's it is, or its value, and how that is known."""
    theirs = look.seen.columns.get(column.name, "") if look.seen else ""
    constant = look.options.constants.get(column.name, "")
    how = look.how.get(f"{'constants' if constant else 'mapping'}.{column.name}", "")
    why = look.guess.columns.get(column.name, ("", ""))[1]
    if theirs and not how:
        how = "name" if why in (BY_NAME, "") else "guessed"
    shaped = look.raw is not None and look.raw.shapes is not None and column.name in ("geometry", "lng", "lat")
    return {
        "name": column.name, "label": label_of(column), "required": column.required, "type": column.dtype,
        "meaning": column.meaning, "choices": [word for word, _ in column.choices], "open": column.open,
        "theirs": theirs, "constant": "" if constant == SOME_VALUE else constant,
        "how": "shape" if shaped and not theirs else how, "why": told(why) if how == "guessed" else None,
    }  # fmt: skip


def _table(look: Look) -> dict[str, Any]:
    """Some rows as they stand in the file, with what is wrong with each beside the cell concerned."""
    faults = look.seen.faults if look.seen else ()
    columns = look.seen.columns if look.seen else {}
    if look.raw is None:
        return {"lines": [], "faults": []}
    numbers, cells = first_rows(look.raw, FIRST, [fault.row for fault in faults])
    rows = zip(numbers, cells.itertuples(index=False, name=None), strict=True)
    lines = [{"row": row, "cells": [str(cell)[:MOST_TEXT] for cell in line[:MOST_CELLS]]} for row, line in rows]
    return {"lines": lines, "faults": [as_fault(fault, columns) for fault in faults if fault.row in numbers]}


def as_fault(fault: Any, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return what is wrong with a row as the page shows it: beside which of the file's columns, and in words."""
    ours = [name.strip() for name in re.split(r"[,;]", fault.column) if name.strip()]
    theirs = [columns.get(name, name) for name in ours]
    # A reason that says what to do already needs no second advice.
    reason, fix = told(fault.reason), told("" if "; " in fault.reason else fault.fix)
    return {"row": fault.row, "columns": theirs, "value": fault.value[:MOST_TEXT], "reason": reason, "fix": fix}


def draw_look(look: Look, most: int = 2000) -> bytes:
    """Return where the rows lie as GeoJSON: row numbers and shapes, no words; facts about people only roughly."""
    if look.seen is None or look.raw is None:
        return b'{"type":"FeatureCollection","features":[]}'
    there = np.flatnonzero(~shapely.is_missing(look.seen.shapes))[:most]
    shapes, rows = look.seen.shapes[there], look.raw.rows[there]
    rough = contract(look.kind).fact
    shapes = shapely.simplify(shapes, 1e-5) if not rough else shapes
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, ROUGH if rough else 6))
    features = [
        b'{"type":"Feature","properties":{"row":%d},"geometry":%s}' % (row, text.encode())
        for row, text in zip(rows, shapely.to_geojson(shapes), strict=True)
    ]
    nowhere = int(len(look.seen.shapes) - len(np.flatnonzero(~shapely.is_missing(look.seen.shapes))))
    more = {"bounds": _frame(shapes), "nowhere": nowhere, "rough": rough}
    return b'{"type":"FeatureCollection","features":[%s],"about":%s}' % (b",".join(features), orjson.dumps(more))


def _frame(shapes: Any) -> list[float] | None:
    """Return the box of nearly all shapes: one wrong point does not make the others a dot."""
    if not len(shapes):
        return None
    boxes = shapely.bounds(shapes)
    low, high = np.nanpercentile(boxes, 1, axis=0), np.nanpercentile(boxes, 99, axis=0)
    tight, whole = (
        [low[0], low[1], high[2], high[3]],
        [boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()],
    )
    wide = max(whole[2] - whole[0], whole[3] - whole[1]) > 5 * max(tight[2] - tight[0], tight[3] - tight[1], 1e-4)
    return [float(value) for value in (tight if wide else whole)]
