"""Redacts the strings within JSON values and within texts that are JSON: an escape must hide nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

from learnagent_memory.reading import parse_json
from learnagent_memory.redact.assignment import is_secret_value
from learnagent_memory.redact.environment import is_secret_name


def redact_value(value: object, redact: Callable[[str], str]) -> object:
    """Return a JSON value with all its strings redacted, keys too; a value's key says what it is."""
    if isinstance(value, dict):
        return {redact(str(name)): _named(str(name), item, redact) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_value(item, redact) for item in value]
    return redact(value) if isinstance(value, str) else value


def redact_json_text(text: str, redact: Callable[[str], str]) -> str:
    """Return a text that should be JSON, as model's arguments are, redacted as text and within its strings."""
    clean = redact(text)
    try:
        value = parse_json(clean)
        within = redact_value(value, redact)
    except (ValueError, RecursionError):
        return clean
    return clean if within == value else json.dumps(within)


def _named(name: str, item: object, redact: Callable[[str], str]) -> object:
    clean = redact_value(item, redact)
    if isinstance(item, str) and clean == item and is_secret_name(name) and is_secret_value(item):
        return "[redacted: secret]"
    return clean
