"""Names swallowed errors where errors are values: Go's branches and Rust's arms, weighed as handlers are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.reaction import Reaction
from learnagent.lint.finding import Hit
from learnagent.lint.go.errors import error_branches
from learnagent.lint.go.reaction import go_reaction
from learnagent.lint.rust.errors import error_arms
from learnagent.lint.rust.reaction import rust_reaction
from learnagent.lint.source_file import SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node

_MESSAGES = {
    Reaction.SILENT: "the error is dropped here, whatever it is",
    Reaction.DEFAULT: "any error becomes a default here, which the caller cannot tell from a result",
    Reaction.LOGS: "any error is only printed or logged here, and the code carries on",
}


def swallowed_values(file: SourceFile) -> Iterator[Hit]:
    """Yield the places that take an error and neither return nor report it; none in other languages."""
    read = READERS.get(file.language)
    if read is not None:
        for head, body, found in read(file):
            if found is not Reaction.HANDLES:
                end = body.end_byte if body is not None else head.end_byte
                yield Hit(head.start_byte, max(end, head.end_byte), _MESSAGES[found])


Weighed = tuple["Node", "Node | None", Reaction]
"""Where the code turns to an error, the last of what it does then, and what that comes to."""


def _go(file: SourceFile) -> Iterator[Weighed]:
    for call in file.calls("recover") if not file.is_test else ():
        if _is_dropped(file, call):
            yield call, None, Reaction.SILENT
    for branch in error_branches(file):
        yield branch.node, branch.body[-1] if branch.body else None, go_reaction(file, branch)


def _is_dropped(file: SourceFile, call: Node) -> bool:
    """Return whether a panic is taken, and nobody looks at it."""
    above = call.parent
    if above is not None and above.type == "expression_list":
        above = above.parent
    if above is None or file.text(call) != "recover()":
        return False
    return above.type == "expression_statement" or file.text(above).startswith("_ =")


def _rust(file: SourceFile) -> Iterator[Weighed]:
    for arm in error_arms(file):
        yield arm.node, arm.body, rust_reaction(file, arm)


READERS: Mapping[str, Callable[[SourceFile], Iterator[Weighed]]] = {"go": _go, "rust": _rust}
"""By language."""
