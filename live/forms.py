"""What the files that name publications must look like to be believed."""

import re
from pathlib import Path
from typing import Any

import orjson

from zoning.errors import StoreError

FORMAT = 1
AGAIN = "publish again, or put the folder back from a copy"
_NAME = re.compile("[0-9a-f]{32}")
_ENTRY = ("seq", "snapshot", "published_at", "note", "withdrawn_at", "withdrawn_seq")
Json = dict[str, Any]


def is_name(name: object) -> bool:
    """Return whether something is the id of a snapshot, and so leads nowhere else.

    Parameters
    ----------
    name : as read.

    Returns
    -------
    Boolean.
    """
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def is_entry(told: object) -> bool:
    """Return whether something is an entry of the history.

    Parameters
    ----------
    told : as read.

    Returns
    -------
    Boolean.
    """
    return isinstance(told, dict) and all(key in told for key in _ENTRY) and is_name(told["snapshot"])


def is_file(told: object) -> bool:
    """Return whether something is an entry of a manifest, and leads nowhere else.

    Parameters
    ----------
    told : as read.

    Returns
    -------
    Boolean.
    """
    if not isinstance(told, dict) or not all(key in told for key in ("name", "bytes", "sha256")):
        return False
    name = Path(str(told["name"]))
    return bool(name.parts) and ".." not in name.parts and not name.is_absolute()


def read_form(path: Path, data: bytes) -> Json:
    """Read a file that says its format.

    Parameters
    ----------
    path : for the message.
    data : its bytes.

    Returns
    -------
    The JSON object.

    Raises
    ------
    StoreError : it is no JSON object, or of a newer format.
    """
    try:
        found = orjson.loads(data)
        form = found["format"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged (it is not JSON with a format); {AGAIN}") from error
    if not isinstance(form, int) or form > FORMAT:
        raise StoreError(
            f"{path} is of format {form}, this Cordon reads up to {FORMAT}; update Cordon, or publish again"
        )
    return dict(found)
