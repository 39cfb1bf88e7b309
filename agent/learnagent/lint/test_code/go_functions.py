"""Finds the tests of a Go file: TestX with its sub-tests, benchmarks, fuzz targets, examples, methods of a suite."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import go_assertions
from learnagent.lint.test_code.asserting_functions import asserting_calls
from learnagent.lint.test_code.model import Assertion, Skip, TestFunction
from learnagent.lint.test_code.places import Positions, calls_named, first_child, folded
from learnagent.lint.test_code.sides import made

if TYPE_CHECKING:
    from tree_sitter import Node

_TEST = lazy_pattern(r"^(?:Test|Benchmark|Fuzz|Example)(?![a-z])")
_LIKE_A_TEST = lazy_pattern(
    r"^_*(?:[Xx]|[Dd]isabled|[Ss]kip|[Oo]ld)?_?(?:[Tt]est|[Bb]enchmark|[Ff]uzz|[Ee]xample)(?=[A-Z_0-9]|$)"
)
_OF_TESTING = lazy_pattern(r"^\(\s*\w+\s+\*testing\.[TBF]\s*,?\s*\)$")
_SKIP = lazy_pattern(rb"(?<=\.)(Skip|Skipf|SkipNow)\s*\(")
_RUN = lazy_pattern(rb"(?<=\.)(Run)\s*\(")


def read(file: SourceFile) -> list[TestFunction]:
    """Return the tests of a file in the order of the text."""
    if not any(word in file.content for word in (b"testing", b"Test", b"Example")):
        return []
    functions = [(node, file.name(node)) for node in file.nodes("function_declaration", "method_declaration")]
    found = [(node, name) for node, name in functions if _is_test(file, node, name)]
    if not found:
        return []
    assertions = go_assertions.read(file)
    helpers = [
        (node, name) for node, name in functions if not _TEST.match(name) and not go_assertions.SET_UP.match(name)
    ]
    positions = Positions([*assertions, *asserting_calls(file, helpers, assertions)])
    reader = _Reader(file, positions)
    return [reader.test(node, name) for node, name in found]


def _is_test(file: SourceFile, node: Node, name: str) -> bool:
    if not _LIKE_A_TEST.match(name):
        return False
    parameters = file.text(node.child_by_field_name("parameters"))
    if node.type == "method_declaration":
        return name.startswith("Test") and parameters == "()" and node.child_by_field_name("result") is None
    if name.startswith("Example"):
        return parameters == "()"
    return _OF_TESTING.match(parameters) is not None


class _Reader:
    """What several tests of one file are read by."""

    def __init__(self, file: SourceFile, positions: Positions) -> None:
        self._file, self._positions = file, positions
        names = file.once(go_assertions.testing_names)
        self._skips = [call for _, call in calls_named(file, _SKIP) if _is_of_test(file, call, names)]
        self._runs = [call for _, call in calls_named(file, _RUN)]
        self._tables = file.nodes("short_var_declaration", "for_statement")

    def test(self, node: Node, name: str) -> TestFunction:
        """Return a test."""
        body, receiver = node.child_by_field_name("body"), node.child_by_field_name("receiver")
        name_node = node.child_by_field_name("name") or node
        group = re.search(r"\*?(\w+)\s*\)$", self._file.text(receiver))
        return TestFunction(
            name=name,
            qualified=f"{group[1]}.{name}" if group else name,
            node=node,
            name_node=name_node,
            body=body,
            assertions=(*self._positions.within(node.start_byte, node.end_byte), *self._output(node, name)),
            skip=self._skip(node, body) if body is not None else None,
            parameters=tuple(self._rows(node)),
            is_collected=_TEST.match(name) is not None,
        )

    def _skip(self, node: Node, body: Node) -> Skip | None:
        found = [self._of_call(call, body) for call in _within(self._skips, node)]
        statements = [one for one in _statements(body) if one.type != "comment"]
        early = next((one for one in statements[:-1] if one.type == "return_statement"), None)
        if early is not None:
            found.append(Skip(early, "return", is_conditional=False))
        return min(found, key=lambda skip: skip.is_conditional, default=None)

    def _of_call(self, call: Node, body: Node) -> Skip:
        above = call.parent
        while above is not None and above.type in {"expression_statement", "statement_list"}:
            above = above.parent
        is_first = above is not None and (above.id == body.id or _is_run(self._file, above.parent))
        arguments = self._file.arguments(call)
        reason = folded(self._file, arguments)[1:-1].strip().strip('"`') if arguments is not None else ""
        return Skip(call, "skip", not is_first, reason)

    def _rows(self, node: Node) -> Iterator[str]:
        """Yield the rows of tables, and the names of sub-tests that are written out."""
        for one in _within(self._tables, node):
            table = _table(one)
            for row in table.named_children if table is not None else ():
                if row.type != "comment":
                    yield folded(self._file, row)
        for call in _within(self._runs, node):
            arguments = self._file.arguments(call)
            first = next(iter(arguments.named_children), None) if arguments is not None else None
            if first is not None and "string" in first.type:
                yield self._file.text(first)

    def _output(self, node: Node, name: str) -> Iterator[Assertion]:
        """Yield the output that an example must have."""
        if name.startswith("Example"):
            for comment in _within(self._file.comments, node):
                if re.match(r"//\s*(?:Unordered\s+)?[Oo]utput:", self._file.text(comment)):
                    yield made(comment, "snapshot")


def _is_of_test(file: SourceFile, call: Node, names: set[bytes]) -> bool:
    function = call.child_by_field_name("function")
    receiver = file.text(function.child_by_field_name("operand")) if function is not None else ""
    return receiver.encode() in names or receiver.endswith(".T()")


def _statements(body: Node) -> list[Node]:
    listed = first_child(body)
    if listed is not None and listed.type == "statement_list":
        return listed.named_children
    return body.named_children


def _is_run(file: SourceFile, function: Node | None) -> bool:
    """Return whether a function is the code of a sub-test."""
    call = function.parent.parent if function is not None and function.parent is not None else None
    return call is not None and file.text(call.child_by_field_name("function")).endswith(".Run")


def _table(node: Node) -> Node | None:
    """Return the rows of `tests := []struct{...}{...}` or of `for _, tc := range []struct{...}{...}`."""
    if node.type == "for_statement":
        clause = next((one for one in node.named_children if one.type == "range_clause"), None)
        value = clause.child_by_field_name("right") if clause is not None else None
    else:
        listed = node.child_by_field_name("right")
        value = first_child(listed) if listed is not None and listed.named_child_count == 1 else None
    if value is None or value.type != "composite_literal":
        return None
    kind = value.child_by_field_name("type")
    is_table = kind is not None and kind.type in {"slice_type", "map_type", "array_type", "implicit_length_array_type"}
    return value.child_by_field_name("body") if is_table else None


def _within(nodes: list[Node], outer: Node) -> list[Node]:
    first = bisect.bisect_left(nodes, outer.start_byte, key=lambda node: node.start_byte)
    last = bisect.bisect_left(nodes, outer.end_byte, key=lambda node: node.start_byte)
    return nodes[first:last]
