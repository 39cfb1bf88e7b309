"""Compares the settings of RuboCop, SimpleCov, PHPStan, Psalm, PHPUnit and Infection. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, lowered, news
from learnagent.lint.gates.marks import blocks, without_comments
from learnagent.lint.gates.values import Value, at, items, lines, number, table, text, words

_TASTE = re.compile(r"^(?:Style|Layout|Naming|Gemspec|Bundler|Metrics)/")
_STRICT_ATTRIBUTES = re.compile(
    r"\b(failOn\w+|beStrictAbout\w+|requireCoverageMetadata|convert\w+ToExceptions)\s*=\s*\"(true|false)\""
)
_SIMPLECOV = re.compile(r"\bminimum_coverage\w*\s*\(?\s*(?:\w+:\s*)?(\d+(?:\.\d+)?)")
_MAX_LEVEL = 99


def rubocop(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield the cops that are off, and files that they pass over."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    off = [cop for cop in new if "/" in cop and _is_off(new[cop]) and not _is_off(old.get(cop))]
    grave = [cop for cop in off if cop in old and not _TASTE.match(cop)]
    light = [cop for cop in off if cop not in grave]
    if grave:
        yield Loosening(f"RuboCop's {listed(grave)} is switched off", (grave[0],), tuple(grave))
    if light:
        yield Loosening(f"RuboCop's {listed(light)} is switched off", (light[0],), tuple(light), level="warn")
    for cop, settings in new.items():
        files = news(lines(at(old.get(cop), "Exclude")), lines(at(settings, "Exclude")))
        files = [one for one in files if cop in old and not is_harmless(one)]
        if files:
            level = "warn" if _TASTE.match(cop) else None
            told = f"RuboCop passes over {listed(files)}"
            yield Loosening(told, (files[0], cop), (*files, cop), level="warn" if level else None)


def _is_off(settings: Value) -> bool:
    return text(at(settings, "Enabled")) == "false"


def simplecov(before: str, after: str) -> Iterator[Loosening]:
    """Yield a coverage that SimpleCov asks for less of."""
    was, now = (_SIMPLECOV.search(side) for side in (before, after))
    if was and (now is None or float(now[1]) < float(was[1])):
        told = f"lowered from {was[1]} to {now[1]}" if now else "taken away"
        yield Loosening(
            f"the coverage that is asked for is {told}", ("minimum_coverage",), ("minimum_coverage", "coverage")
        )


def phpstan(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of PHPStan's settings is looser."""
    old, new = table(before, "parameters"), table(after, "parameters")
    if not old or not new:
        return
    if text(new.get("level")) != "max":
        was = {"level": _MAX_LEVEL if text(old.get("level")) == "max" else number(old.get("level"))}
        yield from lowered(was, new, ("level",), "PHPStan's level", names=("phpstan",))
    were, are = items(old.get("ignoreErrors")), items(new.get("ignoreErrors"))
    found = [rule for rule in are if rule not in were]
    if found and len(are) > len(were):
        first = found[0]
        shown = text(at(first, "message") or at(first, "identifier")) if isinstance(first, Mapping) else text(first)
        yield Loosening(
            "PHPStan passes over more errors", (shown, "ignoreErrors"), ("ignoreErrors", "phpstan baseline")
        )
    keys = ("excludePaths", "excludes_analyse")
    paths = [path for key in keys for path in news(_paths(old.get(key)), _paths(new.get(key))) if not is_harmless(path)]
    if paths:
        yield Loosening(f"PHPStan does not look at {listed(paths)} any more", (paths[0],), tuple(paths))


def _paths(value: Value) -> list[str]:
    inner = [one for path in table(value).values() for one in words(path)]
    return inner or words(value)


def infection(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield scores that Infection asks for less of."""
    for key in ("minMsi", "minCoveredMsi"):
        yield from lowered(before, after, (key,), f"Infection's {key}")


def psalm(before: str, after: str) -> Iterator[Loosening]:
    """Yield a Psalm level that is looser: there, the higher number."""
    was, now = (re.search(r"\berrorLevel=\"(\d)\"", without_comments(side)) for side in (before, after))
    if was and now and int(now[1]) > int(was[1]):
        yield Loosening(f"Psalm's errorLevel is raised from {was[1]} to {now[1]}", ("errorLevel",), ("errorLevel",))


def phpunit(before: str, after: str) -> Iterator[Loosening]:
    """Yield what of PHPUnit's settings is looser."""
    old, new = (without_comments(side) for side in (before, after))
    was, now = (dict(_STRICT_ATTRIBUTES.findall(side)) for side in (old, new))
    for key, value in was.items():
        if value == "true" and now.get(key) == "false":
            yield Loosening(f"PHPUnit's {key} is switched off", (key,), (key,))
    suites = [re.findall(r"<testsuite\s+name=\"([^\"]+)\"", side) for side in (old, new)]
    lost = news(suites[1], suites[0])
    if lost and len(suites[1]) < len(suites[0]):
        yield Loosening(f"the test suite {listed(lost)} is gone", (lost[0],), tuple(lost))
    files = [" ".join(blocks(side, "testsuite")) for side in (old, new)]
    left = [re.findall(r"<exclude>([^<]+)<", side) for side in files]
    found = news(left[0], left[1])
    if found:
        yield Loosening(f"tests are left out: {listed(found)}", (found[0], "exclude"), tuple(found))
