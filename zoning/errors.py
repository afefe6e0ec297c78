"""The error tree. Every message says what is wrong, where (file, row, column, key) and what to do.

Each class is also a builtin, so that a caller who knows nothing of Cordon can still catch it.
"""


class ZoningError(Exception):
    """Base of every error that Cordon raises on purpose."""


class InputError(ZoningError, ValueError):
    """A file or a typed row cannot be read; nothing was changed."""


class TableError(ZoningError, ValueError):
    """A table between two stages breaks its contract; names every breach at once."""


class PolicyError(ZoningError, ValueError):
    """A policy pack is wrong: names file, key, what was found and what is allowed."""


class StoreError(ZoningError, RuntimeError):
    """The workspace's log or a file that it names is missing, damaged or refused."""


class UnknownError(ZoningError, LookupError):
    """A fact, zone, unit or policy that was asked for does not exist; names the nearest that do."""


class ConflictError(ZoningError, RuntimeError):
    """Others changed what a person was working on; names what, and the choices. Nothing was saved."""
