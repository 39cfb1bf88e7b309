"""What must hold before a run may end as done: the project's check passes, and the run's diff holds no shortcut.

Failures that were there before the run are told apart from those the run brought.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from learnagent.discovery import CheckCommand
from learnagent.failures import failing_tests
from learnagent.permissions.permission import Permissions
from learnagent.sandbox.shell import Shell
from learnagent.shortcuts import Look, ShortcutLinter, explain_shortcuts
from learnagent_memory.episode import Checked, Event, Linted, Outcome
from learnagent_memory.journal import Journal

Phase = Literal["before", "finish"]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn ended."""

    outcome: Outcome
    reason: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class CheckRunner:
    """Runs the check command and compares with how it stood before the run."""

    check: CheckCommand
    shell: Shell
    permissions: Permissions
    spool: Callable[[], Path]
    """Gives a fresh path for a long output."""
    time_left: Callable[[], float]
    """Seconds until the run must end."""
    timeout_s: float
    output_chars: int

    def run(self, phase: Phase, *, step: int, before: Checked | None) -> Checked:
        """Run the check; `before` is the result from before the first change, where there is one."""
        refusal = self.permissions.command(self.check.command)
        if refusal:
            return Checked(step=step, phase=phase, command=self.check.command, refused=True, text=refusal.reason)
        started = time.monotonic()
        timeout_s = min(self.timeout_s, max(self.time_left(), 1.0))
        completed = self.shell.run(
            self.check.command, timeout_s=timeout_s, spool=self.spool(), limit_chars=self.output_chars
        )
        note = f"\n[timed out after {timeout_s:g} s]" if completed.timed_out else ""
        whole = completed.whole.read_text(encoding="utf-8", errors="replace") if completed.whole else completed.text
        failures = () if completed.exit_code == 0 else failing_tests(whole)
        known = set(before.failures) if before else set()
        return Checked(
            step=step,
            phase=phase,
            command=self.check.command,
            exit_code=completed.exit_code,
            passed=completed.exit_code == 0,
            text=completed.text + note,
            failures=failures,
            broken=tuple(name for name in failures if before and name not in known),
            seconds=round(time.monotonic() - started, 3),
            output_file=completed.whole.name if completed.whole else None,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of a call of `finish`."""

    text: str
    """The answer to the model."""
    ending: Ending | None
    """None where the run goes on."""


@dataclass(slots=True)
class FinishGate:
    """Decides whether a run may end: looks at check and diff, and counts how often they went back to the model."""

    journal: Journal
    check: CheckRunner | None = None
    check_rounds: int = 3
    linter: ShortcutLinter | None = None
    lint_rounds: int = 2

    before: Checked | None = None
    """How the check stood before the first change."""
    last_check: Checked | None = None
    """How the check stood at the last `finish`."""
    last_lint: Linted | None = None
    """What the linter found at the last `finish`."""
    _red: int = 0
    _found: int = 0

    def restore(self, events: Sequence[Event]) -> None:
        """Take up what an interrupted run knew."""
        before = next((e for e in events if isinstance(e, Checked) and e.phase == "before"), None)
        self.before = before if before and before.exit_code is not None else None
        self.last_lint = next((e for e in reversed(events) if isinstance(e, Linted)), None)

    def begin_turn(self) -> None:
        """Count rounds anew."""
        self._red = self._found = 0

    def look_before(self, step: int) -> bool:
        """Run the check before the first change; returns whether there is one."""
        if self.check is None:
            return False
        before = self.journal.append(self.check.run("before", step=step, before=None))
        self.before = None if before.exit_code is None else before
        return True

    def run_check(self, step: int) -> Checked | None:
        """Run the check at `finish`; None where there is none."""
        if self.check is None:
            return None
        self.last_check = self.journal.append(self.check.run("finish", step=step, before=self.before))
        return self.last_check

    def read_diff(self, look: Look) -> Linted | None:
        """Have the linter read the run's diff; None where there is no linter or nothing changed."""
        if self.linter is None or look.start == look.end:
            return None
        self.last_lint = self.journal.append(self.linter.read(look, self.last_lint))
        return self.last_lint

    def judge(self, check: Checked | None, lint: Linted | None, *, summary: str) -> Verdict:
        """Return the answer to `finish`, and how the run ends where it does."""
        is_red, shortcuts = check is not None and not check.passed, lint.open if lint else ()
        self._red += is_red
        self._found += bool(shortcuts)
        parts = [explain(check, self.before)] if check and is_red else []
        parts += [explain_shortcuts(shortcuts)] if shortcuts else []
        if not parts:
            return Verdict("The run ends as done.", Ending("done", "" if check else "no check ran", summary))
        reasons = [self._why_red(check)] if check and is_red else []
        reasons += [self._why_found(shortcuts_named(lint))] if lint and shortcuts else []
        ended = [reason for reason in reasons if reason]
        return Verdict("\n\n".join(parts), Ending("not_done", "; ".join(ended), summary) if ended else None)

    def _why_red(self, check: Checked) -> str:
        """Return why a red check ends the run now; empty where it goes back once more."""
        if check.refused:
            return f"the check was not run: {check.text}"
        if self._red > 1 and is_as_before(check, self.before):
            return "the check is red as it was before the run; nothing new broke"
        if self._red >= self.check_rounds:
            broken = f"; broken by the run: {', '.join(check.broken)}" if check.broken else ""
            return f"the check failed {self._red} times{broken}"
        return ""

    def _why_found(self, named: Sequence[str]) -> str:
        """Return why shortcuts end the run now; empty where they go back once more."""
        return f"shortcuts are left: {', '.join(named)}" if self._found > self.lint_rounds else ""


def shortcuts_named(lint: Linted | None) -> tuple[str, ...]:
    """Return what is left of shortcuts, as a result names it."""
    return tuple(f"{one.path}:{one.line} {one.rule}" for one in (lint.open if lint else ()))


def is_as_before(now: Checked, before: Checked | None) -> bool:
    """Return whether a red check shows nothing but failures that it showed before the run."""
    if before is None or before.passed or now.passed or now.exit_code is None:
        return False
    return set(now.failures) <= set(before.failures) and bool(now.failures)


def explain(result: Checked, before: Checked | None) -> str:
    """Tell the model why the run may not end yet, and which failures are its own."""
    lines = [f"Not done yet: the check `{result.command}` failed (exit {result.exit_code})."]
    if result.broken:
        lines.append("Broken by this run: " + ", ".join(result.broken))
    old = [name for name in result.failures if name not in result.broken]
    if before and not before.passed and old:
        lines.append("Failing before this run as well: " + ", ".join(old))
    elif before and not before.passed and not result.failures:
        lines.append("It failed before this run as well.")
    elif before and before.passed and not result.broken:
        lines.append("It passed before this run.")
    return "\n".join([*lines, "", result.text])
