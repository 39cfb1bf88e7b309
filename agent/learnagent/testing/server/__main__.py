"""Runs a model server from the shell until it is told to stop; exits 1 if there were problems."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from learnagent.testing.script_file import load_script
from learnagent.testing.server.model_server import Log, ModelServer
from learnagent_memory.errors import UsageError

STOP = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the script named on the command line and return the exit code."""
    options = _parser().parse_args(arguments)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        script = load_script(options.script)
        with _log(options.log) as log, ModelServer(script, port=options.port, log=log) as server:
            _announce(server, options.port_file)
            signal.sigwait(STOP)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"cannot serve: {error}\n")
        return UsageError.exit_code
    sys.stderr.writelines(f"{problem}\n" for problem in server.problems)
    return 1 if server.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m learnagent.testing.server",
        description="Play a script as an OpenAI-compatible model server on loopback until SIGTERM or SIGINT. "
        "Prints its URL. Exits 1, with the problems on stderr, when a request broke the protocol or script.",
    )
    parser.add_argument("script", type=Path, help="JSON file with the turns")
    parser.add_argument(
        "--port",
        type=int,
        choices=range(65536),
        metavar="N",
        default=0,
        help="port to listen on (default: a free one)",
    )
    parser.add_argument("--port-file", type=Path, help="file to write the port to once the server listens")
    parser.add_argument("--log", type=Path, help="file to append a line to for each request and problem")
    return parser


def _announce(server: ModelServer, port_file: Path | None) -> None:
    if port_file:
        unfinished = port_file.with_name(port_file.name + ".tmp")
        unfinished.write_text(f"{server.port}\n")
        unfinished.replace(port_file)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()


@contextmanager
def _log(path: Path | None) -> Iterator[Log | None]:
    if path is None:
        yield None
        return
    with path.open("a", buffering=1) as file:

        def write(line: str) -> None:
            file.write(f"{line}\n")

        yield write


if __name__ == "__main__":
    sys.exit(main())
