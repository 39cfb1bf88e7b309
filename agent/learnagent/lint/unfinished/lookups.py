"""Reads functions that compute nothing but pick an answer: chains of ifs, a switch, a table keyed by the input.

It does not judge whether that is a table of names or stands for a computation: `lookup_answers` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.constants import RETURNS, is_constant, value_of
from learnagent.lint.syntax.functions import name_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.bodies import FUNCTION_TYPES, documentation_of, statements_of
from learnagent.lint.unfinished.lookup_cases import BLOCKS, arms_of, is_default, single_answer, split, subject_of
from learnagent.lint.unfinished.lookup_inputs import Inputs, Key
from learnagent.lint.unfinished.lookup_tables import (
    CONTAINERS,
    INDEXES,
    Entry,
    is_written_out,
    parts_of,
    read_of_table,
    table_behind,
    table_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

Fallback = Literal["constant", "input", "nothing", "raises"]

_IFS = frozenset({"if_statement", "if_expression", "elif_clause"})
_SWITCHES = frozenset(
    {"match_statement", "switch_statement", "expression_switch_statement", "match_expression", "switch_expression"}
)
_TERNARIES = frozenset({"ternary_expression", "conditional_expression"})
_DECLARES = frozenset(
    "assignment lexical_declaration variable_declaration short_var_declaration local_variable_declaration".split()
)
_RAISES = lazy_pattern(
    r"(?:raise|throw|panic!?|return\b.*\b(?:errors\.New|fmt\.Errorf|Err|Errorf)\b|Err\(|todo!|unreachable!)"
)
_LOOKS_UP = lazy_pattern(rb"(?:return|:=)\s+\(?(?:[\w.]+|\{[^{}]*\}|new Map[^;]*?)(?:\.get\w*\(|\[)")
_TAIL_BYTES = 400
_SHAPES = _IFS | _SWITCHES | _DECLARES | RETURNS | {"expression_statement", "raise_statement", "throw_statement"}
"""Statements of a function that only picks an answer."""
_MOST_STATEMENTS = 60
_MOST_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class Lookup:
    """A function that only picks an answer."""

    function: Node
    name: str
    documentation: str
    entries: tuple[Entry, ...]
    fallback: Fallback
    has_container_key: bool
    """Whether a key is a whole list or dictionary."""


def lookups(file: SourceFile) -> Iterator[Lookup]:
    """Yield the functions that only pick an answer by their input."""
    for function in file.nodes(*FUNCTION_TYPES.get(file.language, ())):
        statements = statements_of(file, function) if _may_pick(file, function) else []
        if statements and all(one.type in _SHAPES for one in statements[:-1]):
            found = _Reader(file, function, Inputs.of(file, function)).read(statements)
            if found is not None:
                yield found


def _may_pick(file: SourceFile, function: Node) -> bool:
    """Return whether it is worth reading a function: whether its text has what picks an answer."""
    start, end, content = function.start_byte, function.end_byte, file.content
    if content.count(b"==", start, end) + content.count(b"quals(", start, end) > 1:
        return True
    if content.count(b"case ", start, end) > 2 or (file.language != "python" and content.count(b"=>", start, end) > 2):
        return True
    return end - start < _MOST_BYTES and _LOOKS_UP.search(content, max(start, end - _TAIL_BYTES), end) is not None


@dataclass(slots=True)
class _Reader:
    """One function being read; it gives up at the first thing that computes."""

    file: SourceFile
    function: Node
    inputs: Inputs
    entries: list[Entry] = field(default_factory=list)
    fallback: Fallback | None = None
    others: int = 0
    """Answers that are given by something else than a literal of the input."""

    def read(self, statements: list[Node]) -> Lookup | None:
        """Return what the function picks from; None where it does anything else."""
        if len(statements) > _MOST_STATEMENTS or not all(map(self._statement, statements)):
            return None
        if self.others > 1 or not self.entries:
            return None
        return Lookup(
            self.function,
            name_of(self.file, self.function),
            documentation_of(self.file, self.function),
            tuple(self.entries),
            self.fallback or "nothing",
            self.inputs.has_container,
        )

    def _statement(self, node: Node) -> bool:
        kind = node.type
        if "comment" in kind or kind in {"pass_statement", "break_statement"}:
            return True
        if kind in _IFS:
            return self._branch(node)
        if kind in _SWITCHES:
            return self._switch(node)
        if kind in BLOCKS:
            return all(map(self._statement, node.named_children))
        if _RAISES.match(self.file.text(node)):
            self.fallback = "raises"
            return True
        if kind in RETURNS:
            value = value_of(node)
            return value is None or self._last(value)
        if kind in _DECLARES:
            return self._declaration(node)
        return self._last(node)

    def _declaration(self, node: Node) -> bool:
        """Accept a table that is read later, and a parameter that is tidied."""
        declarator = next((child for child in node.named_children if child.type == "variable_declarator"), node)
        value, target = value_of(declarator), declarator.named_children[0]
        if value is None:
            return False
        if value.type == "expression_list" and value.named_child_count == 1:
            value = value.named_children[0]
        if table_of(self.file, value) is not None:
            return True
        if self.inputs.holds(value):
            self.inputs.names.add(self.file.text(target))
            return True
        return False

    def _last(self, value: Node) -> bool:
        """Read what a function ends with: a constant, its input, a look into a table, a switch."""
        kind = value.type
        if kind in {"expression_list", "parenthesized_expression"} and value.named_child_count == 1:
            return self._last(value.named_children[0])
        if kind in _SWITCHES:
            return self._switch(value)
        if kind in _IFS:
            return self._branch(value)
        if kind in _TERNARIES:
            return self._ternary(value)
        if is_constant(self.file, value):
            self.fallback = "constant"
            return True
        if self.inputs.holds(value):
            self.fallback = "input"
            return True
        return self._table_read(value)

    def _ternary(self, node: Node) -> bool:
        if node.type == "conditional_expression":
            result, condition, other = node.named_children[:3]
        else:
            condition, result, other = node.named_children[:3]
        keys = self.inputs.keys(condition)
        if keys is None or not is_constant(self.file, result):
            return False
        self._add(keys, result)
        return self._last(other)

    def _table_read(self, value: Node) -> bool:
        """Read `table[key]`, `table.get(key, other)`, `table[key] || other`."""
        text = self.file.text(value)
        if value.type == "binary_expression" and re.search(r"\|\||\?\?", text):
            left, right = value.named_children[0], value.named_children[-1]
            found = self._table_read(left) and (is_constant(self.file, right) or self.inputs.holds(right))
            self.fallback = "constant"
            return found
        table, key, other = read_of_table(self.file, value)
        if table is None or key is None or not self.inputs.holds(key):
            return False
        entries = table_behind(self.file, table)
        if entries is None:
            return False
        self.entries += entries
        if other is not None:
            self.fallback = "input" if self.inputs.holds(other) else "constant"
            return self.fallback == "input" or is_constant(self.file, other)
        is_index = value.type in INDEXES
        self.fallback = "raises" if is_index and self.file.language == "python" else "constant"
        if is_index and self.file.language in {"javascript", "typescript", "tsx"}:
            self.fallback = "nothing"
        return True

    def _branch(self, node: Node) -> bool:
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        if condition is None or body is None:
            return False
        if not self._guarded(condition, body, node):
            return False
        others = [
            child for index, child in enumerate(node.children) if node.field_name_for_child(index) == "alternative"
        ]
        return all(self._statement(other) for other in others)

    def _guarded(self, condition: Node, body: Node, node: Node) -> bool:
        """Read one branch: a literal for literals, a table that has the key, one other answer."""
        keys, answer = self.inputs.keys(condition), single_answer(body)
        if answer is None:
            return _RAISES.match(self.file.text(body).lstrip("{ \n\t")) is not None
        if keys is not None and is_constant(self.file, answer):
            self._add(keys, answer)
            return True
        initializer = node.child_by_field_name("initializer")
        if initializer is not None and (read := value_of(initializer)) is not None:
            return self._last(read)
        if self._table_read(answer):
            return True
        self.others += 1
        return is_constant(self.file, answer) or self.inputs.holds(answer) or answer.type in CONTAINERS

    def _add(self, keys: list[Key], result: Node) -> None:
        self.entries += [(key, self.file.text(result)) for key in keys]

    def _switch(self, node: Node) -> bool:
        subject = subject_of(node)
        if subject is not None and not self.inputs.holds(subject):
            return False
        waiting: list[Key] = []
        return all(self._arm(arm, waiting, is_bare=subject is None) for arm in arms_of(node))

    def _arm(self, arm: Node, waiting: list[Key], *, is_bare: bool) -> bool:
        """Read one case; its keys wait for the answer of a later one where it has none."""
        patterns, rest = split(arm)
        if rest is None:
            waiting += [parts_of(self.file, one) for one in patterns if is_written_out(self.file, one)]
            return True
        answer = single_answer(rest)
        if is_default(self.file, arm, patterns):
            return self._statement(rest) if answer is None or rest.type in BLOCKS | RETURNS else self._last(answer)
        keys = self.inputs.keys(patterns[0]) if is_bare else self._literals(patterns)
        if keys is None or answer is None or not is_constant(self.file, answer):
            return False
        self._add([*waiting, *keys], answer)
        waiting.clear()
        return True

    def _literals(self, patterns: list[Node]) -> list[Key] | None:
        if not all(is_written_out(self.file, one) for one in patterns):
            return None
        return [parts_of(self.file, one) for one in patterns]
