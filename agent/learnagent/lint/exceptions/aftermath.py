"""Tells whether what a handler left open is judged behind it: a raise, always or because of what it assigned."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of
from learnagent.lint.syntax.functions import name_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOPS = frozenset(
    "for_statement while_statement do_statement for_in_statement enhanced_for_statement foreach_statement while until"
    " for for_range_loop do_while_statement".split()
)
_THROUGH = ("block", "body", "clause", "statement", "list", "then", "begin", "do", "declaration", "assignment", "await")
"""Ends of types of nodes that go on behind what stands in them."""

_ENTRY = lazy_pattern(
    r"^_*(?:\w+_)?main$|^_*(?:[mM]ain|run|cli|handle|execute|command|entry_?point|cmd|do)(?:_\w+|[A-Z]\w*)?$"
)
_EXIT_STATUS = lazy_pattern(
    r"-?[1-9]\d{0,2}|(?:\w+\.)*EXIT_FAILURE|EX_\w+|(?:self::|static::|Command::)(?:FAILURE|INVALID)|"
    r"\w+\.(?:EX_|EXIT_|FAIL)\w*|ExitCode\.\w*(?:Err|Fail)\w*"
)


def is_judged_later(file: SourceFile, statement: Node | None, defaults: Set[str]) -> bool:
    """Return whether the code behind a statement raises: always, or asking about one of the defaults.

    That is the retry that gives up in the end, the chain of attempts that ends in a raise, the default that
    is looked at before it is used.
    """
    node, is_in_loop = statement, False
    while node is not None:
        for later in _following(node):
            if _is_raise(file, later) or is_failing_exit(file, later):
                return True
            if later.type.startswith("return"):
                break
            if defaults and later.type.startswith(("if", "unless")) and _raises_about(file, later, defaults):
                return True
        above = node.parent
        if above is None or _is_function(file, above):
            return False
        if above.type in _LOOPS or above.type == "do_block":
            is_in_loop = True
        elif not (is_in_loop or above.type.endswith(_THROUGH)):
            return False
        node = above
    return False


def is_failing_exit(file: SourceFile, statement: Node) -> bool:
    """Return whether a statement returns a status that says that the program failed, from where one is expected."""
    value = next((child for child in statement.named_children if "comment" not in child.type), None)
    if not statement.type.startswith("return") or value is None or _EXIT_STATUS.fullmatch(file.text(value)) is None:
        return False
    name = name_around(file, statement)
    return _ENTRY.match(name) is not None or (not name and file.language == "csharp")


def _is_function(file: SourceFile, node: Node) -> bool:
    """Return whether a node is a function; a block of Ruby is as good as a loop."""
    return node.type in FUNCTIONS[file.language] and not (file.language == "ruby" and node.type.endswith("block"))


def _following(node: Node) -> list[Node]:
    """Return the statements behind one, comments left out; the `else` of a loop counts as behind it."""
    found: list[Node] = []
    later = node.next_named_sibling
    while later is not None:
        if later.type == "else_clause":
            block = later.child_by_field_name("body")
            found += block.named_children if block is not None else []
        elif "comment" not in later.type:
            found.append(later)
        later = later.next_named_sibling
    return found


def _is_raise(file: SourceFile, statement: Node) -> bool:
    dialect = DIALECTS[file.language]
    node = statement
    if node.type == "expression_statement" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type in dialect.raises:
        return True
    if node.type not in dialect.calls:
        return False
    return bool(dialect.raise_call.search(callee_of(file, node)) or dialect.exit_call.search(file.text(node)))


def _raises_about(file: SourceFile, branch: Node, defaults: Set[str]) -> bool:
    condition = branch.child_by_field_name("condition")
    if set(re.findall(r"[\w$.@]+", file.text(condition))).isdisjoint(defaults):
        return False
    return any(_is_raise(file, one) for one in descendants(branch))
