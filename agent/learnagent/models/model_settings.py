"""Which model is asked, where and how patiently. Nothing is loaded or asked here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from learnagent.settings import Prices


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a model is asked with."""

    name: str
    """A litellm name: `anthropic/claude-...`, `openai/...`."""
    api_base: str | None = None
    """Address of the server; None is the provider's own. Fallbacks of the same provider share it."""
    api_key: str | None = None
    """None: the provider's key of the environment, or none at all for an address not the provider's."""
    fallbacks: tuple[str, ...] = ()
    """Asked in this order when a model fails for good; the one that answers stays for the run."""
    timeout_s: float = 120.0
    """A request fails when no byte comes for that long."""
    max_attempts: int = 5
    max_output_tokens: int | None = None
    """None: the provider's default."""
    context_tokens: int | None = None
    """None: what litellm knows of the model, else 32,768."""
    tools: Literal["auto", "native", "fenced"] = "auto"
    """How the tools are told to the model: function calling, or `fenced` blocks in its text."""
    temperature: float | None = None
    """None: the provider's default."""
    prices: Prices | None = None
    """Of `name`, not of the fallbacks; None: what litellm knows."""
