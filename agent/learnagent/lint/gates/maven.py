"""Compares Maven's POMs: what the plug-ins that check say. By careful text: it resolves no parent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.gradle import lower_floors
from learnagent.lint.gates.loosening import Loosening
from learnagent.lint.gates.marks import blocks, compare_marks, mark, without_comments

_NAME = re.compile(r"<artifactId>\s*([\w.-]+)\s*</artifactId>")
_CHECKS = re.compile(
    r"surefire|failsafe|checkstyle|pmd|spotbugs|findbugs|jacoco|enforcer|animal-sniffer|japicmp|revapi|spotless|"
    r"error|fmt-maven|detekt|forbiddenapis"
)
_OFF = re.compile(r"<(skip|skipTests|skipITs)>\s*true|<phase>\s*(none)\s*</phase>")
_MARKS = (
    mark(r"<testFailureIgnore>\s*true", "failing tests do not fail the build", "testFailureIgnore"),
    mark(
        r"<(?:maven\.test\.skip|skipTests|skipITs|skipUnitTests|maven\.test\.skip\.exec)>\s*true",
        "tests are skipped",
        "skip",
    ),
    mark(
        r"<(?:failOnError|failsOnError|failOnViolation|failOnWarning|haltOnFailure|failIfNoTests|"
        r"failOnDependencyWarning)>\s*false",
        "failures do not fail the build",
        "failOnError failOnViolation failOnWarning",
    ),
    mark(r"<exclude>[^<]*(?:Tests?|IT|Spec)(?:\.java|\.class|\b)[^<]*</exclude>", "tests are left out: {}", "exclude"),
    mark(
        r"<(?:failOnWarning|failsOnError|failOnViolation|haltOnFailure)>\s*true|-Werror\b",
        "failures and warnings do not fail the build any more",
        "failOnWarning Werror warnings",
        is_strict=True,
    ),
)
_FLOORS = re.compile(r"<minimum>\s*(\d+(?:\.\d+)?)")
_CEILING = re.compile(r"<maxAllowedViolations>\s*(\d+)")


def maven(before: str, after: str) -> Iterator[Loosening]:
    """Yield what of a POM is looser."""
    old, new = (without_comments(text) for text in (before, after))
    yield from compare_marks(old, new, _MARKS)
    yield from lower_floors(_FLOORS.findall(old), _FLOORS.findall(new))
    were, are = _plugins(old), _plugins(new)
    for name, block in were.items():
        if _OFF.search(block):
            continue
        if name not in are:
            yield Loosening(f"the plug-in {name} is gone", (name,), (name, *name.split("-")), moved=re.escape(name))
        elif (off := _OFF.search(are[name])) is not None and off[1] not in {"skipTests", "skipITs"}:
            yield Loosening(f"the plug-in {name} does not run any more", (off[0], name), (name, *name.split("-")))
    for was, now in zip(_CEILING.findall(old), _CEILING.findall(new), strict=False):
        if int(now) > int(was):
            yield Loosening(
                f"maxAllowedViolations is raised from {was} to {now}",
                (now, "maxAllowedViolations"),
                ("maxAllowedViolations",),
            )


def _plugins(text: str) -> Mapping[str, str]:
    """Return the blocks of the plug-ins that check, by name."""
    found: dict[str, str] = {}
    for block in blocks(text, "plugin"):
        name = _NAME.search(block)
        if name and _CHECKS.search(name[1]) and name[1] != "maven-surefire-report-plugin":
            found[name[1]] = found.get(name[1], "") + block
    return found
