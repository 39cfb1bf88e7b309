"""Finds Go loops that try something until it works, with no bound on tries or time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_FAILED = lazy_pattern(r"(?:\w*[eE]rr\w*)\s*!=\s*nil")
_WORKED = lazy_pattern(r"(?:\w*[eE]rr\w*)\s*==\s*nil")
_BOUND = lazy_pattern(
    r"[<>]|Done\(\)|ctx\b|[dD]eadline|[aA]ttempt|[tT]ries|[rR]etries|[mM]ax\w*|time\.(?:Since|After)|errors\.(?:Is|As)|stop|quit|done|closed"
)
_JUMPS = frozenset({"return_statement", "break_statement", "goto_statement"})
_MAY_STAND = lazy_pattern(
    r"^(?:time\.Sleep|log\.|slog\.|fmt\.(?:Print|Fprint)|\w*[lL]og\w*\.|continue\b|\w*[bB]ackoff\w*\s*(?:[*+]?=|\.)|runtime\.Gosched)"
)


def go_retries(file: SourceFile) -> Iterator[Hit]:
    """Yield the branches that only wait before an endless loop tries again; none in other languages."""
    if file.language != "go":
        return
    for loop in file.nodes("for_statement"):
        body = loop.child_by_field_name("body")
        if body is None or file.text(loop).split("{", 1)[0].strip() != "for" or _is_bounded(file, body):
            continue
        yield from _retries(file, body)


def _retries(file: SourceFile, body: Node) -> Iterator[Hit]:
    statements = _statements(body)
    for index, node in enumerate(statements):
        if node.type != "if_statement":
            continue
        condition = _condition(file, node)
        branch = node.child_by_field_name("consequence")
        later = statements[index + 1 :]
        if _FAILED.search(condition) and branch is not None and _only_waits(file, branch) and _leaves(file, later):
            yield Hit.at(branch, "this tries again for ever: nothing bounds the tries or the time")
        elif _WORKED.search(condition) and branch is not None and _leaves(file, [branch]) and _only_wait(file, later):
            yield Hit.at(
                node.child_by_field_name("condition") or node,
                "this tries again for ever: nothing bounds the tries or the time",
            )


def _condition(file: SourceFile, branch: Node) -> str:
    return file.text(branch.child_by_field_name("condition"))


def _statements(block: Node) -> list[Node]:
    inner = block.named_children
    if len(inner) == 1 and inner[0].type == "statement_list":
        inner = inner[0].named_children
    return [node for node in inner if node.type != "comment"]


def _only_waits(file: SourceFile, branch: Node) -> bool:
    return _only_wait(file, _statements(branch))


def _only_wait(file: SourceFile, statements: list[Node]) -> bool:
    return all(_MAY_STAND.match(file.text(node)) for node in statements)


def _leaves(file: SourceFile, nodes: list[Node]) -> bool:
    """Return whether statements leave the loop, not within a branch about an error."""
    for node in nodes:
        if node.type in _JUMPS:
            return True
        if node.type == "block" and any(one.type in _JUMPS for one in _inside(file, node)):
            return True
    return False


def _inside(file: SourceFile, node: Node) -> Iterator[Node]:
    return descendants(node, into=lambda below: below.type not in FUNCTIONS[file.language])


def _is_bounded(file: SourceFile, body: Node) -> bool:
    """Return whether a select, or a question about tries or time, leaves the loop."""
    for node in _inside(file, body):
        if node.type in {"select_statement", "communication_case"}:
            return True
        if node.type == "if_statement" and _BOUND.search(_condition(file, node)):
            return True
    return "ctx" in file.text(body)
