"""`unread-error`: a Go error is assigned, and overwritten or left before anybody reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.go.errors import is_error_name
from learnagent.lint.go.flow import Use, is_shared, next_use, targets
from learnagent.lint.rule import FileRule
from learnagent.lint.source_file import SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node

_MESSAGES = {
    Use.OVERWRITTEN: "`{name}` is overwritten before anybody reads what is assigned here",
    Use.NONE: "nobody reads the `{name}` that is assigned here",
}


def check(file: SourceFile) -> Iterator[Hit]:
    """Name errors of Go calls that are assigned to a variable and never looked at.

    Why it hurts: the compiler is content, because the variable is used elsewhere, and the failure passes unseen.

    Bad:
        config, err := readConfig(path)
        store, err := open(config.Store)
        if err != nil {
            return err
        }

    Good:
        config, err := readConfig(path)
        if err != nil {
            return err
        }
        store, err := open(config.Store)

    It is fine when a closure, a deferred function, a later round of a loop or whoever holds the address reads
    it, and when it is a named result.
    """
    for statement in file.nodes("short_var_declaration", "assignment_statement"):
        for target in _errors(file, statement):
            name = file.text(target)
            found = next_use(file, name, statement)
            if found in _MESSAGES and not is_shared(file, name, statement):
                yield Hit.at(target, _MESSAGES[found].format(name=name))


def _errors(file: SourceFile, statement: Node) -> list[Node]:
    """Return the targets called like an error, where a call gives them their value."""
    right = statement.child_by_field_name("right")
    if right is None or b"(" not in file.content[right.start_byte : right.end_byte]:
        return []
    return [one for one in targets(statement) if one.type == "identifier" and is_error_name(file.text(one))]


UNREAD_ERROR = FileRule(
    name="unread-error",
    level="error",
    languages=frozenset({"go"}),
    why="The compiler is content, because the variable is used elsewhere, and the failure passes unseen.",
    ways=("read the error right after the call that returns it", "return it"),
    check=check,
)
