"""Takes lessons out of a memory and in again: Markdown for AGENTS.md, to be read; JSON, without loss.

It prints and reads no file. What is imported stays in quarantine like anything that others say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from learnagent_memory.episode import Record
from learnagent_memory.errors import UsageError
from learnagent_memory.ledger import Ledger, Problem, Stored
from learnagent_memory.lesson import Kind, Lesson
from learnagent_memory.lesson_event import digest_of
from learnagent_memory.reading import parse_json
from learnagent_memory.standing import Standing

FORMAT = "learnagent-memory"
FORMAT_VERSION = 1
_BYTES = "surrogateescape"
"""A ledger may hold files that are no events, nor even text: they are taken out like the others."""

_HEADINGS: dict[Kind, str] = {
    "command": "Commands",
    "convention": "Conventions",
    "place": "Where things are done",
    "coupling": "What changes together",
    "fix": "Errors and what mends them",
    "note": "Notes",
}
"""In the order of the document."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&@$])")
"""Everything that can begin markup within a line, a mention, an entity or a formula."""
_SCHEME = re.compile(r"\b(https?|ftp|mailto|www)([:.])", re.IGNORECASE)


class _Packed(Record):
    digest: str
    content: str
    """The bytes of the event's file."""
    signature: str = ""


class _Package(Record):
    format: str
    version: int
    events: tuple[_Packed, ...]


_PACKAGE: TypeAdapter[_Package] = TypeAdapter(_Package)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a package."""

    added: tuple[str, ...]
    """Digests of events that were not here before."""
    known: int
    problems: tuple[Problem, ...]


def to_markdown(standings: Iterable[Standing]) -> str:
    """Return the live, trusted lessons as Markdown, grouped by kind; empty where there are none.

    Their text is escaped: no lesson can add a heading, a link, HTML or a block of its own.
    """
    shown = [standing for standing in standings if standing.is_live and standing.is_trusted]
    shown.sort(key=lambda standing: (-standing.helpfulness, standing.lesson.title, standing.id))
    parts: list[str] = []
    for kind, heading in _HEADINGS.items():
        lines = [_line(standing.lesson) for standing in shown if standing.lesson.kind == kind]
        if lines:
            parts.append("\n".join((f"## {heading}", "", *lines)))
    return "\n\n".join(parts) + "\n" if parts else ""


def to_json(events: Iterable[Stored]) -> str:
    """Return events byte for byte as one JSON document, sorted by digest."""
    packed = [
        _Packed(digest=one.digest, content=one.content.decode(errors=_BYTES), signature=one.signature.decode("latin-1"))
        for one in sorted(events, key=lambda one: one.digest)
    ]
    package = _Package(format=FORMAT, version=FORMAT_VERSION, events=tuple(packed))
    return json.dumps(package.model_dump(), indent=1) + "\n"


def import_json(document: str | bytes, ledger: Ledger, *, name: Path) -> Imported:
    """Write the events of a package into a ledger; `name` is what the problems say it is called.

    Raises UsageError for what is no package, StorageError when they cannot be written. A damaged event
    is a problem and hinders no other.
    """
    package = _opened(document, name)
    here = ledger.digests()
    ready: dict[str, tuple[bytes, bytes]] = {}
    problems: list[Problem] = []
    for number, packed in enumerate(package.events, start=1):
        try:
            ready[packed.digest] = _checked(packed, ledger)
        except ValueError as error:
            problems.append(Problem(name, f"event {number}: {error}"))
    ledger.adopt(ready.values())
    added = tuple(digest for digest in ready if digest not in here)
    return Imported(added, len(ready) - len(added), tuple(problems))


def _opened(document: str | bytes, name: Path) -> _Package:
    hint = "give a file that `learnagent memory export --format json` wrote"
    try:
        package = _PACKAGE.validate_python(parse_json(document))
    except (ValidationError, ValueError) as error:
        raise UsageError(f"{name} is no exported memory", hint=hint) from error
    if package.format != FORMAT:
        raise UsageError(f"{name} is no exported memory", hint=hint)
    if package.version > FORMAT_VERSION:
        raise UsageError(f"{name} was written by a newer learnagent", hint="upgrade learnagent and import again")
    return package


def _checked(packed: _Packed, ledger: Ledger) -> tuple[bytes, bytes]:
    content = packed.content.encode(errors=_BYTES)
    if digest_of(content) != packed.digest:
        raise ValueError("was altered: its content does not have its digest")
    ledger.inspect(content)
    return content, packed.signature.encode("latin-1")


def _line(lesson: Lesson) -> str:
    said = [f"**{_escaped(lesson.title)}**", _escaped(lesson.do)]
    if lesson.avoid:
        said.append(f"Avoid: {_escaped(lesson.avoid)}")
    places = dict.fromkeys(f"{one.path}:{one.symbol}" if one.symbol else one.path for one in lesson.anchors)
    if places:
        said.append(f"({_escaped(', '.join(places))})")
    return f"- {' '.join(part for part in said if part)}"


def _escaped(text: str) -> str:
    """Return a text as one line that Markdown shows letter by letter: an address is not made a link either."""
    plain = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _SCHEME.sub(lambda found: f"{found[1]}{chr(92)}{found[2]}", plain)
