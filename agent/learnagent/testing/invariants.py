"""What must hold in every request of an agent, whatever the model. Judges; answers nothing.

A conversation is known by its first user message. Its requests are stable when each one repeats the
tools and messages of the one before and adds to them. Three things are not held against a run:

- condensing: a request that is smaller than those before, or follows a request for a summary, may
  begin again, with the same tools, system message and first user message;
- a request without tools in a conversation that has tools asks for a summary: its prefix is free;
- a new run of the same task: no longer than the first request was, without any answer in it. (A first
  request that is sent again counts as one; several runs of one task may be under way.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from learnagent.testing.request import ReceivedRequest
from learnagent_memory.episode import Message, ToolCall


def request_problems(request: ReceivedRequest, secrets: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a request taken by itself."""
    yield from _role_problems([message.role for message in request.messages])
    yield from _pairing_problems(request.messages)
    yield from _call_problems([call for message in request.messages for call in message.tool_calls])
    yield from _secret_problems(request, secrets)
    if request.stream and not request.include_usage:
        yield "it streams without stream_options.include_usage"


@dataclass(slots=True)
class _Conversation:
    opening: int
    """Messages of the first request."""
    has_tools: bool = False
    summarised: bool = False
    """A summary was asked for since the last request that was none."""
    runs: list[tuple[str, ...]] = field(default_factory=list)
    """Segments of the last request of each run in it; the latest one last."""


class PrefixWatch:
    """Follows conversations from request to request."""

    def __init__(self) -> None:
        self._conversations: dict[str, _Conversation] = {}

    def problems(self, request: ReceivedRequest) -> Iterator[str]:
        """Take note of a request and yield what its conversation changed that it must not."""
        known = self._conversations.setdefault(request.task, _Conversation(len(request.messages)))
        if known.has_tools and not request.tools:
            known.summarised = True
            return
        if known.runs and not _opens(request, known) and not _take_continued(known.runs, request.segments):
            yield from _restart_problems(request.segments, known)
        known.runs.append(request.segments)
        known.has_tools = bool(request.tools)
        known.summarised = False

    def forget(self, request: ReceivedRequest) -> None:
        """Drop a conversation that has to begin anew, without tools."""
        self._conversations.pop(request.task, None)


def _take_continued(runs: list[tuple[str, ...]], segments: tuple[str, ...]) -> bool:
    """Remove the longest run that these segments continue; return whether there is one."""
    continued = [run for run in runs if segments[: len(run)] == run]
    if continued:
        runs.remove(max(continued, key=len))
    return bool(continued)


def _opens(request: ReceivedRequest, known: _Conversation) -> bool:
    answered = any(message.role == "assistant" for message in request.messages)
    return not answered and len(request.messages) <= known.opening


def _restart_problems(segments: tuple[str, ...], known: _Conversation) -> Iterator[str]:
    before = known.runs[-1]
    kept = _opening(before)
    condensed = known.summarised or _size(segments) < max(_size(run) for run in known.runs)
    if segments[: len(kept)] != kept:
        yield f"{_first_change(before, segments)} changed within a conversation"
    elif not condensed:
        yield f"{_first_change(before, segments)} changed although the conversation was not condensed"


def _first_change(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    changed = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(after))
    return f"message {changed}" if changed else "the set of tools"


def _opening(segments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tools and everything up to the first user message."""
    roles = [json.loads(segment)["role"] for segment in segments[1:]]
    return segments[: roles.index("user") + 2] if "user" in roles else segments[:1]


def _size(segments: tuple[str, ...]) -> int:
    return sum(len(segment) for segment in segments)


def _role_problems(roles: Sequence[str]) -> Iterator[str]:
    spoken = roles[len(list(takewhile(lambda role: role == "system", roles))) :]
    if not spoken or spoken[0] != "user":
        yield "the first message after the system message is not the user's"
    if "system" in spoken:
        yield "a system message stands after the start"
    if ("assistant", "assistant") in pairwise(spoken):
        yield "two answers follow each other"
    if spoken and spoken[-1] == "assistant":
        yield "the conversation ends with an answer"


def _pairing_problems(messages: Sequence[Message]) -> Iterator[str]:
    waiting: list[str] = []
    for number, message in enumerate(messages, start=1):
        if message.role != "tool":
            yield from (f"call {id_!r} is not answered before message {number}" for id_ in waiting)
            waiting = [call.id for call in message.tool_calls]
        elif message.tool_call_id in waiting:
            waiting.remove(message.tool_call_id)
        else:
            yield f"message {number} answers {message.tool_call_id!r}, which no call is waiting for"
    yield from (f"call {id_!r} is not answered" for id_ in waiting)


def _call_problems(calls: Sequence[ToolCall]) -> Iterator[str]:
    seen: set[str] = set()
    for call in calls:
        if not call.id:
            yield f"a call of {call.name} has no id"
        elif call.id in seen:
            yield f"call id {call.id!r} is used twice"
        seen.add(call.id)
        if not _is_json_object(call.arguments):
            yield f"the arguments of call {call.id!r} are not a JSON object"


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _secret_problems(request: ReceivedRequest, secrets: Sequence[str]) -> Iterator[str]:
    texts = [request.raw.decode(errors="replace"), *_strings(request.body)]
    for number, secret in enumerate(secrets, start=1):
        if secret and any(form in text for text in texts for form in _forms(secret)):
            # Its number, never the secret itself: logs are shared.
            yield f"secret {number} of {len(secrets)} is in the body"


def _forms(secret: str) -> set[str]:
    """Return the secret as it stands, and as it stands in a call's arguments, which are JSON in a string."""
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
