"""`learnagent do`: carry out one task."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options


def do(
    task: Annotated[str | None, typer.Argument(help="What to do; - reads it from stdin, @FILE from a file.")] = None,
    repo: options.Repo = Path(),
    model: options.ModelName = None,
    api_base: options.ApiBase = None,
    approve: options.Approve = None,
    check: options.Check = None,
    max_steps: options.MaxSteps = None,
    max_cost: options.MaxCost = None,
    max_minutes: options.MaxMinutes = None,
    sandbox: options.Sandbox = None,
    commit: options.Commit = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with an interrupted episode.")] = None,
    json: options.Json = False,
) -> None:
    """Carry out a task in a repository; the check must pass, and every step can be undone."""
    from learnagent.cli import start
    from learnagent.cli import task as tasks

    request = start.Start(
        repo=repo,
        task=tasks.read_task(task, is_resume=resume is not None),
        resume=resume,
        json=json,
        mode="do",
        flags=start.flags(
            model=model,
            api_base=api_base,
            approve=approve,
            check=check,
            max_steps=max_steps,
            max_cost=max_cost,
            max_minutes=max_minutes,
            sandbox=sandbox,
            commit=commit,
        ),
    )
    raise typer.Exit(start.run(request))
