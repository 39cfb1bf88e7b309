"""The only printer of plain lines and documents: results to stdout, notices and errors to stderr.

It loads nothing that renders, so that a command without a screen starts fast: `display` has the screens.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TextIO

from learnagent_memory.errors import OutputError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """Return the text without escape sequences, control characters and bidirectional overrides."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def print_json(value: object) -> None:
    """Print one JSON document on stdout. Raises OutputError where that fails."""
    print_line(json.dumps(value), sys.stdout)


def print_text(text: str) -> None:
    """Print a whole document on stdout as it is, but for control characters. Raises OutputError where that fails."""
    print_line(safe(text).removesuffix("\n"), sys.stdout)


def print_line(line: str, out: TextIO) -> None:
    """Print a line as it is. Raises OutputError where that fails."""
    try:
        print(line, file=out, flush=True)
    except OSError as error:
        raise OutputError(f"stdout cannot be written ({error.strerror})") from error


def print_notice(line: str) -> None:
    """Print one line on stderr."""
    print(safe(line), file=sys.stderr, flush=True)


def print_error(message: str) -> None:
    """Print one line on stderr, ours as the user sees."""
    print_notice(f"learnagent: {message}")
