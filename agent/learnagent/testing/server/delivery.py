"""Turns a turn of the script into what goes over the connection, and when. Opens no connection."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace

from learnagent.testing import wire
from learnagent.testing.player import Player, half_of, shorten
from learnagent.testing.request import ReceivedRequest
from learnagent.testing.script import Answer, CutStream, HalfToolCall, Hang, Turn


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP answer as it is sent, piece by piece."""

    status: int
    content_type: str
    pieces: tuple[bytes, ...]
    """Parts of the body; with `length` None each is a chunk of its own."""
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    """Content-Length; None sends the body in chunks."""
    silence_s: float = 0.0
    """How long nothing is sent."""
    silence_after: int | None = None
    """Pieces sent before the silence; None keeps it before the status line."""
    complete: bool = True
    """False breaks the connection after the last piece; without pieces, before the status line."""


def whole(reply: wire.HttpReply) -> Delivery:
    """Deliver a ready answer at once."""
    return Delivery(reply.status, reply.content_type, (reply.body,), reply.headers, length=len(reply.body))


def deliver(turn: Turn, request: ReceivedRequest, player: Player) -> Delivery:
    """Return what the client gets for a turn."""
    fault = wire.fault_reply(turn, request.model)
    if fault:
        return whole(fault)
    match turn:
        case Answer():
            return _answer(turn, request, player)
        case CutStream(answer=answer, after_characters=characters):
            return _cut(answer, characters, request, player)
        case HalfToolCall():
            return _half(turn, request, player)
        case Hang(answer=None, seconds=seconds):
            return Delivery(200, "", (), silence_s=seconds, complete=False)
        case Hang(answer=Answer() as answer, seconds=seconds, after_chunks=chunks):
            delivery = _answer(answer, request, player)
            after = chunks if chunks and request.stream else None
            return replace(delivery, silence_s=seconds, silence_after=after)
    raise TypeError(f"{type(turn).__name__} is no turn of learnagent.testing")


def _answer(answer: Answer, request: ReceivedRequest, player: Player) -> Delivery:
    reply, head = player.reply(answer, request), _head(request, answer)
    if request.stream:
        return _events(*wire.deltas(reply, head), *wire.ending(reply, head))
    return _body(wire.completion(reply, head))


def _cut(answer: Answer, characters: int, request: ReceivedRequest, player: Player) -> Delivery:
    reply, head = player.reply(answer, request), _head(request, answer)
    if request.stream:
        return replace(_events(*wire.deltas(shorten(reply, characters), head)), complete=False)
    body = wire.completion(reply, head)
    return replace(_body(body), pieces=(body[: len(body) // 2],), complete=False)


def _half(turn: HalfToolCall, request: ReceivedRequest, player: Player) -> Delivery:
    head = _head(request, turn.answer)
    half = replace(half_of(player.reply(turn.answer, request)), finish_reason=turn.finish_reason or "length")
    if not request.stream:
        return _body(wire.completion(half, head))
    return _events(*wire.deltas(half, head), *(wire.ending(half, head) if turn.finish_reason else ()))


def _events(*events: bytes) -> Delivery:
    return Delivery(200, "text/event-stream; charset=utf-8", events)


def _body(body: bytes) -> Delivery:
    return whole(wire.HttpReply(200, body))


def _head(request: ReceivedRequest, answer: Answer) -> wire.Head:
    asked = request.include_usage or not request.stream
    return wire.Head(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
        model=request.model,
        with_usage=asked and answer.tokens.reported,
    )
