"""Tells which expressions of a handler compute nothing and say nothing of the error: literals, names, empty objects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import Dialect
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of, last_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_EMPTY = lazy_pattern(
    r"(?:None|null|nullptr|nil|undefined|void 0|NULL|std::nullopt|[Ff]alse|FALSE|-?0(?:\.0*)?[fFdDmML]?|-1|"
    r"(?:[rbuf]|\$|@)?(?:\"\"|''|``)|\[\s*\]|\{\s*\}|\(\s*\)|array\(\)|default(?:\(\w+\))?|NaN|(?:math|np|numpy)\.nan|"
    r"float\(['\"]nan['\"]\)|string\.Empty|String\.Empty|\w+\.(?:EMPTY|ZERO|Empty|Zero))"
)
_CLASS = lazy_pattern(r"^(?:\w+(?:\.|::|\\))*[A-Z]\w*(?:\.new)?$")
_NOT_A_VALUE = lazy_pattern(
    r"Err|Fail|Exception|Response|Http|Lock|Event|Thread|Future|Problem|Invalid|Unknown|Missing|Result\.failure|Reject|"
    r"Timeout|Abort|Warning|Alert|Message|Retry|Promise|Process|Client|Session|Error|Left|Date|Timer|Path"
)
_FILLED = lazy_pattern(r"(?:^|\.)(?:zeros|ones|full|empty)(?:_like)?$|^Array\.fill$")
"""Arrays of one value, however their shape is found."""
_ACCESS = frozenset(
    {"attribute", "field_access", "navigation_expression", "member_access_expression", "method_invocation", "call"}
)
"""Types whose first part alone refers to a variable."""


@dataclass(slots=True)
class Values:
    """The expressions of one handler."""

    file: SourceFile
    dialect: Dialect
    errors: set[str]
    """Names that hold the error, or its words."""

    def is_plain(self, node: Node) -> bool:
        """Return whether an expression computes nothing and says nothing of the error."""
        kind, dialect = node.type, self.dialect
        if self.is_error(node):
            return False
        if kind in dialect.calls:
            return self._is_plain_call(node)
        if kind in FUNCTIONS[self.file.language] and kind != "block":
            return True
        if (
            kind in dialect.wrappers
            or kind in dialect.plain
            or kind in {"argument", "keyword_argument", "value_argument"}
        ):
            return all(self.is_plain(child) for child in node.named_children) and not self._is_interpolated(node)
        return "comment" in kind or "literal" in kind

    def _is_plain_call(self, call: Node) -> bool:
        """Return whether a call makes an empty value, or rewords or copies a plain one."""
        callee, arguments = callee_of(self.file, call), self.file.arguments(call)
        given = [] if arguments is None else arguments.named_children
        if self.mentions_error(call):
            return False
        if _FILLED.search(callee):
            return True
        if not all(map(self.is_plain, given)):
            return False
        if self.dialect.empty_value.search(callee):
            return True
        if last_of(callee) in self.dialect.transparent or callee in self.dialect.transparent:
            return True
        return self._is_blank_object(callee, given)

    def _is_blank_object(self, callee: str, given: list[Node]) -> bool:
        """Return whether a call makes an object of nothing but nothings: `Score(precision=0.0, recall=0.0)`."""
        if _CLASS.match(callee) is None or _NOT_A_VALUE.search(callee):
            return False
        return all(self.is_empty(value) for value in given)

    def is_empty(self, node: Node) -> bool:
        """Return whether an expression is the constant for nothing, or holds one."""
        if node.type in {
            "keyword_argument",
            "argument",
            "value_argument",
            "pair",
            "parenthesized_expression",
            "cast_expression",
        }:
            last = node.named_children[-1:]
            return bool(last) and self.is_empty(last[0])
        text = self.file.text(node)
        if _EMPTY.fullmatch(text) is not None:
            return True
        if node.type in self.dialect.calls:
            return self._is_plain_call(node) and self.file.arguments(node) is not None
        is_group = node.type in {"tuple", "list", "dictionary", "object", "array", "hash", "binary_operator", "set"}
        return is_group and any(map(self.is_empty, node.named_children))

    def mentions_error(self, node: Node | None) -> bool:
        """Return whether the error, or its words, stand anywhere in an expression."""
        if node is None or not self.errors:
            return False
        return any(self.is_error(one) or self._is_interpolated(one) for one in (node, *descendants(node)))

    def is_error(self, node: Node) -> bool:
        """Return whether a node is a name that holds the error."""
        if node.type not in self.dialect.names or self.file.text(node) not in self.errors:
            return False
        above = node.parent
        if above is not None and above.type in _ACCESS:
            return node.start_byte == above.start_byte
        return above is None or above.type != "keyword_argument" or node.start_byte != above.start_byte

    def _is_interpolated(self, node: Node) -> bool:
        """Return whether a text of Kotlin has the error in it: the grammar does not know `$e`."""
        if node.type != "string_literal" or self.file.language != "kotlin":
            return False
        return any(re.search(rf"\${re.escape(name)}\b", self.file.text(node)) for name in self.errors)
