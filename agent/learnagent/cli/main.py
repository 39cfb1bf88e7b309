"""Entry point: runs a command and turns every error into one line and a documented exit code.

Nothing heavy is imported here: `--help` and `--version` answer in the time of an interpreter start.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from learnagent import __version__

if TYPE_CHECKING:
    import typer

EXIT_INTERNAL = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"learnagent {__version__}\n")
        return
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    import typer

    from learnagent.cli.app import app
    from learnagent_memory.errors import LearnAgentError

    try:
        code = app(arguments, prog_name="learnagent", standalone_mode=False)
    except typer.TyperException as error:
        return _misused(error, arguments)
    except LearnAgentError as error:
        return _fail(str(error), error.exit_code, arguments)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", EXIT_INTERRUPTED, arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INTERNAL
    except Exception as error:
        return _fail(_report_crash(error), EXIT_INTERNAL, arguments)
    return code if isinstance(code, int) else 0


def _fail(message: str, exit_code: int, arguments: list[str]) -> int:
    from learnagent.display import print_error, print_json

    if "--json" in arguments:
        print_json({"type": "error", "message": message, "exit_code": exit_code})
    print_error(message.replace("\n", " "))
    return exit_code


def _misused(error: typer.TyperException, arguments: list[str]) -> int:
    """Say what was wrong with the call; a command without its subcommand shows its help."""
    said = error.format_message().rstrip(".")
    if said.startswith("Usage:"):
        sys.stderr.write(f"{said}\n")
        return EXIT_USAGE
    return _fail(f"{said} (see learnagent --help)", EXIT_USAGE, arguments)


def _report_crash(error: Exception) -> str:
    """Keep the traceback in a file and say where."""
    import traceback

    from learnagent_memory.project import state_home, write_private

    path = state_home(os.environ) / "crash.log"
    write_private(path, "".join(traceback.format_exception(error)))
    return f"internal error, {type(error).__name__}: {error}: please report it with {path}"


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Treat SIGTERM as Ctrl-C: the run ends in order and can be resumed."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
