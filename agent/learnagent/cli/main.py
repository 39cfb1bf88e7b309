"""Entry point: runs a command and turns every error into one line and a documented exit code.

Nothing heavy is imported here: `--help` and `--version` answer in the time of an interpreter start.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from io import TextIOWrapper
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from learnagent import __version__

if TYPE_CHECKING:
    import typer

EXIT_INTERNAL = 1
EXIT_USAGE = 2
EXIT_LINT_FAILED = 2
"""For `lint` 1 means findings, and nothing else."""
EXIT_INTERRUPTED = 130

_STREAM_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE})
"""With no file named: a standard stream. What is written to files raises StorageError."""


def main() -> None:
    """Run the command line and exit."""
    _mend_streams()
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.exit(_let_out(0, [], f"learnagent {__version__}\n"))
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)
    sys.exit(_let_out(run(sys.argv[1:]), sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    from learnagent_memory.errors import LearnAgentError, OutputError

    try:
        return _linted(arguments[1:]) if arguments[:1] == ["lint"] else _applied(arguments)
    except OutputError as error:
        return _cannot_print(str(error), error.__cause__, arguments)
    except LearnAgentError as error:
        return _fail(str(error), error.exit_code, arguments)
    except KeyboardInterrupt:
        return _fail("interrupted", EXIT_INTERRUPTED, arguments)
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None and error.errno in _STREAM_TROUBLE:
            return _cannot_print(f"output cannot be written ({error.strerror})", error, arguments)
        return _fail(_report_crash(error), _internal(arguments), arguments)


def _linted(arguments: list[str]) -> int:
    from learnagent.cli.lint import lint

    return lint(arguments)


def _applied(arguments: list[str]) -> int:
    """Run one of the commands of the typer application."""
    import typer

    from learnagent.cli.app import application

    try:
        code = application(arguments)(arguments, prog_name="learnagent", standalone_mode=False)
    except typer.TyperException as error:
        return _misused(error, arguments)
    except typer.Abort:
        return _fail("interrupted", EXIT_INTERRUPTED, arguments)
    return code if isinstance(code, int) else 0


def _mend_streams() -> None:
    """Open closed standard streams to nothing, and print odd characters escaped instead of failing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _internal(arguments: list[str]) -> int:
    """Return the exit code for what is nobody's fault but ours or the disk's."""
    return EXIT_LINT_FAILED if arguments[:1] == ["lint"] else EXIT_INTERNAL


def _let_out(code: int, arguments: list[str], text: str = "") -> int:
    """Return the exit code once all output is out, `text` last."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        return _cannot_print(f"output cannot be written ({error.strerror})", error, arguments)
    return code


def _cannot_print(message: str, cause: BaseException | None, arguments: list[str]) -> int:
    """Say it in one line, or nothing where the reader of a pipe has gone."""
    _silence(sys.stdout)
    code = _internal(arguments)
    return code if isinstance(cause, BrokenPipeError) else _fail(message, code, [])


def _silence(stream: TextIO) -> None:
    """Send what is left in a broken stream to nothing, or the interpreter's exit fails on it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fail(message: str, exit_code: int, arguments: list[str]) -> int:
    from learnagent.output import print_error, print_json
    from learnagent_memory.errors import OutputError

    try:
        if "--json" in arguments and arguments[0] != "lint":  # whose JSON is a list of findings and nothing else
            print_json({"type": "error", "message": message, "exit_code": exit_code})
    except OutputError:
        _silence(sys.stdout)
    try:
        print_error(message.replace("\n", " "))
    except OSError:
        _silence(sys.stderr)
    return exit_code


def _misused(error: typer.TyperException, arguments: list[str]) -> int:
    """Say what was wrong with the call; a command without its subcommand shows its help."""
    said = error.format_message().rstrip(".")
    if said.startswith("Usage:"):
        sys.stderr.write(f"{said}\n")
        return EXIT_USAGE
    return _fail(f"{said} (see learnagent --help)", EXIT_USAGE, arguments)


def _report_crash(error: Exception) -> str:
    """Keep the traceback in a file and say where, or why it could not be kept."""
    import traceback

    from learnagent_memory.errors import LearnAgentError
    from learnagent_memory.project import state_home, write_private
    from learnagent_memory.redact import redactor

    report = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace").decode()
    try:
        path = state_home(os.environ) / "crash.log"
        write_private(path, redactor(os.environ)(report))
    except (LearnAgentError, RuntimeError) as lost:  # RuntimeError: there is no home folder
        kept = f"LEARNAGENT_HOME=FOLDER keeps its traceback ({lost})"
    else:
        kept = f"please report it with {path}"
    return f"internal error, {type(error).__name__}: {error}: {kept}"


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    """End the run in order on SIGTERM and SIGHUP, as Ctrl-C does: it can be resumed."""
    from learnagent_memory.errors import Terminated

    raise Terminated


if __name__ == "__main__":
    main()
