"""Reads which lines a failure names: traces of Python, the JVM, .NET, PHP, and any `path:line`. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from learnagent.lint.syntax.patterns import lazy_pattern

MAX_CHARACTERS = 400_000
"""Of one output its end is read: there the failure is told."""

_SUFFIX = r"(?:py|pyx|[cm]?[jt]sx?|go|rs|java|kts?|cs|php|rb|cc|cpp|cxx|hpp|h)"
_PYTHON = lazy_pattern(
    r'^[ |E]*File "(?P<path>[^"\n]+)", line (?P<line>\d+)[^\n]*(?:\n(?P<source>[ |]+\S[^\n]*))?', re.MULTILINE
)
_JVM = lazy_pattern(
    r"^\s*at (?:[\w.-]+/)?(?P<owner>[\w.$]+)\.[\w$<>]+\((?P<name>[\w$]+\.(?:java|kt|kts)):(?P<line>\d+)\)", re.MULTILINE
)
_DOTNET = lazy_pattern(r"\bin (?P<path>[^\n:]+(?::\\[^\n:]+)?\.cs):line (?P<line>\d+)")
_PHP = lazy_pattern(r"(?P<path>[^\s:(]+\.php)(?:\((?P<line>\d+)\)|\s+on line (?P<other>\d+))")
_PLACE = lazy_pattern(rf"(?P<path>(?:[A-Za-z]:)?[\w./\\@+-]*\w\.{_SUFFIX}):(?P<line>\d+)(?::\d+)?\b")
_SHOWN = lazy_pattern(r"^>\s+(?P<source>\S[^\n]*)$", re.MULTILINE)
_ERROR = lazy_pattern(
    r"^(?:E\s+)?(?:[\w.]+\.)?(?P<name>[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Iteration|NotFound\w*))\b",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A line that a failure names."""

    path: str
    """As the failure writes it, with `/` between folders; of the JVM the end of a path, made from the class."""
    line: int
    """From 1."""
    source: str = ""
    """The line itself, where the failure shows it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What an output says of a failure."""

    frames: tuple[Frame, ...]
    shown: tuple[str, ...]
    """Lines that pytest marks as those that raised."""
    errors: tuple[str, ...]
    """Names of the errors, the last one last."""


def read_failures(outputs: Iterable[str]) -> list[Failure]:
    """Return what each output says, those that name no line left out."""
    found = (_read(output[-MAX_CHARACTERS:]) for output in outputs)
    return [one for one in found if one.frames]


def _read(output: str) -> Failure:
    frames = tuple(dict.fromkeys(_frames(output)))
    shown = tuple(match["source"].strip() for match in _SHOWN.finditer(output))
    return Failure(frames, shown, tuple(match["name"] for match in _ERROR.finditer(output)))


def _frames(output: str) -> Iterator[Frame]:
    for match in _PYTHON.finditer(output):
        yield Frame(_slashed(match["path"]), int(match["line"]), (match["source"] or "").strip(" |"))
    for match in _JVM.finditer(output):
        package = match["owner"].rpartition(".")[0].replace(".", "/")
        yield Frame(f"{package}/{match['name']}" if package else match["name"], int(match["line"]))
    for match in _DOTNET.finditer(output):
        yield Frame(_slashed(match["path"].strip()), int(match["line"]))
    for match in _PHP.finditer(output):
        yield Frame(_slashed(match["path"]), int(match["line"] or match["other"]))
    for match in _PLACE.finditer(output):
        yield Frame(_slashed(match["path"]), int(match["line"]))


def _slashed(path: str) -> str:
    return re.sub(r"^\./", "", path.replace("\\", "/"))


def is_same_file(frame: Frame, path: str) -> bool:
    """Return whether a frame is in a file: one of the two paths ends with the other, by whole names."""
    longer, shorter = sorted((f"/{frame.path.lstrip('/')}", f"/{path}"), key=len, reverse=True)
    return longer.endswith(shorter) and ("/" in frame.path or "/" not in path)
