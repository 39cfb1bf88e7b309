"""Moves lessons of one's own to a ledger that others read: first shown as they would be, then written.

What is copied is what was learned and verified; credits, verdicts and acceptances stay private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from learnagent_memory.errors import UsageError
from learnagent_memory.ledger import Ledger, Store
from learnagent_memory.lesson_event import AnyLessonEvent, Learned, Verified, to_bytes
from learnagent_memory.limits import cleaned
from learnagent_memory.share.signing import Sign
from learnagent_memory.standing import Standing, derive


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be shared, to the byte."""

    lessons: tuple[Standing, ...]
    texts: tuple[str, ...]
    """The files as others will read them, oldest event first."""


def preview(ids: Sequence[str], store: Store, *, redact: Callable[[str], str]) -> Preview:
    """Return what sharing these lessons would write; nothing is written.

    Secrets known today are taken out once more. Raises UsageError for a lesson that is not one's own, or
    that is refuted, superseded or retracted.
    """
    entries = store.read().entries
    wanted = frozenset(ids)
    standings = derive(entries, only=wanted)
    lessons = tuple(_shareable(standings.get(one), one) for one in dict.fromkeys(ids))
    own = sorted((entry for entry in entries if entry.own), key=lambda entry: entry.order)
    events = _cleaned([entry.event for entry in own if _is_about(entry.event, wanted)], redact)
    return Preview(lessons, tuple(dict.fromkeys(to_bytes(event).decode() for event in events)))


def publish(shown: Preview, target: Ledger, *, sign: Sign | None = None) -> list[str]:
    """Write exactly what was shown, signed where there is a key, and return the digests.

    Raises UsageError for a private ledger or a text that the ledger refuses, StorageError.
    """
    if target.own:
        raise UsageError("that memory is private", hint="share to the committed folder or to the team's")
    contents = [text.encode() for text in shown.texts]
    try:
        for content in contents:
            target.inspect(content)
        return target.adopt([(content, sign(content) if sign else b"") for content in contents])
    except ValueError as error:
        raise UsageError(f"not shared: {error}", hint="learnagent memory edit it first") from error


def _shareable(standing: Standing | None, asked: str) -> Standing:
    if standing is None or standing.trust != "own":
        raise UsageError(f"{asked[:12]} is no lesson of yours", hint="learnagent memory list shows them")
    if not standing.is_live:
        raise UsageError(f"{asked[:12]} is {standing.status}", hint="share one that still holds")
    return standing


def _is_about(event: AnyLessonEvent, wanted: frozenset[str]) -> bool:
    match event:
        case Learned():
            return event.lesson.id in wanted
        case Verified():
            return event.lesson in wanted
        case _:
            return False


def _cleaned(events: Sequence[AnyLessonEvent], redact: Callable[[str], str]) -> Iterator[AnyLessonEvent]:
    """Yield the events without secrets; what was verified goes on to name the lesson as it is called now."""
    now: dict[str, str] = {}
    clean = [cleaned(event, redact) for event in events]
    for before, event in zip(events, clean, strict=True):
        if isinstance(before, Learned) and isinstance(event, Learned):
            now[before.lesson.id] = event.lesson.id
    for event in clean:
        yield event.model_copy(update={"lesson": now[event.lesson]}) if isinstance(event, Verified) else event
