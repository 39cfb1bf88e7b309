"""Weighs what Rust code does with an error: nothing, a default, a line in a log, or something that counts.

Precision first, as in `reaction`: whatever is not plainly one of the first three counts as handling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.reaction import Reaction
from learnagent.lint.rust.calls import (
    FAIL_MACROS,
    FAILURE_NAME,
    VALUE_MACROS,
    ends,
    macro_name,
    makes_value,
    prints,
    waits,
)
from learnagent.lint.rust.errors import ErrorArm, receiver
from learnagent.lint.rust.excuses import is_excused
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = frozenset(
    "integer_literal float_literal boolean_literal string_literal char_literal raw_string_literal unit_expression"
    " tuple_expression array_expression unary_expression reference_expression parenthesized_expression self"
    " identifier scoped_identifier field_expression type_identifier generic_type struct_expression"
    " field_initializer_list field_initializer shorthand_field_initializer base_field_initializer string_content"
    " escape_sequence field_identifier scoped_type_identifier primitive_type type_arguments crate super"
    " mutable_specifier type_cast_expression negative_literal binary_expression index_expression"
    " range_expression".split()
)
_BLOCKS = frozenset("block expression_statement else_clause unsafe_block match_block labeled_expression".split())
_GIVES_UP = lazy_pattern(
    r"(?:return\s+)?(?:\w+::)*(?:Err\s*\(|bail!|panic!|unreachable!|Result::Err|std::process::exit)"
)
_TELLS = lazy_pattern(r"(?:\w+::)*(?:e?println|e?print|debug|info|warn|error|trace|log)!")
_LOOPS = frozenset({"for_expression", "while_expression", "loop_expression"})


def rust_reaction(file: SourceFile, arm: ErrorArm) -> Reaction:
    """Return what an arm does with the error."""
    found = _Weighing(file, arm.binding).weigh(arm.body)
    if found is Reaction.HANDLES or is_excused(file, arm, found) or _fails_later(file, arm):
        return Reaction.HANDLES
    return found


def is_plain_value(file: SourceFile, value: Node, *, without: str = "") -> bool:
    """Return whether a value computes nothing and does not name the error."""
    found = _Weighing(file, without.strip("_") and without).weigh(value)
    return found in {Reaction.SILENT, Reaction.DEFAULT}


class _Weighing:
    """One arm being weighed."""

    def __init__(self, file: SourceFile, binding: str) -> None:
        self.file = file
        self.errors = {binding} - {""}

    def weigh(self, node: Node) -> Reaction:
        """Return what a statement or an expression does."""
        kind = node.type
        if "comment" in kind or kind in {"empty_statement", "continue_expression", "attribute_item", "label"}:
            return Reaction.SILENT
        if kind in _BLOCKS:
            return max((self.weigh(child) for child in node.named_children), default=Reaction.SILENT)
        if kind in {"if_expression", "match_expression"}:
            return self._branch(node)
        if kind in {"return_expression", "break_expression"}:
            values = [child for child in node.named_children if child.type != "label"]
            return self.weigh(values[0]) if values else Reaction.SILENT
        if kind == "let_declaration":
            return self._let(node)
        if kind == "assignment_expression":
            return self._assign(node)
        if kind == "macro_invocation":
            return self._macro(node)
        if kind in {"call_expression", "await_expression"}:
            return self._call(node)
        if kind == "unit_expression":
            return Reaction.SILENT
        return self._value(node)

    def _branch(self, node: Node) -> Reaction:
        head = node.child_by_field_name("condition") or node.child_by_field_name("value")
        if head is not None and self._mentions(head):
            return Reaction.HANDLES
        parts = [node.child_by_field_name(name) for name in ("consequence", "alternative", "body")]
        inner = [part for part in parts if part is not None]
        if node.type == "match_expression":
            arms = [arm.child_by_field_name("value") for part in inner for arm in part.named_children]
            inner = [arm for arm in arms if arm is not None]
        return max((self.weigh(part) for part in inner), default=Reaction.SILENT)

    def _let(self, node: Node) -> Reaction:
        value, pattern = node.child_by_field_name("value"), node.child_by_field_name("pattern")
        if value is None or pattern is None or self.file.text(pattern) == "_":
            return Reaction.SILENT
        if self._mentions(value):
            self.errors.add(self.file.text(pattern).removeprefix("mut "))
            return Reaction.SILENT
        return Reaction.SILENT if self._is_plain(value) else Reaction.HANDLES

    def _assign(self, node: Node) -> Reaction:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or self.file.text(left) == "_":
            return Reaction.SILENT
        if self._mentions(right) or not self._is_plain(right):
            return Reaction.HANDLES
        is_status = FAILURE_NAME.search(self.file.text(left)) or re.search(
            r"ok$|success|code$|status", self.file.text(left)
        )
        return Reaction.HANDLES if is_status else Reaction.DEFAULT

    def _macro(self, node: Node) -> Reaction:
        name = macro_name(self.file, node)
        if prints(self.file, node):
            return Reaction.HANDLES if "backtrace" in self.file.text(node).lower() else Reaction.LOGS
        if name in FAIL_MACROS:
            return Reaction.HANDLES
        return Reaction.DEFAULT if name in VALUE_MACROS and not self._mentions(node) else Reaction.HANDLES

    def _call(self, node: Node) -> Reaction:
        call = node.named_children[0] if node.type == "await_expression" and node.named_children else node
        if call.type != "call_expression":
            return Reaction.HANDLES
        if ends(self.file, call):
            return Reaction.HANDLES
        if waits(self.file, call):
            return Reaction.SILENT
        if prints(self.file, call):
            return Reaction.LOGS
        return self._value(call)

    def _value(self, node: Node) -> Reaction:
        if self._mentions(node) or not self._is_plain(node):
            return Reaction.HANDLES
        return Reaction.HANDLES if FAILURE_NAME.search(_names(self.file, node)) else Reaction.DEFAULT

    def _is_plain(self, node: Node) -> bool:
        """Return whether an expression computes nothing and says nothing of the error."""
        if node.type == "call_expression":
            arguments, owner = self.file.arguments(node), receiver(node)
            parts = [
                *(arguments.named_children if arguments is not None else ()),
                *([owner] if owner is not None else []),
            ]
            return makes_value(self.file, node) and all(self._is_plain(part) for part in parts)
        if node.type == "macro_invocation":
            return macro_name(self.file, node) in VALUE_MACROS and not self._mentions(node)
        return node.type in _PLAIN and all(self._is_plain(child) for child in node.named_children)

    def _mentions(self, node: Node) -> bool:
        if not self.errors:
            return False
        words = re.findall(r"\w+", self.file.text(node))
        return not self.errors.isdisjoint(words)


def _names(file: SourceFile, node: Node) -> str:
    """Return the text of a value without its string literals: words for a reader say nothing to a caller."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', "", file.text(node))


def _fails_later(file: SourceFile, arm: ErrorArm) -> bool:
    """Return whether the code behind the loop gives up: the retry that fails in the end."""
    if re.search(r"\breturn\b", file.text(arm.body)):
        return False
    loop = file.enclosing(arm.whole, *_LOOPS, "function_item", "closure_expression")
    while loop is not None and loop.type in _LOOPS:
        for later in _after(loop):
            text = file.text(later)
            if _GIVES_UP.match(text):
                return True
            if not _TELLS.match(text):
                return False
        loop = file.enclosing(loop, *_LOOPS, "function_item", "closure_expression")
    return False


def _after(node: Node) -> Iterator[Node]:
    """Yield the statements behind a loop, comments left out."""
    statement = node.parent if node.parent is not None and node.parent.type == "expression_statement" else node
    later = statement.next_named_sibling
    while later is not None:
        if "comment" not in later.type:
            yield later
        later = later.next_named_sibling
