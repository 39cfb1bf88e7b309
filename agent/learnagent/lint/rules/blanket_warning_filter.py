"""`blanket-warning-filter`: all warnings, all logging or all numeric trouble switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import NARROW, PYTHON, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, first_of
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_IGNORE = lazy_pattern(r"[\"']ignore[\"']")
_BLANKET = lazy_pattern(
    r"(?:category\s*=\s*)?(?:builtins\.)?(?:Warning|Exception)|(?:append|lineno)\s*=.*|[\"'][\"']|(?:message|module)\s*=\s*[\"'](?:\.\*)?[\"']"
)
_ALL_LEVELS = lazy_pattern(r"(?:level\s*=\s*)?(?:(?:logging\.)?(?:CRITICAL|FATAL)|[5-9]\d|\d{3,}|sys\.maxsize)?")
_WARN = lazy_pattern(
    rb"warnings\.(?:warn|showwarning)\s*=(?!=)\s*lambda\b[^\n]*:\s*(?:None|\.\.\.|0|pass)\s*$", re.MULTILINE
)
_ENVIRONMENT = lazy_pattern(rb"environ\[[\"']PYTHONWARNINGS[\"']\]\s*=\s*[\"']ignore[\"']")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name filters that ignore every warning, and logging or numpy's errors switched off altogether.

    Why it hurts: the warning that tells of tomorrow's failure is never seen.

    Bad:
        warnings.filterwarnings("ignore")

    Good:
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="legacy_client")

    It is fine inside `with warnings.catch_warnings()` around one call, `with np.errstate(...)`, and in tests
    for logging.
    """
    yield from _warnings(file)
    if b"logging" in file.content and not file.is_test:
        yield from _logging(file)
    yield from _numbers(file)
    for pattern in (_WARN, _ENVIRONMENT) if b"arnings" in file.content or b"PYTHONWARNINGS" in file.content else ():
        for match in pattern.finditer(file.content):
            first = file.root.descendant_for_byte_range(match.start(), match.start())
            if first is not None and first.type == "identifier":  # not in a text
                yield Hit(match.start(), match.end(), "every warning is silenced here")


def _warnings(file: SourceFile) -> Iterator[Hit]:
    names = ("filterwarnings", "simplefilter") if b"arnings" in file.content else ("simplefilter",)
    for call in file.calls(*names):
        callee, given = callee_of(file, call), _given(file, call)
        if callee.rpartition(".")[0] not in {"", "warnings"} and not callee.startswith("_"):
            continue
        first, rest = given[:1], given[1:]
        is_ignored = bool(first) and _IGNORE.fullmatch(first[0].partition("=")[2].strip() or first[0]) is not None
        if is_ignored and all(_BLANKET.fullmatch(one) for one in rest) and not _is_local(file, call):
            yield Hit.at(call, "every warning is ignored from here on")


def _is_local(file: SourceFile, call: Node) -> bool:
    """Return whether a filter ends with the block or the stack around it."""
    above = file.enclosing(call, "with_statement")
    while above is not None:
        if "catch_warnings" in file.text(above)[:300].partition("\n")[0] or _opens_catch(file, above):
            return True
        above = file.enclosing(above, "with_statement")
    function = function_around(file, call)
    begin = function.start_byte if function is not None else call.start_byte
    before = file.content[begin : call.start_byte]
    return (
        b"catch_warnings" in before
        and re.search(rb"enter_context\([^\n]*catch_warnings|catch_warnings\([^\n]*__enter__", before) is not None
    )


def _opens_catch(file: SourceFile, statement: Node) -> bool:
    clause = first_of(statement)
    return clause is not None and clause.type == "with_clause" and "catch_warnings" in file.text(clause)


def _logging(file: SourceFile) -> Iterator[Hit]:
    for call in file.calls("disable"):
        given = _given(file, call)
        if callee_of(file, call) == "logging.disable" and len(given) < 2 and _ALL_LEVELS.fullmatch("".join(given)):
            yield Hit.at(call, "all logging is switched off here")


def _numbers(file: SourceFile) -> Iterator[Hit]:
    """Yield numpy's seterr; where the old settings are kept they are put back."""
    for call in file.calls("seterr"):
        if re.search(r"\ball\s*=\s*[\"']ignore[\"']", file.text(call)) and not _is_kept(call):
            yield Hit.at(call, "numpy says nothing of any numeric error from here on")


def _is_kept(call: Node) -> bool:
    return call.parent is not None and call.parent.type in {"assignment", "return_statement"}


def _given(file: SourceFile, call: Node) -> list[str]:
    arguments = file.arguments(call)
    nodes = arguments.named_children if arguments is not None else []
    return [file.text(node) for node in nodes if "comment" not in node.type]


BLANKET_WARNING_FILTER = FileRule(
    name="blanket-warning-filter",
    level="error",
    languages=PYTHON,
    why="The warning that tells of tomorrow's failure is never seen.",
    ways=("name the category, message or module", "heed the warning: change the code that causes it", NARROW),
    check=check,
)
