"""Lints a text as the linter would lint a file of that name."""

from __future__ import annotations

from textwrap import dedent

from learnagent.lint.change import Change, FileChange
from learnagent.lint.engine import lint_change, lint_file
from learnagent.lint.finding import Finding
from learnagent.lint.source_file import parse_file


def findings(code: str, path: str = "src/app.py", *, rule: str = "") -> list[Finding]:
    """Return what is found in a file, of one rule where it is named."""
    file = parse_file(path, dedent(code).encode())
    assert file is not None, f"{path} cannot be parsed"
    return [finding for finding in lint_file(file) if not rule or finding.rule == rule]


def lines(code: str, path: str = "src/app.py", *, rule: str) -> list[int]:
    """Return the lines of the findings of a rule."""
    return [finding.line for finding in findings(code, path, rule=rule)]


def changed(
    before: dict[str, str], after: dict[str, str], *, rule: str = "", task: str = "", failures: tuple[str, ...] = ()
) -> list[Finding]:
    """Return what is found in a change; files in `after` alone are new, in `before` alone are gone."""
    files = tuple(
        FileChange(path, _bytes(before.get(path)), _bytes(after.get(path)), path)
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )
    found = lint_change(Change(files, task=task, failures=failures))
    return [finding for finding in found if not rule or finding.rule == rule]


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else dedent(text).encode()
