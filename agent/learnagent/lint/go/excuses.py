"""Says where nothing better can be done with a Go error: cleaning up, an answer half sent, a probe, a stream's end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.reaction import Reaction
from learnagent.lint.go.calls import CLEANUP, CLEANUP_PLACE, PREDICATE, PROBE, STREAM, TEXT_METHODS, writes_answer
from learnagent.lint.go.errors import ErrorBranch
from learnagent.lint.go.functions import callee, declared, is_error_type, results
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node


_SERVES = lazy_pattern(r"(?:^|\.)(?:ListenAndServe\w*|Serve|Run|Start|Listen)$")
"""Calls that are what the program is for: without them nothing is left of it."""


def is_excused(file: SourceFile, branch: ErrorBranch, found: Reaction) -> bool:
    """Return whether nothing better can be done with the error there: cleaning up, an answer half sent, a probe."""
    called = callee(file, branch.origin) if branch.origin is not None else ""
    function = branch.function
    name = file.name(function) if function is not None and function.type != "func_literal" else ""
    if name.startswith("Example") and file.is_test:
        return True
    if found is Reaction.LOGS and _ends_goroutine(branch) and not _SERVES.search(called):
        return True
    if found is Reaction.SILENT and function is not None and _is_notified(file, branch, function):
        return True
    if name in TEXT_METHODS or (function is not None and _is_fuzz(file, function)):
        return True
    if called and CLEANUP.search(called) and (found is Reaction.LOGS or is_in_cleanup(file, branch.statement)):
        return True
    if branch.origin is not None and found is Reaction.LOGS and writes_answer(file, branch.origin):
        return True
    if called and PROBE.search(called) and found is not Reaction.LOGS:
        return True
    if function is not None and (PREDICATE.search(name) or not name) and _answers_no(file, branch):
        return True
    return bool(called) and STREAM.search(called) is not None and _ends_stream(file, branch, called)


def _ends_goroutine(branch: ErrorBranch) -> bool:
    """Return whether a goroutine of its own ends there: nothing carries on, and there is nobody to tell."""
    function = branch.function
    if function is None or function.type != "func_literal" or function.parent is None:
        return False
    block = branch.statement.parent
    is_last = branch.statement.next_named_sibling is None and block is not None
    is_own = (
        block is not None and block.parent is not None and function.child_by_field_name("body") in {block, block.parent}
    )
    around = function.parent.parent
    return is_last and is_own and around is not None and around.type == "go_statement"


def _is_notified(file: SourceFile, branch: ErrorBranch, function: Node) -> bool:
    """Return whether the error was handed to a callback that answers nothing: whoever calls it knows."""
    parameters = [known for known, _ in declared(file, function.child_by_field_name("parameters"))]
    return branch.name in parameters and not results(file, function)


def _ends_stream(file: SourceFile, branch: ErrorBranch, called: str) -> bool:
    """Return whether a loop over what arrives ends with its source, in a function that can tell nobody."""
    function = branch.function
    loop = file.enclosing(
        branch.statement, "for_statement", "func_literal", "function_declaration", "method_declaration"
    )
    if loop is None or loop.type != "for_statement" or function is None:
        return False
    if called.endswith(("Accept", "AcceptTCP")):
        return True
    declared = results(file, function)
    is_end = bool(branch.body) and branch.body[-1].type in {"break_statement", "return_statement"}
    return is_end and not (declared and is_error_type(declared[-1][1]))


def _answers_no(file: SourceFile, branch: ErrorBranch) -> bool:
    declared = results(file, branch.function) if branch.function is not None else []
    return [kind for _, kind in declared] == ["bool"] and len(branch.body) == 1


def _is_fuzz(file: SourceFile, function: Node) -> bool:
    if file.name(function).startswith("Fuzz"):
        return True
    above = function.parent
    call = above.parent if above is not None and above.type == "argument_list" else None
    return call is not None and call.type == "call_expression" and callee(file, call).endswith(".Fuzz")


def is_in_cleanup(file: SourceFile, node: Node) -> bool:
    """Return whether a place cleans up: deferred, in a function of that name, or because of another error."""
    above = node.parent
    while above is not None:
        if above.type in {"defer_statement"}:
            return True
        if above.type == "func_literal" and _is_called_cleanup(file, above):
            return True
        if above.type in {"function_declaration", "method_declaration"}:
            return CLEANUP_PLACE.match(file.name(above)) is not None
        if above.type == "call_expression" and callee(file, above).endswith("Cleanup"):
            return True
        if above.type == "if_statement" and _is_error_branch_around(file, above, node):
            return True
        above = above.parent
    return False


def _is_called_cleanup(file: SourceFile, literal: Node) -> bool:
    holder = literal.parent.parent if literal.parent is not None else None
    left = holder.child_by_field_name("left") if holder is not None else None
    return left is not None and CLEANUP_PLACE.match(file.text(left)) is not None


def _is_error_branch_around(file: SourceFile, branch: Node, node: Node) -> bool:
    condition = branch.child_by_field_name("condition")
    body = branch.child_by_field_name("consequence")
    is_inside = body is not None and body.start_byte <= node.start_byte < body.end_byte
    return is_inside and re.search(r"(?i)err\w*(?:\(\))?\s*!=\s*nil", file.text(condition)) is not None
