"""The typer application: every command is listed here."""

from __future__ import annotations

import typer

from learnagent import __version__
from learnagent.cli.chat import chat
from learnagent.cli.do import do
from learnagent.cli.doctor import doctor
from learnagent.cli.episodes import app as episodes
from learnagent.cli.init import init
from learnagent.cli.memory import app as memory
from learnagent.cli.recall import recall
from learnagent.cli.trust import trust

HELP = """A coding agent for the terminal that learns your repository.

Exit codes: 0 done, 1 not done, 2 usage or settings, 3 model or provider, 4 budget spent, 130 interrupted."""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("do")(do)
app.command("chat")(chat)
app.command("init")(init)
app.command("recall")(recall)
app.add_typer(memory, name="memory")
app.add_typer(episodes, name="episodes")
app.command("trust")(trust)
app.command("doctor")(doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"learnagent {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: bool = typer.Option(
        False, "--version", "-V", help="Show the version.", callback=_show_version, is_eager=True
    ),
) -> None:
    """Take the options that stand before a command."""
