"""A model in process that plays a script: no network, no key. It retries nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from learnagent.model import Reply, TextSink, ToolSpec
from learnagent.testing.inspection import Inspection
from learnagent.testing.player import Player, half_of, shorten
from learnagent.testing.request import ReceivedRequest, request_in_process
from learnagent.testing.script import (
    Answer,
    ContextOverflow,
    CutStream,
    HalfToolCall,
    Hang,
    Script,
    ToolsUnsupported,
    Turn,
)
from learnagent_memory.episode import Message, Usage
from learnagent_memory.errors import BudgetSpentError, ContextOverflowError, ModelError

CHUNK = 16


class ScriptedModel:
    """Implement `learnagent.model.Model` with a script; fault turns raise what a provider's fault would."""

    def __init__(
        self,
        turns: Script,
        *,
        name: str = "scripted",
        context_tokens: int = 128_000,
        secrets: Sequence[str] = (),
    ) -> None:
        self._player = Player(turns)
        self._name = name
        self._context_tokens = context_tokens
        self._inspection = Inspection(secrets)

    @property
    def name(self) -> str:
        """The name given."""
        return self._name

    @property
    def context_tokens(self) -> int:
        """The window given; it limits nothing, the script decides what overflows."""
        return self._context_tokens

    @property
    def turns_left(self) -> int | None:
        """Turns never played; None where the script is a function."""
        return self._player.turns_left

    @property
    def requests(self) -> list[tuple[tuple[Message, ...], tuple[ToolSpec, ...]]]:
        """Messages and tools of each request, in order."""
        return [(request.messages, request.tools) for request in self._inspection.requests]

    @property
    def problems(self) -> list[str]:
        """What was wrong with the requests so far, as `ModelServer` finds it."""
        return self._inspection.problems

    def check(self) -> None:
        """Raise AssertionError that lists the problems, if there are any."""
        self._inspection.check()

    def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        *,
        on_text: TextSink,
        deadline: float | None = None,
    ) -> Reply:
        """Play the next turn.

        Raises ScriptError, a ModelError, when no turn is left or the turn expected something else.
        """
        _require_time(deadline)
        request = request_in_process(self._name, messages, tools)
        self._inspection.receive(request)
        turn = self._player.next(request)
        if isinstance(turn, ToolsUnsupported):
            self._inspection.begin_anew(request)
        return self._play(turn, request, on_text, deadline)

    def _play(self, turn: Turn, request: ReceivedRequest, on_text: TextSink, deadline: float | None) -> Reply:
        match turn:
            case Answer():
                return self._answer(turn, request, on_text)
            case HalfToolCall():
                half = half_of(self._player.reply(turn.answer, request))
                return _stream(replace(half, finish_reason=turn.finish_reason or "length"), on_text)
            case CutStream():
                _stream(shorten(self._player.reply(turn.answer, request), turn.after_characters), on_text)
                raise ModelError("the connection broke in the middle of the answer", hint="try again")
            case Hang():
                _sleep(turn.seconds, deadline)
                if turn.answer is None:
                    raise ModelError(f"no answer within {turn.seconds:g} s", hint="try again")
                return self._answer(turn.answer, request, on_text)
            case ContextOverflow():
                raise ContextOverflowError("the conversation is larger than the window", hint="condense it")
        raise ModelError(f"the scripted provider failed: {type(turn).__name__}", hint="see the script")

    def _answer(self, answer: Answer, request: ReceivedRequest, on_text: TextSink) -> Reply:
        reply = _stream(self._player.reply(answer, request), on_text)
        return reply if answer.tokens.reported else replace(reply, usage=Usage())


def _stream(reply: Reply, on_text: TextSink) -> Reply:
    for start in range(0, len(reply.text), CHUNK):
        on_text(reply.text[start : start + CHUNK])
    return reply


def _sleep(seconds: float, deadline: float | None) -> None:
    left = seconds if deadline is None else min(seconds, max(0.0, deadline - time.monotonic()))
    time.sleep(left)
    _require_time(deadline)


def _require_time(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() >= deadline:
        raise BudgetSpentError("the time for this run is spent", hint="allow more with --max-minutes")
