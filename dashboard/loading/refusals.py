"""Refusals of loading in both languages: the texts `no_<key>` and `no_<key>_do`."""

from dashboard.errors import Refused
from dashboard.texts import both


def refuse(status: int, key: str, where: str, **fields: object) -> Refused:
    """Return a refusal in both languages."""
    what, fix = both(f"no_{key}", **fields), both(f"no_{key}_do", **fields)
    return Refused(status, what["en"], where, fix["en"], {"what_zh": what["zh"], "fix_zh": fix["zh"]})
