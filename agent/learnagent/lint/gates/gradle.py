"""Compares Gradle scripts, in Groovy or Kotlin. By careful text: it runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.gates.loosening import Loosening
from learnagent.lint.gates.marks import compare_marks, mark

_COMMENT = re.compile(r"(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_SET = r"\s*(?:=|\.set\()?\s*\(?\s*"
_MARKS = (
    mark(rf"\b(?:isIgnoreFailures|ignoreFailures){_SET}true", "failures are ignored", "ignoreFailures"),
    mark(
        r"\b(?:isFailOnError|failOnError|failOnViolation|isAbortOnError|abortOnError|failOnNoMatchingTests|"
        r"failOnWarning)"
        rf"{_SET}false",
        "failures do not fail the build",
        "failOnError abortOnError failOnViolation",
    ),
    mark(
        r"(?:(?i:test|check|detekt|lint|pmd|spotbugs|jacoco)\w*[\"')>]*(?:\s*\)|\s*\{[^{}]*?|\.))(?:isEnabled|enabled)"
        rf"{_SET}false",
        "a task that checks is switched off",
        "disable enabled",
    ),
    mark(r"\bexcludeTags?\s*\(?\s*[\"'][^\"'\n]+[\"']", "tests are left out: {}", "excludeTags"),
    mark(r"\bdependsOn(?:\.remove\(|\s*-=)[^\n]*", "a task does not run with others any more", "dependsOn"),
    mark(r"\bonlyIf\s*\{\s*false\s*\}", "a task is switched off", "onlyIf"),
    mark(
        r"\bexclude(?:TestsMatching)?\s*\(?\s*=?\s*[\"'][^\"'\n]*(?:Test|Spec|IT)\b[^\"'\n]*[\"']",
        "tests are left out: {}",
        "exclude",
    ),
    mark(
        rf"\b(?:isAllWarningsAsErrors|allWarningsAsErrors|warningsAsErrors|isWarningsAsErrors|"
        rf"failOnWarning){_SET}true|-Werror\b",
        "warnings are no errors any more",
        "allWarningsAsErrors Werror warnings",
        is_strict=True,
    ),
    mark(
        r"[\"'](?:checkstyle|pmd|com\.github\.spotbugs|jacoco|io\.gitlab\.arturbosch\.detekt|net\.ltgt\.errorprone|"
        r"org\.jlleitschuh\.gradle\.ktlint)[\"']",
        "the plug-in {} is gone",
        "checkstyle spotbugs jacoco detekt errorprone ktlint",
        is_strict=True,
    ),
)
_FLOORS = re.compile(r"\bminimum\b[^\n\d]{0,30}?(\d+(?:\.\d+)?)")
_CEILINGS = re.compile(rf"\b(max(?:Warnings|Errors|Issues|Violations))\b{_SET}(\d+)")


def gradle(before: str, after: str) -> Iterator[Loosening]:
    """Yield what of a Gradle script is looser."""
    old, new = (_COMMENT.sub(lambda match: match["text"] or "", text) for text in (before, after))
    yield from compare_marks(old, new, _MARKS)
    yield from lower_floors(_FLOORS.findall(old), _FLOORS.findall(new))
    were, are = dict(_CEILINGS.findall(old)), dict(_CEILINGS.findall(new))
    for key, value in are.items():
        if key in were and int(value) > int(were[key]):
            yield Loosening(f"{key} is raised from {were[key]} to {value}", (key,), (key,))


def lower_floors(old: list[str], new: list[str]) -> Iterator[Loosening]:
    """Yield the minimums, in the order of the text, that are lower."""
    for was, now in zip(old, new, strict=False) if len(old) == len(new) else ():
        if float(now) < float(was):
            told = f"the coverage that is asked for is lowered from {was} to {now}"
            yield Loosening(told, (now, "minimum"), ("minimum", "coverage"))
