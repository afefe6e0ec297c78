"""Down the unit tree: an estate or house and the numbered parts asked of it -> units."""

import numpy as np

from zoning.addresses.index import Index
from zoning.addresses.unclear import UnclearError, rows_of

_ZH = {"building": "楼栋", "stairwell": "单元", "floor_range": "楼层"}
_MARK = {"building": "栋", "stairwell": "单元", "floor_range": "层"}


def go_down(top: int, asked: dict[str, list[str]], index: Index) -> list[int]:
    """Go down from a unit to the parts that are asked for.

    Parameters
    ----------
    top : row of units.
    asked : level -> labels.
    index : of the town.

    Returns
    -------
    Rows of units, in order.

    Raises
    ------
    UnclearError : a part is not there, or twice.
    """
    rows = [top]
    for level in ("building", "stairwell"):
        if level in asked:
            rows = [_labelled(row, level, label, index) for row in rows for label in asked[level]]
    if "floor_range" in asked:
        rows = [part for row in rows for part in _floors(row, asked["floor_range"], index)]
    return rows


def _labelled(row: int, level: str, label: str, index: Index) -> int:
    below, name, what = index.below(row, level), index.name_of(row), level
    fits = [at for at in below if label in index.labels(at, level)]
    said_zh = f"“{name}”的{label}{_MARK[level]}"
    if not below:
        raise UnclearError(
            f"'{name}' has no {what}s; take the whole of it?",
            f"“{name}”不分{_ZH[level]}，要取它的全部吗？",
            rows_of(index.units, [row]),
        )
    if not fits:
        raise UnclearError(
            f"'{name}' has no {what} {label}; which of its {len(below)} is it?",
            f"没有{said_zh}，是它 {len(below)} 个{_ZH[level]}中的哪一个？",
            rows_of(index.units, below),
        )
    if len(fits) > 1:
        raise UnclearError(
            f"'{name}' has {len(fits)} {what}s of number {label}; give the id of one",
            f"{said_zh}有 {len(fits)} 个，请给出其中一个的编号",
            rows_of(index.units, fits),
        )
    return fits[0]


def _floors(row: int, asked: list[str], index: Index) -> list[int]:
    """Return the floor ranges that make up the floors asked for, if they do so exactly."""
    ranges, name = index.below(row, "floor_range"), index.name_of(row)
    if index.level_of(row) == "estate":
        buildings = [at for at in index.below(row, "building") if set(asked) & index.labels(at, "building")]
        raise UnclearError(
            f"floors of '{name}' are asked for, which is divided by buildings; of which building, or is a building of "
            "that number meant?",
            f"“{name}”分楼栋，要的是哪一栋的楼层？还是指该号的楼栋？",
            rows_of(index.units, buildings or index.below(row, "building") or [row]),
        )
    if not ranges:
        raise UnclearError(
            f"'{name}' is not divided by floors; take the whole of it?",
            f"“{name}”不分楼层，要取它的全部吗？",
            rows_of(index.units, [row]),
        )
    floors = {-int(label[1:]) if label[0] == "b" else int(label) for label in asked if label.lstrip("b").isdecimal()}
    spans = {
        at: set(range(int(index.low[at]), int(index.high[at]) + 1))
        for at in ranges
        if np.isfinite(index.low[at]) and np.isfinite(index.high[at])
    }
    touched = {at: span for at, span in spans.items() if span & floors}
    if len(floors) < len(asked) or set[int]().union(*touched.values()) != floors:
        raise UnclearError(
            f"the floors asked for are no whole ranges of '{name}'; take which of these?",
            f"所要的楼层不是“{name}”的完整楼层段，取其中哪几段？",
            rows_of(index.units, ranges),
        )
    return list(touched)
