"""Finds fixed waits in tests of JavaScript and TypeScript: a promise around setTimeout, sleep(300), cy.wait(1000)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_around, name_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.places import calls_of
from learnagent.lint.test_code.script_chain import FUNCTION_NODES, arguments

if TYPE_CHECKING:
    from tree_sitter import Node

_WORDS = (b"setTimeout", b"sleep", b"delay", b"wait(", b"waitForTimeout", b"pause")
_FAKE = lazy_pattern(
    rb"useFakeTimers|fakeTimers|mock\.timers|advanceTimers|FakeTimers|clock\.tick|fakeAsync|mockdate", re.IGNORECASE
)
_NAPS = ("sleep", "delay", "pause", "wait", "timeout", "nap", "sleepMs", "waitMs", "delayMs", "waitFor", "setTimeout")
_FIXED = lazy_pattern(
    r"^(?:cy\.wait|(?:\w+\.)*(?:waitForTimeout)|browser\.(?:pause|sleep)|driver\.sleep|Bun\.sleep(?:Sync)?|setTimeout\$)$"
)
_FROM_TIMERS = lazy_pattern(rb"(?:setTimeout(?:\s*(?:as|:)\s*(\w+))?[^;\n]*timers/promises)|promisify\(\s*setTimeout")
_OF_TIMERS = lazy_pattern(r"^(?:\w*[tT]imers\w*(?:\.promises)?)\.setTimeout$")
_PROMISED = lazy_pattern(rb"(\w+)\s*=\s*(?:util\.)?promisify\(\s*setTimeout\s*\)")
_NUMBER = lazy_pattern(r"^[\d_.\s*+]+$")
_DEADLINE = lazy_pattern(r"Date\.now|performance\.now|deadline|time_?out|elapsed|hrtime", re.IGNORECASE)
_AROUND = lazy_pattern(
    r"^(?:it|test|specify|fit|xit|before|after|beforeEach|afterEach|beforeAll|afterAll|act|setup|teardown|step|suiteSetup)$"
)


def script_sleeps(file: SourceFile) -> Iterator[Node]:
    """Yield the places where a test waits for a fixed time, in the order of the text."""
    if not file.is_test or not any(word in file.content for word in _WORDS) or _FAKE.search(file.content):
        return
    timers = [call for _, call in calls_of(file, ("setTimeout",))]
    found = [node for call in timers if (node := _promise(file, call)) is not None and _is_awaited(node)]
    found += [call for call in timers if _is_callback(file, call)]
    helpers = {name for call in timers if (name := _wrapper(file, call))}
    found += _named(file, helpers)
    found += [call for _, call in calls_of(file, ("wait", "waitForTimeout", "pause", "sleep")) if _is_fixed(file, call)]
    unique = {node.id: node for node in found if _is_in_test(file, node)}
    yield from sorted(unique.values(), key=lambda node: node.start_byte)


def _delay(file: SourceFile, call: Node) -> bool:
    """Return whether setTimeout is given a time worth the name."""
    given = arguments(call)
    return len(given) > 1 and file.text(given[1]) not in {"0", "1", "undefined"}


def _promise(file: SourceFile, call: Node) -> Node | None:
    """Return `new Promise(resolve => setTimeout(resolve, n))` around a call of setTimeout."""
    if not _delay(file, call):
        return None
    above = call.parent
    while above is not None and above.type in {"expression_statement", "statement_block", "return_statement"}:
        above = above.parent
    outer = above.parent.parent if above is not None and above.type in FUNCTION_NODES and above.parent else None
    if outer is None or outer.type != "new_expression" or "Promise" not in file.text(outer)[:20]:
        return None
    return outer if len(file.text(outer)) < 200 else None


def _is_awaited(node: Node) -> bool:
    above = node.parent
    if above is not None and above.type in {"await_expression", "return_statement"}:
        return (
            above.type == "await_expression"
            and above.parent is not None
            and above.parent.type == "expression_statement"
        )
    return False


def _is_callback(file: SourceFile, call: Node) -> bool:
    """Return whether a test goes on in the callback of setTimeout: it asserts there, or ends."""
    given = arguments(call)
    is_statement = call.parent is not None and call.parent.type == "expression_statement"
    if not is_statement or not _delay(file, call) or given[0].type not in FUNCTION_NODES:
        return False
    return re.search(r"\b(?:expect|assert|should)\b|\bdone\(\)", file.text(given[0])) is not None


def _wrapper(file: SourceFile, call: Node) -> str:
    """Return the name of a function that does nothing but wait."""
    promise = _promise(file, call)
    function = function_around(file, promise) if promise is not None else None
    if function is None or len(file.text(function)) > 200:
        return ""
    name = name_of(file, function)
    return name if name not in {"it", "test"} else ""


def _named(file: SourceFile, helpers: set[str]) -> list[Node]:
    """Return `await sleep(300)`: a wrapper of this file, an import of timers/promises, or a name that says it."""
    names = set(helpers)
    match = _FROM_TIMERS.search(file.content)
    if match and match[1]:
        names.add(match[1].decode())
    names |= {one[1].decode() for one in _PROMISED.finditer(file.content)}
    found = []
    for _, call in calls_of(file, sorted(names | set(_NAPS))):
        function, given = call.child_by_field_name("function"), arguments(call)
        above = call.parent
        is_awaited = above is not None and above.type == "await_expression"
        is_plain = function is not None and function.type == "identifier"
        is_timer = function is not None and _OF_TIMERS.match(file.text(function)) is not None
        if function is None or not (is_plain or is_timer) or not is_awaited or not given:
            continue
        is_number = _NUMBER.match(file.text(given[0])) is not None
        if file.text(given[0]) not in {"0", "1"} and (is_number or file.text(function) in names):
            found.append(call)
    return found


def _is_fixed(file: SourceFile, call: Node) -> bool:
    given = arguments(call)
    callee = file.text(call.child_by_field_name("function"))
    return bool(given) and _FIXED.match(callee) is not None and _NUMBER.match(file.text(given[0])) is not None


def _is_in_test(file: SourceFile, node: Node) -> bool:
    """Return whether a place stands in the function of a test or a hook itself, not in one that the test passes on."""
    function = function_around(file, node)
    loop = file.enclosing(node, "while_statement", "for_statement", "do_statement")
    if loop is not None and function is not None and loop.start_byte > function.start_byte:
        body = loop.child_by_field_name("body")
        head = file.content[loop.start_byte : body.start_byte if body else loop.end_byte].decode("utf-8", "replace")
        if _DEADLINE.search(head):
            return False
    while function is not None:
        call = function.parent.parent if function.parent is not None else None
        if call is None or call.type != "call_expression":
            return False
        words = re.findall(r"\w+", file.content[call.start_byte : function.start_byte].decode("utf-8", "replace")[:200])
        if not words:
            return False
        if words[0] in {"act"} and (function := function_around(file, call)) is not None:
            continue
        return _AROUND.match(words[0]) is not None or (words[0] in {"t", "Deno", "QUnit"} and "test" in words[1:2])
    return False
