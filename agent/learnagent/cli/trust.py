"""`learnagent trust`: show what a repository brings to settings, and trust exactly that."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options


def trust(
    repo: options.Repo = Path(),
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust nothing of this repository any more.")] = False,
    json: options.Json = False,
) -> None:
    """Show the settings this repository brings and, if you say so, trust exactly that content.

    Until then they set no model, address, key, permission, sandbox or command. A changed byte is asked again.
    """
    from learnagent.cli import trusting

    raise typer.Exit(trusting.run(repo, revoke=revoke, json=json))
