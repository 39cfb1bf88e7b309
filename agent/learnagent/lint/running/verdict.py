"""Lints one file: a verdict that can be kept and sent between processes.

It is what children do, and what is done here where there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from learnagent.lint.engine import lint_file
from learnagent.lint.rule import AnyRule
from learnagent.lint.running.files import Skipped, Target
from learnagent.lint.running.reading import key_of, read_code
from learnagent.lint.running.record import to_record
from learnagent.lint.source_file import parse_file
from learnagent_memory.source import readable

Verdict = dict[str, Any]
"""JSON: `key` and `findings` (records), or `skipped`; empty for what is gone or no file."""


def reader(rules: Sequence[AnyRule], version: bytes, text: bytes | None = None) -> Callable[[Target], Verdict]:
    """Return what reads and lints one file with these rules; `text` stands for its own content."""

    def verdict(target: Target) -> Verdict:
        content = read_code(target, text)
        if content is None:
            return {}
        if isinstance(content, Skipped):
            return {"skipped": content}
        found = lint_content(target.path, content, rules)
        return found if "skipped" in found else {"key": key_of(version, target.path, content).hex(), **found}

    return verdict


def lint_content(path: str, content: bytes, rules: Sequence[AnyRule]) -> Verdict:
    """Return the findings in a content, or why there are none."""
    file = parse_file(path, content)
    if file is not None:
        return {"findings": [to_record(finding) for finding in lint_file(file, rules)]}
    return {"skipped": Skipped.UNREADABLE} if readable(content).strip() else {"findings": []}
