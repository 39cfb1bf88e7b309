"""`always-equal`: an equality that holds for everything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.answers import answers
from learnagent.lint.watched import FUNCTIONS, NAMED

if TYPE_CHECKING:
    from tree_sitter import Node

_EQUAL = {
    True: frozenset({"true", "True", "1", "not False", "!false", "bool(1)", "!0"}),
    False: frozenset({"false", "False", "0", "not True", "!true", "!1"}),
}
_WORDS: Mapping[str, re.Pattern[bytes]] = {
    "python": lazy_pattern(rb"__(?:eq|(?P<un>ne))__"),
    "javascript": lazy_pattern(rb"\b(?:equals|isEqual|isEqualTo|deepEquals?|areEqual|eq)\b(?=\s*[(=:])"),
    "java": lazy_pattern(rb"\bequals(?=\s*\()"),
    "kotlin": lazy_pattern(rb"\bequals(?=\s*\()"),
    "csharp": lazy_pattern(rb"\bEquals(?=\s*\()|\boperator\s*(?:==|(?P<un>!=))"),
    "cpp": lazy_pattern(rb"\boperator\s*(?:==|(?P<un>!=))"),
    "rust": lazy_pattern(rb"\bfn\s+(?:eq|(?P<un>ne))(?=\s*[(<])"),
}
_WORDS = {**_WORDS, "typescript": _WORDS["javascript"]}
_DEFINITIONS = frozenset(
    "operator_declaration assignment keyword_argument pair call variable_declarator assignment_expression".split()
)
_MATCHES_ANY = lazy_pattern(
    r"(?i)any|wild|match|whatever|everything|always|ignor|placeholder|sentinel|stub|fake|mock|dummy"
)
_HEADS = frozenset(
    "function_definition method_definition method_declaration function_declaration function_item"
    " operator_declaration".split()
)


def check(file: SourceFile) -> Iterator[Hit]:
    """Name equalities that always hold: `__eq__`, `equals`, `operator==`, `PartialEq::eq` that only return true.

    Why it hurts: every assertion that compares such values passes, and so does every look-up among them.

    Bad:
        def __eq__(self, other):
            return True

    Good:
        def __eq__(self, other):
            return isinstance(other, Amount) and self.cents == other.cents

    It is fine where the type decides, for a type of one value, and for a helper of tests that says by its name
    that it equals anything.
    """
    seen = set()
    for match in _places(file):
        wanted = match.groupdict().get("un") is None
        found = _definition(file, match.start(), match.end())
        if found is None or found.start_byte in seen:
            continue
        values = _answers(file, found)
        if values and all(file.text(value) in _EQUAL[wanted] for value in values) and not _is_meant(file, found):
            seen.add(found.start_byte)
            yield Hit(match.start(), values[-1].end_byte, f"this is {str(wanted).lower()} whatever is compared")


def _places(file: SourceFile) -> Iterator[re.Match[bytes]]:
    """Yield where equalities are named; in Python a literal is searched ten times as fast as the pattern."""
    is_there = file.language != "python" or b"__eq__" in file.content or b"__ne__" in file.content
    return _WORDS[file.language].finditer(file.content) if is_there else iter(())


def _definition(file: SourceFile, start: int, end: int) -> Node | None:
    """Return the definition whose name, or whose target, stands at these bytes."""
    node = file.root.descendant_for_byte_range(start, end)
    for _ in range(7):
        if node is None:
            return None
        if node.type in _HEADS:
            body = node.child_by_field_name("body")
            return node if body is None or body.start_byte >= end else None
        if node.type in _DEFINITIONS and _function_in(file, node) is not None:
            return node
        node = node.parent
    return None


def _answers(file: SourceFile, definition: Node) -> list[Node]:
    function = definition if definition.type in _HEADS else _function_in(file, definition)
    if function is None or not _takes_other(file, function):
        return []
    return answers(file, function)


def _function_in(file: SourceFile, node: Node) -> Node | None:
    """Return the function that is assigned, or handed over, under a name of equality."""
    candidates = [child for field in ("right", "value") if (child := node.child_by_field_name(field)) is not None]
    if node.type == "call" and re.match(r"(?:builtins\.)?setattr\b", file.text(node)):
        arguments = file.arguments(node)
        candidates += arguments.named_children[-1:] if arguments is not None else []
    return next((one for one in candidates if one.type in FUNCTIONS[file.language]), None)


def _takes_other(file: SourceFile, function: Node) -> bool:
    """Return whether a function takes what it compares with."""
    parameters = function.child_by_field_name("parameters")
    if file.language in {"javascript", "typescript"}:
        return function.child_by_field_name("parameter") is not None or (
            parameters is not None and parameters.named_child_count > 0
        )
    return True


def _is_meant(file: SourceFile, definition: Node) -> bool:
    """Return whether it equals anything on purpose, by the name of its class, or is a type of one value."""
    above = definition.parent
    while above is not None and (above.type not in NAMED[file.language] or above.type in FUNCTIONS[file.language]):
        above = above.parent
    if file.language == "cpp" and _has_no_state(file, definition, above):
        return True
    if above is None:
        return False
    name = file.name(above)
    if above.type == "impl_item":
        name = file.text(above.child_by_field_name("type"))
        return re.search(rf"\bstruct\s+{re.escape(name)}\s*;".encode(), file.content) is not None
    return file.is_test and _MATCHES_ANY.search(name) is not None


def _has_no_state(file: SourceFile, definition: Node, around: Node | None) -> bool:
    """Return whether a C++ type has nothing to compare: an empty one, an allocator."""
    name = file.name(around) if around is not None and "specifier" in around.type else ""
    if not name:
        taken = re.search(r"operator\s*[!=]=\s*\(\s*(?:const\s+)?([\w:]+)", file.text(definition))
        name = taken[1] if taken else ""
    if "allocator" in name.lower():
        return True
    empty = rf"\b(?:struct|class)\s+{re.escape(name.rpartition('::')[2])}\b[^;{{]*\{{\s*\}}"
    return bool(name) and re.search(empty.encode(), file.content) is not None


ALWAYS_EQUAL = FileRule(
    name="always-equal",
    level="error",
    languages=frozenset({"python", "javascript", "typescript", "java", "csharp", "kotlin", "cpp", "rust"}),
    why="Every assertion that compares such values passes, and so does every look-up among them.",
    ways=("compare what makes two values the same", "leave equality to the language"),
    check=check,
)
