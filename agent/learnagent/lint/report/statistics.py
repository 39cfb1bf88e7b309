"""Counts by rule instead of findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from learnagent.lint.finding import Finding


def statistics_text(findings: Sequence[Finding]) -> str:
    """Return a line for each rule and level, the most frequent first."""
    return "".join(f"{count:6}  {level:5}  {rule}\n" for (rule, level), count in _counted(findings))


def statistics_json(findings: Sequence[Finding]) -> str:
    """Return the same as a list of objects."""
    counted = [{"rule": rule, "level": level, "count": count} for (rule, level), count in _counted(findings)]
    return json.dumps(counted) + "\n"


def _counted(findings: Sequence[Finding]) -> list[tuple[tuple[str, str], int]]:
    counts = Counter((finding.rule, str(finding.level)) for finding in findings)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
