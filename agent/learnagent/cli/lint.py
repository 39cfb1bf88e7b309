"""`learnagent lint`: names the shortcuts in files or in a change.

Its command line is read with argparse: typer takes 0.15 s for it and loads pydantic, and commit hooks wait.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from learnagent.output import print_text
from learnagent_memory.errors import UsageError

if TYPE_CHECKING:
    from learnagent.lint.report import Format

SUMMARY = "Name the shortcuts in code: errors swallowed, tests weakened, answers hard-coded, checks silenced."
EXIT_CODES = "Exit codes: 0 nothing found, 1 findings, 2 could not run."


def lint(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code. Raises LearnAgentError where it could not be done."""
    parser = _parser()
    head, tail = _split_at_dashes(arguments)
    asked = parser.parse_intermixed_args(head)
    if asked.help:
        print_text(parser.format_help())
        return 0
    if asked.json and asked.format not in (None, "json"):
        raise UsageError(f"--json and --format {asked.format} do not go together", hint="give one of them")
    from learnagent.cli import linting

    form: Format = asked.format or ("json" if asked.json else "text")
    if asked.explain is not None:
        return linting.explain(asked.explain, as_json=form == "json")
    return linting.run(
        linting.Asked(
            paths=(*asked.paths, *tail),
            diff=asked.diff,
            staged=asked.staged,
            patch=asked.patch,
            form=form,
            select=_split(asked.select),
            ignore=_split(asked.ignore),
            level=asked.level,
            baseline=asked.baseline,
            write_baseline=asked.write_baseline,
            statistics=asked.statistics,
            stdin_filename=asked.stdin_filename,
            jobs=asked.jobs,
            use_cache=not asked.no_cache,
            repo=asked.repo,
        )
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint="see learnagent lint --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="learnagent lint", description=SUMMARY, epilog=EXIT_CODES, allow_abbrev=False, add_help=False)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders, by default here; - for stdin")
    add("--diff", metavar="REF", help="what changed since REF, or in A..B or A...B")
    add("--staged", action="store_true", help="what git commit would commit")
    add("--patch", metavar="-", help="a unified diff, from stdin or from a file")
    add(
        "--format",
        choices=("text", "json", "sarif", "github", "junit"),
        help="how findings are written",
    )
    add("--json", action="store_true", help="the same as --format json")
    add("--select", action="append", metavar="RULE", help="run these rules only; a,b or repeated")
    add("--ignore", action="append", metavar="RULE", help="do not run these")
    add("--level", choices=("error", "warn"), help="show this level and above; by default warn, which is all")
    add("--baseline", type=Path, metavar="FILE", help="show only what goes beyond these findings")
    add("--write-baseline", action="store_true", help="write what is found now into the baseline")
    add("--explain", metavar="RULE", help="show a rule's page and lint nothing")
    add("--statistics", action="store_true", help="show counts by rule instead of findings")
    add("--stdin-filename", metavar="NAME", help="path that stdin's text belongs to")
    add("--jobs", type=_positive, metavar="N", help="processes, by default one a processor")
    add("--no-cache", action="store_true", help="read every file anew and keep nothing")
    add("--repo", type=Path, default=Path(), metavar="PATH", help="where to run, by default here")
    add("-h", "--help", action="store_true", help="show this message and nothing else")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def _split_at_dashes(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split at `--`, behind which all are paths: intermixed parsing does not know it."""
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def _split(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for name in names or () for part in name.split(",") if part.strip())
