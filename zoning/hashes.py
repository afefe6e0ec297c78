"""The short hash that names events and zones: the same parts give the same name on every machine."""

import hashlib
import hmac
import json

import numpy as np
import numpy.typing as npt
import pandas as pd

from zoning.geometry import Cells, Ints

RANK_BITS = np.uint64(56)  # a key of a zone: its rank, then as much of the hash of its id
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


def zone_keys(names: npt.NDArray[np.object_], rank: Ints) -> Cells:
    """Return numbers of zones: of two, the stricter has the lower; the same zone has the same everywhere.

    Parameters
    ----------
    names : (n,) zone ids, each once.
    rank : (n,) 1 to 255.

    Returns
    -------
    (n,) uint64.
    """
    hashes = number_names(names) >> (np.uint64(64) - RANK_BITS)
    return (rank.astype(np.uint64) << RANK_BITS) | hashes


def zone_of(keys: Cells, zones: pd.DataFrame) -> pd.Series:
    """Return the ids of zones.

    Parameters
    ----------
    keys : (n,) of `zone_keys`, 0 for none.
    zones : zone_id, rank.

    Returns
    -------
    (n,) ids, missing for none.
    """
    known = pd.Index(zone_keys(zones["zone_id"].to_numpy(object), zones["rank"].to_numpy(np.int64)))
    return pd.Series(zones["zone_id"].array.take(known.get_indexer(keys), allow_fill=True))
