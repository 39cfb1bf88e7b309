"""The `bash` tool: one command in a fresh shell at the root."""

from __future__ import annotations

from pydantic import Field

from learnagent.permissions.permission import is_read_only
from learnagent.tools.tool import Arguments, Result, Tool, Workbench


class BashArguments(Arguments):
    """Arguments of `bash`."""

    command: str = Field(min_length=1, description="The command line.")
    timeout_s: float | None = Field(default=None, gt=0, description="Time-out in seconds.")


def run(arguments: BashArguments, bench: Workbench) -> Result:
    """Run the command and show output and exit code."""
    refusal = bench.permissions.command(arguments.command)
    if refusal:
        return Result(refusal.reason, status="refused")
    timeout_s = min(arguments.timeout_s or bench.command_timeout_s, max(bench.time_left(), 1.0))
    completed = bench.shell.run(
        arguments.command, timeout_s=timeout_s, spool=bench.next_output(), limit_chars=bench.output_chars
    )
    if completed.timed_out:
        note = f"[timed out after {timeout_s:g} s and was killed; pass timeout_s for more]"
        return Result(f"{completed.text.rstrip()}\n{note}", status="timeout", output_file=completed.whole)
    failed = completed.exit_code != 0
    return Result(
        f"{completed.text.rstrip()}\n[exit {completed.exit_code}]".lstrip("\n"),
        status="error" if failed else "ok",
        exit_code=completed.exit_code,
        output_file=completed.whole,
        hint=bench.memory.after_failure(arguments.command, completed.text) if failed else "",
    )


BASH = Tool(
    name="bash",
    description="Run a command in a fresh bash at the repository's root; returns its output and exit code.",
    arguments=BashArguments,
    run=run,
    may_change=lambda arguments: not is_read_only(arguments.command),
)
