"""Which tests failed, read from a check's output. A format that is not known names none."""

from __future__ import annotations

import re

_PATTERNS = (
    re.compile(r"^(?:FAILED|ERROR) ([^\s(]\S*?(?:::.+?)?)(?: - .*)?$", re.MULTILINE),  # pytest's short summary
    re.compile(r"^(?:FAIL|ERROR): (\w+ \([\w.]+\))", re.MULTILINE),  # unittest
    re.compile(r"^\s*--- FAIL: (\S+)", re.MULTILINE),  # go test
    re.compile(r"^test (\S+) \.\.\. FAILED$", re.MULTILINE),  # cargo test
    re.compile(r"^\s*\u25cf (.+ \u203a .+)$", re.MULTILINE),  # jest
    re.compile(r"^\s*(?:FAIL|\u00d7)\s+(\S.* > .+?)(?: \d+ms)?$", re.MULTILINE),  # vitest
    re.compile(r"^not ok \d+ - (.+)$", re.MULTILINE),  # TAP, node's own runner
)


def failing_tests(output: str) -> tuple[str, ...]:
    """Return the ids of failing tests, sorted and once each; empty where the output names none."""
    found: set[str] = set()
    for pattern in _PATTERNS:
        found.update(match.strip() for match in pattern.findall(output))
    return tuple(sorted(found))
