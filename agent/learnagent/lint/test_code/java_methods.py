"""Finds the tests of a Java file: methods that JUnit or TestNG annotates, JUnit 3's by their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import java_assertions
from learnagent.lint.test_code.asserting_functions import asserting_calls
from learnagent.lint.test_code.model import Assertion, Skip, TestFunction
from learnagent.lint.test_code.places import Positions, calls_named, folded
from learnagent.lint.test_code.sides import made

if TYPE_CHECKING:
    from tree_sitter import Node

_TESTS = frozenset(
    "Test ParameterizedTest RepeatedTest TestFactory TestTemplate Property Theory MethodSource_ CartesianTest"
    " RetryingTest Example QuarkusTest_ FuzzTest SpringBootTest_ ArchTest".split()
)
_ROWS = frozenset({"ValueSource", "CsvSource", "EnumSource", "Parameters", "TestCase"})
_CONDITIONAL = lazy_pattern(r"^(?:Disabled|Enabled)(?:On|If|For)\w*$|^(?:Disabled|Enabled)In\w*$|^IfProfileValue$")
_ASSUME = lazy_pattern(rb"(?<!\w)(assumeTrue|assumeFalse|assumeThat|assumingThat|abort|SkipException)\s*\(")


@dataclass(frozen=True, slots=True)
class _Annotation:
    node: Node
    name: str
    text: str


def read(file: SourceFile) -> list[TestFunction]:
    """Return the tests of a file in the order of the text."""
    if b"Test" not in file.content and b"test" not in file.content:
        return []
    methods = [(node, file.name(node)) for node in file.nodes("method_declaration")]
    found = [(node, name, annotated) for node, name in methods if (annotated := _is_test(file, node, name)) is not None]
    if not found:
        return []
    assertions = java_assertions.read(file)
    tests = {node.id for node, _, _ in found}
    helpers = [(node, name) for node, name in methods if node.id not in tests]
    positions = Positions([*assertions, *asserting_calls(file, helpers, assertions)])
    assumed = [call for _, call in calls_named(file, _ASSUME)]
    return [_test(file, node, name, annotated, positions, assumed) for node, name, annotated in found]


def _is_test(file: SourceFile, node: Node, name: str) -> list[_Annotation] | None:
    """Return the annotations of a test; None for any other method."""
    annotated = list(annotations_of(file, node))
    if any(one.name in _TESTS for one in annotated):
        return annotated
    owner = file.enclosing(node, "class_declaration")
    is_case = owner is not None and "TestCase" in file.text(owner.child_by_field_name("superclass"))
    return annotated if is_case and name.startswith("test") else None


def annotations_of(file: SourceFile, node: Node) -> Iterator[_Annotation]:
    """Yield the annotations of a method or class."""
    modifiers = next((child for child in node.named_children if child.type == "modifiers"), None)
    for child in modifiers.named_children if modifiers is not None else ():
        if child.type in {"annotation", "marker_annotation"}:
            name = file.text(child.child_by_field_name("name")).rpartition(".")[2]
            yield _Annotation(child, name, file.text(child.child_by_field_name("arguments")))


def _test(
    file: SourceFile,
    node: Node,
    name: str,
    annotated: list[_Annotation],
    positions: Positions,
    assumed: list[Node],
) -> TestFunction:
    body, classes = node.child_by_field_name("body"), list(_classes(node))
    around = [one for owner in classes for one in annotations_of(file, owner)]
    found = [skip for one in (*annotated, *around) if (skip := _skip(one)) is not None]
    found += _left_early(body, assumed) if body is not None else []
    return TestFunction(
        name=name,
        qualified=".".join([*(file.name(one) for one in reversed(classes)), name]),
        node=node,
        name_node=node.child_by_field_name("name") or node,
        body=body,
        assertions=(*_expected(annotated), *positions.within(node.start_byte, node.end_byte)),
        skip=min(found, key=lambda skip: skip.is_conditional, default=None),
        parameters=tuple(row for one in annotated for row in _rows(file, one)),
    )


def _classes(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        if above.type == "class_declaration":
            yield above
        above = above.parent


def _skip(annotation: _Annotation) -> Skip | None:
    kind: Literal["skip"] = "skip"
    words = re.search(r"\"(.*)\"", annotation.text, re.S)
    reason = words[1] if words else ""
    if annotation.name in {"Disabled", "Ignore"}:
        return Skip(annotation.node, kind, is_conditional=False, reason=reason)
    if annotation.name == "Test" and re.search(r"enabled\s*=\s*false", annotation.text):
        told = re.search(r"description\s*=\s*\"(.*?)\"", annotation.text)
        return Skip(annotation.node, kind, is_conditional=False, reason=told[1] if told else "")
    if _CONDITIONAL.match(annotation.name):
        return Skip(annotation.node, kind, is_conditional=True, reason=reason)
    return None


def _left_early(body: Node, assumed: list[Node]) -> Iterator[Skip]:
    for call in assumed:
        if body.start_byte < call.start_byte < body.end_byte:
            yield Skip(call, "skip", is_conditional=True)
    statements = [child for child in body.named_children if "comment" not in child.type]
    early = next((one for one in statements[:-1] if one.type == "return_statement"), None)
    if early is not None:
        yield Skip(early, "return", is_conditional=False)


def _expected(annotated: list[_Annotation]) -> Iterator[Assertion]:
    """Yield what @Test(expected = X.class) asks."""
    for one in annotated:
        found = re.search(r"expected(?:Exceptions)?\s*=\s*\{?\s*([\w.]+)\.class", one.text)
        if found:
            yield made(one.node, "raises", raised=found[1], callee="Test")


def _rows(file: SourceFile, annotation: _Annotation) -> Iterator[str]:
    if annotation.name not in _ROWS:
        return
    arguments = annotation.node.child_by_field_name("arguments")
    given = list(arguments.named_children) if arguments is not None else []
    for one in given:
        value = one.child_by_field_name("value") if one.type == "element_value_pair" else one
        if value is not None and value.type == "element_value_array_initializer":
            yield from (folded(file, row) for row in value.named_children)
        elif value is not None:
            yield folded(file, value)
