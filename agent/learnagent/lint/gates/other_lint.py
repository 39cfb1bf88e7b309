"""Compares detekt, Checkstyle, PMD, SpotBugs, analyzers of .NET, Codecov, ShellCheck, and lists of ignored files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, news
from learnagent.lint.gates.marks import compare_marks, mark, without_comments
from learnagent.lint.gates.values import Value, at, flag, lines, number, table, text

_OF_TASTE = frozenset({"style", "comments", "naming", "formatting"})
_SEVERITIES: Mapping[str, int] = {"none": 0, "silent": 0, "suggestion": 1, "warning": 2, "error": 3}
_DIAGNOSTIC = re.compile(r"(?m)^\s*dotnet_diagnostic\.(\w+)\.severity\s*=\s*(\w+)")
_XML = (
    mark(r"<suppress\b[^>]{0,200}\bfiles=\"[^\"]+\"", "files are passed over: {}", "suppress"),
    mark(r"<exclude\s+name=\"[^\"]+\"", "the rule {} is left out", "exclude"),
    mark(r"<Match>", "findings are passed over", "exclude suppress"),
    mark(
        r"<property\s+name=\"severity\"\s+value=\"(?:warning|info|ignore)\"",
        "findings are no errors any more",
        "severity",
    ),
    mark(r"<module\s+name=\"[^\"]+\"", "the check {} is gone", "checkstyle", is_strict=True),
)


def detekt(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield the rules of detekt that are off, and a higher number of findings that pass."""
    was, now = number(at(before, "build", "maxIssues")), number(at(after, "build", "maxIssues"))
    if was is not None and now is not None and now > was:
        yield Loosening(f"detekt's maxIssues is raised from {was:g} to {now:g}", ("maxIssues",), ("maxIssues",))
    for group, rules in table(after).items():
        for rule, settings in table(rules).items():
            known = flag(at(before, group, rule, "active"))
            if known and text(at(settings, "active")) == "false" and group not in _OF_TASTE:
                yield Loosening(f"detekt's {rule} is switched off", (rule,), (rule,))


def codecov(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield targets of Codecov that are lower, or are asked for no more."""
    for kind in ("project", "patch"):
        for name, settings in table(after, "coverage", "status", kind).items():
            old = table(before, "coverage", "status", kind, name)
            if old and flag(at(settings, "informational")) and not flag(old.get("informational")):
                told = "Codecov's status is for information only"
                yield Loosening(told, ("informational",), ("informational", "codecov"))
            was, now = number(old.get("target")), number(at(settings, "target"))
            if was is not None and now is not None and now < was:
                told = f"Codecov's target is lowered from {was:g} to {now:g}"
                yield Loosening(told, ("target",), ("target", "codecov"))


def shellcheck(before: str, after: str) -> Iterator[Loosening]:
    """Yield what ShellCheck does not report any more."""
    lists = (" ".join(re.findall(r"(?m)^\s*disable=(.*)$", side)) for side in (before, after))
    was, now = (re.findall(r"SC\d{4}|\ball\b", codes) for codes in lists)
    found = news(was, now)
    if found:
        yield Loosening(f"ShellCheck does not report {listed(found)} any more", (found[0],), tuple(found))


def xml_rules(before: str, after: str) -> Iterator[Loosening]:
    """Yield what Checkstyle, PMD or SpotBugs pass over in their own files."""
    old, new = (without_comments(side) for side in (before, after))
    yield from compare_marks(old, new, _XML)


def analyzers(before: str, after: str) -> Iterator[Loosening]:
    """Yield the analyzers of .NET whose findings weigh less."""
    was, now = (dict(_DIAGNOSTIC.findall(side)) for side in (before, after))
    for code, severity in now.items():
        known = _SEVERITIES.get(was.get(code, ""), 2)
        if _SEVERITIES.get(severity, 2) < min(known, 2) and not code.startswith(("IDE", "SA")):
            yield Loosening(f"{code} is reported as {severity} only", (code,), (code,))


def ignored_files(before: str, after: str) -> Iterator[Loosening]:
    """Yield files that a list makes a linter pass over."""
    found = [one for one in news(lines(before), lines(after)) if not is_harmless(one) and not one.startswith("!")]
    if found and before.strip():
        yield Loosening(f"linters do not look at {listed(found)} any more", (found[0],), tuple(found))
