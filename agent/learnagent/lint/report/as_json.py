"""For programs: a list of findings, each an object on a line of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from learnagent.lint.finding import Finding
from learnagent.lint.report.shown import printable_path


def as_json(findings: Sequence[Finding]) -> str:
    """Return the list."""
    lines = ",\n".join(json.dumps(as_object(one)) for one in findings)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def as_object(finding: Finding) -> dict[str, Any]:
    """Return what a program is told of a finding."""
    return {
        "path": printable_path(finding.path),
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.message,
        "symbol": finding.symbol,
        "why": finding.why,
        "ways_out": list(finding.ways_out),
    }
