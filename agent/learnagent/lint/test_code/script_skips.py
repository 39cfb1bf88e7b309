"""Tells what keeps a test in JavaScript from running: its name, its chain, its options, a call or return inside."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Literal

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import Skip
from learnagent.lint.test_code.places import calls_named
from learnagent.lint.test_code.script_chain import FUNCTION_NODES, arguments, option, words

if TYPE_CHECKING:
    from tree_sitter import Node

    from learnagent.lint.test_code.script_functions import Block

_KINDS: dict[str, Literal["skip", "xfail", "todo"]] = {
    **dict.fromkeys(("skip", "xit", "xtest", "xspecify", "xdescribe", "xcontext", "xsuite", "fixme", "ignore"), "skip"),
    **dict.fromkeys(("failing", "fails", "fail"), "xfail"),
    "todo": "todo",
}
_OPTIONS: dict[str, Literal["skip", "xfail", "todo"]] = {"skip": "skip", "ignore": "skip", "todo": "todo"}
_INSIDE = lazy_pattern(rb"(?<![\w$])(?:this|t|test|ctx|context|it)\s*\.\s*(skip|fixme|todo)\s*\(")
_FALSE = frozenset({"false", "undefined", "null"})


class Skips:
    """What skips tests of one file."""

    def __init__(self, file: SourceFile) -> None:
        """Read the calls that skip from inside a test."""
        self._file = file
        found = [call for _, call in calls_named(file, _INSIDE)] if b"skip" in file.content else []
        self._calls = sorted(found, key=lambda call: call.start_byte)
        self._starts = [call.start_byte for call in self._calls]

    def of(self, block: Block) -> Skip | None:
        """Return what the call of a test or a group says of itself."""
        is_chosen = block.is_chosen or _is_in_branch(block.call)
        for name, step in zip(block.names, block.steps, strict=True):
            if name in _KINDS:
                return Skip(step.named, _KINDS[name], is_chosen)
            if name in {"skipIf", "runIf", "if"}:
                return Skip(step.named, "skip", is_conditional=True)
        for one in block.given:
            found = self._option(one, is_chosen=is_chosen)
            if found is not None:
                return found
        if block.is_chosen:
            return Skip(block.title, "skip", is_conditional=True)
        if len(block.given) == 1 and block.title.type == "string" and not block.is_group:
            return Skip(block.call, "todo", is_chosen)
        return None

    def _option(self, given: Node, *, is_chosen: bool) -> Skip | None:
        for name, kind in _OPTIONS.items():
            value = option(self._file, given, name)
            if value is None or self._file.text(value) in _FALSE:
                continue
            is_written = value.type in {"true", "string", "template_string"}
            reason = words(self._file, value) if value.type in {"string", "template_string"} else ""
            return Skip(value, kind, is_chosen or not is_written, reason)
        return None

    def inside(self, body: Node | None) -> list[Skip]:
        """Return what leaves the body of a test: this.skip(), t.skip(), test.skip(condition), an early return."""
        if body is None:
            return []
        first = bisect.bisect_left(self._starts, body.start_byte)
        last = bisect.bisect_left(self._starts, body.end_byte)
        found = [self._called(call, body) for call in self._calls[first:last]]
        statements = [child for child in body.named_children if child.type != "comment"]
        early = next(
            (one for one in statements[:-1] if one.type == "return_statement" and not one.named_children), None
        )
        if early is not None:
            found.append(Skip(early, "return", is_conditional=False))
        return found

    def _called(self, call: Node, body: Node) -> Skip:
        given, above = arguments(call), call.parent
        while above is not None and above.type in {"expression_statement", "return_statement", "await_expression"}:
            above = above.parent
        is_first = above is not None and above.id == body.id
        has_condition = bool(given) and given[0].type not in {"string", "template_string", "true"}
        reason = next((words(self._file, one) for one in given if one.type in {"string", "template_string"}), "")
        return Skip(call, "skip", not is_first or has_condition, reason)


def _is_in_branch(call: Node) -> bool:
    """Return whether a branch decides whether the test is declared so."""
    above = call.parent
    while above is not None and above.type not in FUNCTION_NODES:
        if above.type in {"if_statement", "else_clause", "ternary_expression"}:
            return True
        above = above.parent
    return False
