"""Decides what may be done at once, what the user is asked, and what is refused. Does nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from learnagent.permissions.allowlist import is_read_only as is_read_only
from learnagent.permissions.allowlist import parse
from learnagent.permissions.paths import is_protected
from learnagent.permissions.reach import Reach
from learnagent.permissions.secret_files import is_secret

Approve = Literal["ask", "edits", "all"]
Answer = Literal["yes", "no", "always"]


@dataclass(frozen=True, slots=True)
class Question:
    """What the user is asked."""

    kind: Literal["command", "edit", "allow"]
    title: str
    """One line."""
    body: str
    """The command, the diff, or the code that is to stay."""
    reason: str
    """Why it is asked."""
    always: str = "in this run"
    """How long the answer `always` holds."""


class Asker(Protocol):
    """Someone who can be asked."""

    def ask(self, question: Question) -> Answer:
        """Return the answer; `always` holds for this command, or for all edits, until the run ends."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something may not be done."""

    reason: str
    """Told to the model."""


class Permissions:
    """The rules of one run. Protected paths and secret files are refused in every mode.

    `asker` is None where nobody can be asked: what would need asking is then refused. `allowed_commands` are
    the user's own (the check): they run unasked, written exactly so. `confined` says that a sandbox
    keeps secret files from commands and holds what git's configuration runs: searching the tree, and git's
    harmless commands, then need no question.
    """

    def __init__(
        self,
        approve: Approve,
        asker: Asker | None,
        root: Path,
        *,
        allow_secret_files: bool = False,
        allowed_commands: Sequence[str] = (),
        confined: bool = False,
    ) -> None:
        self.allow_secret_files = allow_secret_files
        self._approve = approve
        self._asker = asker
        self._root = root.resolve()
        self._reach = Reach(self._root, allow_secret_files, confined)
        self._allowed = {command.strip() for command in allowed_commands}
        self._edits_allowed = approve != "ask"

    def command(self, command: str) -> Refusal | None:
        """Return why a command may not run, after asking where it needs asking; None when it may."""
        if self._approve == "all" or command.strip() in self._allowed or self._is_silent(command):
            return None
        answer = self._ask(Question("command", "run a command", command, "it is not known to be harmless"))
        if answer == "always":
            self._allowed.add(command.strip())
        return answer if isinstance(answer, Refusal) else None

    def edit(self, path: Path, diff: str) -> Refusal | None:
        """Return why a file may not be written, after asking where it needs asking; None when it may."""
        name = self._name(path)
        if reason := is_protected(self._root, path):
            return Refusal(f"{name} may not be written: {reason}")
        if not self.allow_secret_files and path.exists() and is_secret(path):
            return Refusal(f"{name} may not be written: it is a secret file of the user's")
        if self._edits_allowed:
            return None
        answer = self._ask(Question("edit", f"change {name}", diff, "edits are shown before they are made"))
        if answer == "always":
            self._edits_allowed = True
        return answer if isinstance(answer, Refusal) else None

    def read(self, path: Path) -> Refusal | None:
        """Return why a file may not be read, or None when it may; nobody is asked."""
        if self.allow_secret_files or not is_secret(path):
            return None
        return Refusal(f"{self._name(path)} may not be read: it is a secret file; do without its content")

    def _ask(self, question: Question) -> Answer | Refusal:
        if self._asker is None:
            return Refusal(
                f"to {question.title} needs the user's approval ({question.reason}) and nobody can be asked "
                f"(--approve {self._approve}): do without it, or finish and say what to allow"
            )
        answer = self._asker.ask(question)
        if answer == "no":
            return Refusal(f"the user refused to {question.title}: do it another way")
        return answer

    def _is_silent(self, command: str) -> bool:
        segments = parse(command) if is_read_only(command) else None
        return segments is not None and all(self._reach.covers(segment) for segment in segments)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path)
