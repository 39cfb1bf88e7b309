"""Options that several commands share, declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ApproveChoice(StrEnum):
    """Values of --approve."""

    ASK = "ask"
    EDITS = "edits"
    ALL = "all"


class SandboxChoice(StrEnum):
    """Values of --sandbox."""

    AUTO = "auto"
    OFF = "off"


Repo = Annotated[Path, typer.Option("--repo", help="The repository, or a folder in it.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, nothing else there.")]
ModelName = Annotated[str | None, typer.Option("--model", "-m", help="A litellm name such as anthropic/… or openai/…")]
ApiBase = Annotated[str | None, typer.Option("--api-base", help="Address of an OpenAI-compatible server, with /v1.")]
Approve = Annotated[
    ApproveChoice | None,
    typer.Option("--approve", help="ask: commands and edits; edits: commands only are asked; all: nothing is."),
]
Check = Annotated[
    str | None, typer.Option("--check", help="Command that must pass before the run is done; '' for none.")
]
MaxSteps = Annotated[int | None, typer.Option("--max-steps", help="Requests to the model. Default 100.")]
MaxCost = Annotated[float | None, typer.Option("--max-cost", help="Dollars. Default 5.")]
MaxMinutes = Annotated[float | None, typer.Option("--max-minutes", help="Minutes. Default 120.")]
Sandbox = Annotated[
    SandboxChoice | None,
    typer.Option("--sandbox", help="auto: confine commands where this system can; off: do not."),
]
Commit = Annotated[
    bool | None,
    typer.Option("--commit/--no-commit", help="Make one ordinary commit of a done run. Default no."),
]
EpisodeId = Annotated[str | None, typer.Argument(help="Episode, or the start of its id.", show_default="the last")]
