"""What an event may hold, so that whoever reads lessons need not fear them: lengths, counts, characters, paths.

It judges form only. Whether a lesson is true, useful or trusted is for `standing` and the admission to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from learnagent_memory.lesson import MAX_ANCHORS, MAX_FIELD, MAX_TITLE, Anchor
from learnagent_memory.lesson_event import AnyLessonEvent, Learned, Verified, from_json

MAX_EVENT_BYTES = 64 * 1024
"""A lesson at all its limits with twenty pieces of evidence takes half of it."""
MAX_ITEMS = 200
"""Entries of any list in an event."""
_MAX_COMMAND = 2000
_MAX_OTHER = 300
_MAX_LENGTHS = {"title": MAX_TITLE, "do": MAX_FIELD, "avoid": MAX_FIELD, "error": MAX_FIELD, "note": MAX_FIELD}
_MAX_LENGTHS |= {"reason": MAX_FIELD, "command": _MAX_COMMAND}

_CONTENT = frozenset({"title", "words", "error", "do", "avoid", "command", "note", "reason"})
"""What people, models and programs said. All else is a name that others refer to (ids, digests, authors, runs,
paths, symbols): a redacted one would no longer be found, so it is kept as it is."""
_MANY_LINES = frozenset({"do", "avoid", "command", "error"})

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters: a lesson must not move the cursor of a terminal
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"  # invisible
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # invisible, or turns the line around (CVE-2021-42574)
    "\ud800-\udfff"  # halves of a character: cannot be encoded
    "\U000e0000-\U000e0fff]"  # tags and selectors: text that a model reads and a person does not see
)
_OUTSIDE = frozenset({"", ".", ".."})
"""Parts of a path that is absolute, leads upwards or is not written the one way."""
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)", re.ASCII)


def check(event: AnyLessonEvent) -> None:
    """Raise ValueError, with one line that says why, for an event that exceeds what events may hold."""
    _check_time(event.at)
    leaves: list[tuple[str, str]] = []
    _collect(event.model_dump(), "", leaves)
    for key, value in leaves:
        if len(value) > _MAX_LENGTHS.get(key, _MAX_OTHER):
            raise ValueError(f"{key} has more than {_MAX_LENGTHS.get(key, _MAX_OTHER)} characters")
        if "\n" in value and key not in _MANY_LINES:
            raise ValueError(f"{key} has more than one line")
    if _FORBIDDEN.search("".join(value for _, value in leaves)):
        raise ValueError("it holds control or invisible characters")
    if isinstance(event, Learned):
        if not event.lesson.title.strip():
            raise ValueError("the title is empty")
        _check_anchors(event.lesson.anchors)
    elif isinstance(event, Verified):
        _check_anchors(event.anchors)


def cleaned(event: AnyLessonEvent, redact: Callable[[str], str]) -> AnyLessonEvent:
    """Return the event as it may be written: no secret in what was said, no character that no event may hold.

    A lesson whose text this changes has another id from then on.
    """
    return from_json(_cleaned(event.model_dump(mode="json"), "", redact))


def _cleaned(value: object, key: str, redact: Callable[[str], str]) -> object:
    if isinstance(value, dict):
        return {name: _cleaned(item, name, redact) for name, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item, key, redact) for item in value]
    if not isinstance(value, str) or key not in _CONTENT:
        return value
    text = redact(_FORBIDDEN.sub("", value))
    return text if key in _MANY_LINES else " ".join(text.split())


def _collect(value: object, key: str, leaves: list[tuple[str, str]]) -> None:
    """Add every string below, with the name of the field it stands in. Raises ValueError for long lists."""
    if isinstance(value, str):
        leaves.append((key, value))
    elif isinstance(value, dict):
        for name, item in value.items():
            _collect(item, name, leaves)
    elif isinstance(value, tuple):
        if len(value) > MAX_ITEMS:
            raise ValueError(f"{key} has more than {MAX_ITEMS} entries")
        for item in value:
            _collect(item, key, leaves)


def _check_time(at: str) -> None:
    """Refuse other forms of time: they are compared as text. `fromisoformat` raises ValueError for no date."""
    if not _AT.fullmatch(at):
        raise ValueError("at is not a time in UTC")
    datetime.fromisoformat(at)


def _check_anchors(anchors: tuple[Anchor, ...]) -> None:
    if len(anchors) > MAX_ANCHORS:
        raise ValueError(f"more than {MAX_ANCHORS} anchors")
    for anchor in anchors:
        parts = anchor.path.split("/")
        if not _OUTSIDE.isdisjoint(parts) or parts[0].lower() == ".git":
            raise ValueError("an anchor leads out of the working tree")
