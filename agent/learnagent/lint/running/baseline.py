"""Findings that a project knows of: kept by path, rule, symbol and code, so that lines may move.

The file lies in the repository, is sorted, and holds digests of code, not code.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from learnagent.lint.finding import Finding
from learnagent_memory.errors import UsageError, cannot_write
from learnagent_memory.reading import parse_json

VERSION = 1
_FIELDS = ("path", "rule", "symbol", "code")
Key = tuple[str, str, str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each finding is known."""

    counts: Counter[Key]

    def unknown(self, findings: Iterable[T], finding_of: Callable[[T], Finding]) -> list[T]:
        """Return what goes beyond the baseline, in its order."""
        left = Counter(self.counts)
        new = []
        for one in findings:
            key = finding_of(one).key
            if left[key] > 0:
                left[key] -= 1
            else:
                new.append(one)
        return new

    def without(self, was_read: Callable[[str], bool]) -> Baseline:
        """Return what it says of files that were not read."""
        return Baseline(Counter({key: count for key, count in self.counts.items() if not was_read(key[0])}))

    def stale(self, findings: Iterable[Finding], was_read: Callable[[str], bool]) -> int:
        """Return how many entries stand for nothing any more, of the files that were read."""
        left = self.counts - Counter(finding.key for finding in findings)
        return sum(count for key, count in left.items() if was_read(key[0]))


def read_baseline(path: Path) -> Baseline:
    """Read the file. Raises UsageError where it is missing or broken."""
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"there is no baseline {path}", hint="--write-baseline makes it") from error
    except OSError as error:
        raise UsageError(f"the baseline {path} cannot be read ({error.strerror})", hint="name a file") from error
    try:
        return Baseline(_counts(parse_json(text)))
    except (ValueError, TypeError, KeyError) as error:
        hint = "take it from the history, or make it anew with --write-baseline"
        raise UsageError(f"the baseline {path} is broken", hint=hint) from error


def write_baseline(path: Path, findings: Sequence[Finding], kept: Baseline | None = None) -> None:
    """Write the findings, and what is kept of an earlier baseline, whole or not at all. Raises StorageError."""
    counts = Counter(finding.key for finding in findings) + (kept.counts if kept else Counter())
    entries = [{**dict(zip(_FIELDS, key, strict=True)), "count": counts[key]} for key in sorted(counts)]
    text = json.dumps({"version": VERSION, "findings": entries}, indent=1)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(f"{text}\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error


def _counts(content: object) -> Counter[Key]:
    """Read what the file says. Raises ValueError, TypeError or KeyError for anything else."""
    if not isinstance(content, dict) or content["version"] != VERSION:
        raise ValueError("of another version")
    counts: Counter[Key] = Counter()
    for entry in content["findings"]:
        path, rule, symbol, code = (entry[field] for field in _FIELDS)
        if not all(isinstance(value, str) for value in (path, rule, symbol, code)) or not isinstance(
            entry["count"], int
        ):
            raise ValueError("not an entry")
        counts[path, rule, symbol, code] += entry["count"]
    return counts
