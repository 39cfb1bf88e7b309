"""Mines what linters and type checkers of the project insisted on: rules that refused the run's own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, quoted, title_of
from learnagent_memory.reflect.fix import mended
from learnagent_memory.reflect.trace import Attempt, Trace

_RULES = (
    re.compile(r"(?P<path>\S+?):\d+:(?:\d+:)? (?P<rule>[A-Z]{1,4}\d{2,5}):? .*"),  # ruff, flake8, pylint
    re.compile(r"(?P<path>\S+?):\d+(?::\d+)?: error: .*\[(?P<rule>[a-z][a-z-]+)\]"),  # mypy
    re.compile(r"(?P<path>\S+?)[:(]\d+[:,]\d+\)?:? (?:- )?error (?P<rule>TS\d+): .*"),  # tsc
    re.compile(r"(?P<path>\S+?\.go):\d+:\d+: .*\((?P<rule>[a-z]+)\)"),  # golangci-lint
    re.compile(r"(?P<path>\S+?):\d+:\d+: [CWEF]: (?:\[\w+\] )?(?P<rule>[A-Z]\w+/\w+): .*"),  # rubocop
)
_ARROW = re.compile(r"\s*--> (?P<path>\S+?):\d+:\d+")  # ruff's long form: the rule stands on the line before
_BEFORE_ARROW = re.compile(r"(?P<rule>[A-Z]{1,4}\d{2,5}) .*")
_ESLINT = re.compile(r"\s*\d+:\d+\s+error\s+.*?\s(?P<rule>@?[\w/-]+)")
MAX_RULES = 4


def mine(trace: Trace, _sight: Sight) -> Iterator[Candidate]:
    """Yield one candidate: the rules that refused files of the run, by a command that passed afterwards.

    They count where they cost a round at `finish`, or came up more than once.
    """
    told: dict[str, tuple[Attempt, Attempt, list[str]]] = {}
    for failed, _, passed in mended(trace):
        before = trace.changed_between(-1, failed.place)
        rules = sorted(broken_rules(failed.text, frozenset(before)))
        if rules and (_is_refusal(failed) or failed.command in told):
            known = told.get(failed.command, (failed, passed, []))[2]
            told[failed.command] = (failed, passed, list(dict.fromkeys([*known, *rules])))
        elif rules:
            told.setdefault(failed.command, (failed, passed, []))
    for failed, passed, rules in told.values():
        if rules:
            yield _candidate(trace, failed, passed, rules=rules)


def broken_rules(output: str, paths: frozenset[str]) -> frozenset[str]:
    """Return the ids of the rules that an output names for any of these files."""
    found: set[str] = set()
    last, file = "", ""
    for line in (line[:500] for line in output.splitlines()):
        match = next((match for pattern in _RULES if (match := pattern.fullmatch(line.strip()))), None)
        if match and _names(match["path"], paths):
            found.add(match["rule"])
        arrow = _ARROW.fullmatch(line)
        before = _BEFORE_ARROW.fullmatch(last.strip())
        if arrow and before and _names(arrow["path"], paths):
            found.add(before["rule"])
        if " " not in line and "." in line:
            file = line
        eslint = _ESLINT.fullmatch(line)
        if eslint and _names(file, paths):
            found.add(eslint["rule"])
        last = line
    return frozenset(found)


def _names(path: str, paths: frozenset[str]) -> bool:
    return any(path == known or path.endswith(f"/{known}") for known in paths)


def _is_refusal(failed: Attempt) -> bool:
    return failed.check is not None and failed.check.phase == "finish"


def _candidate(trace: Trace, failed: Attempt, passed: Attempt, *, rules: list[str]) -> Candidate:
    kinds = sorted({PurePosixPath(path).suffix for path in trace.changed_between(-1, failed.place)} - {""})
    shown = quoted(rules[:MAX_RULES])
    lesson = Lesson(
        kind="convention",
        title=title_of(f"`{failed.command}` insists on {shown}"),
        when=When(globs=tuple(f"**/*{kind}" for kind in kinds[:4])),
        do=field_of(f"Write code that satisfies {shown} from the start: `{failed.command}` refuses it otherwise."),
    )
    evidence = (trace.evidence(passed, "passed once they were satisfied"), trace.evidence(failed, "refused"))
    return Candidate(lesson, "code", evidence, is_verified=True)
