"""`silenced-hook`: the last handler of errors replaced by one that does nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.no_op import is_no_op, statements_of
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LET_FAIL, PYTHON, SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_PYTHON_HOOK = lazy_pattern(rb"(?:except|unraisable)hook\s*=(?!=)")
_PYTHON_HOOK_NAME = lazy_pattern(r"(?:\w+\.)+(?:excepthook|unraisablehook)")
_SCRIPT_HOOK = lazy_pattern(rb"on(?:error|unhandledrejection)\s*=(?![=>])")
_SCRIPT_HOOK_NAME = lazy_pattern(r"(?:window|self|globalThis|global|process)\.(?:onerror|onunhandledrejection)")
_EVENTS = lazy_pattern(
    r"[\"'`](?:uncaughtException|unhandledRejection|unhandledrejection|uncaughtExceptionMonitor)[\"'`]"
)
_WAYS = ("report what arrives there, and end with a failure", LET_FAIL)


def check(file: SourceFile) -> Iterator[Hit]:
    """Name hooks for uncaught errors that do nothing, and error reporting that is switched off.

    Why it hurts: every error that nobody caught vanishes: the program is broken and says nothing.

    Bad:
        sys.excepthook = lambda *details: None

    Good:
        sys.excepthook = report_and_exit

    It is fine when the hook reports, raises or ends the program, and where PHP's handler is put back after one call.
    """
    read = _READERS.get(file.language)
    if read is not None:
        yield from read(file)


def _hit(node: Node, what: str) -> Hit:
    return Hit.at(node, f"{what} does nothing here: errors that nobody caught vanish")


def _assigned(file: SourceFile, pattern: re.Pattern[bytes], name: re.Pattern[str]) -> Iterator[Hit]:
    """Yield the assignments of a no-op to a hook of that name."""
    for match in pattern.finditer(file.content):
        node = file.root.descendant_for_byte_range(match.start(), match.start())
        while node is not None and node.type not in {"assignment", "assignment_expression"}:
            node = node.parent
        target, value = (
            (node.child_by_field_name(side) for side in ("left", "right")) if node is not None else (None, None)
        )
        if node is not None and value is not None and name.fullmatch(file.text(target)) and is_no_op(file, value):
            yield _hit(node, file.text(target))


def _python(file: SourceFile) -> Iterator[Hit]:
    if b"hook" in file.content:
        yield from _assigned(file, _PYTHON_HOOK, _PYTHON_HOOK_NAME)
    for call in file.calls("set_exception_handler"):
        given = _given(file, call)
        if len(given) == 1 and given[0].type != "none" and is_no_op(file, given[0]):
            yield _hit(call, "the loop's exception handler")


def _script(file: SourceFile) -> Iterator[Hit]:
    yield from _assigned(file, _SCRIPT_HOOK, _SCRIPT_HOOK_NAME)
    if b"ncaught" not in file.content and b"nhandled" not in file.content:
        return
    for call in file.calls("on", "once", "addListener", "prependListener", "addEventListener"):
        given = _given(file, call)
        if len(given) >= 2 and _is_for_errors(file, call, given[0]) and is_no_op(file, given[1]):
            yield _hit(call, "the listener for uncaught errors")


def _is_for_errors(file: SourceFile, call: Node, event: Node) -> bool:
    """Return whether the event is one of uncaught errors, or the variable of a loop over their names."""
    if _EVENTS.fullmatch(file.text(event)):
        return True
    if event.type != "identifier" or not callee_of(file, call).startswith("process."):
        return False
    loop = file.enclosing(call, "for_in_statement", "call_expression")
    return loop is not None and _EVENTS.search(file.text(loop)) is not None


def _php(file: SourceFile) -> Iterator[Hit]:
    for call in file.calls("set_error_handler", "set_exception_handler"):
        given = _given(file, call)
        if given and callee_of(file, call).lstrip("\\") == "set_error_handler" and _is_put_back(file, call):
            continue
        if given and is_no_op(file, given[0]) and not _says_false(file, given[0]):
            yield _hit(call, "PHP's error handler")
    for call in file.calls("error_reporting", "ini_set"):
        values = [file.text(one).strip("'\"") for one in _given(file, call)]
        if values in (["0"], ["error_reporting", "0"]) and not _is_kept(call):
            yield Hit.at(call, "error reporting is switched off here: what goes wrong is not even logged")


def _is_put_back(file: SourceFile, call: Node) -> bool:
    function = function_around(file, call) or file.root
    return b"restore_error_handler" in file.content[call.end_byte : function.end_byte]


def _says_false(file: SourceFile, value: Node) -> bool:
    """Return whether a handler answers false: PHP then goes on as if it were not there."""
    inner = value.named_children[0] if value.type == "argument" else value
    returned = statements_of(inner) if inner.type in FUNCTIONS["php"] else []
    return bool(returned) and all(re.fullmatch(r"(?:return\s+)?false;?", file.text(one)) for one in returned)


def _is_kept(call: Node) -> bool:
    """Return whether the old value is kept, to be put back."""
    return call.parent is not None and call.parent.type == "assignment_expression"


def _java(file: SourceFile) -> Iterator[Hit]:
    for call in file.calls("setDefaultUncaughtExceptionHandler", "setUncaughtExceptionHandler"):
        given = _given(file, call)
        if len(given) == 1 and is_no_op(file, given[0]):
            yield _hit(call, "the handler of uncaught exceptions")


def _given(file: SourceFile, call: Node) -> list[Node]:
    arguments = file.arguments(call)
    return [] if arguments is None else [one for one in arguments.named_children if "comment" not in one.type]


_READERS: Mapping[str, Callable[[SourceFile], Iterator[Hit]]] = {
    "python": _python,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "php": _php,
    "java": _java,
}

SILENCED_HOOK = FileRule(
    name="silenced-hook",
    level="error",
    languages=PYTHON | SCRIPT | {"php", "java"},
    why="Every error that nobody caught vanishes: the program is broken and says nothing.",
    ways=_WAYS,
    check=check,
)
