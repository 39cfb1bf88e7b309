"""`learnagent chat`: the same loop, turn by turn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options


def chat(
    repo: options.Repo = Path(),
    model: options.ModelName = None,
    api_base: options.ApiBase = None,
    approve: options.Approve = None,
    check: options.Check = None,
    max_steps: options.MaxSteps = None,
    max_cost: options.MaxCost = None,
    max_minutes: options.MaxMinutes = None,
    sandbox: options.Sandbox = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with a chat, or the last one.")] = None,
) -> None:
    """Work with the agent turn by turn. Alt-Enter makes a new line, Ctrl-C stops a step, Ctrl-D ends."""
    from learnagent.cli import conversation, start

    request = start.Start(
        repo=repo,
        task="",
        resume=resume,
        json=False,
        mode="chat",
        flags=start.flags(
            model=model,
            api_base=api_base,
            approve=approve,
            check=check,
            max_steps=max_steps,
            max_cost=max_cost,
            max_minutes=max_minutes,
            sandbox=sandbox,
        ),
    )
    raise typer.Exit(conversation.run(request))
