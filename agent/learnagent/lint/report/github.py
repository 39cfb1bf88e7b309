"""For GitHub's log: workflow commands, which become annotations. It shows ten of a level a step."""

from __future__ import annotations

from collections.abc import Sequence

from learnagent.lint.finding import Finding
from learnagent.lint.report.shown import one_line, printable_path

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
_COMMANDS = {"error": "error", "warn": "warning"}


def as_github(findings: Sequence[Finding]) -> str:
    """Return a command for each finding."""
    return "".join(f"{_command(one)}\n" for one in findings)


def _command(finding: Finding) -> str:
    properties = {
        "file": printable_path(finding.path),
        "line": str(finding.line),
        "endLine": str(finding.end_line),
        "title": finding.rule,
    }
    if finding.line == finding.end_line:  # GitHub ignores columns of what spans lines
        properties["col"] = str(finding.column)
    written = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items())
    message = one_line(f"{finding.message} ({finding.ways_out[0]})")
    return f"::{_COMMANDS[finding.level]} {written}::{_escaped(message, _DATA)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
