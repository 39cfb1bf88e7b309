"""Says where nothing better can be done with a Rust error, or where it is an answer: a channel's other end, a probe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.reaction import Reaction
from learnagent.lint.rust.calls import CHANNELS, CLEANUP, CONNECTIONS, PARSING, STREAM, last_name, result_call
from learnagent.lint.rust.errors import ErrorArm, function_of
from learnagent.lint.rust.results import is_excused as is_excused_call
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOPS = frozenset({"for_expression", "while_expression", "loop_expression"})
_PREDICATE = lazy_pattern(
    r"(?:^|_)(?:is|has|can)_|^_*(?:is|has|can|supports|looks|should|exists|contains|matches|valid|check|verify|are|needs|same|eq|pattern)(?:_|$)"
    r"|(?:_exists|_valid|_available|_ok|_matches|_running|_alive|_supported|_enabled|_reachable|_installed|_equal)$"
)
_SPEECHLESS = frozenset({"drop", "fmt", "eq", "cmp", "partial_cmp", "hash", "description"})
"""Functions whose trait leaves no room for an error."""


def is_excused(file: SourceFile, arm: ErrorArm, found: Reaction) -> bool:
    """Return whether nothing better can be done with the error there, or none of it is one."""
    name = last_name(file, origin(file, arm.subject))
    function = function_of(file, arm.whole)
    called = file.name(function) if function is not None and function.type == "function_item" else ""
    if called in _SPEECHLESS or name in {"write!", "writeln!"} or _says_whether(file, arm):
        return True
    if found is Reaction.LOGS:
        return name in CLEANUP | CONNECTIONS or _ends_task(file, arm) or _ended_with_other_side(file, arm, name)
    if arm.whole.type == "call_expression" or (arm.subject is not None and arm.subject.type == "field_expression"):
        return True  # a closure that drops the error is `discarded-result`'s; a result that is kept was seen before
    if name in CHANNELS and not _reads_with_buffer(file, arm, name):
        return True
    if name in CLEANUP:
        return True
    if name in PARSING and _is_other_form(_answer(file, arm.body)):
        return True
    if _PREDICATE.search(called) and _answer(file, arm.body) in {"false", "true"}:
        return True
    return name in STREAM and found is Reaction.SILENT and _ends_stream(file, arm, function)


def is_in_predicate(file: SourceFile, node: Node) -> bool:
    """Return whether a function that answers yes or no stands around a node."""
    function = file.enclosing(node, "function_item")
    while function is not None:
        is_bool = file.text(function.child_by_field_name("return_type")) == "bool"
        if is_bool and _PREDICATE.search(file.name(function)):
            return True
        function = file.enclosing(function, "function_item")
    return False


def _ended_with_other_side(file: SourceFile, arm: ErrorArm, name: str) -> bool:
    """Return whether the error is that the other end of a channel is gone, a task panicked, a value is absent."""
    call = result_call(file, origin(file, arm.subject))
    if call is None:
        return re.search(r"(?:handle|task|join|worker)\w*\s*\.await$", file.text(arm.subject)) is not None
    if name in CHANNELS and not _reads_with_buffer(file, arm, name):
        return name not in {"send", "try_send"} or is_excused_call(file, call, arm.whole)
    return False


def _ends_task(file: SourceFile, arm: ErrorArm) -> bool:
    """Return whether a task of its own ends there: nothing carries on, and there is nobody to tell."""
    node: Node = arm.whole
    if node.parent is not None and node.parent.type == "expression_statement":
        node = node.parent
    block = node.parent
    if block is None or block.type != "block" or block.parent is None:
        return False
    later = node.next_named_sibling
    while later is not None and ("comment" in later.type or file.text(later).startswith("drop(")):
        later = later.next_named_sibling
    around = block.parent if block.parent.type in {"async_block", "closure_expression"} else None
    call = around.parent.parent if around is not None and around.parent is not None else None
    return later is None and call is not None and re.search(r"spawn\w*\s*\(", file.text(call)[:60]) is not None


def origin(file: SourceFile, subject: Node | None) -> Node | None:
    """Return what gave a name its value in the same block; the expression itself where it is no name."""
    if subject is None or subject.type != "identifier":
        return subject
    name, node = file.text(subject), subject.parent
    while node is not None and node.type not in {"function_item", "closure_expression"}:
        before = node.prev_named_sibling
        while before is not None:
            if before.type == "let_declaration" and file.text(before.child_by_field_name("pattern")) == name:
                return before.child_by_field_name("value")
            before = before.prev_named_sibling
        node = node.parent
    return subject


def _reads_with_buffer(file: SourceFile, arm: ErrorArm, name: str) -> bool:
    """Return whether it is a read or a write of data, and no lock: those are called with nothing."""
    return name in {"read", "write"} and not re.search(rf"\b{name}\(\)", file.text(arm.subject))


def _answer(file: SourceFile, body: Node) -> str:
    """Return the one value that an arm gives."""
    text = re.sub(r"^\{\s*|\s*;?\s*\}$", "", file.text(body).strip()).strip()
    return re.sub(r"^return\s+", "", text)


def _is_other_form(answer: str) -> bool:
    """Return whether what does not parse is said to be absent, or is kept as something else: `Value::Text(text)`."""
    return (
        answer in {"None", "Ok(None)", "false"}
        or re.match(r"(?:Some\()?(?:\w+::)*[A-Z]\w*\s*[({]\s*\w*[a-z_]", answer) is not None
    )


def _says_whether(file: SourceFile, arm: ErrorArm) -> bool:
    """Return whether a match only turns a result into yes or no, as `is_ok` does."""
    if arm.whole.type == "match_expression":
        block = arm.whole.child_by_field_name("body")
        values = [one.child_by_field_name("value") for one in block.named_children] if block is not None else []
        return all(file.text(value) in {"true", "false"} for value in values if value is not None)
    return False


def _ends_stream(file: SourceFile, arm: ErrorArm, function: Node | None) -> bool:
    """Return whether a loop over what arrives ends with its source, in a function that can tell nobody."""
    loop = file.enclosing(arm.whole, *_LOOPS, "function_item", "closure_expression")
    if loop is None or loop.type not in _LOOPS or function is None:
        return False
    return "Result" not in file.text(function.child_by_field_name("return_type"))
