"""For people: a line a finding, and one of its ways out."""

from __future__ import annotations

from collections.abc import Sequence

from learnagent.lint.finding import Finding
from learnagent.lint.report.shown import one_line, printable_path


def as_text(findings: Sequence[Finding]) -> str:
    """Return two lines for each finding."""
    return "".join(
        f"{printable_path(one.path)}:{one.line}:{one.column}: {one.level} {one.rule}: {one_line(one.message)}\n"
        f"    {one_line(one.ways_out[0])}\n"
        for one in findings
    )
