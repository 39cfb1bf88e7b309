"""Lints many files: what the cache knows is taken from there, the rest is scanned. It loads no parser itself."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnagent.lint.finding import Finding
from learnagent.lint.running.cache import Cache
from learnagent.lint.running.files import Skipped, Target
from learnagent.lint.running.reading import key_of, read_code
from learnagent.lint.running.record import Record, from_record

if TYPE_CHECKING:
    from learnagent.lint.rule import AnyRule

AT_ONCE = 200
"""Files looked up by one query: a query for each would take as long as reading them."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """What was found and what was not looked at."""

    findings: dict[Target, list[Finding]] = field(default_factory=dict)
    """By file; files without any are left out."""
    read: int = 0
    """Files that were linted."""
    skipped: Counter[Skipped] = field(default_factory=Counter)

    def take(self, target: Target, records: Sequence[Record]) -> None:
        """Take what was found in a file. Raises TypeError, KeyError or AttributeError for what are no records."""
        found = [from_record(record, target.path) for record in records]
        self.read += 1
        if found:
            self.findings[target] = found


def lint_files(
    targets: Sequence[Target],
    *,
    rules: Callable[[], Sequence[AnyRule]],
    cache: Cache,
    version: bytes,
    jobs: int | None = None,
    text: bytes | None = None,
) -> Outcome:
    """Lint the files and keep in the cache what was new; `rules` is asked only where the cache does not do.

    `jobs` bounds the children; without it, there are as many as processors. `text` is the content of a single
    file that was not saved.
    """
    outcome = Outcome()
    unknown = dict.fromkeys(targets, 0) if cache.is_empty() else _look_up(targets, cache, version, outcome, text)
    new: dict[bytes, Sequence[Record]] = {}
    if unknown:
        from learnagent.lint.running.file_scan import FileScan

        FileScan(rules(), version, outcome, new, text=text).run(unknown, jobs or processors())
    cache.close(new)
    return outcome


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _look_up(
    targets: Sequence[Target], cache: Cache, version: bytes, outcome: Outcome, text: bytes | None
) -> dict[Target, int]:
    """Take what the cache knows; return the sizes of the files that it does not."""
    unknown: dict[Target, int] = {}
    for start in range(0, len(targets), AT_ONCE):
        keys: dict[Target, bytes] = {}
        for target in targets[start : start + AT_ONCE]:
            content = read_code(target, text)
            if isinstance(content, Skipped):
                outcome.skipped[content] += 1
            elif content is not None:
                keys[target] = key_of(version, target.path, content)
                unknown[target] = len(content)
        kept = cache.get(list(keys.values()))
        for target, key in keys.items():
            if key in kept and _recall(target, kept[key], outcome):
                del unknown[target]
    return unknown


def _recall(target: Target, kept: Sequence[Record], outcome: Outcome) -> bool:
    """Take what was kept of a file; return whether it was sound."""
    try:
        outcome.take(target, kept)
    except (TypeError, KeyError, AttributeError) as error:
        _log.debug("lint cache: %s", error)
        return False
    return True
