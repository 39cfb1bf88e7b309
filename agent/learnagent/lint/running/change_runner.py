"""Lints a change in a child process: a parser that crashes or hangs ends the child, and its file is left out."""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from learnagent import child_reader
from learnagent.child_reader import FILE_LIMIT_S, Answer, Child, ChildError, Item, Scan
from learnagent.lint.change import Change, FileChange
from learnagent.lint.engine import lint_change
from learnagent.lint.finding import Finding
from learnagent.lint.rule import AnyRule
from learnagent.lint.rules import RULES
from learnagent.lint.running.record import from_record, to_record
from learnagent_memory.errors import LearnAgentError

_WHOLE = ""
"""Stands for the change among the names of its files."""
_BYTES_PER_S = 100_000
"""The slowest that a large change may be linted; it is usually fifty times faster."""
_log = logging.getLogger(__name__)


class LintError(LearnAgentError):
    """The linter itself failed: the user reports it."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """What a change brought."""

    findings: list[Finding]
    unreadable: int
    """Files that could not be parsed and were left out."""


def lint_in_child(change: Change, rules: Sequence[AnyRule], *, trusts_new_comments: bool = True) -> ChangeOutcome:
    """Return the findings in a change, as `lint_change` does. Raises LintError where the rules fail on it."""
    return ChangeScan(change, rules, trusts_new_comments=trusts_new_comments).run()


def serve(request: Mapping[str, Any]) -> None:
    """Answer a request on stdout, as a child that was started afresh."""
    child_reader.serve_items(request["files"], answer_to(request), limit_s=request["limit_s"])


def answer_to(request: Mapping[str, Any]) -> Callable[[str, Any], Answer]:
    """Return what answers for each file of a request, and for the whole."""
    rules = [rule for rule in RULES if rule.name in request["rules"]]
    files = [FileChange(path, _decoded(before), _decoded(after), old) for path, before, after, old in request["change"]]
    change = Change(tuple(files), request["task"], tuple(request["failures"]))
    return ChangeScan(change, rules, trusts_new_comments=request["trusts_new_comments"]).read


class ChangeScan:
    """One reading of a change: file by file first, so that one that kills its reader is known by name."""

    def __init__(self, change: Change, rules: Sequence[AnyRule], *, trusts_new_comments: bool = True) -> None:
        self._change = change
        self._trusts_new_comments = trusts_new_comments
        self._by_path = {one.path: one for one in change.files}
        self._rules = rules
        self._findings: list[Finding] | None = None
        self._unreadable: set[str] = set()

    def run(self) -> ChangeOutcome:
        """Lint the change. Raises LintError where the rules fail on it."""
        try:
            Scan(self).run([[*((one.path, None) for one in self._change.files), (_WHOLE, None)]])
        except (ChildError, OSError) as error:
            _log.warning("linting without a process of its own: %s", error)
            self.answered(_WHOLE, self.read(_WHOLE, None))
        if self._findings is None:
            raise LintError(
                "the linter failed on this change", hint="please report it; its files can be linted by path"
            )
        return ChangeOutcome(self._findings, len(self._unreadable))

    def start(self, items: Sequence[Item]) -> Child:
        """Start a child on these files."""
        if child_reader.may_fork():
            return child_reader.forked(items, self.read, limit_s=self._limit_s())
        return child_reader.spawned(child_reader.boot(__name__), self.request(items))

    def request(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return what a child that is started afresh must know."""
        files = self._readable()
        return {
            "files": items,
            "change": [(one.path, _encoded(one.before), _encoded(one.after), one.old_path) for one in files],
            "task": self._change.task,
            "failures": self._change.failures,
            "trusts_new_comments": self._trusts_new_comments,
            "rules": [rule.name for rule in self._rules],
            "limit_s": self._limit_s(),
        }

    def read(self, name: str, _extra: object) -> Answer:
        """Parse a file, as the child, or lint the whole."""
        if name == _WHOLE:
            change = replace(self._change, files=self._readable())
            found = lint_change(change, self._rules, trusts_new_comments=self._trusts_new_comments)
            return [(finding.path, to_record(finding)) for finding in found]
        one = self._by_path[name]
        return [side.language for side in (one.old, one.new) if side]

    def answered(self, name: str, answer: Answer) -> None:
        """Take the findings."""
        if name == _WHOLE:
            self._findings = [from_record(record, path) for path, record in answer]

    def lost(self, name: str) -> None:
        """Leave out a file that killed its reader."""
        if name != _WHOLE:
            self._unreadable.add(name)

    def _readable(self) -> tuple[FileChange, ...]:
        return tuple(one for one in self._change.files if one.path not in self._unreadable)

    def _limit_s(self) -> int:
        size = sum(len(one.before or b"") + len(one.after or b"") for one in self._change.files)
        return FILE_LIMIT_S + size // _BYTES_PER_S


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
