"""Finds where the failure of an assertion is dropped: in a handler, suppress, `.catch`, catch_unwind, recover."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.handlers import Handler, handlers
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.finding import Hit
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import TestFunction, tests
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_CATCHES = {
    "python": frozenset({"AssertionError", "Exception", "BaseException"}),
    "java": frozenset(
        {"Throwable", "Error", "AssertionError", "AssertionFailedError", "ComparisonFailure", "MultipleFailuresError"}
    ),
}
"""Types that catch a failed assertion; in JavaScript everything does."""
_OUTCOME = lazy_pattern(r"\b(?:fail|skip|xfail|exit)\.Exception\b")
"""Errors that pytest raises for an outcome: no assertion's."""
_OF_ASSERTIONS = frozenset({"AssertionError", "AssertionFailedError", "ComparisonFailure"})
_MESSAGE = "an assertion may fail here, and its failure is caught and dropped"
_COMMANDS = frozenset({"check_call", "check_output"})
"""Of subprocess: they check a command, not the code under test."""
_RAISES = lazy_pattern(
    r"\b(?:raise|throw|reject|rethrow)\b|\bfail\w*\(|\bprocess\.exit|\bsys\.exit|addError|addFailure"
)
_SKIPS = lazy_pattern(r"\b(?:pytest\.|self\.|this\.|t\.|unittest\.)?(?:skip|skipTest|xfail|SkipTest)\s*\(")
_SILENT = lazy_pattern(
    r"^(?:pass|\.\.\.|continue|break|return\b[^\n]*|done\(\)|resolve\(\)|[\"'].*[\"']|#.*|//.*|;)?;?$", re.DOTALL
)
_CONSTANT = lazy_pattern(
    r"^(?:assert True|self\.assertTrue\(True|assertTrue\(true|expect\(true\)\.to\w*\(true|assert(?:\.ok)?\(true)"
)
"""Assertions that cannot fail: they judge no error."""
_SHOWS = lazy_pattern(
    r"^(?:await\s+)?(?:print|pprint|warnings\.warn|traceback\.\w+|\w*\.?printStackTrace|(?:\w+\.)*(?:log|logger|logging|LOG\w*|LOGGER|"
    r"console|Log|System\.(?:out|err))(?:\.\w+)?|\w+\.printStackTrace)\s*\(",
)
_NO_OP = lazy_pattern(
    r"^\s*(?:async\s*)?(?:\(?\s*\w*\s*(?::\s*\w+)?\s*\)?\s*=>\s*"
    r"(?:\{\s*(?:(?:return|done\(\)|console\.\w+\([^{}]*\)|//[^\n]*\n)\s*;?\s*)*\}|"
    r"null|undefined|void 0|\{\}|false|true|done\(\)|console\.\w+\([^{}]*\))|"
    r"function\s*\(\w*\)\s*\{\s*\}|console\.\w+|noop|_\.noop)\s*,?\s*$",
    re.DOTALL,
)
_KEEPS = lazy_pattern(r"\bpanic\(|<-|\b\w+\s*=(?!=)\s*(?:true|r\b|append)|\w+\.Store|\.Error|\.Fatal|os\.Exit")
"""What a deferred function does with what it recovered, so that it is not lost."""


def in_try(file: SourceFile) -> Iterator[Hit]:
    """Yield handlers around assertions that drop what they catch."""
    every = handlers(file)
    if not every:
        return
    found = tests(file) if file.is_test else []
    starts = sorted({one.node.start_byte for test in found for one in test.assertions if one.callee not in _COMMANDS})
    for handler in every:
        is_about_assertions = _guards(handler, starts) or _is_named_and_empty(file, handler)
        if not (is_about_assertions and _catches_assertions(file, handler)):
            continue
        if _drops(file, handler, starts) and not _is_retried(file, handler, starts):
            yield Hit.at(handler.node, _MESSAGE)


def _catches_assertions(file: SourceFile, handler: Handler) -> bool:
    kinds = _CATCHES.get(file.language)
    if _OUTCOME.search(file.text(handler.node).partition("\n")[0]):
        return False
    return kinds is None or not handler.caught or not kinds.isdisjoint(handler.caught)


def _guards(handler: Handler, starts: list[int]) -> bool:
    return bool(handler.guarded) and _any(starts, handler.guarded[0].start_byte, handler.guarded[-1].end_byte)


def _is_named_and_empty(file: SourceFile, handler: Handler) -> bool:
    """Return whether failures of assertions are caught by name, and nothing is asserted behind it."""
    function = function_around(file, handler.node)
    is_empty = all(node.type == "pass_statement" for node in handler.body)
    if function is None or not is_empty or _OF_ASSERTIONS.isdisjoint(handler.caught):
        return False
    return b"assert" not in file.content[handler.node.end_byte : function.end_byte]


def _any(starts: list[int], start: int, end: int) -> bool:
    return bisect.bisect_left(starts, start) < bisect.bisect_left(starts, end)


def _drops(file: SourceFile, handler: Handler, starts: list[int]) -> bool:
    texts = [file.text(node).strip() for node in handler.body]
    is_constant = all(_CONSTANT.match(text) or _SILENT.match(text) or _SHOWS.match(text) for text in texts)
    if _any(starts, handler.node.start_byte, handler.node.end_byte) and not is_constant:
        return False
    behind = handler.statement.end_byte if handler.statement is not None else handler.node.end_byte
    if re.match(rb"\s*else:[\s\S]*?(?:raise|fail|assert)", file.content[handler.node.end_byte : behind]):
        return False
    if any(_RAISES.search(text) for text in texts):
        return False
    if is_constant or all(_SILENT.match(text) or _SHOWS.match(text) or _SKIPS.search(text) for text in texts):
        return True
    return file.language in DIALECTS and reaction(file, handler) is not Reaction.HANDLES


def _is_retried(file: SourceFile, handler: Handler, starts: list[int]) -> bool:
    """Return whether a loop tries again and something is asserted, or raised, behind it."""
    loop = file.enclosing(handler.node, "for_statement", "while_statement", "for_in_statement", "do_statement")
    function = function_around(file, handler.node)
    if loop is None or function is None or loop.start_byte < function.start_byte or handler.statement is None:
        return False
    text = file.text(loop)
    leaves = re.search(r"^\s*(?:break|return)\b", file.text(handler.statement), re.MULTILINE) is not None
    behind = file.content[handler.statement.end_byte : function.end_byte].decode("utf-8", "replace")
    is_judged = _any(starts, handler.statement.end_byte, function.end_byte) or _RAISES.search(behind) is not None
    return (leaves or text.startswith("while")) and is_judged


def in_suppress(file: SourceFile) -> Iterator[Hit]:
    """Yield `with suppress(AssertionError)` around assertions."""
    for call in file.calls("suppress"):
        arguments = file.text(file.arguments(call))
        block = file.enclosing(call, "with_statement")
        caught = {name.rpartition(".")[2] for name in re.findall(r"[\w.]+", arguments)}
        if block is None or _CATCHES["python"].isdisjoint(caught):
            continue
        starts = sorted(
            {one.node.start_byte for test in tests(file) for one in test.assertions} if file.is_test else ()
        )
        if _any(starts, call.end_byte, block.end_byte):
            yield Hit.at(call, _MESSAGE)


def in_promises(file: SourceFile) -> Iterator[Hit]:
    """Yield `.catch(() => {})` behind a chain that asserts."""
    if not file.is_test or b".catch" not in file.content:
        return
    starts = sorted({one.node.start_byte for test in tests(file) for one in test.assertions})
    for call in file.calls("catch"):
        arguments, function = file.arguments(call), call.child_by_field_name("function")
        if arguments is None or function is None or function.type != "member_expression":
            continue
        if _any(starts, call.start_byte, function.end_byte) and _NO_OP.match(file.text(arguments)[1:-1]):
            yield Hit(function.end_byte - len("catch"), arguments.end_byte, _MESSAGE)


def in_rust(file: SourceFile) -> Iterator[Hit]:
    """Yield catch_unwind around assertions whose outcome nobody judges."""
    if b"catch_unwind" not in file.content:
        return
    calls = list(file.calls("catch_unwind"))
    for test in tests(file):
        starts = sorted(one.node.start_byte for one in test.assertions)
        for call in calls:
            is_inside = test.node.start_byte < call.start_byte < test.node.end_byte
            if is_inside and _any(starts, call.start_byte, call.end_byte) and not _is_judged(file, call, test):
                yield Hit(call.start_byte, call.start_byte + 1, _MESSAGE)


def _is_judged(file: SourceFile, call: Node, test: TestFunction) -> bool:
    """Return whether the outcome of a call is unwrapped, asserted, or raised again."""
    node, above = call, call.parent
    while above is not None and above.type in {
        "field_expression",
        "call_expression",
        "await_expression",
        "try_expression",
    }:
        node, above = above, above.parent
    if above is None or re.search(r"\)\s*\.(?:unwrap|expect)\w*\(|\)\?$", file.text(node)[-200:]):
        return True
    if above.type != "let_declaration":
        return above.type not in {"expression_statement", "if_expression", "let_condition"}
    name = file.text(above.child_by_field_name("pattern"))
    if name == "_":
        return False
    later = file.content[above.end_byte : test.node.end_byte].decode("utf-8", "replace")
    judges = r"(?:assert\w*!|panic!|resume_unwind|unwrap|expect\(|\?)"
    return re.search(rf"{judges}[^;]*\b{name}\b|\b{name}\b[^;]*{judges}", later) is not None


def in_go(file: SourceFile) -> Iterator[Hit]:
    """Yield a deferred recover in a test that drops the panic of a check."""
    if b"recover()" not in file.content or not file.is_test:
        return
    calls = list(file.calls("recover"))
    for test in tests(file):
        starts = sorted(one.node.start_byte for one in test.assertions)
        for call in calls:
            function = file.enclosing(call, *FUNCTIONS["go"])
            is_inside = test.node.start_byte < call.start_byte < test.node.end_byte
            if not is_inside or function is None or function.type != "func_literal" or not starts:
                continue
            if not (_any(starts, function.start_byte, function.end_byte) or _KEEPS.search(file.text(function))):
                yield Hit.at(call, "a panic of a check is recovered here and dropped")
