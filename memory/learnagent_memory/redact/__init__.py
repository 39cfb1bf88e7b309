"""Takes secrets out of text before it is written anywhere; the live conversation with the model is not its business.

By form (`providers`, `context`), by position and randomness (`assignment`), and by value: what secret-looking
variables of the environment hold. Own patterns, for no kept Python library fits: detect-secrets 1.5.0 had its last
release in May 2024, takes 209-336 ms for 30,000 characters (this: about 2) and 130 ms to import, names a private
key's first line only, and takes commit hashes for secrets (4 in click, 53 in express).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from learnagent_memory.redact.assignment import find_assigned
from learnagent_memory.redact.context import find_in_context
from learnagent_memory.redact.environment import find_values, secret_values
from learnagent_memory.redact.nested import redact_json_text, redact_value
from learnagent_memory.redact.providers import find_tokens
from learnagent_memory.redact.secret import Secret

__all__ = [
    "Redact",
    "Secret",
    "find_secrets",
    "is_redacted",
    "redact",
    "redact_event",
    "redact_json_text",
    "redact_value",
    "redactor",
]

Redact = Callable[[str], str]
"""Returns the text with every secret replaced; its own result it returns unchanged."""

_MARK = "[redacted: "
_MARKED = re.compile(r"\[redacted: [A-Za-z0-9_ ]{1,80}\]")
_MAX_PASSES = 40
"""What a replacement sets free is looked at again; honest text needs two passes."""
_TOO_MANY = f"{_MARK}too many secrets to tell apart]"
_NOT_CONTENT = frozenset(
    {
        *("type", "at", "id", "call_id", "tool_call_id", "episode", "project", "commit", "ref", "head", "kept"),
        *("root", "output_file", "changed", "skipped", "restored", "left", "files_changed"),
    }
)
"""Fields of events that name things: ids, digests, commits and paths must be found again as they were."""

M = TypeVar("M", bound=BaseModel)
Values = tuple[tuple[str, str], ...]


def redactor(environ: Mapping[str, str]) -> Redact:
    """Return the function that redacts secrets of known forms and the values of secret-looking variables."""
    values = secret_values(environ)
    return lambda text: _redacted(text, values)


def redact(text: str) -> str:
    """Redact secrets of known forms only: for where no environment is at hand."""
    return _redacted(text, ())


def is_redacted(text: str) -> bool:
    """Return whether a secret was taken out of a text: it is not what was once said."""
    return bool(_MARKED.search(text))


def find_secrets(text: str) -> list[Secret]:
    """Return the secrets of known forms, in order, none overlapping; what was redacted before is none."""
    return _found(text, ())


def redact_event(event: M, redact: Redact) -> M:
    """Return an event with its content redacted; ids, digests, commits and paths stay."""
    content = event.model_dump(mode="json")
    clean = _redacted_fields(content, redact)
    return event if clean == content else type(event).model_validate(clean)


def _redacted_fields(content: object, redact: Redact) -> object:
    if isinstance(content, dict):
        return {name: _redacted_field(name, value, redact) for name, value in content.items()}
    if isinstance(content, list):
        return [_redacted_fields(item, redact) for item in content]
    return redact(content) if isinstance(content, str) else content


def _redacted_field(name: str, value: object, redact: Redact) -> object:
    if name in _NOT_CONTENT:
        return value
    if name == "arguments":  # raw JSON text in a reply, an object in an action
        return redact_json_text(value, redact) if isinstance(value, str) else redact_value(value, redact)
    return _redacted_fields(value, redact)


def _redacted(text: str, values: Values) -> str:
    for _ in range(_MAX_PASSES):
        found = _found(text, values)
        if not found:
            return text
        text = _replaced(text, found)
    return _TOO_MANY


def _replaced(text: str, found: list[Secret]) -> str:
    pieces: list[str] = []
    place = 0
    for secret in found:
        pieces += (text[place : secret.start], f"{_MARK}{secret.kind}]")
        place = secret.end
    return "".join((*pieces, text[place:]))


def _found(text: str, values: Values) -> list[Secret]:
    if _MARK not in text:
        return _found_in(text, values)
    found, place = [], 0
    for mark in (*_MARKED.finditer(text), None):
        end = mark.start() if mark else len(text)
        found += [secret.moved(place) for secret in _found_in(text[place:end], values)]
        place = mark.end() if mark else end
    return found


def _found_in(text: str, values: Values) -> list[Secret]:
    every = [*find_values(text, values), *find_in_context(text), *find_tokens(text), *find_assigned(text)]
    every.sort(key=lambda secret: (secret.start, -secret.end))  # stable: the more telling finder comes first
    merged: list[Secret] = []
    for secret in every:
        if merged and secret.start < merged[-1].end:
            merged[-1] = merged[-1].until(secret.end)
        else:
            merged.append(secret)
    return merged
