"""What kind of error an output shows, without what differs from run to run: paths, numbers, addresses.

Known: Python, JavaScript and TypeScript, Go, Rust, Java, C compilers, linkers, shells. It judges no cause.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SIGNATURE = 160
_MAX_LINE = 500
_MAX_LINES = 4000

_NAME = r"['\"`\u2018]?[\w.@<>/:-]{1,80}['\"`\u2019]?"
_SAID_BY_TOOLS = re.compile(
    r"(?:No module named|Cannot find module|cannot import name|undefined:|undefined reference to|[Mm]issing script:"
    rf"|unresolved import|use of undeclared identifier) ?{_NAME}(?: from {_NAME})?"
    rf"|name {_NAME} is not defined|{_NAME} is not (?:defined|a function|a constructor|iterable)"
    rf"|(?:module |type object )?{_NAME} (?:object )?has no attribute {_NAME}"
    rf"|{_NAME} object is not (?:subscriptable|callable|iterable|an iterator)"
    rf"|{_NAME} missing <n> required positional arguments?: {_NAME}|{_NAME} got an unexpected keyword argument {_NAME}"
    rf"|{_NAME} takes <n> positional arguments? but <n> (?:was|were) given|{_NAME}: command not found"
    rf"|Cannot read propert(?:y|ies) of (?:undefined|null)(?: \(reading {_NAME}\))?"
    r"|cannot find symbol|mismatched types"
    rf"|(?:list |string )?index out of range|division by zero|cannot find value {_NAME} in this scope"
    r"|No such file or directory(?:: <path>)?"
)
"""Messages whose words are those of an interpreter or compiler; names are all that the repository adds."""

_EXCEPTION = re.compile(
    r"(?:E\s+|Uncaught |Caused by: |Exception in thread \"[^\"]{1,40}\" )?"
    r"(?P<type>(?:\w+\.){0,8}\w{0,60}(?:Error|Exception|Warning))(?: \[\w+\])?(?:: (?P<message>.+))?"
)
_COMPILERS = (
    re.compile(r"\S{1,200}?(?:\(\d+,\d+\))?:? ?-? ?error (?P<type>TS\d+): (?P<message>.+)"),  # tsc
    re.compile(r"(?P<type>error\[E\d+\]): (?P<message>.+)"),  # rustc
    re.compile(r"(?P<type>panic): (?P<message>.+)"),  # go
    re.compile(r"\S{1,200}?\.go:\d+:\d+: (?P<type>)(?P<message>.+)"),
    re.compile(r"\S{1,200}?:\d+(?::\d+)?: (?:fatal )?(?P<type>error): (?P<message>.+)"),  # gcc, clang, javac, mypy
    re.compile(r"\S{0,200}?:? ?(?P<type>)(?P<message>undefined reference to .+)"),  # ld
    re.compile(r"npm (?:ERR!|error) (?P<type>)(?P<message>[Mm]issing script: .+)"),
    re.compile(r"(?:\S{1,80}: )?(?:line \d+: )?(?P<message>\S{1,80}: (?P<type>)command not found)"),
    re.compile(r"\S{0,80}python[\d.]*: (?P<type>)(?P<message>No module named .+)"),
)
_VOLATILE = (
    (re.compile(r"\S+://\S+"), "<url>"),
    (re.compile(r"0x[0-9a-fA-F]+|\b[0-9a-f]{8}(?:-[0-9a-f]{4,12}){1,4}\b|\b[0-9a-f]{16,}\b"), "<id>"),
    (re.compile(r"\(from <?[^\s)]*[/\\][^\s)]*\)"), ""),
    (re.compile(r"(?<![\w.'\"`@])(?:[A-Za-z]:)?[.~]?[\w.@+-]*(?:[/\\][\w.@+-]+)+"), "<path>"),
    (re.compile(r"(?<![\w.])\d[\d.,:]*"), "<n>"),
)
_OUTPUT_VOLATILE = (
    (re.compile(r"0x[0-9a-fA-F]+"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"), "<time>"),
    (re.compile(r"\b\d\d?:\d\d(?::\d\d)?(?:\.\d+)?\b"), "<time>"),
    (re.compile(r"\b\d+(?:\.\d+)?\s?(?:s|ms|us|\u00b5s|ns|m|min|seconds?|secs?)\b"), "<time>"),
    (re.compile(r"(?:/private)?/(?:tmp|var/folders|var/tmp)/\S*"), "<tmp>"),
    (re.compile(r"\bpid[ =:]*\d+", re.IGNORECASE), "<pid>"),
    (re.compile(r"\n\[exit \d+\]\s*\Z"), ""),
)
_SLIPS = frozenset({"AssertionError", "SyntaxError", "IndentationError", "TabError", "DeprecationWarning"})
"""Types that say that a test is red, or that somebody mistyped: they lead nobody to a cause."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One error, as it would look elsewhere and tomorrow."""

    type: str
    """Type of the exception or code of the compiler; may be empty."""
    message: str
    """Without paths, numbers and addresses."""

    @property
    def text(self) -> str:
        """Return both parts in one line."""
        whole = ": ".join(part for part in (self.type, self.message) if part)
        return whole if len(whole) <= MAX_SIGNATURE else whole[: MAX_SIGNATURE - 1] + "\u2026"

    @property
    def is_fixed(self) -> bool:
        """Return whether its words are an interpreter's or compiler's own, not text that a program chose."""
        return not self.message or _SAID_BY_TOOLS.fullmatch(self.message) is not None

    @property
    def is_telling(self) -> bool:
        """Return whether it may lead to a cause: a red assertion or a typing slip does not."""
        return self.type.rsplit(".", 1)[-1] not in _SLIPS


def signatures(output: str) -> tuple[Signature, ...]:
    """Return the errors an output shows, once each: exceptions from the last, what compilers say from the first."""
    lines = [line.strip()[:_MAX_LINE] for line in output.splitlines()[-_MAX_LINES:]]
    raised = list(_matches(lines, (_EXCEPTION,)))[::-1]
    return tuple(dict.fromkeys([*raised, *_matches(lines, _COMPILERS)]))


def signature_of(output: str) -> Signature | None:
    """Return the error that leads furthest; None where the output shows none that could be recognised again."""
    return next((signature for signature in signatures(output) if signature.is_telling), None)


def output_digest(output: str) -> str:
    """Return the sha256 of an output without times, addresses, process ids and temporary paths; empty for none."""
    for pattern, replacement in _OUTPUT_VOLATILE:
        output = pattern.sub(replacement, output)
    text = "\n".join(line.rstrip() for line in output.strip().splitlines())
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else ""


def _matches(lines: list[str], patterns: tuple[re.Pattern[str], ...]) -> Iterator[Signature]:
    for line in lines:
        found = next((match for pattern in patterns if (match := pattern.fullmatch(line))), None)
        if found:
            yield Signature(found["type"].rsplit(".", 1)[-1], normalised(found["message"] or ""))


def normalised(message: str) -> str:
    """Return a message without paths, numbers and addresses, in one line of plain characters."""
    for pattern, replacement in _VOLATILE:
        message = pattern.sub(replacement, message)
    return " ".join("".join(char if char.isprintable() else " " for char in message).split())[:MAX_SIGNATURE]
