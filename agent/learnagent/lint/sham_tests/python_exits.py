"""Finds where Python code ends the program as a success: in tests, and while a module is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_around, name_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_WELL = lazy_pattern(
    r"^(?:sys\.exit|os\._exit|_exit|exit|quit|builtins\.exit|SystemExit|pytest\.exit)\s*\(\s*(?:0|None|False|os\.EX_OK|EX_OK|code\s*=\s*0|[^()]*returncode\s*=\s*0)?\s*\)$"
)
_RAISED = lazy_pattern(r"^raise\s+SystemExit(?:\s*\(\s*(?:0|None|code\s*=\s*0)?\s*\))?$")
_REGISTERED = lazy_pattern(r"^atexit\.register\(\s*(?:os\._exit|sys\.exit)\s*,\s*0\s*\)$")
_TEST_FUNCTION = lazy_pattern(
    r"^(?:test|pytest_)\w*|^(?:setUp|tearDown|setup|teardown)\w*|^(?:setUpModule|tearDownModule|run_tests|asyncSetUp|asyncTearDown)$"
)
_TEST_CLASS = lazy_pattern(r"^Test|Tests?$|TestCase$|Case$")
_SCRIPT_PATH = lazy_pattern(
    r"(?:^|/)(?:scripts?|tools?|bin|examples?|docs?|benchmarks?|ci|\.github|hack|contrib)/|(?:^|/)(?:setup|manage|__main__|noxfile|fabfile|conf|tasks|wsgi|asgi)\.py$"
)
_PROGRAM = lazy_pattern(rb"\A#!|(?m:^(?:import\s+argparse|import\s+optparse|from\s+argparse\s))|sys\.argv|__name__")
_EXPECTS_EXIT = lazy_pattern(r"(?:raises|assertRaises)\w*\(\s*\(?[^)]*SystemExit|\bsuppress\([^)]*SystemExit|\.fork\b")


def exits(file: SourceFile) -> Iterator[Node]:
    """Yield the calls and raises that end the program as a success where nothing should."""
    if b"xit" not in file.content and b"quit" not in file.content:
        return
    for node in _endings(file):
        function = function_around(file, node)
        if _is_under_main_guard(file, node) or _is_expected(file, node):
            continue
        if file.is_test:
            if function is None or _is_of_test(file, function):
                yield node
        elif function is None and not _is_program(file):
            yield node


def _endings(file: SourceFile) -> Iterator[Node]:
    for call in file.calls("exit", "_exit", "quit"):
        if _WELL.match(file.text(call)) and not _is_method(file, call):
            yield call
    if b"atexit" in file.content:
        yield from (call for call in file.calls("register") if _REGISTERED.search(file.text(call)))
    if b"SystemExit" in file.content:
        yield from (node for node in file.nodes("raise_statement") if _RAISED.match(file.text(node)))


def _is_method(file: SourceFile, call: Node) -> bool:
    """Return whether it is a method of something else: `parser.exit()`, `window.quit()`."""
    callee = file.text(call.child_by_field_name("function"))
    return "." in callee and callee not in {"sys.exit", "os._exit", "builtins.exit", "pytest.exit"}


def _is_under_main_guard(file: SourceFile, node: Node) -> bool:
    above = node.parent
    while above is not None:
        if above.type == "if_statement" and "__name__" in file.text(above.child_by_field_name("condition")):
            return True
        above = above.parent
    return False


def _is_expected(file: SourceFile, node: Node) -> bool:
    """Return whether a test expects the exit, or it ends a forked child."""
    above = node.parent
    while above is not None and above.type != "module":
        if above.type == "with_statement" and _EXPECTS_EXIT.search(file.text(above).partition(":\n")[0]):
            return True
        if above.type in {"if_statement", "function_definition"} and re.search(
            r"\bfork\(|\bpid\s*==\s*0|\bforkpty\(", file.text(above)
        ):
            return True
        if above.type == "try_statement" and re.search(r"except\s+\(?[^:]*SystemExit", file.text(above)):
            return True
        above = above.parent
    return False


def _is_of_test(file: SourceFile, function: Node) -> bool:
    """Return whether a function of a test file runs as a test, around one, or at the end of all."""
    name = name_of(file, function)
    outer = function_around(file, function)
    if function.type == "lambda" or (outer is not None and not _is_registered(file, name)):
        return False
    if _TEST_FUNCTION.match(name) or _is_fixture(file, function) or _is_registered(file, name):
        return True
    holder = file.enclosing(function, "class_definition")
    return (
        holder is not None
        and name.startswith(("test", "setup", "teardown"))
        and _TEST_CLASS.search(file.name(holder)) is not None
    )


def _is_fixture(file: SourceFile, function: Node) -> bool:
    above = function.parent
    return (
        above is not None
        and above.type == "decorated_definition"
        and re.search(r"@[\w.]*(?:fixture|hookimpl|atexit)", file.text(above)[:300]) is not None
    )


def _is_registered(file: SourceFile, name: str) -> bool:
    """Return whether a function is called when the program ends, or on a signal."""
    pattern = (
        rb"(?:register|addCleanup|addfinalizer|addModuleCleanup|addClassCleanup|signal\.signal)\s*\([^)\n]*\b%s\b"
        % re.escape(name.encode())
    )
    return bool(name) and re.search(pattern, file.content) is not None


def _is_program(file: SourceFile) -> bool:
    """Return whether a file is run, not imported."""
    return (
        _SCRIPT_PATH.search(file.path) is not None
        or ("/" not in file.path)
        or _PROGRAM.search(file.content) is not None
    )
