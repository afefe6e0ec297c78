"""Ids of rows: made from the content where a file has none, and refused where one id names different rows."""

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zoning.intake.faults import Faults

_SEPARATOR = "\x1f"


def row_hashes(values: pd.DataFrame, shapes: npt.NDArray[np.object_] | None) -> pd.Series:
    """Return a hash of each row's whole content, whatever the order of its columns.

    Parameters
    ----------
    values : text by file column, n rows.
    shapes : (n,) shapely shapes or None.

    Returns
    -------
    (n,) Series of 16 hexadecimal digits.
    """
    joined = pd.Series("", values.index, dtype="object")
    for name in sorted(values.columns):
        text = values[name].fillna("").str.strip().astype("object")
        joined += np.where(text == "", "", f"{name}{_SEPARATOR}" + text + _SEPARATOR)
    if shapes is not None:
        joined += [shape.hex() if shape else "" for shape in shapely.to_wkb(shapes, byte_order=1)]
    digests = [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() for text in joined]
    return pd.Series(digests, values.index, dtype="str")


def made_ids(hashes: pd.Series) -> pd.Series:
    """Return ids for rows without one: the hash, and from the second identical row on its ordinal.

    Parameters
    ----------
    hashes : (n,) from `row_hashes`.

    Returns
    -------
    (n,) ids, no two alike; the same rows get the same ids in any order and file.
    """
    ordinal = hashes.groupby(hashes).cumcount() + 1
    return hashes.mask(ordinal > 1, hashes + "-" + ordinal.astype("str"))


def find_repeats(ids: pd.Series, hashes: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Tell which rows name with one id what differs, and which are the same row again.

    Parameters
    ----------
    ids : (n,) id of each row, missing where it has none.
    hashes : (n,) content of each row.

    Returns
    -------
    differing, again : (n,) bool; the first of the same rows is in neither.
    """
    known = ids.notna()
    differing = known & (hashes.groupby(ids).transform("nunique") > 1)
    return differing, known & ~differing & ids.duplicated(keep="first")


DIFFERING = ("several different rows have this id; all are refused", "give each its own id")
AGAIN = ("the same row again; kept once", "nothing, or delete the copy")


def refuse_repeats(ids: pd.Series, hashes: pd.Series, at: npt.NDArray[np.intp], name: str, faults: Faults) -> None:
    """Keep one of identical rows with one id; refuse all of different rows with one id.

    Parameters
    ----------
    ids : (n,) id of each row, missing where it has none.
    hashes : (n,) content of each row.
    at : (n,) position of each row among those of `faults`.
    name : the id column.
    faults : receives the repeated rows.
    """
    values = np.full(faults.n, "", dtype=object)
    values[at] = ids.to_numpy(dtype=object)
    for mask, (reason, fix) in zip(find_repeats(ids, hashes), (DIFFERING, AGAIN), strict=True):
        hit = np.zeros(faults.n, dtype=bool)
        hit[at[mask.to_numpy(bool)]] = True
        faults.add(hit, name, values, reason, fix)
