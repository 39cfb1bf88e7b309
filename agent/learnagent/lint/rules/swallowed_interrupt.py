"""`swallowed-interrupt`: a request to stop that is caught and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.cleanup import is_last_moment, is_tidying_place
from learnagent.lint.exceptions.entry import is_program_entry
from learnagent.lint.exceptions.handlers import Handler, handlers
from learnagent.lint.exceptions.interrupts import INTERRUPTS
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.exceptions.rejections import as_handler
from learnagent.lint.exceptions.suppress_calls import suppress_calls
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LET_FAIL, PYTHON, SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, calls_below
from learnagent.lint.syntax.functions import function_around, name_around
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_BY_USER = frozenset({"KeyboardInterrupt", "SystemExit"})
_OF_THREADS = frozenset({"InterruptedException", "ThreadInterruptedException"})
_ASKS = lazy_pattern(
    r"(?:^|\.)(?:input|raw_input|getpass|getchar|getch|prompt|prompt_async|readline|ask|confirm|get_input|cmdloop|readLine)$"
)
_EXITS = lazy_pattern(r"\b(?:sys\.exit|os\._exit|System\.exit|exitProcess|Environment\.Exit)\(")
_CANCELS = lazy_pattern(rb"\b(?:cancel|cancelAndJoin|Cancel|CancelAsync|CancelAfter|interrupt|stop|shutdownNow)\(")
_STOPS = lazy_pattern(r"^_*(?:run|ExecuteAsync|StopAsync|StartAsync|DisposeAsync|Dispose|lifespan)$")
_SIGNALS = lazy_pattern(r"[\"'](SIGINT|SIGTERM|SIGHUP|SIGQUIT)[\"']")
_LEAVES = ("return", "break")
_LOOPS = ("while", "for", "do_", "enhanced_for")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name handlers that drop what asks code to stop: Ctrl-C, exit, cancellation, an interrupted thread.

    Why it hurts: the code cannot be stopped: it goes on, hangs at the end, or reports an unfinished job as done.

    Bad:
        while True:
            try:
                await send(heartbeat)
            except asyncio.CancelledError:
                logger.debug("cancelled")

    Good:
        except asyncio.CancelledError:
            await connection.close()
            raise

    It is fine at a program's entry, while it asks a person, right after the same function cancelled the task,
    where a generator ends, and where `Thread.currentThread().interrupt()` keeps the request alive.
    """
    for handler in handlers(file):
        kinds = list(dict.fromkeys(name for name in handler.caught if name in INTERRUPTS))
        if kinds and not handler.is_broad and not _is_fine(file, handler, kinds):
            yield Hit.at(handler.node, f"{' and '.join(kinds)} is dropped here: the code cannot be stopped")
    if file.language == "python":
        yield from _suppressed(file)
    if file.language in SCRIPT:
        yield from _deaf_to_signals(file)


def _is_fine(file: SourceFile, handler: Handler, kinds: list[str]) -> bool:
    if reaction(file, handler, is_strict=True) is Reaction.HANDLES:
        return True
    if handler.filter or is_last_moment(file, handler.node) or _EXITS.search(file.text(handler.node)):
        return True
    if file.is_test and _is_expected_in_test(handler, kinds):
        return True
    if all(kind in _BY_USER for kind in kinds):
        return _asks_a_person(file, handler) or (is_program_entry(file, handler.node) and not _goes_on(handler))
    if kinds == ["GeneratorExit"]:
        return not _goes_on(handler) and (_leaves(handler) or _is_last(handler))
    is_own = not _OF_THREADS.isdisjoint(kinds)  # whoever is interrupted here is not what the function interrupted
    if not is_own and (_is_cancelled_here(file, handler.node) or is_tidying_place(file, handler.node)):
        return True
    name = name_around(file, handler.node)
    return name in {"main", "Main"} or (_STOPS.match(name) is not None and _ends(handler))


def _is_expected_in_test(handler: Handler, kinds: list[str]) -> bool:
    """Return whether a test wants the interrupt, and fails in the else without it, or only sleeps in a thread."""
    parts = handler.statement.named_children if handler.statement is not None else []
    return any(part.type == "else_clause" for part in parts) or not _OF_THREADS.isdisjoint(kinds)


def _asks_a_person(file: SourceFile, handler: Handler) -> bool:
    if "EOFError" in file.text(handler.statement):  # only what is typed in has an end that a person makes
        return True
    return any(_ASKS.search(callee_of(file, call)) for node in handler.guarded for call in calls_below(file, node))


def _goes_on(handler: Handler) -> bool:
    """Return whether a loop of the same function goes round again behind the handler."""
    above = handler.statement.parent if handler.statement is not None else None
    while above is not None and "function" not in above.type and "method" not in above.type:
        if above.type.startswith(_LOOPS):
            return not _leaves(handler)
        above = above.parent
    return False


def _leaves(handler: Handler) -> bool:
    return any(node.type.startswith(_LEAVES) for node in handler.body[-1:])


def _is_last(handler: Handler) -> bool:
    """Return whether nothing but clean-up follows a try statement in its block."""
    return handler.statement is not None and handler.statement.next_named_sibling is None


def _ends(handler: Handler) -> bool:
    """Return whether the function, the top of a task or a thread, ends behind the handler."""
    return not _goes_on(handler) and (_leaves(handler) or _is_last(handler))


def _is_cancelled_here(file: SourceFile, node: Node) -> bool:
    """Return whether the function around cancels something before."""
    function = function_around(file, node) or file.root
    return _CANCELS.search(file.content[function.start_byte : node.start_byte]) is not None


def _suppressed(file: SourceFile) -> Iterator[Hit]:
    for found in suppress_calls(file):
        kinds = [name for name in found.caught if name in INTERRUPTS]
        is_right = is_program_entry(file, found.call) if all(kind in _BY_USER for kind in kinds) else False
        if not kinds or is_right or _is_cancelled_here(file, found.call) or is_tidying_place(file, found.call):
            continue
        yield Hit.at(found.call, f"{' and '.join(kinds)} is suppressed here: the code cannot be stopped")


def _deaf_to_signals(file: SourceFile) -> Iterator[Hit]:
    """Yield `process.on("SIGINT", () => {})`, and what only prints there."""
    for call in file.calls("on", "once", "addListener") if b"process." in file.content else ():
        arguments = file.arguments(call)
        given = arguments.named_children if arguments is not None else []
        if len(given) != 2 or not callee_of(file, call).startswith("process."):
            continue
        signal, taker = _SIGNALS.fullmatch(file.text(given[0])), as_handler(file, given[1], call)
        if signal is not None and taker is not None and reaction(file, taker, is_strict=True) is not Reaction.HANDLES:
            yield Hit.at(call, f"{signal[1]} is caught here and dropped: the program cannot be stopped")


SWALLOWED_INTERRUPT = FileRule(
    name="swallowed-interrupt",
    level="error",
    languages=PYTHON | SCRIPT | {"java", "kotlin", "csharp"},
    why="The code cannot be stopped: it goes on, hangs at the end, or reports an unfinished job as done.",
    ways=(LET_FAIL, "stop: leave the loop, clean up and pass the request on (in Java restore the interrupt)"),
    check=check,
)
