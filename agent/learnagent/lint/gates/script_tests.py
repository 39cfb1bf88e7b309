"""Compares the settings of jest, vitest, mocha and nyc: thresholds, and which tests run. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, news
from learnagent.lint.gates.values import Table, Value, entries, flag, items, number, numbers, table, text

_FOUR = ("branches", "functions", "lines", "statements")
_DEFAULT_EXCLUDES = re.compile(
    r"node_modules|dist|cypress|\.\{|build|coverage|\.git|configDefaults|\.cache|__fixtures__|fixtures|templates"
)


def jest(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of jest's settings is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    yield from _thresholds(table(old, "coverageThreshold"), table(new, "coverageThreshold"), "coverageThreshold")
    yield from _passed_over(old, new, ("testPathIgnorePatterns", "modulePathIgnorePatterns"), "jest runs no tests in")
    yield from _unmeasured(old, new, "coveragePathIgnorePatterns", "collectCoverageFrom")
    yield from _empty_passes(old, new)


def vitest(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of vitest's settings, the table `test`, is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    for keys in (("coverage", "thresholds"), ("coverage",)):
        was, now = ({k: v for k, v in table(side, *keys).items() if k in _FOUR or k == "global"} for side in (old, new))
        if not (keys == ("coverage",) and table(new, "coverage", "thresholds")):
            yield from _thresholds(was, now, "thresholds")
    yield from _passed_over(old, new, ("exclude",), "vitest runs no tests in")
    yield from _unmeasured(table(old, "coverage"), table(new, "coverage"), "exclude", "include")
    yield from _empty_passes(old, new)
    for key in ("dangerouslyIgnoreUnhandledErrors", "allowOnly"):
        if flag(new.get(key)) and not flag(old.get(key)):
            yield Loosening(f"vitest's {key} is switched on", (key,), (key,))
    if (number(new.get("retry")) or 0) > (number(old.get("retry")) or 0):
        yield Loosening("failing tests are run again", ("retry",), ("retry", "retries"))


def mocha(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of mocha's settings is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    yield from _passed_over(old, new, ("ignore", "exclude"), "mocha runs no tests in")
    if (number(new.get("retries")) or 0) > (number(old.get("retries")) or 0):
        yield Loosening("failing tests are run again", ("retries",), ("retries", "retry"))
    for key in ("forbid-only", "forbidOnly", "forbid-pending"):
        if flag(old.get(key)) and not flag(new.get(key)):
            yield Loosening(f"mocha's {key} is switched off", (key,), (key,))


def nyc(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of nyc's or c8's settings is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    for key in ("check-coverage", "checkCoverage"):
        if flag(old.get(key)) and not flag(new.get(key)):
            yield Loosening(f"nyc's {key} is switched off", (key,), (key, "coverage"))
    was, now = ({key: value for key, value in side.items() if key in _FOUR} for side in (old, new))
    yield from _thresholds(was, now, "check-coverage")
    yield from _unmeasured(old, new, "exclude", "include")


def _thresholds(old: Table, new: Table, key: str) -> Iterator[Loosening]:
    was, now = numbers(old), numbers(new)
    if was and not now:
        yield Loosening(
            "the coverage that is asked for is taken away", (key,), (key, "threshold", "coverage"), moved=key
        )
        return
    lower = [path for path, value in was.items() if path in now and 0 <= now[path] < value]
    lower += [path for path in was if path not in now and path[-1] in _FOUR and path[:-1] in {one[:-1] for one in now}]
    if lower:
        path = lower[0]
        to = f" from {was[path]:g} to {now[path]:g}" if path in now else ""
        yield Loosening(
            f"the coverage that is asked for is lowered: {path[-1]}{to}",
            (path[-1], key),
            (key, "threshold", "coverage"),
        )


def _passed_over(old: Table, new: Table, keys: tuple[str, ...], told: str) -> Iterator[Loosening]:
    for key in keys:
        found = [one for one in news(_all(old.get(key)), _all(new.get(key))) if not _DEFAULT_EXCLUDES.search(one)]
        found = [one for one in found if not one.startswith("...")]
        if found and (key in old or key != "exclude"):
            yield Loosening(f"{told} {listed(found)} any more", (found[0], key), (*map(_bare, found), key))


def _unmeasured(old: Table, new: Table, key: str, include: str) -> Iterator[Loosening]:
    found = [one for one in news(_all(old.get(key)), _all(new.get(key))) if not is_harmless(one)]
    found += [
        one
        for one in news(_all(old.get(include)), _all(new.get(include)))
        if one.startswith("!") and not is_harmless(one)
    ]
    if found and (key in old or old):
        yield Loosening(f"{listed(found)} is left out of coverage", (found[0], key), (*map(_bare, found), "coverage"))


def _empty_passes(old: Table, new: Table) -> Iterator[Loosening]:
    if flag(new.get("passWithNoTests")) and not flag(old.get("passWithNoTests")):
        yield Loosening("a run without tests passes", ("passWithNoTests",), ("passWithNoTests",))


def _all(value: Value) -> list[str]:
    return (
        [text(one) for one in items(value) if not isinstance(one, dict)]
        if not isinstance(value, str)
        else entries(value)
    )


def _bare(pattern: str) -> str:
    return re.sub(r"<rootDir>|[*\\^$]", "", pattern).strip("/")
