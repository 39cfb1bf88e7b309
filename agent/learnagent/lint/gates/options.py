"""Compares two command lines of one tool: options that make it look away, and those that made it strict. By text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.gates.loosening import Loosening, is_harmless

_VALUE = r"[=\s](?:'[^']*'|\"[^\"]*\"|\S+)"
_LEAVES_TESTS_OUT = (
    rf"--(?:deselect|ignore-glob|testPathIgnorePatterns|testNamePattern|grep|exclude-(?:group|task)|skip){_VALUE}|"
    rf"--ignore(?:-errors|-missing-imports|-path|-pattern)?(?:{_VALUE})?|-[km]\s*(?:'not\b[^']*'|\"not\b[^\"]*\"|"
    rf"not\b\S*)|"
    r"-p\s*no:(?!cacheprovider|randomly|asyncio)\S+|"
    r"-D(?:skipTests|skipITs|(?:maven\.test|checkstyle|pmd|spotbugs|enforcer)\.skip|maven\.test\.failure\.ignore)\b|"
    r"-x\s+\S*(?:[tT]est|check|lint|detekt|checkstyle|ktlint)\S*|-short(?=\s|$)|-(?:run|skip)[=\s]\S+|--no-run(?=\s|$)|"
    r"--lib(?=\s|$)|--collect-only|--dry-run(?=\s|$)|--filter\s+\S*!=\S+|--suppress-tests|--if-present|--no-cov(?=\s|$)"
)
_LETS_FAIL = (
    r"--exit-zero|--pass-?[wW]ith-?[nN]o-?[tT]ests|--allow-no-tests|--continue(?=\s|$)|--ignore-failures|"
    r"--allow-failures?|"
    r"--soft-fail|--no-fail|--issues-exit-code[=\s]0|--no-verify|--failure-level\s+error|--reruns[=\s]?\d+|"
    r"--retries?[=\s]\d+"
)
_PASSES_OVER = (
    rf"--(?:disable|disable-error-code|extend-ignore|exclude|exclude-from|exclude-rules?|baseline){_VALUE}|"
    rf"--no-strict\S*|"
    r"-A\s*(?:clippy::)?\w+|-W\s*ignore\b|--noEmitOnError\s+false|--rule\s+\S+off\S*|--add-noqa"
)
_LOOSE = re.compile(rf"(?:^|\s)({_LEAVES_TESTS_OUT}|{_LETS_FAIL}|{_PASSES_OVER})")
_STRICT = re.compile(
    r"(?:^|\s)(-D\s*(?:warnings|clippy::\w+)|--deny[= ]warnings|--strict(?![\w-])|--strict-(?:markers|config)|"
    r"--disallow-\S+|"
    r"-W\s*error\S*|-Werror\S*|--error-on-warnings|--warnings-as-errors|-warnaserror\S*|-Xlint\S*|--fail-on-warnings?|"
    r"-race(?=\s|$)|--check(?=\s|$)|--doctest-modules|--runxfail|--fail-level[=\s]\S+|--audit-level[=\s]\S+|"
    r"-tags[=\s]\S+|"
    r"--all-targets|--workspace|--all-features)"
)
_SKIPS = re.compile(r"-D(?:skipTests|skipITs|maven\.test\.skip)|-x\s+\w*[tT]est")
"""Ways to leave out tests: one of them is as good as the other."""
_FLOOR = re.compile(
    r"(--cov-fail-under|--fail-under(?:-lines)?|--coverage\.thresholds\.\w+|--min(?:imum)?-coverage|--min-msi|"
    r"--cover-min-percentage)[=\s](\d+(?:\.\d+)?)"
)
_CEILING = re.compile(r"(--max-warnings|--max-complexity)[=\s](\d+)")
_MAY_LEAVE_OUT = re.compile(r"--(?:ignore(?!-glob)|exclude|extend-ignore|disable)")


def compare(old: str, new: str) -> Iterator[Loosening]:
    """Yield what is looser in the second command."""
    shown = _short(new)
    for option in dict.fromkeys(_LOOSE.findall(new)):
        if option not in old and not _is_harmless(option) and not (_SKIPS.match(option) and _SKIPS.search(old)):
            yield Loosening(f"`{shown}` looks away with `{_folded(option)}`", (option, new), _names(option))
    for option in dict.fromkeys(_STRICT.findall(old)):
        if option.strip() not in new and _folded(option) not in new and not option.startswith("--max"):
            told = f"`{shown}` runs without `{_folded(option)}` now"
            yield Loosening(told, (new, option), _names(option), moved=_elsewhere(option))
    yield from _numbers(old, new)


def _is_harmless(option: str) -> bool:
    """Return whether what an option leaves out is no product code, or layout."""
    if not _MAY_LEAVE_OUT.match(option):
        return False
    value = re.split(r"[=\s]", option, maxsplit=1)[-1]
    return is_harmless(value) or re.search(r"W503|E203|--ignore-scripts", option) is not None


def _numbers(old: str, new: str) -> Iterator[Loosening]:
    was, now = dict(_FLOOR.findall(old)), dict(_FLOOR.findall(new))
    for key, value in was.items():
        if float(now.get(key, 0)) < float(value):
            told = f"is lowered from {value} to {now[key]}" if key in now else f"of {value} is taken away"
            yield Loosening(
                f"{key} {told}", (key,), (key.strip("-"), "coverage"), moved=r"fail[_-]under|threshold|minimum"
            )
    was, now = dict(_CEILING.findall(old)), dict(_CEILING.findall(new))
    for key, value in was.items():
        if key not in now:
            yield Loosening(f"{key} {value} is taken away", (new, key), (key.strip("-"),), moved=key)
        elif int(now[key]) > int(value):
            yield Loosening(f"{key} is raised from {value} to {now[key]}", (key,), (key.strip("-"),))


def _elsewhere(option: str) -> str:
    """Return a pattern of where else a strict option may stand."""
    word = re.sub(r"^-+|[=\s].*$", "", option.strip())
    return r"-D\s*warnings|\bdeny\b|warnings" if word in {"D", "deny"} else r"\b" + re.escape(word) + r"\b"


def _names(option: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[\w:./-]{4,}", option.strip(" -")))


def _folded(option: str) -> str:
    return " ".join(option.split())


def _short(command: str) -> str:
    return command if len(command) <= 60 else f"{command[:57]}..."
