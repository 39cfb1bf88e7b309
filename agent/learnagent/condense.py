"""Makes a long conversation fit the window again: older steps become a summary.

The system prompt, the task, the diff so far, open errors and the latest steps stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from learnagent.tools.tool import bounded
from learnagent_memory.episode import Message

CHARS_PER_TOKEN = 3.5
"""A low estimate for code in English; providers report the true number with each reply."""
FULL = 0.75
"""Share of the window at which the conversation is condensed; the rest is for the answer."""
KEPT = 0.25
"""Share of the window that the latest steps may keep."""

CONDENSED = "Earlier steps were condensed."

REQUEST = """\
The conversation is about to exceed your window. Write the notes that you need to go on without it: what you
found out (files, symbols, commands that work), what you changed and why, what was tried in vain, and what is
left to do. Be exact with names and paths. Do not repeat the task. Write plain text, call no tool."""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What must survive condensing word for word."""

    diff: str
    errors: str


def estimate_tokens(messages: Sequence[Message]) -> int:
    """Return a rough size in tokens."""
    chars = sum(
        len(message.content) + sum(len(call.arguments) + len(call.name) + 20 for call in message.tool_calls) + 20
        for message in messages
    )
    return int(chars / CHARS_PER_TOKEN)


def is_full(messages: Sequence[Message], *, context_tokens: int, known_tokens: int, known_messages: int) -> bool:
    """Return whether the next request nears the window.

    `known_tokens` is what the provider counted for the first `known_messages` messages; 0 where it
    did not count.
    """
    estimate = known_tokens + estimate_tokens(messages[known_messages:]) if known_tokens else estimate_tokens(messages)
    return estimate > FULL * context_tokens


def split(messages: Sequence[Message], context_tokens: int) -> tuple[list[Message], list[Message]]:
    """Split what follows the opening into older and latest messages; the latest begin with a whole step."""
    rest = list(messages[2:])
    starts = [number for number, message in enumerate(rest) if message.role == "assistant"]
    if not starts:
        return rest, []
    cut = starts[-1]
    for start in reversed(starts):
        if estimate_tokens(rest[start:]) > KEPT * context_tokens:
            break
        cut = start
    return rest[:cut], rest[cut:]


def summary_request(messages: Sequence[Message], older: Sequence[Message], context_tokens: int) -> list[Message]:
    """Return the conversation that asks the model for its notes."""
    room = int(0.5 * context_tokens * CHARS_PER_TOKEN)
    transcript = bounded("\n\n".join(_told(message) for message in older), room)
    return [
        *messages[:2],
        Message(role="user", content=f"<transcript>\n{transcript}\n</transcript>\n\n{REQUEST}"),
    ]


def condensed(
    messages: Sequence[Message], latest: Sequence[Message], *, notes: str, work: OpenWork, context_tokens: int
) -> list[Message]:
    """Return the shorter conversation: opening, notes with diff and errors, latest steps."""
    room = int(0.15 * context_tokens * CHARS_PER_TOKEN)
    parts = [f"{CONDENSED} Your notes on them:\n{bounded(notes, room)}"]
    if asked := _asked_since(messages, latest):
        parts.append(f"What the user asked meanwhile, word for word:\n{bounded(asked, room)}")
    if work.diff:
        parts.append(f"Your changes so far:\n```diff\n{bounded(work.diff, room)}\n```")
    if work.errors:
        parts.append(f"Still open:\n{bounded(work.errors, room)}")
    each = int(KEPT * context_tokens * CHARS_PER_TOKEN / max(1, len(latest)))
    kept = [
        message.model_copy(update={"content": bounded(message.content, max(each, 500))})
        if estimate_tokens(latest) > KEPT * context_tokens
        else message
        for message in latest
    ]
    return [*messages[:2], Message(role="user", content="\n\n".join(parts)), *kept]


def _asked_since(messages: Sequence[Message], latest: Sequence[Message]) -> str:
    """Return the user's later turns that are about to be condensed, the last of them first in importance."""
    older = messages[2 : len(messages) - len(latest)]
    asked = [message.content for message in older if message.role == "user"]
    return "\n\n".join(text for text in asked if not text.startswith((CONDENSED, "Call a tool to go on")))


def digest(older: Sequence[Message]) -> str:
    """Return notes made without the model: the calls that were made, for when it cannot be asked."""
    calls = [f"- {call.name} {bounded(call.arguments, 160)}" for message in older for call in message.tool_calls]
    return "The calls made so far:\n" + "\n".join(calls[-60:])


def _told(message: Message) -> str:
    calls = "".join(f"\n[calls {call.name} {call.arguments}]" for call in message.tool_calls)
    return f"{message.role}: {message.content}{calls}"
