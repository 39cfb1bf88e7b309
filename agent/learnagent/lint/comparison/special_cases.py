"""Finds where a function answers one particular input by a constant, and works the rest out. It judges nothing.

An `if` that returns, a conditional expression, an arm that returns out of a switch, a table asked first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of
from learnagent.lint.syntax.constants import RETURNS, is_constant, is_tail, value_of
from learnagent.lint.syntax.functions import body_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.bodies import FUNCTION_TYPES, statements_of
from learnagent.lint.unfinished.lookup_cases import BLOCKS, arms_of, split
from learnagent.lint.unfinished.lookup_tables import INDEXES, read_of_table, table_behind
from learnagent.lint.watched import CALLS, FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_IFS = frozenset({"if_statement", "elif_clause", "if_expression", "if", "elsif", "if_modifier"})
_TERNARIES = frozenset({"conditional_expression", "ternary_expression", "conditional"})
_SWITCHES = frozenset(
    {"match_statement", "switch_statement", "expression_switch_statement", "match_expression", "switch_expression"}
)
_LITERAL = lazy_pattern(
    r"^(?:string|integer|float|number|char\w*|\w*(?:string|number|integer|int|float|real|character|"
    r"floating_point)\w*_literal|encapsed_string)$"
)
_WORKS = lazy_pattern(
    r"call|invocation|binary|for_|while|subscript|index|comprehension|slice|await|macro|template_substitution|"
    r"interpolation"
)
_EQUALS = lazy_pattern(
    r"===?|\bequals\w*\s*\(|\beql?\?|\b(?:starts?|ends?)_?with\w*\s*\(|\bstartsWith|\bincludes\s*\(|"
    r"\bcontains\s*\(|\bin\b|\bis\b|\bHasPrefix\(|\bmatches\(|\bEqual\(",
    re.IGNORECASE,
)
_DENIES = lazy_pattern(r"!=|<|(?<![=-])>|\bnot\b|(?<![=!])!(?!=)|\bor\b\s+not")
_ALTERNATIVES = lazy_pattern(r"\bor\b|\|\||\bin\s*[\[({]|\.includes\(|\bin\s+\w|with\s*\(\s*\(")
"""Any of the literals will do."""
_CONTAINERS = frozenset({"list", "tuple", "array", "dictionary", "object", "composite_literal", "array_expression"})
_PLACES = lazy_pattern(r"subscript|slice|index")
"""Types whose literals say where to look, and not what for."""
_FEWEST = 2
"""Members of a container that tell."""
_MOST_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class SpecialCase:
    """One input, or several that one table holds, and what is answered."""

    place: Node
    """The condition, the pattern, or the question to the table."""
    subject: str
    """What is asked about, as source."""
    entries: tuple[tuple[tuple[str, ...], str], ...]
    """Literals of the input, and the answer, as source."""
    is_table: bool = False
    has_container: bool = False
    """Whether the input is compared with a whole list or dictionary."""


def special_cases(file: SourceFile) -> list[SpecialCase]:
    """Return the special cases of a file in the order of the text."""
    return file.once(_read)


def _read(file: SourceFile) -> list[SpecialCase]:
    return [found for function in _functions(file) for found in _of_function(file, function)]


def _functions(file: SourceFile) -> list[Node]:
    return file.nodes(*FUNCTION_TYPES[file.language]) if file.language in FUNCTION_TYPES else []


def _inside(file: SourceFile, function: Node) -> list[Node]:
    """Return what a function holds, nested functions left out; nothing where it is too long to be read."""
    body, nested = body_of(function), FUNCTIONS[file.language]
    if body is None or body.end_byte - body.start_byte > _MOST_BYTES:
        return []
    return [body, *descendants(body, into=lambda node: node.type not in nested)]


def _of_function(file: SourceFile, function: Node) -> Iterator[SpecialCase]:
    inside = _inside(file, function)
    if not _works(file, inside):
        return
    for node in inside:
        if node.type in _IFS:
            yield from _branch(file, node)
        elif node.type in _TERNARIES:
            yield from _ternary(file, node)
        elif node.type in _SWITCHES:
            yield from _switch(file, node)
        elif node.type in INDEXES or node.type in CALLS[file.language]:
            yield from _table(file, node)


def computed(file: SourceFile) -> dict[str, Node]:
    """Return the functions that take something and work an answer out, by qualified name."""
    return {
        file.symbol_of(one): one
        for one in _functions(file)
        if _takes(file, one) and (inside := _inside(file, one)) and _works(file, inside)
    }


def constant_answers(file: SourceFile) -> dict[str, Node]:
    """Return the one constant that a function answers whatever it is given, by qualified name."""
    found: dict[str, Node] = {}
    for function in _functions(file):
        does = statements_of(file, function)
        answer = _answer(file, does[0]) if len(does) == 1 and _takes(file, function) else None
        if answer is not None:
            found[file.symbol_of(function)] = answer
    return found


def _takes(file: SourceFile, function: Node) -> bool:
    """Return whether a function has a parameter besides the object it belongs to."""
    parameters = function.child_by_field_name("parameters") or next(
        (one for one in function.named_children if "parameters" in one.type), None
    )
    given = [] if parameters is None else [file.text(one) for one in parameters.named_children]
    return any(name not in {"self", "cls", "&self", "&mut self"} for name in given)


def _works(file: SourceFile, inside: list[Node]) -> bool:
    """Return whether a function works any of its answers out."""
    values = [value_of(node) for node in inside if node.type in RETURNS] + [
        node for node in inside if is_tail(file, node)
    ]
    return any(value is not None and not is_constant(file, value) and _has_work(value) for value in values)


def _has_work(value: Node) -> bool:
    return value.type == "identifier" or any(_WORKS.search(one.type) for one in (value, *descendants(value)))


def _branch(file: SourceFile, node: Node) -> Iterator[SpecialCase]:
    condition = node.child_by_field_name("condition")
    then = node.child_by_field_name("consequence") or node.child_by_field_name("body")
    if condition is None:
        return
    if then is None:
        then = next((child for child in node.named_children if child.start_byte > condition.end_byte), None)
    yield from _case(file, condition, None if then is None else _answer(file, then))


def _case(file: SourceFile, condition: Node, answer: Node | None) -> Iterator[SpecialCase]:
    keys = _keys(file, condition)
    if answer is None or not keys:
        return
    subject, told = _subject(file, condition), file.text(answer)
    if _ALTERNATIVES.search(subject):
        yield SpecialCase(condition, subject, tuple(((key,), told) for key in keys))
    else:
        inside = descendants(condition)
        has_container = any(one.type in _CONTAINERS and one.named_child_count >= _FEWEST for one in inside)
        yield SpecialCase(condition, subject, ((keys, told),), has_container=has_container)


def _answer(file: SourceFile, then: Node) -> Node | None:
    """Return the constant that a branch returns or assigns as its only statement; None for anything else."""
    node = then
    while node.type in BLOCKS or node.type in {"compound_statement", "then"}:
        inner = [child for child in node.named_children if "comment" not in child.type]
        if len(inner) != 1:
            return None
        node = inner[0]
    if node.type not in RETURNS and "assignment" not in node.type and not is_tail(file, node):
        return None
    value = value_of(node) if node.type in RETURNS or "assignment" in node.type else node
    return value if value is not None and is_constant(file, value) else None


def _ternary(file: SourceFile, node: Node) -> Iterator[SpecialCase]:
    condition, answer, other = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if condition is None and node.named_child_count == 3:
        answer, condition, other = node.named_children
    if (
        condition is None
        or answer is None
        or other is None
        or not is_constant(file, answer)
        or is_constant(file, other)
    ):
        return
    yield from _case(file, condition, answer)


def _switch(file: SourceFile, node: Node) -> Iterator[SpecialCase]:
    subject = (
        node.child_by_field_name("value")
        or node.child_by_field_name("subject")
        or node.child_by_field_name("condition")
    )
    for arm in arms_of(node):
        patterns, does = split(arm)
        answer = None if does is None else _answer(file, does)
        if answer is None or does is None or not any(one.type in RETURNS for one in (does, *descendants(does))):
            continue
        for pattern in patterns:
            keys = _literals(file, pattern)
            if keys:
                yield SpecialCase(pattern, file.text(subject), ((keys, file.text(answer)),))


def _table(file: SourceFile, node: Node) -> Iterator[SpecialCase]:
    """Read a table of constants that is asked for an answer, while others are worked out."""
    table, key, _ = read_of_table(file, node)
    if (
        table is None
        or key is None
        or table.type != "identifier"
        or any(map(_LITERAL.match, (one.type for one in (key, *descendants(key)))))
    ):
        return
    entries = table_behind(file, table)
    if entries and len(entries) >= _FEWEST:
        yield SpecialCase(node, file.text(key), tuple(entries), is_table=True)


def _keys(file: SourceFile, condition: Node) -> tuple[str, ...]:
    """Return the literals that a condition asks for; none for one that asks anything else."""
    text = file.text(condition)
    bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`", "''", text)
    return _literals(file, condition) if _EQUALS.search(bare) and not _DENIES.search(bare) else ()


def _literals(file: SourceFile, node: Node) -> tuple[str, ...]:
    inside = (node, *descendants(node, into=lambda one: _may_hold_keys(file, one)))
    return tuple(file.text(one) for one in inside if _LITERAL.match(one.type))


def _may_hold_keys(file: SourceFile, node: Node) -> bool:
    """Return whether literals in a node may be asked for; what is handed to a call that does not compare is not."""
    if node.type in CALLS[file.language]:
        return _EQUALS.search(f"{callee_of(file, node)}(") is not None
    return _LITERAL.match(node.type) is None and _PLACES.search(node.type) is None


def _subject(file: SourceFile, condition: Node) -> str:
    return re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`", "", file.text(condition))
