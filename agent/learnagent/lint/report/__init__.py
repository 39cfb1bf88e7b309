"""How findings are written down: one file a format, each a pure function from findings to a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from learnagent.lint.finding import Finding

Format = Literal["text", "json", "sarif", "github", "junit"]


def render(findings: Sequence[Finding], form: Format) -> str:
    """Return the document of a format; each is loaded when it is asked for."""
    if form == "json":
        from learnagent.lint.report.as_json import as_json as write
    elif form == "sarif":
        from learnagent.lint.report.sarif import as_sarif as write
    elif form == "github":
        from learnagent.lint.report.github import as_github as write
    elif form == "junit":
        from learnagent.lint.report.junit import as_junit as write
    else:
        from learnagent.lint.report.text import as_text as write
    return write(findings)
