"""Has many files linted by child processes.

A parser that crashes or hangs ends a child and not the run; its file is counted as unreadable.
"""

from __future__ import annotations

import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from learnagent import child_reader
from learnagent.child_reader import Answer, Child, ChildError, Item, Scan
from learnagent.lint.rule import AnyRule
from learnagent.lint.rules import RULES
from learnagent.lint.running.files import Skipped, Target
from learnagent.lint.running.record import Record
from learnagent.lint.running.runner import Outcome
from learnagent.lint.running.verdict import reader

CHILD_BYTES = 400_000
"""What one more child must have to read, or starting it takes longer than it saves."""
MAX_CHILDREN = 8

_log = logging.getLogger(__name__)


def serve(request: Mapping[str, Any]) -> None:
    """Answer a request on stdout, as a child that was started afresh."""
    child_reader.serve_items(request["files"], answer_to(request))


def answer_to(request: Mapping[str, Any]) -> Callable[[str, Any], Answer]:
    """Return what answers for each file of a request."""
    rules = [rule for rule in RULES if rule.name in request["rules"]]
    text = request["text"]
    verdict_of = reader(rules, bytes.fromhex(request["version"]), None if text is None else b64decode(text))
    return lambda _, place: verdict_of(Target(*place))


class FileScan:
    """One reading of files by children."""

    def __init__(
        self,
        rules: Sequence[AnyRule],
        version: bytes,
        outcome: Outcome,
        new: dict[bytes, Sequence[Record]],
        *,
        text: bytes | None = None,
    ) -> None:
        self._rules = rules
        self._version = version
        self._outcome = outcome
        self._new = new
        self._unread: dict[str, Target] = {}
        self._text = text
        self._verdict_of = reader(rules, version, text)

    def run(self, sizes: Mapping[Target, int], jobs: int) -> None:
        """Read the files of these sizes; 0 stands for one not known."""
        self._unread = {target.real: target for target in sizes}
        try:
            Scan(self).run(_shares({target: size or _size(target) for target, size in sizes.items()}, jobs))
        except (ChildError, OSError) as error:
            _log.warning("linting without a process of its own: %s", error)
            for name, target in list(self._unread.items()):
                self.answered(name, self._verdict_of(target))
        self._outcome.skipped[Skipped.UNREADABLE] += len(self._unread)

    def start(self, items: Sequence[Item]) -> Child:
        """Start a child on these files."""
        if child_reader.may_fork():
            return child_reader.forked(items, lambda _, place: self._verdict_of(Target(*place)))
        return child_reader.spawned(child_reader.boot(__name__), self.request(items))

    def request(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return what a child that is started afresh must know."""
        return {
            "rules": [rule.name for rule in self._rules],
            "version": self._version.hex(),
            "text": None if self._text is None else b64encode(self._text).decode(),
            "files": items,
        }

    def answered(self, name: str, answer: Answer) -> None:
        """Take the verdict on a file."""
        target = self._unread.pop(name)
        if "skipped" in answer:
            self._outcome.skipped[Skipped(answer["skipped"])] += 1
        elif "findings" in answer:
            self._outcome.take(target, answer["findings"])
            self._new[bytes.fromhex(answer["key"])] = answer["findings"]

    def lost(self, name: str) -> None:
        """Count a file that killed its reader."""
        del self._unread[name]
        self._outcome.skipped[Skipped.UNREADABLE] += 1


def _shares(sizes: Mapping[Target, int], jobs: int) -> list[list[Item]]:
    """Deal the files to children, the large ones first, so that all end at about the same time."""
    count = max(1, min(jobs, MAX_CHILDREN, sum(sizes.values()) // CHILD_BYTES))
    by_size = sorted(sizes, key=lambda target: (-sizes[target], target.path))
    items = [(target.real, (target.root, target.path)) for target in by_size]
    return [items[start::count] for start in range(count)]


def _size(target: Target) -> int:
    try:
        return os.lstat(target.real).st_size
    except (OSError, ValueError):
        return 0
