"""Plays a script: which turn comes next, and the reply an answer turn stands for. Knows no transport."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import replace

from learnagent.model import Reply
from learnagent.testing.request import ReceivedRequest
from learnagent.testing.script import (
    Answer,
    Call,
    CutStream,
    HalfToolCall,
    Hang,
    HugeReply,
    Say,
    Script,
    ScriptError,
    Tokens,
    ToolUse,
    Turn,
)
from learnagent_memory.episode import ToolCall, Usage

CHARACTERS_PER_TOKEN = 4


class Player:
    """Hands out the turns of a script, one a request; safe to use from several threads."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], tuple[str, ...]] = {}
        """By model and task: what the last answered request began with."""
        self._calls_made = 0
        self.played = 0
        """Turns handed out."""

    @property
    def turns_left(self) -> int | None:
        """Turns never played; None where the script is a function."""
        return None if callable(self._script) else len(self._script) - self.played

    def next(self, request: ReceivedRequest) -> Turn:
        """Return the turn for this request; a function as script is called by one thread at a time.

        Raises ScriptError when no turn is left or the turn expects something else; such a turn of a
        list is not used up, so that a repeated request fails the same way.
        """
        with self._lock:
            turn = self._turn(request)
            _check_expectations(turn, request, self.played + 1)
            self.played += 1
            return turn

    def reply(self, answer: Answer, request: ReceivedRequest) -> Reply:
        """Return the reply an answer stands for, with fresh call ids and measured token counts."""
        with self._lock:
            calls = self._tool_calls(answer.calls if isinstance(answer, Call) else (), request)
            text = _text(answer)
            written = len(text) + sum(len(call.name) + len(call.arguments) for call in calls)
            usage = self._usage(request, written)
        return Reply(
            text=text,
            tool_calls=calls,
            finish_reason=answer.finish_reason or ("tool_calls" if calls else "stop"),
            model=request.model,
            usage=_overridden(usage, answer.tokens),
        )

    def _turn(self, request: ReceivedRequest) -> Turn:
        if callable(self._script):
            return self._script(request)
        if self.played >= len(self._script):
            raise ScriptError(
                f"the script is exhausted: all {self.played} turns were played",
                hint="add a turn, or end the run earlier",
            )
        return self._script[self.played]

    def _tool_calls(self, uses: tuple[ToolUse, ...], request: ReceivedRequest) -> tuple[ToolCall, ...]:
        taken = {call.id for message in request.messages for call in message.tool_calls}
        return tuple(
            ToolCall(
                id=self._fresh_id(taken) if use.id is None else use.id,
                name=use.name,
                arguments=use.arguments
                if isinstance(use.arguments, str)
                else json.dumps(use.arguments, ensure_ascii=False),
            )
            for use in uses
        )

    def _fresh_id(self, taken: set[str]) -> str:
        while True:
            self._calls_made += 1
            if (fresh := f"call_{self._calls_made}") not in taken:
                return fresh

    def _usage(self, request: ReceivedRequest, written: int) -> Usage:
        segments = request.segments
        earlier = [seen for (model, _), seen in self._seen.items() if model == request.model]
        cached = max((_common_prefix(segments, seen) for seen in earlier), default=0)
        self._seen[request.model, request.task] = segments
        counts = [math.ceil(len(segment) / CHARACTERS_PER_TOKEN) for segment in segments]
        return Usage(
            input_tokens=sum(counts),
            cached_tokens=sum(counts[:cached]),
            output_tokens=math.ceil(written / CHARACTERS_PER_TOKEN),
        )


def _overridden(usage: Usage, tokens: Tokens) -> Usage:
    given = {
        "input_tokens": tokens.prompt,
        "cached_tokens": tokens.cached,
        "output_tokens": tokens.completion,
    }
    return usage.model_copy(update={name: count for name, count in given.items() if count is not None})


def shorten(reply: Reply, characters: int) -> Reply:
    """Return what has arrived of a reply after that many characters of text, then of arguments."""
    text, left = reply.text[:characters], characters - len(reply.text)
    calls = []
    for call in reply.tool_calls:
        if left <= 0:
            break
        calls.append(call.model_copy(update={"arguments": call.arguments[:left]}))
        left -= len(call.arguments)
    return replace(reply, text=text, tool_calls=tuple(calls))


def half_of(reply: Reply) -> Reply:
    """Return the reply cut in the middle of its last call's arguments."""
    *whole, last = reply.tool_calls
    cut = last.model_copy(update={"arguments": last.arguments[: len(last.arguments) // 2]})
    return replace(reply, tool_calls=(*whole, cut))


def _text(answer: Answer) -> str:
    if isinstance(answer, HugeReply):
        return ("lorem ipsum " * (answer.characters // 12 + 1))[: answer.characters]
    return answer.text if isinstance(answer, Say | Call) else ""


def _expectations(turn: Turn) -> tuple[str, ...]:
    """Return what a turn expects, and what the answer within it expects."""
    match turn:
        case CutStream(answer=answer) | HalfToolCall(answer=answer) | Hang(answer=Answer() as answer):
            return (*turn.expect, *answer.expect)
    return turn.expect


def _check_expectations(turn: Turn, request: ReceivedRequest, number: int) -> None:
    for expected in _expectations(turn):
        if not any(expected in message.content for message in request.latest):
            last = request.latest[-1].content[-200:] if request.latest else ""
            raise ScriptError(
                f"turn {number} expects {expected!r}, the conversation ends in {last!r}",
                hint="the run left its script",
            )


def _common_prefix(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
