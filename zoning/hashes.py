"""The short hash that names events and zones: the same parts give the same name on every machine."""

import hashlib
import hmac
import json

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Cells

_write = json.JSONEncoder(ensure_ascii=False, default=str).encode


def digest(*parts: object) -> str:
    """Return the short hash of some parts.

    Parameters
    ----------
    parts : anything JSON can write; the order counts.

    Returns
    -------
    16 hex digits of SHA-256.
    """
    return hashlib.sha256(_write(parts).encode()).hexdigest()[:16]


def public_id(salt: str, name: str) -> str:
    """Return the id under which something is published: nobody without the salt can tell it from a guessed fact.

    Parameters
    ----------
    salt : secret of the workspace, of `Log.salt`; empty leaves the id as it is.
    name : id inside, such as that of a zone, which is a hash of its founding fact.

    Returns
    -------
    16 hex digits.

    Source
    ------
    RFC 2104 (HMAC).
    """
    return hmac.new(salt.encode(), name.encode(), "sha256").hexdigest()[:16] if salt else name


def mix(values: Cells) -> Cells:
    """Spread every bit over all others, so that sums of rows tell them apart.

    Parameters
    ----------
    values : (n,) uint64.

    Returns
    -------
    (n,) uint64.

    Source
    ------
    The finaliser of SplitMix64.
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def number_names(names: npt.NDArray[np.object_]) -> Cells:
    """Return numbers of names: the same name has the same number everywhere, and numbers splice faster than words.

    Parameters
    ----------
    names : (n,) text, few of it twice.

    Returns
    -------
    (n,) uint64.
    """
    return np.asarray(pd.util.hash_array(names, categorize=False), np.uint64)
