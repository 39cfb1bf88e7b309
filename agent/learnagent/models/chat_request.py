"""One streamed chat request: sent, read to its end, its failure judged. Nothing is repeated here.

The library that speaks to providers is passed in.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from learnagent.model import Reply, TextSink, ToolSpec
from learnagent.models import fenced
from learnagent.models.chat_wire import Wire, messages_to_wire, tools_to_wire
from learnagent.models.connection import Flight, flight
from learnagent.models.endpoint import Endpoint
from learnagent.models.fenced_block import BlockFilter
from learnagent.models.provider_error import Asked, Failure, RequestRefusedError, error_for
from learnagent.models.reply_assembly import CallAssembler, CallFragment, TextGate
from learnagent.models.retry import TransientError
from learnagent.settings import Prices
from learnagent_memory.episode import Message, Usage
from learnagent_memory.errors import BudgetSpentError

LONGEST_REPLY_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A model at an address."""

    name: str
    """The litellm name."""
    provider: str
    endpoint: Endpoint
    has_cache_marks: bool = False
    """Whether the provider caches only what is marked."""

    @property
    def address(self) -> str:
        """Where it is asked, as the user is told."""
        return urlsplit(self.endpoint.api_base or "").netloc or self.provider


class Delta(Protocol):
    """A piece of a streamed answer in the shape of the OpenAI protocol."""

    content: str | None
    tool_calls: list[Any] | None


class RawUsage(Protocol):
    """Token counts in the shape of the OpenAI protocol; details of caching differ by provider."""

    prompt_tokens: int | None
    completion_tokens: int | None


class ChatLibrary(Protocol):
    """What speaks to the providers."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What it raises when a request fails."""
        ...

    def open_stream(self, target: Target, body: Wire, *, timeout_s: float) -> Iterable[Any]:
        """Send the request; return the chunks of the answer in the shape of the OpenAI protocol."""
        ...

    def is_complete(self, stream: Iterable[Any]) -> bool:
        """Tell whether a stream that was read to its end came to its end, or broke off."""
        ...

    def failure(self, error: Exception, *, answered: bool) -> Failure:
        """Return what is known of a failure; `answered` tells whether the server answered at all."""
        ...

    def cost_usd(self, target: Target, usage: RawUsage) -> float | None:
        """Return the price of a reply; None where it is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """How a conversation is asked once."""

    library: ChatLibrary
    target: Target
    on_text: TextSink
    deadline: float | None
    """A time.monotonic() value."""
    timeout_s: float
    options: Wire
    """Further fields of the body."""

    def send(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Reply:
        """Ask with native function calls.

        Raises TransientError where asking again may help, other ModelErrors where it does not, and
        BudgetSpentError once the deadline has passed.
        """
        marks = self.target.has_cache_marks
        body: Wire = {"messages": messages_to_wire(messages, cache_marks=marks), **self.options}
        if tools:
            body["tools"] = tools_to_wire(tools, cache_marks=marks)
        return self._exchange(body, self.on_text)

    def send_in_words(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Reply:
        """Ask with the fenced protocol: the tools stand in the system message, the calls in the text."""
        visible = BlockFilter(self.on_text)
        marks = self.target.has_cache_marks
        wire = messages_to_wire(fenced.render(messages, tools), cache_marks=marks)
        reply = self._exchange({"messages": wire, **self.options}, visible)
        visible.finish()
        text, calls = fenced.parse(reply.text, tools)
        finish = "tool_calls" if calls and reply.finish_reason == "stop" else reply.finish_reason
        return Reply(text, calls, reply.usage, finish, reply.model)

    def _exchange(self, body: Wire, on_text: TextSink) -> Reply:
        left_s = self._left_s()
        only_key = self.target.endpoint.api_key if self.target.endpoint.guarded else None
        with flight(deadline=self.deadline, only_key=only_key) as under_way:
            try:
                chunks = self.library.open_stream(self.target, body, timeout_s=min(self.timeout_s, left_s))
                return self._read(chunks, TextGate(on_text, limit_characters=LONGEST_REPLY_CHARACTERS), under_way)
            except self.library.errors as error:
                self._left_s()
                asked = Asked(self.target.name, self.target.address, self.target.endpoint.api_key)
                raise error_for(self.library.failure(error, answered=under_way.is_answered), asked) from error

    def _left_s(self) -> float:
        """Return the seconds to the deadline; raises BudgetSpentError where there are none."""
        left_s = float("inf") if self.deadline is None else self.deadline - time.monotonic()
        if left_s <= 0:
            raise BudgetSpentError("the time for this run is over", hint="raise --max-minutes and resume")
        return left_s

    def _read(self, chunks: Iterable[Any], gate: TextGate, under_way: Flight) -> Reply:
        calls = CallAssembler()
        finish, usage = "", None
        for chunk in chunks:
            self._left_s()
            usage = getattr(chunk, "usage", None) or usage
            for choice in chunk.choices[:1]:
                _take(choice.delta, gate, calls)
                finish = choice.finish_reason or finish
            if gate.too_long:
                raise RequestRefusedError(
                    f"{self.target.address} sent more than {LONGEST_REPLY_CHARACTERS:,} characters",
                    hint="set max_output_tokens, or choose another model",
                )
        self._left_s()
        if not finish or not self.library.is_complete(chunks):
            raise self._broken(gate, under_way)
        return self._reply(gate.text, calls, finish, usage)

    def _broken(self, gate: TextGate, under_way: Flight) -> TransientError:
        kind = under_way.content_type.split(";")[0]
        if gate.seen_characters == 0 and kind and kind != "text/event-stream":
            return TransientError(
                f"{self.target.address} answered with {kind} and not with a chat stream",
                hint="check the address (most end in /v1) and any proxy in between",
            )
        return TransientError("the stream broke", hint=f"see whether {self.target.address} is well")

    def _reply(self, text: str, calls: CallAssembler, finish: str, usage: RawUsage | None) -> Reply:
        if finish == "content_filter" and not text:
            raise RequestRefusedError("the provider's content filter kept the reply", hint="word the task differently")
        counted = count_tokens(usage)
        cost = self.library.cost_usd(self.target, usage) if usage and counted.input_tokens else None
        made = calls.calls()
        return Reply(
            text=text,
            tool_calls=made,
            usage=counted.model_copy(update={"cost_usd": cost}),
            finish_reason=finish if finish == "length" else "tool_calls" if made else "stop",
            model=self.target.name,
        )


def _take(delta: Delta, gate: TextGate, calls: CallAssembler) -> None:
    if delta.content:
        gate.take_text(delta.content)
    gate.count(getattr(delta, "reasoning_content", None) or "")
    for piece in delta.tool_calls or ():
        name, arguments = piece.function.name or "", piece.function.arguments or ""
        gate.count(arguments)
        calls.add(CallFragment(piece.index, piece.id or "", name, arguments))


def count_tokens(usage: RawUsage | None) -> Usage:
    """Return the token counts without a cost; zeros where the server sent none."""
    if usage is None:
        return Usage()
    details = getattr(usage, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None) or getattr(usage, "cache_read_input_tokens", None)
    return Usage(
        input_tokens=usage.prompt_tokens or 0,
        cached_tokens=cached or 0,
        output_tokens=usage.completion_tokens or 0,
    )


def price_usd(prices: Prices, usage: RawUsage) -> float:
    """Return what a reply costs at these prices."""
    counted = count_tokens(usage)
    cached_price = prices.input if prices.cached is None else prices.cached
    fresh_tokens = counted.input_tokens - counted.cached_tokens
    paid = fresh_tokens * prices.input + counted.cached_tokens * cached_price
    return (paid + counted.output_tokens * prices.output) / 1_000_000
