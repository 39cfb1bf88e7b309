"""`broad-suppress`: `contextlib.suppress` around every error."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.exceptions.cleanup import is_closing, is_last_moment, is_tidying_place, tidies
from learnagent.lint.exceptions.suppress_calls import BROAD, SuppressCall, suppress_calls
from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, NARROW, PYTHON, FileRule
from learnagent.lint.source_file import SourceFile


def check(file: SourceFile) -> Iterator[Hit]:
    """Name `suppress(Exception)` and `suppress(BaseException)`.

    Why it hurts: it is `except Exception: pass` in one line: whatever goes wrong inside, nobody hears of it.

    Bad:
        with contextlib.suppress(Exception):
            cache.write(key, value)

    Good:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()

    It is fine where a finaliser, an exit or a `finally` closes or removes what it holds.
    """
    for found in suppress_calls(file):
        broad = [name for name in found.caught if name in BROAD]
        if broad and not _is_cleanup(file, found):
            yield Hit.at(found.call, f"{broad[0]} is suppressed here: every error of the block is dropped")


def _is_cleanup(file: SourceFile, found: SuppressCall) -> bool:
    if not found.guarded:
        return False
    if is_last_moment(file, found.call) or is_closing(file, found.guarded):
        return True
    return tidies(file, found.guarded) and is_tidying_place(file, found.statement or found.call)


BROAD_SUPPRESS = FileRule(
    name="broad-suppress",
    level="error",
    languages=PYTHON,
    why="It is `except Exception: pass` in one line: whatever goes wrong inside, nobody hears of it.",
    ways=(HANDLE, LET_FAIL, NARROW),
    check=check,
)
