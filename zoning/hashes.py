"""The short hash that names events and zones: the same parts give the same name on every machine."""

import hashlib
import json

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
