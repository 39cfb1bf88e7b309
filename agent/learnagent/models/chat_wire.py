"""Our messages as the chat protocol has them, byte for byte the same each time. Nothing is sent here.

Also the border for text: what leaves or enters is free of lone surrogates and NULs, which neither JSON
over HTTP nor a file nor a command line can carry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from learnagent.model import ToolSpec
from learnagent_memory.episode import Message, ToolCall

Wire = dict[str, Any]
"""One JSON object of the chat protocol; made here, read only by the library that sends it."""

_ESCAPED_SUSPECT = re.compile(r"\\u(?:d[89a-f]|0000)", re.IGNORECASE)
_MARK = {"type": "ephemeral"}


def messages_to_wire(messages: Sequence[Message], *, cache_marks: bool = False) -> list[Wire]:
    """Return the conversation as JSON objects.

    With `cache_marks`, text stands in parts, and the system message and the last two user or tool
    messages carry a mark (with that of the tools: the four that Anthropic allows). Marks move, texts
    do not.
    """
    wire = [_message(message) for message in messages]
    if cache_marks:
        marked = _marked_positions(messages)
        for position, entry in enumerate(wire):
            entry["content"] = _parts(entry["content"], marked=position in marked)
    return wire


def needs_cache_marks(name: str, provider: str) -> bool:
    """Tell whether a provider caches a prompt only up to the marks in it."""
    is_claude = "claude" in name or "anthropic" in name
    return provider == "anthropic" or (is_claude and provider in ("bedrock", "vertex_ai", "openrouter"))


def tools_to_wire(tools: Sequence[ToolSpec], *, cache_marks: bool = False) -> list[Wire]:
    """Return the tools as JSON objects, in the order given."""
    wire: list[Wire] = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in tools
    ]
    if cache_marks and wire:
        wire[-1]["cache_control"] = _MARK
    return wire


def clean(text: str) -> str:
    """Join surrogate pairs; turn lone surrogates and NULs into U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "\ufffd")


def clean_arguments(text: str) -> str:
    """Clean the raw JSON of a tool call, what is escaped in it too; blank means no arguments."""
    cleaned = clean(text)
    if not cleaned.strip():
        return "{}"
    value = load_object(cleaned) if _ESCAPED_SUSPECT.search(cleaned) else None
    return cleaned if value is None else json.dumps(_clean_value(value), ensure_ascii=False)


def load_json(text: str) -> object:
    """Parse strict JSON; raises ValueError for anything else, NaN and endless nesting too."""
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def load_object(text: str) -> dict[str, Any] | None:
    """Parse strict JSON; None where it is anything but one object."""
    try:
        value = load_json(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _message(message: Message) -> Wire:
    content = clean(message.content)
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id or "", "content": content}
    if message.role != "assistant":
        return {"role": message.role, "content": content}
    if not message.tool_calls:
        # Anthropic refuses an assistant message without any text.
        return {"role": "assistant", "content": content or "(no answer)"}
    return {
        "role": "assistant",
        "content": content,
        "tool_calls": [_call(call) for call in message.tool_calls],
    }


def _call(call: ToolCall) -> Wire:
    arguments = clean(call.arguments)
    if load_object(arguments) is None:
        # Servers answer 400 or 500 to a history with malformed arguments: the raw text goes as a value.
        arguments = json.dumps({"malformed_arguments": arguments}, ensure_ascii=False)
    function = {"name": clean(call.name), "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


def _marked_positions(messages: Sequence[Message]) -> set[int]:
    system = [i for i, message in enumerate(messages) if message.role == "system"]
    spoken = [i for i, message in enumerate(messages) if message.role in ("user", "tool")]
    return {*system[-1:], *spoken[-2:]}


def _parts(text: str, *, marked: bool) -> list[Wire] | str:
    if not text:
        return text
    part: Wire = {"type": "text", "text": text}
    return [part | {"cache_control": _MARK} if marked else part]


def _clean_value(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _clean_value(item) for key, item in value.items()}
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
