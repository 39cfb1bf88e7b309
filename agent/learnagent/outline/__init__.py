"""The map of the code behind the `outline` tool: definitions with signatures, ranked for the task.

`build` once, then `refresh` and `render` as often as needed. It lists no files (the caller does, with git),
and it says nothing about code that it has not read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from learnagent.outline import facts as facts_of
from learnagent.outline import rank, reader, show
from learnagent.outline.cache import Cache
from learnagent.outline.facts import Facts
from learnagent_memory.redact import Redact
from learnagent_memory.redact import redact as redact_known_forms

BUDGET_TOKENS = 2_000
SCAN_LIMIT_S = 30.0
_FILES_PER_TOKEN = 0.015
"""Files whose symbols are scored one by one, for each token of the budget: more than it can show."""


class Outline:
    """What is known of a tree's code; not for several threads at once."""

    def __init__(self, root: Path, *, cache: Path | None = None, redact: Redact = redact_known_forms) -> None:
        self._root = os.fspath(root)
        self._cache = Cache(cache, redact)
        self._known = self._cache.load()
        self._usage = rank.Usage()
        for one in self._known.values():
            self._usage.add(one)
        self._files: list[str] = []
        self._unread = 0

    @property
    def unread(self) -> int:
        """How many code files the last refresh did not reach in its time."""
        return self._unread

    def refresh(self, files: Iterable[str | os.PathLike[str]], *, limit_s: float = SCAN_LIMIT_S) -> None:
        """Read what changed among the files, given relative to the root; forget what is gone.

        Files not reached after `limit_s` stay unread until the next refresh.
        """
        self._files = sorted({os.fspath(file) for file in files})
        stats = {path: _status(f"{self._root}/{path}") for path in self._files if facts_of.is_candidate(path)}
        candidates = {path: status for path, status in stats.items() if status is not None}
        wanted = {
            path: known
            for path, status in candidates.items()
            if (known := self._known.get(path)) is None or (known.mtime_ns, known.size) != status
        }
        read = reader.read_all(self._root, wanted, limit_s=limit_s) if wanted else {}
        self._unread = len(wanted) - len(read)
        changed = {path: one for path, one in read.items() if one is not None}
        self._replace(changed, gone=(self._known.keys() - candidates.keys()) | (read.keys() - changed.keys()))

    def render(self, path: str = "", *, task: str = "", budget_tokens: int = BUDGET_TOKENS) -> str:
        """Return the map of one file, of a folder, or (empty path) of the tree, within the budget."""
        path = os.path.normpath(path) if path else "."
        weighed = rank.weigh(task, self._known, self._usage)
        if path in self._known:
            return self._render_file(path, weighed, budget_tokens)
        inside = [file for file in self._files if path in {".", file} or file.startswith(f"{path}/")]
        if not inside:
            return show.clipped(f"no files in {show.printable(path)}\n", budget_tokens)
        scored = self._best(inside, weighed, limit=15 + int(budget_tokens * _FILES_PER_TOKEN))
        note = f"({self._unread} files are not read yet: ask again)\n" if self._unread else ""
        return show.of_files(scored, total=len(inside), note=note, budget_tokens=budget_tokens)

    def _best(self, files: Sequence[str], task: rank.Task, *, limit: int) -> list[show.Scored]:
        shares, known = self._usage.shares(), self._known
        ranked = sorted((-rank.file_score(file, known.get(file), task, shares), file) for file in files)
        return [
            self._scored(file, task, -score)
            for score, file in ranked[:limit]
            if file in self._known or os.path.lexists(f"{self._root}/{file}")
        ]

    def _render_file(self, path: str, task: rank.Task, budget_tokens: int) -> str:
        facts = self._known[path]
        about = f"{facts.language}, {facts.lines} lines" if facts.language else "not read as code"
        return show.of_file(self._scored(path, task, 0.0), about=about, budget_tokens=budget_tokens)

    def _scored(self, path: str, task: rank.Task, score: float) -> show.Scored:
        facts = self._known.get(path)
        found = facts_of.definitions(facts) if facts else []
        return show.Scored(path, score, found, rank.symbol_scores(found, task, self._usage.shares()))

    def _replace(self, changed: Mapping[str, Facts], *, gone: Iterable[str]) -> None:
        gone = sorted(gone)
        for path in (*changed, *gone):
            if (before := self._known.pop(path, None)) is not None:
                self._usage.remove(before)
        for path, facts in changed.items():
            self._known[path] = facts
            self._usage.add(facts)
        if changed or gone:
            self._cache.save(changed, gone)


def build(
    root: Path, files: Iterable[str | os.PathLike[str]], *, cache: Path | None = None, limit_s: float = SCAN_LIMIT_S
) -> Outline:
    """Return the map of a tree's files, given relative to its root; facts are kept in `cache` between runs."""
    outline = Outline(root, cache=cache)
    outline.refresh(files, limit_s=limit_s)
    return outline


def _status(path: str) -> tuple[int, int] | None:
    """Return the time and size of a regular file; None for all else, links too."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None
