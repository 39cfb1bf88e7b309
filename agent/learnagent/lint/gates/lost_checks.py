"""Compares the commands that check, over all files of a change: which are gone, may fail now, or look away.

A check that runs in another file of the change, or that another of its kind replaces, is not lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learnagent.lint.change import FileChange
from learnagent.lint.gates.commands import Check
from learnagent.lint.gates.loosening import Loosening
from learnagent.lint.gates.options import compare

_SELECTS = re.compile(
    r"(?:^|\s)(-tags[=\s]\S+|-[mkePt]\s*\S+|--(?:features|feature|project|package|workspace|target|config|grep|"
    r"filter|profile)\S*[=\s]\S+)"
)
_RUNS_PROJECT = re.compile(r"(?:^|/)\.|^[^/]+$|pipelines|(?:^|/)ci/")
"""Files whose end is an end of checks; a package that is removed takes its scripts along."""
_SAYS_CHECK = re.compile(r"\b\w*(?:test|check|lint|verify|\bci\b|tox|nox|\bqa\b|\ball\b)", re.IGNORECASE)
_DEEP_PATH = re.compile(r"^(?:\./)?\w[\w.-]*/\w[\w/.:\[\]-]*\w$|::|^[\w-]*test[\w-]*\.\w+$")
"""Paths of single files, or of folders within the tests."""
_EVERYWHERE = re.compile(
    r"-*(?:tests?|unit|check\w*|lint\w*|build|main|verify|install|source|types?|python\d*|node|npm|yarn|make|all|style)"
)
_MASK_NAMES = ("continue-on-error", "allow_failure", "allow failure", "may fail", "manual")


@dataclass(frozen=True, slots=True)
class Checked:
    """The checks of one file."""

    file: FileChange
    before: Sequence[Check]
    after: Sequence[Check]


def lost_checks(files: Sequence[Checked]) -> Iterator[tuple[FileChange, Loosening]]:
    """Yield the checks that are weaker in each file."""
    old = {check.command for one in files for check in one.before}
    now = [check for one in files for check in one.after if not check.mask]
    fresh = [check for check in now if check.command not in old]
    for one in files:
        told: set[str] = set()
        for check in one.before:
            if (
                check.mask
                or check.command in told
                or (check.kind == "any" and not _SAYS_CHECK.search(check.command))
                or any(check.command == other.command for other in now)
            ):
                continue
            told.add(check.command)
            for loosening in _of_check(check, one, now, fresh):
                yield one.file, loosening
        yield from ((one.file, loosening) for loosening in _masked_beside(one))


def _of_check(check: Check, one: Checked, now: Sequence[Check], fresh: Sequence[Check]) -> Iterator[Loosening]:
    masked = next((other for other in one.after if other.mask and _is_same(other, check)), None)
    partner = _partner(check, fresh)
    if masked is not None and partner is None:
        told = f"`{_short(check.command)}` may fail now: {masked.mask}"
        yield Loosening(told, (masked.mask, masked.command), (*_MASK_NAMES, *_names(masked)))
    elif partner is not None and _is_reworded(check, partner):
        yield from compare(check.command, partner.command)
        yield from _narrowed(check, partner, [other for other in fresh if other.tool == check.tool])
    elif one.file.after is None and not _RUNS_PROJECT.search(one.file.path):
        return
    elif partner is None and not any(_covers(other, check) for other in now):
        yield Loosening(f"`{_short(check.command)}` does not run any more", (check.command, check.tool), _names(check))


def _partner(check: Check, fresh: Sequence[Check]) -> Check | None:
    """Return the new check that stands for one: of the same tool, else of its kind, else what may be anything."""
    same_tool = [other for other in fresh if other.tool == check.tool]
    return min(
        same_tool
        or [other for other in fresh if other.kind == check.kind]
        or [other for other in fresh if "any" in {other.kind, check.kind}],
        key=lambda other: _distance(check, other),
        default=None,
    )


def _narrowed(check: Check, partner: Check, fresh: Sequence[Check]) -> Iterator[Loosening]:
    """Yield what a check looks at, where it looked at everything and no other looks at the rest."""
    added = [path for path in _paths(partner) - _paths(check) if _DEEP_PATH.search(path)]
    wide = not any(_DEEP_PATH.search(path) for path in _paths(check))
    if check.kind == "tests" and added and wide and len(fresh) == 1:
        told = f"`{_short(partner.command)}` runs a part of the tests only"
        yield Loosening(told, (partner.command, added[0]), (*added, "only"))


def _is_reworded(check: Check, partner: Check) -> bool:
    """Return whether a new check is an old one in other words, and not one more of the same tool."""
    old, new = set(check.command.split()), set(partner.command.split())
    return partner.tool == check.tool and (check.place == partner.place or 2 * len(old & new) >= len(old | new))


def _distance(check: Check, other: Check) -> int:
    return len(set(check.command.split()) ^ set(other.command.split())) - 2 * (check.place == other.place)


def _covers(other: Check, check: Check) -> bool:
    """Return whether a check that still runs looks at all that another looked at."""
    if other.tool != check.tool:
        return other.kind == "any" and check.kind == "any" and other.command == check.command
    chosen = set(_SELECTS.findall(check.command))
    return (
        set(_SELECTS.findall(other.command)) <= chosen
        and chosen <= set(_SELECTS.findall(other.command))
        and _paths(other) <= _paths(check)
    )


def _paths(check: Check) -> set[str]:
    words = check.command.split()[len(check.tool.split()) :]
    return {word for word in words if not word.startswith("-") and word not in {".", "./...", "…"}}


def _is_same(other: Check, check: Check) -> bool:
    return other.command == check.command or (other.tool == check.tool and other.place == check.place)


def _masked_beside(one: Checked) -> Iterator[Loosening]:
    """Yield the jobs in which a check may fail now, while the same command counts in another."""
    were = {(check.command, check.place) for check in one.before if not check.mask}
    counting = {(check.command, check.place) for check in one.after if not check.mask}
    elsewhere = {command for command, _ in counting}
    for check in one.after:
        place = (check.command, check.place)
        if check.mask and check.place and place in were - counting and check.command in elsewhere:
            told = f"`{_short(check.command)}` in {check.place} may fail now: {check.mask}"
            yield Loosening(told, (check.mask, check.command), (*_MASK_NAMES, check.place, *_names(check)))


def _names(check: Check) -> tuple[str, ...]:
    """Return what a task may call a check: its tool, its job, what it names; not what everything is called."""
    words = re.findall(r"[\w.-]{4,}", f"{check.tool} {check.place} {check.command}")
    return tuple(word for word in dict.fromkeys([check.tool, *words]) if not _EVERYWHERE.fullmatch(word))


def _short(command: str) -> str:
    return command if len(command) <= 60 else f"{command[:57]}..."
