"""The turns a fake model plays: answers and faults, as data. Nothing here plays them.

`ScriptedModel` plays them in process, `ModelServer` over HTTP; `load_script` reads them from a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from learnagent.testing.request import ReceivedRequest
from learnagent_memory.errors import ModelError

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class ScriptError(ModelError):
    """The run left its script: no turn is left, or a turn expected another conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What happens on one request."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    expect: tuple[str, ...] = ()
    """Each must occur in a message that came after the last answer, else the run left the script."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts to report instead of the measured ones; None keeps the measured one."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    prompt: Count | None = None
    """All tokens of the prompt, cached ones included."""
    cached: Count | None = None
    completion: Count | None = None
    reported: bool = True
    """False: no usage is sent at all, as some local servers do."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One tool call of an answer."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    """An object, or raw text that is sent as it stands: malformed JSON is written this way."""
    id: str | None = None
    """None makes a fresh one; "" sends none; a repeated one is sent as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Turn):
    """A turn that succeeds."""

    tokens: Tokens = Tokens()
    finish_reason: str | None = None
    """None: `tool_calls` where there are calls, else `stop`."""


@dataclass(frozen=True, slots=True)
class Say(Answer):
    """Answer with text only."""

    text: str
    turn: Literal["say"] = field(default="say", kw_only=True)


@dataclass(frozen=True, slots=True)
class Call(Answer):
    """Answer with tool calls; `call()` is the short form for a single one."""

    calls: Annotated[tuple[ToolUse, ...], Field(min_length=1)]
    text: str = ""
    turn: Literal["call"] = field(default="call", kw_only=True)


@dataclass(frozen=True, slots=True)
class HugeReply(Answer):
    """Answer with that many characters of text."""

    characters: Count
    turn: Literal["huge_reply"] = field(default="huge_reply", kw_only=True)


AnyAnswer = Annotated[Say | Call | HugeReply, Field(discriminator="turn")]


@dataclass(frozen=True, slots=True)
class RateLimited(Turn):
    """429, with a Retry-After header unless None."""

    retry_after_s: Seconds | None = None
    turn: Literal["rate_limited"] = field(default="rate_limited", kw_only=True)


@dataclass(frozen=True, slots=True)
class ServerError(Turn):
    """The provider is down or overloaded."""

    status: Annotated[int, Field(ge=400, le=599)] = 500
    turn: Literal["server_error"] = field(default="server_error", kw_only=True)


@dataclass(frozen=True, slots=True)
class Unauthorized(Turn):
    """401, as for a wrong key."""

    turn: Literal["unauthorized"] = field(default="unauthorized", kw_only=True)


@dataclass(frozen=True, slots=True)
class ModelNotFound(Turn):
    """404, as for a wrong model name."""

    turn: Literal["model_not_found"] = field(default="model_not_found", kw_only=True)


@dataclass(frozen=True, slots=True)
class ContextOverflow(Turn):
    """400 with the code `context_length_exceeded`."""

    turn: Literal["context_overflow"] = field(default="context_overflow", kw_only=True)


@dataclass(frozen=True, slots=True)
class ToolsUnsupported(Turn):
    """400 in the words of Ollama for a model without function calling."""

    turn: Literal["tools_unsupported"] = field(default="tools_unsupported", kw_only=True)


@dataclass(frozen=True, slots=True)
class WrongContentType(Turn):
    """200 with an HTML page, as a proxy's login page."""

    turn: Literal["wrong_content_type"] = field(default="wrong_content_type", kw_only=True)


@dataclass(frozen=True, slots=True)
class CutStream(Turn):
    """Break the connection in the middle of an answer."""

    answer: AnyAnswer
    after_characters: Count
    """Characters of text, then of arguments, that still arrive."""
    turn: Literal["cut_stream"] = field(default="cut_stream", kw_only=True)


@dataclass(frozen=True, slots=True)
class HalfToolCall(Turn):
    """End the answer cleanly in the middle of its last call's JSON arguments."""

    answer: Call
    finish_reason: str | None = None
    """None: the stream just ends, without a finish reason and without `[DONE]`."""
    turn: Literal["half_tool_call"] = field(default="half_tool_call", kw_only=True)


@dataclass(frozen=True, slots=True)
class Hang(Turn):
    """Stay silent for a while; then answer, or close the connection without an answer."""

    seconds: Seconds
    answer: AnyAnswer | None = None
    after_chunks: Count = 0
    """Events of a streamed answer that arrive before the silence; 0 is before the status line."""
    turn: Literal["hang"] = field(default="hang", kw_only=True)


AnyTurn = Annotated[
    Say
    | Call
    | HugeReply
    | RateLimited
    | ServerError
    | Unauthorized
    | ModelNotFound
    | ContextOverflow
    | ToolsUnsupported
    | WrongContentType
    | CutStream
    | HalfToolCall
    | Hang,
    Field(discriminator="turn"),
]

Script = Sequence[Turn] | Callable[[ReceivedRequest], Turn]
"""A list plays in the order in which requests arrive; a function decides on each request."""


def call(name: str, /, **arguments: object) -> Call:
    """Make the turn that calls one tool: `call("bash", command="pytest")`."""
    return Call((ToolUse(name, arguments),))
