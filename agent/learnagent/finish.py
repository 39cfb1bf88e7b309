"""What must hold before a run may end as done: the project's check passes.

Failures that were there before the run are told apart from those the run brought. The shortcut
linter joins here in part 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from learnagent.discovery import CheckCommand
from learnagent.failures import failing_tests
from learnagent.permissions.permission import Permissions
from learnagent.sandbox.shell import Shell
from learnagent_memory.episode import Checked

Phase = Literal["before", "finish"]


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
