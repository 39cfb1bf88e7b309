"""Finds what skips a Python test: marks and decorators, calls in its body, an early return; also of its class."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING, Literal

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import Skip
from learnagent.lint.test_code.places import calls_of, first_child
from learnagent.lint.test_code.python_values import callee, keyword, positional, unquoted

if TYPE_CHECKING:
    from tree_sitter import Node

_MARK = lazy_pattern(r"(?:^|\.)(?:(skip)|(skipif|skipIf|skipUnless|skip_if|skip_unless)|(xfail|expectedFailure))$")
_CALLS = ("skip", "skipTest", "xfail", "SkipTest")
_RAISED = lazy_pattern(r"^raise\s+(?:\w+\.)*SkipTest\s*$")
_IN_BODY = lazy_pattern(
    r"^(?:pytest\.(?:skip|xfail)|(?:self|cls)\.skipTest|(?:unittest\.)?(?:case\.)?SkipTest|skip|skipTest|xfail)$"
)


class Skips:
    """What skips tests of one file."""

    def __init__(self, file: SourceFile) -> None:
        """Read the marks of the file and the calls in it."""
        self._file = file
        self._is_needed = any(word in file.content for word in (b"skip", b"Skip", b"xfail", b"expectedFailure"))
        self._classes: dict[int, list[Skip]] = {}
        found = [call for _, call in calls_of(file, _CALLS)] if self._is_needed else []
        raised = file.nodes("raise_statement") if b"SkipTest" in file.content else []
        self._calls = sorted(
            [
                *(call for call in found if _IN_BODY.match(callee(file, call))),
                *(node for node in raised if _RAISED.match(file.text(node))),
            ],
            key=lambda node: node.start_byte,
        )
        self._starts = [call.start_byte for call in self._calls]
        self._of_module = self._module() if self._is_needed else None

    def of(self, marks: list[Node], classes: list[Node], body: Node | None) -> Skip | None:
        """Return what skips a test with these decorators, an unconditional skip first."""
        if not self._is_needed:
            found: list[Skip] = []
        else:
            found = [*self._marked(marks), *(skip for one in classes for skip in self._of_class(one))]
        found += self._called(body) if body is not None else []
        if self._of_module is not None:
            found.append(self._of_module)
        return min(found, key=lambda skip: skip.is_conditional) if found else None

    def _marked(self, decorators: list[Node]) -> list[Skip]:
        marks = [first_child(one) for one in decorators]
        return [skip for mark in marks if mark is not None and (skip := self.mark(mark)) is not None]

    def _of_class(self, node: Node) -> list[Skip]:
        if node.id not in self._classes:
            above = node.parent
            is_decorated = above is not None and above.type == "decorated_definition"
            marks = [one for one in above.named_children if one.type == "decorator"] if above and is_decorated else []
            self._classes[node.id] = self._marked(marks)
        return self._classes[node.id]

    def mark(self, mark: Node) -> Skip | None:
        """Read `pytest.mark.skip`, with or without arguments, and its kin."""
        file, is_call = self._file, mark.type == "call"
        found = _MARK.search(callee(file, mark) if is_call else file.text(mark))
        if found is None:
            return None
        arguments = positional(mark) if is_call else []
        reason = keyword(file, mark, "reason") if is_call else None
        condition = keyword(file, mark, "condition") if is_call else None
        if found[3] and arguments and "expectedFailure" not in found[0]:
            condition, arguments = arguments[0], arguments[1:]
        elif found[2]:
            condition, arguments = (arguments[0] if arguments else mark), arguments[1:]
        if reason is None and arguments:
            reason = arguments[0]
        is_conditional = condition is not None and file.text(condition) not in {"True", "1", "not False"}
        if is_conditional and found[0].endswith("skipUnless") and file.text(condition) == "False":
            is_conditional = False
        return Skip(mark, "xfail" if found[3] else "skip", is_conditional, unquoted(file, reason).strip())

    def _called(self, body: Node) -> list[Skip]:
        start, end = body.start_byte, body.end_byte
        first = bisect.bisect_left(self._starts, start)
        last = bisect.bisect_left(self._starts, end)
        found = [self._call(call, body) for call in self._calls[first:last]]
        if self._file.content.find(b"return", start, end) < 0:
            return found
        early = next((child for child in body.named_children if child.type == "return_statement"), None)
        if early is not None and early.end_byte < body.end_byte:
            found.append(Skip(early, "return", is_conditional=False))
        return found

    def _call(self, call: Node, body: Node) -> Skip:
        file, above = self._file, call.parent
        while above is not None and above.type in {"expression_statement", "raise_statement"}:
            above = above.parent
        arguments = positional(call)
        reason = keyword(file, call, "reason") or keyword(file, call, "msg") or (arguments[0] if arguments else None)
        kind: Literal["skip", "xfail"] = "xfail" if callee(file, call).endswith("xfail") else "skip"
        return Skip(call, kind, above is None or above.id != body.id, unquoted(file, reason).strip())

    def _module(self) -> Skip | None:
        """Read `pytestmark = pytest.mark.skip` and `pytest.skip(allow_module_level=True)` on the top level."""
        file = self._file
        for call in self._calls:
            above = call.parent
            if above is not None and above.parent is not None and above.parent.type == "module":
                return self._call(call, above.parent)
        match = re.search(rb"^pytestmark\s*=\s*", file.content, re.M)
        node = file.root.descendant_for_byte_range(match.start(), match.end()) if match else None
        while node is not None and node.type != "assignment":
            node = node.parent
        value = node.child_by_field_name("right") if node is not None else None
        if value is None:
            return None
        marks = value.named_children if value.type in {"list", "tuple"} else [value]
        return next((skip for mark in marks if (skip := self.mark(mark)) is not None), None)


def skipped_rows(file: SourceFile) -> list[Skip]:
    """Return what skips single rows: pytest.param(..., marks=pytest.mark.skip)."""
    if b"marks" not in file.content:
        return []
    skips, found = Skips(file), []
    for call in file.calls("param"):
        given = keyword(file, call, "marks")
        listed = given.named_children if given is not None and given.type in {"list", "tuple"} else [given]
        found += [skip for mark in listed if mark is not None and (skip := skips.mark(mark)) is not None]
    return found
