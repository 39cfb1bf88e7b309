"""The first task: a failing test in a small repository, made green by the installed `learnagent do`.

The model is played by learnagent's scripted server over real HTTP, so this needs no key and no network.
Everything else is real: the repository, the tools, the check, the lesson it leaves, the checkpoints, the undo.

Run: python examples/first_task/run.py [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TASK = "parse() must refuse text that is no duration; make the failing test pass"
CHECK = "python3 -m unittest discover -s tests"
NEXT_TASK = "parse() must also accept weeks in a duration"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="make the repository here and leave it there")
    arguments = parser.parse_args()
    if arguments.keep and arguments.keep.exists():
        parser.error(f"{arguments.keep} exists already")
    with tempfile.TemporaryDirectory(prefix="learnagent-first-task-") as folder:
        play(arguments.keep or Path(folder) / "durations", Path(folder))


def play(repository: Path, scratch: Path) -> None:
    """Make the repository, run the agent in it, show the diff and the lesson, and take everything back."""
    make_repository(repository)
    environment = {**os.environ, "LEARNAGENT_HOME": str(scratch / "home")}
    before = tests_pass(repository)
    with model_server(scratch) as address:
        model = ("--model", "openai/scripted", "--api-base", address)
        agent(["do", TASK, "--approve", "all", *model], repository, environment)
    green = tests_pass(repository)
    print("\n# What it changed: learnagent episodes diff", flush=True)
    agent(["episodes", "diff"], repository, environment)
    print("\n# What the next task is told: learnagent recall", flush=True)
    agent(["recall", NEXT_TASK], repository, environment)
    print("\n# Taken back, and the lesson with it: learnagent episodes undo", flush=True)
    agent(["episodes", "undo"], repository, environment)
    after = tests_pass(repository)
    print(f"\ntests before: {said(before)} · after the run: {said(green)} · after undo: {said(after)}")
    if (before, green, after) != (False, True, False):
        sys.exit("the example did not go as it should")


def make_repository(folder: Path) -> None:
    """Copy the project and commit it."""
    shutil.copytree(HERE / "project", folder, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-c", "user.name=Example", "-c", "user.email=example@example.invalid", "-C", str(folder)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Add durations"], check=True)


@contextmanager
def model_server(scratch: Path) -> Iterator[str]:
    """Start the scripted model server and yield its address."""
    script = str(HERE / "script.json")
    process = subprocess.Popen(
        [sys.executable, "-m", "learnagent.testing.server", script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=scratch,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            sys.exit("the scripted model server did not start")
        yield address
    finally:
        process.terminate()
        if process.wait(timeout=10) != 0:
            sys.exit("the agent left the script; the server's complaints are above")


def agent(arguments: Sequence[str], repository: Path, environment: dict[str, str]) -> None:
    """Run the installed console script."""
    command = Path(sys.executable).with_name("learnagent")
    print(f"$ learnagent {' '.join(repr(a) if ' ' in a else a for a in arguments)}", flush=True)
    done = subprocess.run([str(command), *arguments], cwd=repository, env=environment, check=False)
    if done.returncode:
        sys.exit(f"learnagent ended with {done.returncode}")


def tests_pass(repository: Path) -> bool:
    """Return whether the project's tests are green."""
    return subprocess.run(CHECK.split(), cwd=repository, capture_output=True, check=False).returncode == 0


def said(passed: bool) -> str:
    """Say a result in one word."""
    return "green" if passed else "red"


if __name__ == "__main__":
    main()
