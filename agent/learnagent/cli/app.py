"""The typer application: every command is listed here."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from learnagent import __version__
from learnagent.cli.chat import chat
from learnagent.cli.do import do
from learnagent.cli.doctor import doctor
from learnagent.cli.episodes import app as episodes
from learnagent.cli.init import init
from learnagent.cli.lint import SUMMARY as LINT
from learnagent.cli.recall import recall
from learnagent.cli.trust import trust

MEMORY = "Look at lessons, change and share them."
HELP = """A coding agent for the terminal that learns your repository.

Exit codes: 0 done, 1 not done, 2 usage or settings, 3 model or provider, 4 budget spent, 130 interrupted.
`lint` exits with 0 nothing found, 1 findings, 2 could not run."""


def application(arguments: Sequence[str]) -> typer.Typer:
    """Return the application for a command line.

    The commands of `memory` are read only where they are asked for: typer takes 10 ms for their options,
    a tenth of what `--help` takes.
    """
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    app.command("do")(do)
    app.command("chat")(chat)
    app.command("init")(init)
    app.command("recall")(recall)
    app.command("lint", help=LINT)(_elsewhere)  # main runs it without typer
    if arguments[:1] == ["memory"]:
        from learnagent.cli.memory import app as memory

        app.add_typer(memory, name="memory")
    else:
        app.command("memory", help=MEMORY)(_elsewhere)
    app.add_typer(episodes, name="episodes")
    app.command("trust")(trust)
    app.command("doctor")(doctor)
    return app


def _elsewhere() -> None:
    """Stand in for a command in the list of commands."""


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"learnagent {__version__}")
        raise typer.Exit


def _root(
    _version: bool = typer.Option(
        False, "--version", "-V", help="Show the version.", callback=_show_version, is_eager=True
    ),
) -> None:
    """Take the options that stand before a command."""
