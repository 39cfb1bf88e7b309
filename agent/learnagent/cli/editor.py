"""Lets the user edit a text in the editor of their choice."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from learnagent_memory.errors import UsageError


def in_editor(text: str, *, suffix: str) -> str:
    """Return the text as it was saved in `$VISUAL` or `$EDITOR`. Raises UsageError where that does not work."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal for an editor", hint="say what changes with options: --title, --do, …")
    with TemporaryDirectory(prefix="learnagent-") as folder:
        path = Path(folder, f"lesson{suffix}")
        path.write_text(text, encoding="utf-8")
        try:
            code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
        except (OSError, ValueError) as error:
            raise UsageError(f"the editor {command} cannot be started ({error})", hint="set EDITOR") from error
        if code:
            raise UsageError(f"the editor ended with {code}", hint="nothing was changed")
        return path.read_text(encoding="utf-8", errors="replace")
