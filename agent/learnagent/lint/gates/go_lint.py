"""Compares the settings of golangci-lint, of both versions of its format. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, news
from learnagent.lint.gates.values import Table, Value, at, flag, items, number, numbers, table, text, words

_RETIRED = frozenset(
    "gas deadcode structcheck varcheck golint exportloopref scopelint interfacer maligned ifshort nosnakecase"
    " execinquery tenv exhaustivestruct goerr113 gomnd stylecheck gosimple typecheck gofmt goimports gci gofumpt"
    " golines swaggo megacheck lll wsl wsl_v5 nlreturn godot godox funlen gochecknoglobals gochecknoinits"
    " varnamelen testpackage paralleltest dupl goheader whitespace misspell dupword depguard gomodguard"
    " tagliatelle exhaustruct nonamedreturns mnd ireturn err113 wrapcheck copyloopvar intrange perfsprint"
    " interfacebloat maintidx inamedparam asciicheck bidichk noinlineerr embeddedstructfieldcheck funcorder"
    " tagalign nolintlint decorder grouper importas".split()
)
"""Linters that are gone, renamed or merged, and those about layout and taste."""
_DEFAULT = frozenset("errcheck govet ineffassign staticcheck unused".split())
_COMMON_RULES = re.compile(
    r"_test|test|mock|example|generated|\.pb\.|cmd/|main\.go|tools?|gen/|magefile|^builtin|third_party"
)


def golangci(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of golangci-lint's settings is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    lost = sorted(_enabled(old, new) - _enabled(new, old) - _RETIRED)
    if lost:
        yield Loosening(f"golangci-lint does not run {listed(lost)} any more", (lost[0],), tuple(lost))
    yield from _passed_over(old, new)
    for keys in (("issues", "issues-exit-code"), ("run", "issues-exit-code")):
        if at(new, *keys) is not None and number(at(new, *keys)) == 0 and number(at(old, *keys)) != 0:
            yield Loosening("golangci-lint succeeds with findings", (keys[-1],), (keys[-1],))
    for keys in (("issues", "new"), ("issues", "new-from-rev"), ("issues", "new-from-merge-base")):
        if at(new, *keys) and not at(old, *keys):
            yield Loosening("golangci-lint looks at new code only", (keys[-1],), (keys[-1],))
    if flag(at(old, "run", "tests"), default=True) and text(at(new, "run", "tests")) == "false":
        yield Loosening("golangci-lint does not look at tests", ("tests",), ("tests",))
    yield from _limits(old, new)


def _enabled(side: Table, other: Table) -> set[str]:
    """Return the linters that run; where all do, those that either side names."""
    linters = table(side, "linters")
    named = {
        *words(linters.get("enable")),
        *words(at(other, "linters", "enable")),
        *words(at(other, "linters", "disable")),
    }
    found = set(words(linters.get("enable"))) | set(words(at(side, "formatters", "enable")))
    if flag(linters.get("enable-all")) or text(linters.get("default")) == "all":
        found |= named | _DEFAULT
    elif not flag(linters.get("disable-all")) and text(linters.get("default")) != "none":
        found |= _DEFAULT
    return found - set(words(linters.get("disable")))


def _passed_over(old: Table, new: Table) -> Iterator[Loosening]:
    rules = [rule for rule in _rules(new) if rule not in _rules(old) and not _COMMON_RULES.search(_told(rule))]
    rules = [rule for rule in rules if not at(rule, "text")]
    if rules:
        shown = text(at(rules[0], "path")) or listed(words(at(rules[0], "linters")))
        yield Loosening(f"golangci-lint passes over findings in {shown}", (shown,), (shown.strip("/^$"), "exclude"))
    keys = (("run", "skip-dirs"), ("run", "skip-files"), ("issues", "exclude-dirs"), ("issues", "exclude-files"))
    for path in (*keys, ("linters", "exclusions", "paths")):
        found = [
            one
            for one in news(words(at(old, *path)), words(at(new, *path)))
            if not is_harmless(one) and not _COMMON_RULES.search(one)
        ]
        if found and not _is_anywhere(found, old, keys):
            yield Loosening(
                f"golangci-lint does not look at {listed(found)} any more", (found[0],), (*found, "exclude")
            )


def _is_anywhere(found: list[str], old: Table, keys: tuple[tuple[str, str], ...]) -> bool:
    known = {word for path in (*keys, ("linters", "exclusions", "paths")) for word in words(at(old, *path))}
    return set(found) <= known


def _rules(settings: Table) -> list[Value]:
    return [*items(at(settings, "issues", "exclude-rules")), *items(at(settings, "linters", "exclusions", "rules"))]


def _told(rule: Value) -> str:
    return " ".join(text(value) for value in table(rule).values() if not isinstance(value, list))


def _limits(old: Table, new: Table) -> Iterator[Loosening]:
    """Yield the limits of linters that are higher."""
    was = numbers(table(old, "linters-settings")) | numbers(table(old, "linters", "settings"))
    now = numbers(table(new, "linters-settings")) | numbers(table(new, "linters", "settings"))
    for path, value in now.items():
        is_limit = re.search(r"complexity|max|limit|lines|statements", path[-1]) is not None and path[0] not in _RETIRED
        if is_limit and path in was and value > was[path]:
            yield Loosening(f"the limit of {path[0]} is raised from {was[path]:g} to {value:g}", (path[-1],), path)
