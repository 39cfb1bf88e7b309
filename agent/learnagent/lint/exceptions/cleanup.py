"""Tells where code only tidies up, at a place where nothing better can be done with an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.dialect.form import types
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, last_of
from learnagent.lint.syntax.functions import function_around, name_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import CALLS, FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

    from learnagent.lint.exceptions.handlers import Handler

_CALL = lazy_pattern(
    r"^_*(?:f?close|aclose|closedir|curl_close|unlink|remove|rm|rmtree|rmdir|kill|terminate|disconnect|shutdown|release|"
    r"rollback|cancel|stop|join|wait|cleanup|clean_up|delete|dispose|destroy|quit|unregister|unsubscribe|detach|abort|end|"
    r"teardown|flush|umount|unmount|safe_?close|exit|free|reset|deallocate|__exit__|__aexit__|finish|try_?stop)"
    r"(?:_\w+|[A-Z]\w*|Async|Sync|All|!)?$",
    re.IGNORECASE,
)
_AROUND = types(
    "wait_for gather shield run all allSettled isinstance hasattr getattr callable poll is_alive is_running isOpen"
    " isClosed isConnected exists current_thread currentThread debug info get_event_loop list values items keys pop str"
)
"""Calls that may stand beside or around those that tidy up."""
_CLOSE = lazy_pattern(
    r"^_*(?:f?close|aclose|kill|terminate|disconnect|shutdown|release|cancel|dispose|quit|destroy)(?:Async|_all|Quietly)?$",
    re.IGNORECASE,
)
_FINALISERS = frozenset({"__del__", "finalize", "Finalize", "__destruct", "deinit"})
_PLACE = lazy_pattern(
    r"^_*(?:exit__|aexit__|a?close|shutdown|clean_?up|tear_?down|dispose|destroy|stop|disconnect|finali[sz]e|atexit|"
    r"on_?exit|on_?signal|handle_sig|sig(?:nal)?_?handler|after_?each|after_?all|terminate|kill|release|quit|abort|unlink|"
    r"remove|deinit|~)\w*$",
    re.IGNORECASE,
)
_AT_THE_END = lazy_pattern(
    r"^(?:after(?:Each|All)?|on(?:Close|Exit|TestFinished|Destroy|Unmounted|BeforeUnmount|Dispose|Shutdown)|tear_?down|"
    r"finally|addFinalizer|at_exit|defer)$",
    re.IGNORECASE,
)
_REGISTERS = lazy_pattern(
    rb"(?:atexit\.register|signal\.signal|add_signal_handler|weakref\.finalize|addCleanup|add_cleanup|addShutdownHook|"
    rb"register_shutdown_function|pcntl_signal|at_exit|process\.on(?:ce)?)\s*\([^\n]*"
)


def is_cleanup(file: SourceFile, handler: Handler) -> bool:
    """Return whether all that a handler guards is tidying up, at a place where an error is of no use to anybody."""
    if not handler.guarded:
        return False
    if is_last_moment(file, handler.node):
        return True
    return tidies(file, handler.guarded) and is_tidying_place(file, handler.statement or handler.node)


def is_closing(file: SourceFile, work: Sequence[Node]) -> bool:
    """Return whether statements close or stop one thing: an error of that is of no use, wherever it stands."""
    calls = [call for statement in work for call in _outer_calls(file, statement)]
    return len(work) == 1 and len(calls) == 1 and _CLOSE.match(last_of(callee_of(file, calls[0]))) is not None


def is_last_moment(file: SourceFile, node: Node) -> bool:
    """Return whether a node stands in a finaliser, or in a function that runs at exit or on a signal."""
    name, function = name_around(file, node), function_around(file, node)
    if name in _FINALISERS or name.startswith("~") or (function is not None and function.type.startswith("destructor")):
        return True
    return bool(name) and any(_is_registered(line, name) for line in file.once(_registrations))


def _registrations(file: SourceFile) -> list[str]:
    """Return the lines that register a function for the end of the program, or for a signal."""
    return [match[0].decode("utf-8", "replace") for match in _REGISTERS.finditer(file.content)]


def _is_registered(line: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", line) is not None


def is_tidying_place(file: SourceFile, node: Node) -> bool:
    """Return whether a node stands in a function that ends something, or behind an error or a `finally`."""
    if _PLACE.match(name_around(file, node)) or _is_passed_to_ending(file, node):
        return True
    above = node.parent
    while above is not None and above.type not in FUNCTIONS[file.language]:
        if above.type.startswith(("finally", "except", "catch", "rescue", "ensure")):
            return True
        above = above.parent
    return False


def _is_passed_to_ending(file: SourceFile, node: Node) -> bool:
    """Return whether the function around is handed to what calls it at the end: `afterAll(() => …)`."""
    function = function_around(file, node)
    arguments = function.parent if function is not None else None
    call = arguments.parent if arguments is not None else None
    if call is None or call.type not in CALLS[file.language]:
        return False
    return _AT_THE_END.match(last_of(callee_of(file, call))) is not None


def tidies(file: SourceFile, work: Sequence[Node]) -> bool:
    """Return whether statements call what closes, removes or stops something, and nothing else."""
    names = [last_of(callee_of(file, call)) for statement in work for call in _outer_calls(file, statement)]
    return any(map(_CALL.match, names)) and all(name in _AROUND or _CALL.match(name) for name in names)


def _outer_calls(file: SourceFile, node: Node) -> Iterator[Node]:
    """Yield the calls in a statement; of what is passed to them, those that are wrapped."""
    calls = DIALECTS[file.language].calls
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type not in calls:
            stack.extend(one.named_children)
            continue
        yield one
        arguments = file.arguments(one)
        if arguments is not None and last_of(callee_of(file, one)) in _AROUND:
            stack.extend(arguments.named_children)
