"""Redacts text that comes in pieces of any size: nothing is let out before it is certain what it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

HOLD_CHARS = 32_768
"""The last characters stay in memory: more than the longest secret, so that none is cut in two."""
_BATCH_CHARS = 131_072
_STEP_CHARS = 4_096


class RedactedStream:
    """Text in pieces: `feed` and `end` return what may be written, in order."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._pieces: list[str] = []
        self._held = 0

    def feed(self, text: str) -> str:
        """Take the next piece; return what is certain by now, mostly nothing."""
        self._pieces.append(text)
        self._held += len(text)
        if self._held < HOLD_CHARS + _BATCH_CHARS:
            return ""
        pending = "".join(self._pieces)
        place = self._cut(pending)
        self._keep(pending[place:])
        return self._redact(pending[:place])

    def end(self) -> str:
        """Return the rest."""
        pending = "".join(self._pieces)
        self._keep("")
        return self._redact(pending)

    def _keep(self, text: str) -> None:
        self._pieces, self._held = [text], len(text)

    def _cut(self, pending: str) -> int:
        """Return the last place where nothing that is redacted reaches across."""
        places = tuple(_places(pending))
        return next((place for place in places if self._is_clean_cut(pending, place)), places[0])

    def _is_clean_cut(self, pending: str, place: int) -> bool:
        before, after = pending[max(place - HOLD_CHARS, 0) : place], pending[place : place + HOLD_CHARS]
        return self._redact(before) + self._redact(after) == self._redact(before + after)


def _places(pending: str) -> Iterator[int]:
    """Yield places to cut, from the end: ends of lines where there are any."""
    for back in range(HOLD_CHARS, 2 * HOLD_CHARS, _STEP_CHARS):
        end = len(pending) - back
        yield pending.rfind("\n", end - _STEP_CHARS, end) + 1 or end
