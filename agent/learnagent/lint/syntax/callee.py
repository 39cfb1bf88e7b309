"""Names calls in every language alike: `logging.getLogger(__name__).error("x")` is `logging.getLogger.error`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import CALLS

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CHARACTERS = 400
"""Of a chain of calls its end is read."""
_GROUP = lazy_pattern(r"\([^()]*\)|\{[^{}]*\}|\[[^\[\]]*\]")
_GENERIC = lazy_pattern(r"(?<![-=<])<[\w\s,.?:*&]*>")
_SEPARATOR = lazy_pattern(r"\.|->|::|\?\.|&\.")


def callee_of(file: SourceFile, call: Node) -> str:
    """Return the name of what a call calls: its whole chain, without arguments, generics, white space and `new`."""
    call = head_of(call)
    arguments = file.arguments(call)
    block = call.child_by_field_name("block") or next(
        (c for c in call.named_children if c.type == "annotated_lambda"), None
    )
    end = min((node.start_byte for node in (arguments, block) if node is not None), default=call.end_byte)
    text = file.content[call.start_byte : end].decode("utf-8", "replace")
    if text.isidentifier():
        return text
    return re.sub(r"\s+|;$|^\\", "", _stripped(re.sub(r"^\s*new\s+", "", text)[-MAX_CHARACTERS:]))


def last_of(callee: str) -> str:
    """Return the last part of a callee's name."""
    return _SEPARATOR.split(callee)[-1]


def head_of(call: Node) -> Node:
    """Return the call with the arguments: in Kotlin `log(e) { "x" }` is a call of a call."""
    inner = first_of(call)
    is_outer = inner is not None and inner.type == "call_expression" and call.type == "call_expression"
    return inner if is_outer and inner is not None and call.child_by_field_name("function") is None else call


def first_of(node: Node | None) -> Node | None:
    """Return the first named child; None where there is none."""
    return node.named_children[0] if node is not None and node.named_child_count else None


def calls_below(file: SourceFile, node: Node) -> list[Node]:
    """Return the calls within a node, itself included, those in nested functions too."""
    kinds, found, stack = CALLS[file.language], [], [node]
    while stack:
        one = stack.pop()
        if one.type in kinds:
            found.append(one)
        stack.extend(reversed(one.named_children))
    return found


def _stripped(text: str) -> str:
    for _ in range(6):
        shorter = _GENERIC.sub("", _GROUP.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text
