"""Finds the tests of a Python file, pytest's and unittest's: names, classes, rows of parametrize, what skips them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import python_assertions
from learnagent.lint.test_code.asserting_functions import asserting_calls
from learnagent.lint.test_code.model import TestFunction
from learnagent.lint.test_code.places import Positions, first_child, folded
from learnagent.lint.test_code.python_skips import Skips
from learnagent.lint.test_code.python_values import callee, keyword, positional

if TYPE_CHECKING:
    from tree_sitter import Node

_LIKE_A_TEST = lazy_pattern(r"(?i)test")
_CASE = lazy_pattern(r"\b(?:\w*TestCase|\w*TestBase|\w+Tests?|\w*TestSuite|unittest\.\w+)\b")
_SWITCHED_OFF = lazy_pattern(rb"^[ \t]*(__test__)\s*=\s*False\b", re.M)
_FIXTURE = lazy_pattern(r"@\s*[\w.]*\bfixture\b")
_ROWS_GIVEN = lazy_pattern(r"parametri[sz]e$|\.expand$|^data$")
_ROWS = frozenset({"list", "tuple", "set", "dictionary"})


def read(file: SourceFile) -> list[TestFunction]:
    """Return the tests of a file in the order of the text."""
    if b"test" not in file.content and b"Test" not in file.content:
        return []
    functions = [(node, file.name(node)) for node in file.nodes("function_definition")]
    likely = {node.id: name for node, name in functions if _LIKE_A_TEST.search(name)}
    if not likely:
        return []
    assertions = python_assertions.read(file)
    helpers = [(node, name) for node, name in functions if not name.startswith("test")]
    positions = Positions([*assertions, *asserting_calls(file, helpers, assertions)])
    reader = _Reader(file, positions)
    found = [reader.test(node, likely[node.id], classes) for node, classes in _outermost(file) if node.id in likely]
    return [test for test in found if test is not None]


def _outermost(file: SourceFile) -> Iterator[tuple[Node, list[Node]]]:
    """Yield the functions that stand in no other one, with the classes around them, the innermost first.

    It goes by bytes: asking a node for its parent walks down from the root each time.
    """
    around: list[tuple[int, Node]] = []
    for node in file.nodes("class_definition", "function_definition"):
        start, end = node.start_byte, node.end_byte
        while around and around[-1][0] <= start:
            around.pop()
        is_function = node.type == "function_definition"
        if is_function and not (around and around[-1][1].type == "function_definition"):
            yield node, [one for _, one in reversed(around)]
        if not (around and around[-1][1].type == "function_definition"):
            around.append((end, node))


class _Reader:
    """What several tests of one file are read by."""

    def __init__(self, file: SourceFile, positions: Positions) -> None:
        self._file, self._positions, self._skips = file, positions, Skips(file)
        self._off = _switched_off(file)
        self._classes: dict[int, bool] = {}
        self._names: dict[int, str] = {}

    def test(self, node: Node, name: str, classes: list[Node]) -> TestFunction | None:
        """Return a test; None for a fixture of that name."""
        file = self._file
        name_node, body, marks = node.child_by_field_name("name"), node.child_by_field_name("body"), decorators(node)
        if name_node is None or (marks and any(_FIXTURE.match(file.text(mark)) for mark in marks)):
            return None
        return TestFunction(
            name=name,
            qualified=".".join([*(self._name(one) for one in reversed(classes)), name]),
            node=node,
            name_node=name_node,
            body=body,
            assertions=self._positions.within(node.start_byte, node.end_byte),
            skip=self._skips.of(marks, classes, body),
            parameters=tuple(row for call in _parametrized(file, marks) for row in _rows(file, call)) if marks else (),
            is_collected=self._is_collected(name, classes),
        )

    def _name(self, one: Node) -> str:
        """Return the name of a class; a class has many tests."""
        if one.id not in self._names:
            self._names[one.id] = self._file.name(one)
        return self._names[one.id]

    def _is_collected(self, name: str, classes: list[Node]) -> bool:
        """Return whether pytest or unittest takes it: test*, and above it classes Test* or cases of unittest."""
        if not name.startswith("test") or (self._off and not self._off.isdisjoint({0, *(one.id for one in classes)})):
            return False
        for one in classes:
            if one.id not in self._classes:
                self._classes[one.id] = _is_test_class(self._file, one)
        return all(self._classes[one.id] for one in classes)


def _switched_off(file: SourceFile) -> set[int]:
    """Return the ids of the classes that say `__test__ = False`; 0 stands for the file."""
    found = set()
    for match in _SWITCHED_OFF.finditer(file.content) if b"__test__" in file.content else ():
        place = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        scope = file.enclosing(place, "class_definition", "function_definition") if place is not None else None
        found.add(0 if scope is None else scope.id)
    return found


def _is_test_class(file: SourceFile, node: Node) -> bool:
    bases, name = file.text(node.child_by_field_name("superclasses")), file.name(node)
    if name.startswith("Test") or _CASE.search(bases):
        return True
    return "Test" in name and bases not in {"", "()", "(object)"}


def decorators(node: Node) -> list[Node]:
    """Return the decorators of a function or class."""
    above = node.parent
    if above is None or above.type != "decorated_definition":
        return []
    return [child for child in above.named_children if child.type == "decorator"]


def _parametrized(file: SourceFile, marks: list[Node]) -> Iterator[Node]:
    for mark in marks:
        call = first_child(mark)
        if call is not None and call.type == "call" and _ROWS_GIVEN.search(callee(file, call)):
            yield call


def _rows(file: SourceFile, call: Node) -> list[str]:
    arguments = positional(call)
    rows = keyword(file, call, "argvalues") or (arguments[-1] if arguments else None)
    if rows is not None and rows.type == "identifier":
        rows = _constant(file, rows)
    if rows is None or rows.type not in _ROWS:
        return []
    return [folded(file, one) for one in rows.named_children if one.type != "comment"]


def _constant(file: SourceFile, name: Node) -> Node | None:
    """Return the value that a name is given on the top level of the file."""
    pattern = rb"^%s\b[^=\n]*=(?!=)" % re.escape(file.text(name).encode())
    match = re.search(pattern, file.content, re.M)
    node = file.root.descendant_for_byte_range(match.start(), match.start() + 1) if match else None
    while node is not None and node.type != "assignment":
        node = node.parent
    return node.child_by_field_name("right") if node is not None else None
