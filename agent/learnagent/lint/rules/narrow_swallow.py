"""`narrow-swallow`: a new handler of named errors that prints and goes on, or is silent around several steps."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.exceptions.cleanup import tidies
from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.expected_errors import (
    are_absent,
    are_expected,
    is_conversion,
    is_expected,
    is_meant_to_fail,
    is_optional,
    is_probe,
    operations,
)
from learnagent.lint.exceptions.handlers import Handler, handlers
from learnagent.lint.exceptions.interrupts import INTERRUPTS
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.exceptions.suppress_calls import BROAD, suppress_calls
from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, NARROW, FileRule
from learnagent.lint.source_file import SourceFile


def check(file: SourceFile) -> Iterator[Hit]:
    """Name handlers of named errors that only print or log, or that are silent around more than one step.

    Why it hurts: the caller goes on without what was asked for, and which of the steps failed is not known.

    Bad:
        try:
            rows = parse(path.read_text())
            store.save(rows)
        except OSError as error:
            print(f"skipped: {error}")

    Good:
        try:
            text = path.read_text()
        except FileNotFoundError:
            return []
        store.save(parse(text))

    It is fine around one step whose error is its answer: a missing file or key, the end of an iterator, an empty
    queue. The rule speaks of lines that a change added: in a file that stands, such handlers are mostly right.
    """
    for handler in handlers(file):
        if handler.is_broad or not handler.caught or _is_fine(file, handler):
            continue
        kinds = " and ".join(handler.caught)
        found = reaction(file, handler)
        if found is Reaction.LOGS:
            yield Hit.at(handler.node, f"{kinds} is only printed or logged here, and the code carries on")
        elif found is not Reaction.HANDLES and _covers_several(file, handler):
            yield Hit.at(handler.node, f"{kinds} is dropped here, whichever of several steps raised it")
    for call in suppress_calls(file):
        is_narrow = BROAD.isdisjoint(call.caught) and INTERRUPTS.isdisjoint(call.caught) and not are_absent(call.caught)
        if is_narrow and len(operations(file, call.guarded)) > 1 and not tidies(file, call.guarded):
            yield Hit.at(
                call.call, f"{' and '.join(call.caught)} is dropped here, whichever of several steps raised it"
            )


def _covers_several(file: SourceFile, handler: Handler) -> bool:
    """Return whether several steps are guarded: more than two where the error is an answer."""
    limit = 2 if are_expected(handler.caught) else 1
    return len(operations(file, handler.guarded)) > limit and not is_conversion(file, handler)


def _is_fine(file: SourceFile, handler: Handler) -> bool:
    if handler.filter or not INTERRUPTS.isdisjoint(handler.caught) or is_meant_to_fail(file, handler):
        return True
    return is_expected(file, handler) or is_optional(file, handler) or is_probe(file, handler)


NARROW_SWALLOW = FileRule(
    name="narrow-swallow",
    level="warn",
    languages=frozenset(DIALECTS) - {"javascript", "typescript", "tsx"},
    why="The caller goes on without what was asked for, and which of the steps failed is not known.",
    ways=(HANDLE, LET_FAIL, NARROW),
    check=check,
    only_added=True,
)
