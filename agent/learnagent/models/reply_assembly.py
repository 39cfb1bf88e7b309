"""Puts a streamed reply together from its fragments. Knows no library and reads no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from learnagent.model import TextSink
from learnagent.models.chat_wire import clean, clean_arguments, load_object
from learnagent_memory.episode import ToolCall


@dataclass(frozen=True, slots=True)
class CallFragment:
    """A piece of a tool call; servers leave out, repeat or renumber each of these."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class _Slot:
    index: int | None
    id: str
    name: str
    pieces: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


class CallAssembler:
    """Collects the tool calls of one reply."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []

    def add(self, fragment: CallFragment) -> None:
        """Append a fragment to the call it belongs to, or begin a new one."""
        slot = self._find(fragment)
        if slot is None:
            slot = _Slot(fragment.index, fragment.id, fragment.name)
            self._slots.append(slot)
        elif fragment.name and not fragment.id and not slot.pieces and fragment.name != slot.name:
            slot.name += fragment.name
        slot.id = slot.id or fragment.id
        if fragment.arguments:
            slot.pieces.append(fragment.arguments)

    def calls(self) -> tuple[ToolCall, ...]:
        """Return the calls in the order in which they began."""
        return tuple(
            ToolCall(id=clean(slot.id), name=clean(slot.name), arguments=clean_arguments(slot.arguments))
            for slot in self._slots
        )

    def _find(self, fragment: CallFragment) -> _Slot | None:
        slot = self._last_with(lambda slot: bool(fragment.id) and slot.id == fragment.id)
        if slot:
            return slot
        if fragment.index is None:
            slot = self._slots[-1] if self._slots else None
        else:
            slot = self._last_with(lambda slot: slot.index == fragment.index)
        return None if slot and _begins_another(slot, fragment) else slot

    def _last_with(self, fits: Callable[[_Slot], bool]) -> _Slot | None:
        return next((slot for slot in reversed(self._slots) if fits(slot)), None)


class TextGate:
    """Counts what arrives and passes text on; `too_long` once the reply is past its limit."""

    def __init__(self, on_text: TextSink, *, limit_characters: int) -> None:
        self._on_text = on_text
        self._limit = limit_characters
        self._pieces: list[str] = []
        self.seen_characters = 0

    def take_text(self, piece: str) -> None:
        """Keep a piece of the answer and show it."""
        self.count(piece)
        self._pieces.append(piece)
        self._on_text(clean(piece))

    def count(self, piece: str) -> None:
        """Count what is not text of the answer: arguments, reasoning."""
        self.seen_characters += len(piece)

    @property
    def too_long(self) -> bool:
        """Whether more arrived than any honest reply holds."""
        return self.seen_characters > self._limit

    @property
    def text(self) -> str:
        """The whole text so far."""
        return clean("".join(self._pieces))


def _begins_another(slot: _Slot, fragment: CallFragment) -> bool:
    """Tell whether a fragment with a known or missing index is nevertheless a new call.

    Some servers number every parallel call 0 or not at all; others repeat name and id in each piece.
    """
    if fragment.id and slot.id and fragment.id != slot.id:
        return bool(fragment.name)
    named_anew = bool(fragment.name and slot.name and fragment.arguments.strip())
    return named_anew and load_object(slot.arguments) is not None
