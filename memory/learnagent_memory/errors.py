"""The error root and one subclass for each thing a user can do about it. No handling happens here."""

from __future__ import annotations

from pathlib import PurePath


class LearnAgentError(Exception):
    """Say in one line what went wrong; `hint` says what to do about it."""

    exit_code = 1
    """What the command line exits with when this reaches it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class UsageError(LearnAgentError):
    """A wrong path, flag, setting or repository: the user changes the call."""

    exit_code = 2


class MissingExtraError(UsageError):
    """An optional part is not installed: the user runs the install command in the hint."""


class StorageError(LearnAgentError):
    """The disk is full or a folder cannot be written or read: the user frees or opens it."""

    exit_code = 2


class OutputError(StorageError):
    """Standard output cannot be written: the user frees or opens what it goes to."""

    exit_code = 1


class GitError(LearnAgentError):
    """Git refused or failed: the message carries its first line."""

    exit_code = 2


class ModelError(LearnAgentError):
    """The model or its provider failed for good: the user checks key, address, name or quota."""

    exit_code = 3


class ContextOverflowError(ModelError):
    """The conversation is larger than the model's window: the loop condenses and asks again."""


class BudgetSpentError(LearnAgentError):
    """A cap on steps, dollars or minutes was reached: everything done so far is kept."""

    exit_code = 4


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: the whole program ends in order, where Ctrl-C may end one step only."""


def cannot_write(path: PurePath, error: OSError) -> StorageError:
    """Return what to raise where the system refused to write a file or folder of ours."""
    return StorageError(f"cannot write {path} ({error.strerror})", hint="free the disk or open the folder")
