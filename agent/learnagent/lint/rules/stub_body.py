"""`stub-body`: a function that is called for its work and does none."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.unfinished.admissions import is_by_design
from learnagent.lint.unfinished.bodies import FUNCTION_TYPES, Body
from learnagent.lint.unfinished.stubs import idle, is_in_rust_tests, is_stub
from learnagent_memory.history.paths import kind_of

_MESSAGES = {
    "empty": "`{name}` is empty: what it promises is not done",
    "refuses": "`{name}` only says that it is not implemented",
    "constant": "`{name}` only returns a constant, and its comment says that the work is yet to be done",
    "speaks": "`{name}` only tells that it is not implemented, and its callers go on",
}
_TODO_CALLS = {"rust": "todo", "kotlin": "TODO"}


def check(file: SourceFile) -> Iterator[Hit]:
    """Name functions whose body is only `pass`, `...`, a TODO, or an error that says it is not implemented.

    Why it hurts: callers and tests see a finished function; the work that was asked for is missing.

    Bad:
        def contains(points: list[Point], place: Point) -> bool:
            raise NotImplementedError

    Good: the function does what its name says, or it is not there and the summary says that it is missing.

    It is fine where somebody else fills the body: abstract methods, Protocols, overloads, interfaces, traits, hooks
    of a base class, `singledispatch` defaults; where the documentation or a comment says why there is nothing (a
    null object, a no-op); where the error says what a type refuses and why (`the view is read-only`); and in one
    branch of a platform or an optional dependency.
    """
    if file.path.endswith((".pyi", ".d.ts")) or kind_of(file.path) == "docs":
        return
    found = [body for body in idle(file) if is_stub(file, body)]
    for body in found:
        yield Hit.at(body.place, _MESSAGES[body.how].format(name=body.name or "this function"))
    yield from _todo_calls(file, found)


def _todo_calls(file: SourceFile, found: list[Body]) -> Iterator[Hit]:
    """Yield the calls by which Rust and Kotlin leave one branch of a function to do."""
    for call in file.calls(_TODO_CALLS[file.language]) if file.language in _TODO_CALLS else ():
        is_known = any(body.place.start_byte <= call.start_byte < body.place.end_byte for body in found)
        is_default = file.enclosing(call, "trait_item") is not None
        if not (is_known or is_default or is_by_design(file.text(call)) or is_in_rust_tests(file, call)):
            yield Hit.at(call, "this branch is left to do: whoever comes here gets a panic")


STUB_BODY = FileRule(
    name="stub-body",
    level="error",
    languages=frozenset(FUNCTION_TYPES),
    why="Callers and tests see a finished function; the work that was asked for is missing.",
    ways=(
        "do the work",
        "take the function out until it does the work, and say so",
        "declare it abstract if others fill it",
    ),
    check=check,
    where="product",
)
