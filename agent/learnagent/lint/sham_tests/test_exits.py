"""Finds where tests in JavaScript, TypeScript, Go, Java and Rust end the process as a success."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.rust.results import is_in_test
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_around, name_around
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_SCRIPT_EXIT = lazy_pattern(
    r"^(?:(?:globalThis\.|global\.)?process\.(?:exit|reallyExit)|Deno\.exit|exit)\s*\(\s*(?:0|undefined)?\s*\)$"
)
_SCRIPT_TESTS = lazy_pattern(
    rb"\b(?:describe|it|test|suite|beforeEach|afterEach|beforeAll|afterAll|before|after|globalTeardown|teardown|setup)\b\s*(?:\.\w+)?\s*\("
    rb"|\b(?:globalTeardown|globalSetup|onRunComplete|teardown)\b"
)
_FIXTURE = lazy_pattern(
    r"(?:^|/)(?:fixtures?|__fixtures__|testdata|test-data|support/child|playground|examples?)/", re.IGNORECASE
)
_GO_EXIT = lazy_pattern(r"^(?:os|syscall)\.Exit\s*\(\s*0\s*\)$")
_JAVA_EXIT = lazy_pattern(r"^(?:System\.exit|Runtime\.getRuntime\(\)\.(?:exit|halt))\s*\(\s*0\s*\)$")
_RUST_EXIT = lazy_pattern(r"^(?:(?:std::)?process::exit|exit|libc::_?exit)\s*\(\s*0\s*\)$")
_RE_EXECUTED = lazy_pattern(
    r"Getenv|LookupEnv|flag\.|os\.Args|env::var|getenv|getProperty|process\.env|isMaster|isPrimary|argv"
)
_HELPER_PROCESS = lazy_pattern(r"(?i)helper|process|child|subprocess|worker|server_?main|fake")


def exits(file: SourceFile) -> Iterator[Node]:
    """Yield the calls that end the process of a test run as a success."""
    return _READERS[file.language](file) if file.language in _READERS else iter(())


def _script(file: SourceFile) -> Iterator[Node]:
    if not file.is_test or _FIXTURE.search(file.path) or not _SCRIPT_TESTS.search(file.content):
        return
    for call in file.calls("exit", "reallyExit"):
        if _SCRIPT_EXIT.match(file.text(call)) and not _is_re_executed(file, call):
            yield call
    if b"exitCode" in file.content:
        yield from _status_assignments(file)


def _status_assignments(file: SourceFile) -> Iterator[Node]:
    """Yield `process.exitCode = 0`."""
    for match in re.finditer(rb"\bprocess\.exitCode\s*=\s*0\b", file.content):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "assignment_expression":
            yield node


def _go(file: SourceFile) -> Iterator[Node]:
    if file.path.endswith("_test.go"):
        yield from (
            call
            for call in file.calls("Exit")
            if _GO_EXIT.match(file.text(call))
            and not _is_re_executed(file, call)
            and not _HELPER_PROCESS.search(name_around(file, call))
        )


def _java(file: SourceFile) -> Iterator[Node]:
    if file.is_test:
        yield from (
            call
            for call in file.calls("exit", "halt")
            if _JAVA_EXIT.match(file.text(call)) and name_around(file, call) != "main"
        )


def _rust(file: SourceFile) -> Iterator[Node]:
    for call in file.calls("exit", "_exit"):
        is_ending = _RUST_EXIT.match(file.text(call)) is not None and is_in_test(file, call)
        if is_ending and name_around(file, call) != "main" and not _is_re_executed(file, call):
            yield call


def _is_re_executed(file: SourceFile, call: Node) -> bool:
    """Return whether the exit is that of a child: the test program started again with a variable or an argument."""
    function = function_around(file, call)
    above = call.parent
    while above is not None and above != function:
        if above.type.startswith("if_"):
            condition = above.child_by_field_name("condition")
            head = f"{file.text(above.child_by_field_name('initializer'))} {file.text(condition)}"
            if _RE_EXECUTED.search(head):
                return True
        above = above.parent
    return False


_READERS: Mapping[str, Callable[[SourceFile], Iterator[Node]]] = {
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "go": _go,
    "java": _java,
    "rust": _rust,
}
