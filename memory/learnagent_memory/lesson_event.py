"""What happens to lessons, as immutable events: the schema, their canonical bytes and their digest.

`ledger` puts them on disk, one file each; `standing` derives from the set of them what a lesson is worth.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from learnagent_memory.episode import Record
from learnagent_memory.lesson import Anchor, Evidence, Lesson, Origin

SCHEMA_VERSION = 1
Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Mapping[int, Migration] = {}
"""How an event of version n becomes one of n + 1. Applied on reading: a written event never changes."""

Verdict = Literal["helped", "hurt", "unused"]
"""What a lesson did in a run that was shown it."""


class LessonEvent(Record):
    """What every event carries."""

    schema_version: int = SCHEMA_VERSION
    at: str
    """UTC, ISO 8601, microseconds."""
    author: str
    """`Name <email>` as git knows it: a claim, unless the event is signed."""
    run: str = ""
    """Episode it came from; empty where a person did it by hand."""


class Learned(LessonEvent):
    """A lesson was learned, or learned once more."""

    type: Literal["learned"] = "learned"
    lesson: Lesson
    origin: Origin
    evidence: tuple[Evidence, ...] = ()
    derived_from: tuple[str, ...] = ()
    """Ids of the lessons it was made from; its origin is the lowest of theirs."""


class Verified(LessonEvent):
    """The evidence of a lesson ran and showed what the lesson says."""

    type: Literal["verified"] = "verified"
    lesson: str
    evidence: Evidence
    anchors: tuple[Anchor, ...] = ()
    """The anchors as they were then: what freshness is measured against from now on."""


class Refuted(LessonEvent):
    """The evidence of a lesson ran and showed otherwise."""

    type: Literal["refuted"] = "refuted"
    lesson: str
    evidence: Evidence


class Credit(Record):
    """What one lesson did in the run."""

    lesson: str
    verdict: Verdict


class Credited(LessonEvent):
    """How a run ended for the lessons it was shown: one event a run; a later one of the same run replaces it."""

    type: Literal["credited"] = "credited"
    credits: tuple[Credit, ...]


class Superseded(LessonEvent):
    """A lesson gave way to another, which says what is true now; both are kept."""

    type: Literal["superseded"] = "superseded"
    lesson: str
    by: str
    reason: str = ""


class Retracted(LessonEvent):
    """Lessons were taken back: one, all of an author, or all of a run."""

    type: Literal["retracted"] = "retracted"
    scope: Literal["lesson", "author", "run"] = "lesson"
    target: str
    reason: str = ""


class Accepted(LessonEvent):
    """The user of this machine accepted somebody else's lesson; counts only in the private store."""

    type: Literal["accepted"] = "accepted"
    lesson: str


AnyLessonEvent = Annotated[
    Learned | Verified | Refuted | Credited | Superseded | Retracted | Accepted, Field(discriminator="type")
]
_PARSER: TypeAdapter[AnyLessonEvent] = TypeAdapter(AnyLessonEvent)


class NewerSchemaError(ValueError):
    """The event was written by a newer learnagent."""


def to_bytes(event: LessonEvent) -> bytes:
    """Return the one form an event has on disk: JSON, sorted keys, ASCII, a newline at the end."""
    return json.dumps(event.model_dump(mode="json"), sort_keys=True, indent=1).encode() + b"\n"


def digest_of(content: bytes) -> str:
    """Return what an event's file is named after."""
    return hashlib.sha256(content).hexdigest()


def from_json(document: object, *, migrations: Mapping[int, Migration] = MIGRATIONS) -> AnyLessonEvent:
    """Return the event a JSON document holds, brought to the present schema.

    Raises NewerSchemaError for a later schema, ValueError for anything that is no event.
    """
    if not isinstance(document, dict) or not isinstance(document.get("schema_version"), int):
        raise ValueError("not an event")
    version: int = document["schema_version"]
    newest = max(migrations, default=SCHEMA_VERSION - 1) + 1
    if version > newest:
        raise NewerSchemaError(f"schema {version}, this version reads up to {newest}")
    for step in range(version, newest):
        if step not in migrations:
            raise ValueError(f"schema {version} is not known")
        document = {**migrations[step](document), "schema_version": step + 1}
    return _PARSER.validate_python(document)


def lessons_of(event: AnyLessonEvent) -> tuple[str, ...]:
    """Return the ids of the lessons an event is about; empty for a retraction of an author or a run."""
    match event:
        case Learned():
            return (event.lesson.id,)
        case Credited():
            return tuple(credit.lesson for credit in event.credits)
        case Retracted():
            return (event.target,) if event.scope == "lesson" else ()
        case Superseded():
            return (event.lesson, event.by)
        case _:
            return (event.lesson,)
