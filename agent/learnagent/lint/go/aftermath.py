"""Says whether the code behind a Go branch judges the error after all: reads it, fails, or looks at the default.

That is the retry that gives up in the end, and the error that is logged first and returned last.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.go.calls import ends_program
from learnagent.lint.go.errors import ErrorBranch, is_error_name
from learnagent.lint.go.flow import Use, next_use
from learnagent.lint.go.functions import callee, function_of, is_error_type, results, returned_values
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_READ = rb"(?<![\w.])%s(?!\w)(?!\s*(?:,\s*\w+\s*)*:?=[^=])"
_MAKES_ERROR = lazy_pattern(
    r"(?:^|\.)(?:errors\.New|Errorf|Wrap\w*|Join|WithMessage\w*|WithStack|Error|New\w*Err\w*|\w*Error)$"
)
_JUMPS = frozenset({"break_statement", "continue_statement"})


def is_judged_later(file: SourceFile, branch: ErrorBranch, defaults: set[str]) -> bool:
    """Return whether the code behind the branch reads the error, fails, or looks at the default before it is used."""
    if any(node.type == "return_statement" for node in branch.body):
        return False
    leaves_round = any(_leaves_round(file, node) for node in branch.body)
    first = branch.statement.child_by_field_name("initializer")
    is_own = first is not None and first.type == "short_var_declaration"
    is_kept = not (is_own or leaves_round) and branch.name.isidentifier()
    if is_kept and next_use(file, branch.name, branch.statement) is Use.READ and _is_read_as_error(file, branch):
        return True
    return _is_read_behind_loop(file, branch) or _fails_behind(file, branch, defaults, leaves_round=leaves_round)


def _is_read_behind_loop(file: SourceFile, branch: ErrorBranch) -> bool:
    """Return whether an error that outlives its loop ends it, and is read behind it."""
    loop = file.enclosing(branch.statement, "for_statement", "func_literal")
    if loop is None or loop.type != "for_statement" or not any(node.type == "break_statement" for node in branch.body):
        return False
    name = re.escape(branch.name.encode())
    inside, behind = file.content[loop.start_byte : loop.end_byte], file.content[loop.end_byte : _end(file, branch)]
    is_own = re.search(rb"(?<![\w.])%s(?:\s*,\s*\w+)*\s*:=|\bvar\s+%s\b" % (name, name), inside)
    return is_own is None and re.search(_READ % name, behind) is not None


def _leaves_round(file: SourceFile, node: Node) -> bool:
    """Return whether a statement jumps to the end of a round, or out of a loop; out of a switch it goes on."""
    if node.type == "continue_statement":
        return True
    around = file.enclosing(
        node, "for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"
    )
    return node.type == "break_statement" and (around is None or around.type == "for_statement")


def _is_read_as_error(file: SourceFile, branch: ErrorBranch) -> bool:
    """Return whether the code behind names the error again: what `next_use` cannot tell does not count here."""
    pattern = _READ % re.escape(branch.name.encode())
    return re.search(pattern, file.content[branch.statement.end_byte : _end(file, branch)]) is not None


def _end(file: SourceFile, branch: ErrorBranch) -> int:
    return branch.function.end_byte if branch.function is not None else len(file.content)


def _fails_behind(file: SourceFile, branch: ErrorBranch, defaults: set[str], *, leaves_round: bool) -> bool:
    node = branch.statement
    is_skipping, was_in_loop = leaves_round, False
    while node.type not in {"func_literal", "function_declaration", "method_declaration"}:
        if node.type == "for_statement":
            is_skipping, was_in_loop = False, True
        for later in () if is_skipping else _following(node):
            if later.type == "return_statement":
                return _returns_failure(file, later)
            if was_in_loop and later.type == "expression_statement" and _ends(file, later):
                return True
            if later.type == "if_statement" and _fails_about(file, later, defaults):
                return True
        if node.parent is None:
            return False
        node = node.parent
    return False


def _following(node: Node) -> list[Node]:
    found, later = [], node.next_named_sibling
    while later is not None:
        found.append(later)
        later = later.next_named_sibling
    return found


def _ends(file: SourceFile, statement: Node) -> bool:
    call = statement.named_children[0] if statement.named_children else None
    return call is not None and call.type == "call_expression" and ends_program(file, call, callee(file, call))


def _returns_failure(file: SourceFile, statement: Node) -> bool:
    function, values = function_of(file, statement), returned_values(statement)
    declared = results(file, function) if function is not None else []
    if not declared or not values or not is_error_type(declared[-1][1]):
        return False
    last, text = values[-1], file.text(values[-1])
    if last.type == "call_expression":
        return len(values) == len(declared) and _MAKES_ERROR.search(callee(file, last)) is not None
    return last.type == "unary_expression" or is_error_name(text) or text.rpartition(".")[2].startswith("Err")


def _fails_about(file: SourceFile, branch: Node, defaults: set[str]) -> bool:
    """Return whether a later branch looks at the default, or at the error, and fails."""
    condition = branch.child_by_field_name("condition")
    words = set(re.findall(r"[\w.]+", file.text(condition)))
    if words.isdisjoint(defaults):
        return False
    inside = list(descendants(branch))
    return any(
        (one.type == "return_statement" and _returns_failure(file, one))
        or (one.type == "expression_statement" and _ends(file, one))
        for one in inside
    )
