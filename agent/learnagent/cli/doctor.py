"""`learnagent doctor`: what works here and what is missing."""

from __future__ import annotations

from pathlib import Path

import typer

from learnagent.cli import options


def doctor(repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Show git, model, sandbox, check and optional parts, with what to do where something is missing."""
    from learnagent.cli import diagnosis

    raise typer.Exit(diagnosis.run(repo, json=json))
