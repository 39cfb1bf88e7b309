"""Reads a task as the command line gives it: as text, from stdin, or from a file."""

from __future__ import annotations

import sys
from pathlib import Path

from learnagent_memory.errors import UsageError

MAX_TASK_CHARS = 200_000


def read_task(task: str | None, *, is_resume: bool) -> str:
    """Return the task's text: as given, from stdin (`-`) or from a file (`@FILE`). Raises UsageError."""
    if is_resume:
        if task:
            raise UsageError("a resumed episode has its task already", hint="leave TASK out, or start a new run")
        return ""
    text = _task_text(task).strip()
    if not text:
        raise UsageError("no task", hint='give it in quotes, as @FILE, or as - to read stdin: "add a test for parse()"')
    if len(text) > MAX_TASK_CHARS:
        raise UsageError(f"the task has {len(text):,} characters", hint=f"keep it under {MAX_TASK_CHARS:,}")
    return text


def _task_text(task: str | None) -> str:
    if task == "-" and sys.stdin is not None:
        return sys.stdin.buffer.read(4 * MAX_TASK_CHARS + 1).decode("utf-8", "replace")
    if task and task.startswith("@"):
        path = Path(task[1:])
        try:
            with path.open("rb") as file:
                return file.read(4 * MAX_TASK_CHARS + 1).decode("utf-8", "replace")
        except OSError as error:
            raise UsageError(f"cannot read {path} ({error.strerror})", hint="name a file after @") from error
    return (task or "").encode("utf-8", "replace").decode()
