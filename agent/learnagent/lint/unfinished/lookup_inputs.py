"""What a function is given, and which of its literals a condition asks for. `lookups` reads functions with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.lookup_tables import CONTAINERS, is_written_out, parts_of

if TYPE_CHECKING:
    from tree_sitter import Node

Key = tuple[str, ...]
"""The parts of a key, as source: one for each input that is asked for."""

_BINARY = frozenset({"binary_expression", "boolean_operator", "comparison_operator"})
_TIDIES = lazy_pattern(
    r"\.(?:strip|lower|upper|trim|toLowerCase|toUpperCase|casefold|replace\w*|to_lowercase|as_str|to_string|join)\b|"
    r"strings\.\w+\(|\b(?:str|int|tuple|String|Number|repr)\(|JSON\.stringify\(|json\.dumps\(|fmt\.Sprintf?\(|\bf[\"']|`"
)
_EQUALS_CALL = lazy_pattern(
    r"(?:\bDeepEqual|\b(?:slices|bytes)\.Equal|\b(?:Arrays|Objects)\.equals|\.equals|\.equalsIgnoreCase)$"
)
_GROUPS = frozenset({"tuple", "tuple_expression", "expression_list", "array"})
_MODULES = frozenset({"f", "strings", "json", "fmt"})
_TYPES = frozenset({"type", "type_annotation", "default_parameter_value"})


@dataclass(slots=True)
class Inputs:
    """The parameters of a function, and names for parameters that were only tidied."""

    file: SourceFile
    names: set[str]
    has_container: bool = False
    """Whether any key that was asked for is a whole list or dictionary."""

    @classmethod
    def of(cls, file: SourceFile, function: Node) -> Inputs:
        """Return the inputs of a function."""
        parameters = function.child_by_field_name("parameters")
        inside = [] if parameters is None else descendants(parameters, into=lambda node: node.type not in _TYPES)
        return cls(file, {file.text(node) for node in inside if node.type == "identifier"})

    def holds(self, node: Node) -> bool:
        """Return whether an expression is an input, several of them, or one that is only tidied."""
        text = self.file.text(node)
        if text.lstrip("&*") in self.names:
            return True
        if node.type not in _GROUPS and not _TIDIES.search(text):
            return False
        plain = re.sub(r"\"[^\"]*\"|'[^']*'", "", text)
        words = set(re.findall(r"(?<![.\w])[A-Za-z_]\w*(?!\s*[\w(])", plain))
        return bool(words) and words <= self.names | _MODULES

    def keys(self, condition: Node) -> list[Key] | None:
        """Return the keys that a condition asks for, one for each `or`, parts joined by `and`; None if it does not."""
        if condition.type == "parenthesized_expression" and condition.named_child_count == 1:
            return self.keys(condition.named_children[0])
        if condition.type in _BINARY:
            return self._binary(condition)
        arguments = self.file.arguments(condition)
        if arguments is None or not _EQUALS_CALL.search(self.file.text(condition)[: -len(self.file.text(arguments))]):
            return None
        target = condition.child_by_field_name("object")
        given = arguments.named_children
        sides = [target, *given] if len(given) == 1 and target is not None else given
        return self._equality(sides[0], sides[1]) if len(sides) == 2 else None

    def _binary(self, condition: Node) -> list[Key] | None:
        sides = condition.named_children
        if len(sides) != 2:
            return None
        operator = self.file.content[sides[0].end_byte : sides[1].start_byte].strip()
        if operator in {b"==", b"===", b"in"}:
            return self._equality(sides[0], sides[1], is_member=operator == b"in")
        left, right = self.keys(sides[0]), self.keys(sides[1])
        if left is None or right is None:
            return None
        if operator in {b"or", b"||"}:
            return left + right
        is_pair = operator in {b"and", b"&&"} and len(left) == 1 and len(right) == 1
        return [left[0] + right[0]] if is_pair else None

    def _equality(self, left: Node, right: Node, *, is_member: bool = False) -> list[Key] | None:
        if not is_member and self.holds(right):
            left, right = right, left
        if not self.holds(left) or not is_written_out(self.file, right):
            return None
        if is_member:
            return [parts_of(self.file, child) for child in right.named_children]
        self.has_container |= right.type in CONTAINERS
        return [parts_of(self.file, right)]
