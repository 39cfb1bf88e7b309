"""Finds the tests of a Rust file: functions that an attribute makes a test, in product files too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import rust_assertions
from learnagent.lint.test_code.asserting_functions import asserting_calls
from learnagent.lint.test_code.model import CLOSE, EXACT, Assertion, Skip, TestFunction
from learnagent.lint.test_code.places import Positions, first_child
from learnagent.lint.test_code.sides import made

if TYPE_CHECKING:
    from tree_sitter import Node

_IS_TEST = lazy_pattern(
    r"^#\[\s*(?:\w+::)*(?:test|rstest|quickcheck|wasm_bindgen_test|test_case|test_matrix|apply|gpui::test|"
    r"(?:\w+_)?test)\s*(?:[(\]]|=)"
)
_ROW = lazy_pattern(r"^#\[\s*(?:case|test_case|case::\w+)\s*\((.*)\)\s*\]$", re.S)
_IGNORE = lazy_pattern(r"^#\[\s*ignore\s*(?:=\s*\"(.*)\"|\(\s*\"(.*)\"\s*\))?\s*\]$", re.S)
_IGNORE_IF = lazy_pattern(r"^#\[\s*cfg_attr\s*\((?!\s*all\(\)).*\bignore\b.*\]$", re.S)
_PANICS = lazy_pattern(r"^#\[\s*should_panic\s*(?:\(\s*expected\s*=\s*(\".*\")\s*,?\s*\)|=\s*(\".*\"))?\s*\]$", re.S)
_OF_CFG = lazy_pattern(r"^#\[\s*cfg\s*\(\s*(?:any\(\s*\)|FALSE|false)\s*\)\s*\]$")


@dataclass(slots=True)
class _Attributes:
    """What the attributes of one function say."""

    is_test: bool = False
    rows: list[str] = field(default_factory=list)
    skip: Skip | None = None
    panic: Assertion | None = None


def read(file: SourceFile) -> list[TestFunction]:
    """Return the tests of a file in the order of the text."""
    if b"test" not in file.content:
        return []
    found = [(node, given) for node, given in _attributed(file) if given.is_test]
    if not found:
        return []
    assertions = rust_assertions.read(file)
    tests = {node.id for node, _ in found}
    helpers = [(node, file.name(node)) for node in file.nodes("function_item") if node.id not in tests]
    positions = Positions([*assertions, *asserting_calls(file, helpers, assertions)])
    return [_test(file, node, given, positions) for node, given in found]


def _attributed(file: SourceFile) -> Iterator[tuple[Node, _Attributes]]:
    """Yield the functions that have attributes, with what those say."""
    found: dict[int, tuple[Node, _Attributes]] = {}
    for node in file.nodes("attribute_item"):
        owner = node.next_named_sibling
        while owner is not None and (owner.type == "attribute_item" or "comment" in owner.type):
            owner = owner.next_named_sibling
        if owner is not None and owner.type == "function_item":
            _, given = found.setdefault(owner.id, (owner, _Attributes()))
            _take(file.text(node), node, given)
    yield from found.values()


def _take(text: str, node: Node, given: _Attributes) -> None:
    row, ignored, panics = _ROW.match(text), _IGNORE.match(text), _PANICS.match(text)
    if _IS_TEST.match(text):
        given.is_test = True
    if row:
        given.rows.append(" ".join(row[1].split()))
    if ignored:
        given.skip = Skip(node, "skip", is_conditional=False, reason=ignored[1] or ignored[2] or "")
    elif _OF_CFG.match(text):
        given.skip = Skip(node, "skip", is_conditional=False)
    elif _IGNORE_IF.match(text) and given.skip is None:
        given.skip = Skip(node, "skip", is_conditional=True)
    if panics:
        match = panics[1] or panics[2] or ""
        given.panic = made(node, "raises", match=match, strength=EXACT if match else CLOSE, callee="should_panic")


def _test(file: SourceFile, node: Node, given: _Attributes, positions: Positions) -> TestFunction:
    name, body = file.name(node), node.child_by_field_name("body")
    inside = positions.within(node.start_byte, node.end_byte)
    return TestFunction(
        name=name,
        qualified=".".join([*_modules(file, node), name]),
        node=node,
        name_node=node.child_by_field_name("name") or node,
        body=body,
        assertions=(given.panic, *inside) if given.panic is not None else inside,
        skip=given.skip or (_early(body) if body is not None else None),
        parameters=tuple(given.rows),
    )


def _early(body: Node) -> Skip | None:
    """Return what leaves a body before its end, on its top level."""
    statements = [child for child in body.named_children if "comment" not in child.type]
    for one in statements[:-1]:
        inner = first_child(one) if one.type == "expression_statement" else None
        if inner is not None and inner.type == "return_expression":
            return Skip(inner, "return", is_conditional=False)
    return None


def _modules(file: SourceFile, node: Node) -> list[str]:
    found, above = [], node.parent
    while above is not None:
        if above.type == "mod_item":
            found.append(file.name(above))
        above = above.parent
    return found[::-1]
