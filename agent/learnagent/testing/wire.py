"""How the OpenAI chat protocol writes replies and errors, as bytes. No sockets here."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from learnagent.model import Reply
from learnagent.testing.script import (
    ContextOverflow,
    ModelNotFound,
    RateLimited,
    ServerError,
    ToolsUnsupported,
    Turn,
    Unauthorized,
    WrongContentType,
)
from learnagent_memory.episode import ToolCall, Usage

DONE = b"data: [DONE]\n\n"
MAX_FRAGMENTS = 200


@dataclass(frozen=True, slots=True)
class Head:
    """What all parts of one completion share."""

    id: str
    created: int
    """Seconds since the epoch."""
    model: str
    with_usage: bool
    """Whether token counts are sent."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


def completion(reply: Reply, head: Head) -> bytes:
    """Write a reply as one chat completion object."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.tool_calls:
        message["tool_calls"] = [_call(call) for call in reply.tool_calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish_reason}
    usage = {"usage": _usage(reply.usage)} if head.with_usage else {}
    return _encode({**_shared(head, "chat.completion"), "choices": [choice], **usage})


def deltas(reply: Reply, head: Head) -> Iterator[bytes]:
    """Write a reply as server-sent events up to, and without, its finish reason."""
    yield _chunk(head, {"role": "assistant", "content": "" if reply.text else None, "refusal": None})
    for text in _fragments(reply.text):
        yield _chunk(head, {"content": text})
    for index, call in enumerate(reply.tool_calls):
        opening = _call(call.model_copy(update={"arguments": ""}))
        yield _chunk(head, {"tool_calls": [{"index": index, **opening}]})
        for part in _fragments(call.arguments):
            yield _chunk(head, {"tool_calls": [{"index": index, "function": {"arguments": part}}]})


def ending(reply: Reply, head: Head) -> Iterator[bytes]:
    """Write what ends a stream: the finish reason, the usage where asked for, `[DONE]`."""
    yield _chunk(head, {}, reply.finish_reason)
    if head.with_usage:
        yield _event({**_shared(head, "chat.completion.chunk"), "choices": [], "usage": _usage(reply.usage)})
    yield DONE


def error_reply(
    status: int,
    message: str,
    *,
    kind: str,
    code: str | None = None,
    param: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> HttpReply:
    """Write an error in OpenAI's shape."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return HttpReply(status, _encode({"error": error}), headers)


def model_list(model: str) -> HttpReply:
    """Write the list of models, which holds one."""
    entry = {"id": model, "object": "model", "created": 0, "owned_by": "learnagent-testing"}
    return HttpReply(200, _encode({"object": "list", "data": [entry]}))


def fault_reply(turn: Turn, model: str) -> HttpReply | None:
    """Return the whole answer a fault turn stands for; None where it is no such turn."""
    match turn:
        case RateLimited(retry_after_s=wait):
            headers = () if wait is None else (("Retry-After", f"{wait:g}"),)
            return error_reply(
                429,
                "Rate limit reached for requests",
                kind="requests",
                code="rate_limit_exceeded",
                headers=headers,
            )
        case ServerError(status=status):
            return error_reply(status, "The server had an error while processing your request", kind="server_error")
        case Unauthorized():
            return unauthorized()
        case ModelNotFound():
            return error_reply(
                404,
                f"The model `{model}` does not exist or you do not have access to it.",
                kind="invalid_request_error",
                code="model_not_found",
            )
        case ContextOverflow():
            return error_reply(
                400,
                "This model's maximum context length is 8192 tokens. However, your "
                "messages resulted in 9001 tokens. Please reduce the length of the messages.",
                kind="invalid_request_error",
                code="context_length_exceeded",
                param="messages",
            )
        case ToolsUnsupported():
            return error_reply(400, f"registry.ollama.ai/library/{model} does not support tools", kind="api_error")
        case WrongContentType():
            page = b"<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>"
            return HttpReply(200, page, content_type="text/html; charset=utf-8")
    return None


def unauthorized() -> HttpReply:
    """Write the refusal of a wrong key."""
    return error_reply(401, "Incorrect API key provided.", kind="invalid_request_error", code="invalid_api_key")


def bad_request(status: int, message: str) -> HttpReply:
    """Write the refusal of a request that no model server would take."""
    return error_reply(status, message, kind="invalid_request_error")


def script_error(message: str) -> HttpReply:
    """Write that the run left its script; clients that know the header do not ask again."""
    return error_reply(500, message, kind="script_error", headers=(("x-should-retry", "false"),))


def _shared(head: Head, kind: str) -> dict[str, Any]:
    return {"id": head.id, "object": kind, "created": head.created, "model": head.model}


def _chunk(head: Head, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    usage = {"usage": None} if head.with_usage else {}
    return _event({**_shared(head, "chat.completion.chunk"), "choices": [choice], **usage})


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + _encode(body) + b"\n\n"


def _encode(body: dict[str, Any]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which a hostile model can send only escaped
        return json.dumps(body).encode()


def _call(call: ToolCall) -> dict[str, Any]:
    body = {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}
    return {"id": call.id, **body} if call.id else body


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def _fragments(text: str) -> Iterator[str]:
    """Split so that a short text comes in several pieces too, and a huge one in not too many."""
    size = max(1, math.ceil(len(text) / MAX_FRAGMENTS), min(16, math.ceil(len(text) / 3)))
    return (text[start : start + size] for start in range(0, len(text), size))
