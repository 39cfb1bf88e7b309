"""`learnagent recall`: lessons for a task, and where to look; no model is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options


def recall(
    task: Annotated[str, typer.Argument(help="The task; - reads it from stdin, @FILE from a file.")],
    at: Annotated[str | None, typer.Option("--at", help="Judge by this commit instead of the working tree.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=100, help="Files to name.")] = 10,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Show the lessons for a task with why each was chosen, and the files and symbols where to look."""
    from learnagent.cli import recall_view

    recall_view.show(repo, task, at=at, limit=limit, json=json)
