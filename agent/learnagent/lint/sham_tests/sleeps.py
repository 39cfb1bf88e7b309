"""Finds fixed waits in tests of Python, Go, Rust and Java, and in what prepares them.

A wait in a function inside a test is no wait of the test: it is a stand-in that is meant to be slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import first_on_line, lines_with
from learnagent.lint.test_code import tests
from learnagent.lint.test_code.places import calls_of

if TYPE_CHECKING:
    from tree_sitter import Node

_SLEEP = {
    "python": ("sleep", "wait_for_timeout", "qWait"),
    "go": ("Sleep", "After"),
    "rust": ("sleep",),
    "java": ("sleep", "sleepUninterruptibly"),
}
_CALLEE = {
    "python": lazy_pattern(
        r"^(?:(?:time|asyncio|anyio|trio|gevent|eventlet|curio)\.sleep|(?:\w+\.)*(?:wait_for_timeout|qWait))$"
    ),
    "go": lazy_pattern(r"^time\.(?:Sleep|After)$"),
    "rust": lazy_pattern(
        r"^(?:(?:std::)?thread|(?:tokio::)?time|(?:\w+::)?task|async_std::task|smol|gloo_timers)::sleep$"
    ),
    "java": lazy_pattern(r"^(?:Thread|(?:TimeUnit\.)?[A-Z]+S|Uninterruptibles)\.sleep\w*$"),
}
_IMPORTS_SLEEP = {
    "python": lazy_pattern(
        rb"from\s+(?:time|asyncio|anyio|trio|gevent|eventlet)\s+import\s[^\n]*?\bsleep(?:\s+as\s+(\w+))?"
    ),
    "rust": lazy_pattern(rb"use\s+(?:std::thread|tokio::time|async_std::task)::(?:sleep\b|\{[^}]*\bsleep\b)"),
    "java": lazy_pattern(rb"import\s+static\s+[\w.]*\.(?:Thread|TimeUnit\.\w+|Uninterruptibles)\.sleep"),
}
_ALIAS = lazy_pattern(rb"import\s+(?:time|asyncio|anyio|trio)\s+as\s+(\w+)")
_CLOCKS = tuple(
    b"freeze_time time_machine freezegun synctest. start_paused time::pause( autojump_clock looptime MockClock".split()
)
_PATCHED = lazy_pattern(rb"[\"'][\w.]+\.sleep[\"']")
_SET = lazy_pattern(rb"(?:setattr|patch\.object)\(\s*[\w.]*(?:time|asyncio)\s*,\s*[\"']sleep")
_ZERO = lazy_pattern(r"^\(\s*(?:0(?:\.0*)?|Duration::ZERO|0\s*\*[^)]*|Duration::from_\w+\(0\))?\s*\)$")
_NAPS = lazy_pattern(r"^_*(?:wait|sleep|pause|settle|nap|delay|let_|drain|linger|hold)\w*$", re.IGNORECASE)
_SET_UP = lazy_pattern(
    r"^(?:async)?(?:setUp|tearDown|setup|teardown|Set[uU]p|Tear[dD]own|Before|After)(?:_?[a-zA-Z]*)$"
)
_PREPARES = lazy_pattern(r"@[\w.]*\bfixture\b|@(?:Before|After)\w*\b")
_GUARDED = lazy_pattern(
    r"raises|timeout|time_limit|fail_after|move_on_after|assertRaises|patch|measure|[tT]imer|freeze|travel|cancel|perf|elapsed"
)
_DEADLINE = lazy_pattern(
    r"deadline|time_?out|time\(\)|monotonic|perf_counter|time\.Since|\.Before\(|\.After\(|elapsed|nanoTime|currentTimeMillis|Instant"
)
_NESTED = frozenset(
    "lambda closure_expression async_block lambda_expression class_body object_creation_expression gen_block".split()
)


def sleeps(file: SourceFile) -> Iterator[Node]:
    """Yield the calls that wait for a fixed time, in the order of the text."""
    if not (file.is_test or file.language == "rust"):
        return
    names = [name for name in _SLEEP[file.language] if name.encode() in file.content]
    if not names or _takes_no_time(file.content):
        return
    found = [call for call in _calls(file, names) if not _is_short(file, call)]
    placed = {test.node.id for test in tests(file)}
    helpers = {name for call in found if (name := _nap(file, call, placed))}
    found += [
        call for call in (call for _, call in calls_of(file, sorted(helpers))) if not _is_method_of_other(file, call)
    ]
    yield from sorted({call.id: call for call in found if _waits(file, call, placed)}.values(), key=_start)


def _takes_no_time(content: bytes) -> bool:
    """Return whether a file replaces the clock or `sleep` itself."""
    if any(clock in content for clock in _CLOCKS):
        return True
    if any(_PATCHED.search(content, start, end) for start, end in lines_with(content, b".sleep")):
        return True
    return (b'"sleep' in content or b"'sleep" in content) and _SET.search(content) is not None


def _start(node: Node) -> int:
    return node.start_byte


def _calls(file: SourceFile, names: list[str]) -> Iterator[Node]:
    imported, known = _IMPORTS_SLEEP.get(file.language), _CALLEE[file.language]
    match = first_on_line(imported, file.content) if imported else None
    bare = {(match[1] if match.lastindex else b"sleep").decode()} if match else set()
    alias = first_on_line(_ALIAS, file.content) if file.language == "python" else None
    for _, call in calls_of(file, [*names, *sorted(bare - set(names))]):
        callee = _callee(file, call)
        if alias and callee.startswith(alias[1].decode() + "."):
            callee = "time." + callee.partition(".")[2]
        if known.match(callee) or callee in bare:
            yield call


def _callee(file: SourceFile, call: Node) -> str:
    arguments = file.arguments(call)
    end = arguments.start_byte if arguments is not None else call.end_byte
    return file.content[call.start_byte : end].decode("utf-8", "replace").strip()


def _is_short(file: SourceFile, call: Node) -> bool:
    """Return whether a call waits for nothing, or is no statement of its own: a task, an argument, a case."""
    if _ZERO.match(file.text(file.arguments(call))):
        return True
    above = call.parent
    while above is not None and above.type in {"await", "await_expression", "parenthesized_expression"}:
        above = above.parent
    if above is not None and above.type == "unary_expression":
        above = above.parent
        return above is None or above.type != "expression_statement"
    if _callee(file, call) == "time.After":
        return True
    if above is not None and above.type == "argument_list":
        return re.search(r"(?:run_until_complete|asyncio\.run|block_on)$", _callee(file, above.parent or call)) is None
    return above is None or above.type not in {"expression_statement", "block", "function_item"}


def _nap(file: SourceFile, call: Node, tests_: set[int]) -> str:
    """Return the name of a helper that does nothing but wait; empty where a call stands elsewhere."""
    function = function_around(file, call)
    if function is None or function.id in tests_ or file.language == "go":
        return ""
    name, body = file.name(function), function.child_by_field_name("body")
    is_brief = body is not None and sum("comment" not in child.type for child in body.named_children) <= 2
    loop = file.enclosing(call, "while_statement", "while_expression", "loop_expression")
    is_loop = loop is not None and loop.start_byte > function.start_byte
    return name if is_brief and not is_loop and _NAPS.match(name) else ""


def _is_method_of_other(file: SourceFile, call: Node) -> bool:
    callee = _callee(file, call)
    return "." in callee and not callee.startswith(("self.", "this.", "cls."))


def _waits(file: SourceFile, call: Node, tests_: set[int]) -> bool:
    """Return whether it is a test that waits, or what prepares one, and not until a deadline."""
    function = function_around(file, call)
    while function is not None and function.type == "func_literal" and _is_subtest(file, function):
        function = function_around(file, function)
    if function is None or not (function.id in tests_ or _prepares(file, function)):
        return False
    above = call.parent
    while above is not None and above.id != function.id:
        if above.type in _NESTED or _is_bounded(file, above):
            return False
        above = above.parent
    return True


def _is_bounded(file: SourceFile, node: Node) -> bool:
    """Return whether a statement around a wait ends it: a time-out, a loop that polls until a deadline."""
    if node.type == "with_statement":
        return _GUARDED.search(_head(file, node)) is not None
    if node.type not in {"while_statement", "for_statement", "while_expression", "loop_expression"}:
        return False
    is_endless = node.type == "loop_expression" or re.search(r"for \{|while (?:True|1):|while true", _head(file, node))
    return _DEADLINE.search(file.text(node) if is_endless else _head(file, node)) is not None


def _head(file: SourceFile, node: Node) -> str:
    body = node.child_by_field_name("body")
    return file.content[node.start_byte : body.start_byte + 1 if body else node.end_byte].decode("utf-8", "replace")


def _is_subtest(file: SourceFile, function: Node) -> bool:
    call = function.parent.parent if function.parent is not None else None
    return call is not None and file.text(call.child_by_field_name("function")).endswith(".Run")


def _prepares(file: SourceFile, function: Node) -> bool:
    """Return whether a function is a fixture or a hook, and stands in no other function."""
    if function_around(file, function) is not None:
        return False
    if _SET_UP.match(file.name(function)):
        return True
    above = function.parent
    head = above if above is not None and above.type == "decorated_definition" else function
    return _PREPARES.search(_head(file, head) if head is function else file.text(head)[:400]) is not None
