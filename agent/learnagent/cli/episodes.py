"""`learnagent episodes`: list, show, diff, resume and undo runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options

app = typer.Typer(
    help="Look at runs, resume them, take them back. EPISODE is an id or its start; the last one by default.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_episodes(
    repo: options.Repo = Path(),
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, from the last.")] = 20,
    json: options.Json = False,
) -> None:
    """List the runs in this repository, the last one at the bottom."""
    from learnagent.cli import episode_views

    episode_views.show_list(repo, limit=limit, json=json)


@app.command()
def show(episode: options.EpisodeId = None, repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Show a run from start to end; --json prints its events."""
    from learnagent.cli import episode_views

    episode_views.show_episode(repo, episode, json=json)


@app.command()
def diff(
    episode: options.EpisodeId = None,
    step: Annotated[int | None, typer.Option("--step", min=1, help="Only what this step changed.")] = None,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Show what a run changed, from its first checkpoint to its last."""
    from learnagent.cli import episode_views

    episode_views.show_diff(repo, episode, step=step, json=json)


@app.command()
def undo(
    episode: options.EpisodeId = None,
    step: Annotated[int, typer.Option("--step", min=0, help="Go back to the tree after this step.")] = 0,
    force: Annotated[
        bool,
        typer.Option("--force", help="Take back files that you changed since, too; they are kept on a ref."),
    ] = False,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Take a run back: every file it changed, made or removed. What you changed since is left alone."""
    from learnagent.cli import episode_views

    episode_views.undo_episode(repo, episode, step=step, force=force, json=json)


@app.command()
def resume(
    episode: options.EpisodeId = None,
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
    json: options.Json = False,
) -> None:
    """Go on with a run that was interrupted or stopped at a cap; the caps count anew."""
    from learnagent.cli import do

    do.do(
        task=None,
        repo=repo,
        model=model,
        api_base=api_base,
        approve=approve,
        check=check,
        max_steps=max_steps,
        max_cost=max_cost,
        max_minutes=max_minutes,
        sandbox=sandbox,
        commit=commit,
        resume=episode or "last",
        json=json,
    )
