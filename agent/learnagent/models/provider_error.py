"""What a provider's refusal means for the user: retried, condensed, or ended with a hint.

Judges plain facts (status, headers, words); the library that speaks to providers is not known here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from learnagent.models.retry import TransientError, retry_after_s
from learnagent_memory.errors import ContextOverflowError, ModelError

_PREFIXES = re.compile(r"^(?:\s*(?:litellm\.)?\w*(?:Error|Exception|Timeout)(?:\s+Error)?\s*(?::|-|\s-)\s*)+")
_KEY_SHAPES = re.compile(r"\b(?:sk|pk|gsk|xai|key|AIza)[-_][\w*.-]{6,}|\bAIza[\w-]{10,}|Bearer\s+\S+")
_SECRET_NAMES = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)S?$")
_OVERFLOW = re.compile(
    r"context[ _](?:length|size|window)|maximum context|max_model_len|(?:prompt|input) is too long"
    r"|too many (?:input )?tokens|exceeds? the (?:maximum|available) (?:number of )?(?:input )?tokens",
    re.IGNORECASE,
)
_NO_TOOLS = re.compile(
    r"(?:does not|doesn't|do not|not) support (?:\w+ )?(?:tools?|functions?)\b"
    r"|tools? (?:use )?(?:is|are) not supported|found that support tool use"
    r"|tools?\b.{0,40}\brequires --|function calling is not (?:supported|enabled)",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|credit balance|billing", re.IGNORECASE)


class RequestRefusedError(ModelError):
    """The request itself is at fault: no other attempt and no other model would change that."""


class ToolsUnsupportedError(RequestRefusedError):
    """The model or its server has no function calling."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of a request that failed."""

    status: int | None = None
    """HTTP status of the answer; None where there was none, or the answer broke off."""
    text: str = ""
    """Whatever the provider or the library said."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer, lower-case names."""
    kind: Literal["refused", "unreachable", "silent", "broken", "unsent"] = "refused"
    """`refused` (an answer said no), `unreachable`, `silent` (nothing came in time), `broken`, `unsent`
    (the library itself failed: a setting is missing, or it has a fault)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked, as the user is told of it."""

    model: str
    address: str
    """Host or provider."""
    key: str | None = None
    """Shown nowhere: it is struck out of what the provider said."""


def error_for(failure: Failure, asked: Asked) -> ModelError:
    """Turn a failure into the error that says what to do: TransientError where it may pass."""
    said = one_line(failure.text, key=asked.key)
    if failure.kind == "unreachable":
        hint = "check that the server runs and the address is right"
        return TransientError(f"cannot reach {asked.address}", hint=hint)
    if failure.kind == "silent":
        hint = "check the server, or raise the time-out"
        return TransientError(f"no answer from {asked.address} in time", hint=hint)
    if failure.kind == "broken" and not _OVERFLOW.search(failure.text):
        hint = f"see whether {asked.address} is well"
        return TransientError(f"the stream broke ({said})" if said else "the stream broke", hint=hint)
    if failure.kind == "unsent":
        hint = "check the key, the model's name and the settings"
        return ModelError(f"{asked.model} could not be asked ({said})", hint=hint)
    if _NO_TOOLS.search(failure.text):
        return ToolsUnsupportedError(f"{asked.model} has no function calling ({said})", hint="set tools = fenced")
    return _passing(failure, said, asked) or _final(failure, said, asked)


def one_line(text: str, *, key: str | None = None) -> str:
    """Return the first line of a foreign message, bounded, without library names and keys."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return _without_keys(_PREFIXES.sub("", first), key)[:200]


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it; bounded, foreign chains have had cycles."""
    found: BaseException | None = error
    for _ in range(20):
        if found is None:
            return
        yield found
        found = getattr(found, "original_exception", None) or found.__cause__ or found.__context__


def answer_headers(error: BaseException) -> dict[str, str]:
    """Return the headers of the answer that an error came with, names in lower case; empty without one."""
    response = getattr(error, "response", None)
    found = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
    return {str(name).lower(): str(value) for name, value in dict(found).items()}


def _passing(failure: Failure, said: str, asked: Asked) -> TransientError | None:
    status, wait_s = failure.status, retry_after_s(failure.headers)
    if failure.kind == "broken":
        return None
    if status == 429 and not _QUOTA.search(failure.text):
        hint = f"{said}; try later or add a fallback"
        return TransientError("rate limited", hint=hint, retry_after_s=wait_s)
    if status is not None and status < 500 and status not in (408, 409, 425):
        return None
    name = "overloaded" if status in (503, 529) else f"the provider failed ({status or 'no status'}: {said})"
    return TransientError(name, hint=f"see whether {asked.address} is well", retry_after_s=wait_s)


def _final(failure: Failure, said: str, asked: Asked) -> ModelError:
    status, address = failure.status, asked.address
    if status in (402, 429):
        return ModelError(f"out of quota at {address} ({said})", hint="check your plan, or choose another model")
    if status in (401, 403):
        return ModelError(f"{address} refused the key ({said})", hint="check the API key and what it may use")
    if status == 404:
        hint = "check the model's name and the address (most end in /v1)"
        return ModelError(f"{address} knows no {asked.model} ({said})", hint=hint)
    if status == 413 or _OVERFLOW.search(failure.text):
        message = f"the conversation is larger than the window of {asked.model}"
        return ContextOverflowError(message, hint="begin a smaller task, or choose a model with a larger window")
    hint = "check the model and its settings"
    return RequestRefusedError(f"{address} refused the request ({status}: {said})", hint=hint)


def _without_keys(text: str, key: str | None) -> str:
    secrets = [value for name, value in os.environ.items() if _SECRET_NAMES.search(name)]
    for secret in (key or "", *secrets):
        if len(secret) >= 8:
            text = text.replace(secret, "[key]")
    return _KEY_SHAPES.sub("[key]", text)
