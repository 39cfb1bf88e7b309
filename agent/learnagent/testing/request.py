"""One chat request as a fake model got it: parsed for scripts and tests, raw for checks. No judgement."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from learnagent.model import ToolSpec
from learnagent_memory.episode import Message, ToolCall
from learnagent_memory.errors import UsageError


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request for a chat completion."""

    model: str
    messages: tuple[Message, ...]
    """The conversation; content given in parts is joined to one text."""
    tools: tuple[ToolSpec, ...]
    stream: bool
    include_usage: bool
    """Whether `stream_options.include_usage` is set."""
    segments: tuple[str, ...] = field(repr=False)
    """Tools, then each message, as the text a prompt cache keys on; `cache_control` is left out."""
    body: Mapping[str, Any] = field(repr=False)
    """The parsed body, whole."""
    raw: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; empty in process."""
    received_at: float
    """A time.monotonic() value."""

    @property
    def task(self) -> str:
        """Text of the first user message, which tells conversations apart; empty where there is none."""
        return next((message.content for message in self.messages if message.role == "user"), "")

    @property
    def latest(self) -> tuple[Message, ...]:
        """Messages after the last answer: what the model has not seen yet."""
        answers = [i for i, message in enumerate(self.messages) if message.role == "assistant"]
        return self.messages[answers[-1] + 1 :] if answers else self.messages


def parse_request(raw: bytes, headers: Mapping[str, str]) -> ReceivedRequest:
    """Parse the body of a chat completion request.

    Raises UsageError when it is not one.
    """
    try:
        body = json.loads(raw)
        parsed = _Body.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"not a chat request: {where}: {first['msg']}") from error
    except ValueError as error:
        raise UsageError(f"not a chat request: {error}") from error
    return ReceivedRequest(
        model=parsed.model,
        messages=tuple(message.plain() for message in parsed.messages),
        tools=tuple(tool.function.plain() for tool in parsed.tools or ()),
        stream=bool(parsed.stream),
        include_usage=bool(parsed.stream_options and parsed.stream_options.include_usage),
        segments=tuple(_segment(part) for part in (body.get("tools"), *body["messages"])),
        body=body,
        raw=raw,
        headers=headers,
        received_at=time.monotonic(),
    )


def request_in_process(model: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> ReceivedRequest:
    """Return what a server would have received for this conversation."""
    body = {
        "model": model,
        "messages": [_message_body(message) for message in messages],
        "tools": [_tool_body(tool) for tool in tools] or None,
    }
    return parse_request(json.dumps(body).encode(), {})


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Function(_Wire):
    name: str
    arguments: str


class _Call(_Wire):
    id: str = ""
    function: _Function

    def plain(self) -> ToolCall:
        return ToolCall(id=self.id, name=self.function.name, arguments=self.function.arguments)


class _Message(_Wire):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None

    def plain(self) -> Message:
        return Message(
            role="system" if self.role == "developer" else self.role,
            content=self._text(),
            tool_calls=tuple(call.plain() for call in self.tool_calls or ()),
            tool_call_id=self.tool_call_id,
        )

    def _text(self) -> str:
        if isinstance(self.content, list):
            return "".join(str(part.get("text") or "") for part in self.content)
        return self.content or ""


class _Declaration(_Wire):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None

    def plain(self) -> ToolSpec:
        return ToolSpec(self.name, self.description or "", self.parameters or {})


class _Tool(_Wire):
    function: _Declaration


class _StreamOptions(_Wire):
    include_usage: bool = False


class _Body(_Wire):
    model: str
    messages: list[_Message]
    tools: list[_Tool] | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


def _message_body(message: Message) -> dict[str, object]:
    body: dict[str, object] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    return body


def _tool_body(tool: ToolSpec) -> dict[str, object]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _segment(part: object) -> str:
    return json.dumps(_without_marks(part), ensure_ascii=False)


def _without_marks(value: object) -> object:
    """Drop `cache_control`, and with it the single-part form a mark needs: moving one changes no prompt."""
    if isinstance(value, list):
        return [_without_marks(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_marks(item) for key, item in value.items() if key != "cache_control"}
    match kept.get("content"):
        case [{"type": "text", "text": text}]:
            kept["content"] = text
    return kept
