"""How much a handler, or a part of one, does with the error. Nothing here weighs."""

from __future__ import annotations

from enum import IntEnum


class Reaction(IntEnum):
    """What a handler does, the most that any of its statements does."""

    SILENT = 0
    DEFAULT = 1
    """Returns or assigns a value that says nothing of the error."""
    LOGS = 2
    """Prints or logs without a traceback, and carries on."""
    HANDLES = 3
