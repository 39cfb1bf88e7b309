"""`learnagent init`: learn from the git history before the first run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options


def init(
    commits: Annotated[int, typer.Option("--commits", min=0, help="How much history to read.")] = 7_000,
    minutes: Annotated[float, typer.Option("--minutes", min=0.01, help="Time it may take.")] = 3.0,
    encoder: Annotated[
        bool | None,
        typer.Option("--encoder/--no-encoder", help="Get the small text encoder (91 MB), or do without it. Asked."),
    ] = None,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Read the code and the git history, so that the first run knows where things are done. Run it again any time."""
    from learnagent.cli import initialising

    initialising.run(repo, commits=commits, minutes=minutes, encoder=encoder, json=json)
