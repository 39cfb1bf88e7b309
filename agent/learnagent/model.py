"""The seam to a language model: what the loop sends and gets. No provider is known here.

Plain working implementations: `learnagent.testing.ScriptedModel` and `learnagent.models.litellm_model`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from learnagent_memory.episode import Message, ToolCall, Usage

TextSink = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model is told of it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON schema of the arguments object."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model, whole."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    """In the order given; ids may be empty or repeated, the loop mends them."""
    usage: Usage = field(default_factory=Usage)
    finish_reason: str = "stop"
    """`stop`, `tool_calls` or `length` (the answer was cut by the provider's limit)."""
    model: str = ""
    """The model that answered."""


class Model(Protocol):
    """Something that answers a conversation."""

    @property
    def name(self) -> str:
        """The name the user chose."""
        ...

    @property
    def context_tokens(self) -> int:
        """Size of the window, input and output together."""
        ...

    def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        *,
        on_text: TextSink,
        deadline: float | None = None,
    ) -> Reply:
        """Answer the conversation; `on_text` gets the text as it streams.

        `deadline` is a time.monotonic() value. Raises ModelError, ContextOverflowError, or
        BudgetSpentError once the deadline has passed.
        """
        ...


def nowhere(_text: str) -> None:
    """Drop streamed text that the user is not meant to read: a TextSink."""
