"""Reads a command line as what it is for: testing, linting, building, installing, or a script of the project.

Only commands known to be of this kind are read at all, and only where the exit code is that of the one program:
`pytest | tail` exits as `tail` does. A command that fetches from elsewhere, or pipes into a shell, is never learned.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Purpose = Literal["test", "lint", "build", "install", "script"]

MAX_COMMAND = 160
"""Characters; longer command lines are one run's own."""

_SHELL = re.compile(r"[|;&<>`$#\n\r]|[^\x20-\x7e]")
_INTO = re.compile(r"cd\s+(?P<folder>'[^']*'|\"[^\"]*\"|[^\s;&|]+)\s*&&\s*")
_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=[\w./:,=+-]*")
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL")
_PYTHON = re.compile(r"(?:.*/)?python(?:3(?:\.\d+)?)?")
_SAFE_PATH = re.compile(r"[\w.@+\-\[\]()/]{1,160}", re.ASCII)
_WRAPPERS = (("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("hatch", "run"), ("bundle", "exec"), ("npx",))
_PYTEST_VALUES = frozenset({"-p", "-n", "-c", "-o", "-W", "-r", "--tb", "--maxfail", "--color"})
_SELECTIVE = {"-k", "-m", "--lf", "--ff", "--deselect", "--ignore", "-run", "--run", "-t", "--grep", "--filter"}

_BY_PROGRAM: dict[str, Purpose] = {
    **dict.fromkeys(
        "pytest py.test unittest nose2 tox nox jest vitest mocha ava rspec phpunit ctest bats".split(), "test"
    ),
    **dict.fromkeys("ruff flake8 pylint mypy pyright eslint prettier black isort golangci-lint".split(), "lint"),
    **dict.fromkeys("staticcheck rubocop shellcheck pre-commit".split(), "lint"),
    **dict.fromkeys("tsc cmake ninja webpack vite".split(), "build"),
}
RUNNERS = frozenset(
    "make just task rake go cargo npm pnpm yarn bun gradle gradlew mvn mvnw dotnet mix sbt swift bazel deno".split()
)
"""Programs whose first word says what they do."""
_SCRIPT_RUNNERS = frozenset({"bash", "sh", "node", "ruby", "perl", "php"})
_BY_WORD: tuple[tuple[re.Pattern[str], Purpose], ...] = (
    (re.compile(r"test|spec|check\b|verify"), "test"),
    (re.compile(r"lint|fmt|format|style|vet|clippy|typecheck|types\b"), "lint"),
    (re.compile(r"build|compile|package|assemble|dist\b|bundle"), "build"),
)
_INSTALLS = re.compile(
    r"(?:\S*python[\d.]* -m )?pip install (?:-q )?(?:-e \.(?:\[[\w,-]+\])?|-r [\w./-]+)"
    r"|npm (?:ci|install)|pnpm install|yarn(?: install)?|poetry install|uv sync|bundle install|go mod (?:tidy|download)"
)
"""What installs the project's own dependencies, and nothing that a command line could add."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One program with its arguments."""

    text: str
    """The command line in one spelling: no `cd` to the root, no `2>&1`; paths under the root are relative."""
    program: str
    """Name without its folder; of a script its path; `python -m pytest` and `npx jest` are the module's."""
    purpose: Purpose
    arguments: tuple[str, ...]
    script: str = ""
    """Path of the script it runs, relative to the root; empty where it runs none."""

    @property
    def targets(self) -> frozenset[str]:
        """Return the arguments that are neither options nor pytest's values of them: what it is run on."""
        before = ("", *self.arguments)
        taken = _PYTEST_VALUES if self.program == "pytest" else frozenset[str]()
        pairs = zip(before, self.arguments, strict=False)
        return frozenset(word for last, word in pairs if not word.startswith("-") and last not in taken)

    @property
    def is_selective(self) -> bool:
        """Return whether options choose a part of what would run."""
        return any(word.split("=")[0] in _SELECTIVE for word in self.arguments)

    @property
    def is_project_own(self) -> bool:
        """Return whether the project itself defines what the command does."""
        return bool(self.script) or self.program in {
            "make",
            "just",
            "task",
            "rake",
            "npm",
            "pnpm",
            "yarn",
            "bun",
            "tox",
            "nox",
        }


def spell(command: str, root: str = "") -> str:
    """Return a command line in the one spelling that commands are compared in."""
    text = command.strip().removesuffix("2>&1").strip()
    if root:
        text = text.replace(f"{root.rstrip('/')}/", "")
    entered = _INTO.match(text)
    if entered and entered["folder"].strip("'\"") in {root.rstrip("/"), ".", "./"}:
        text = text[entered.end() :]
    return " ".join(text.split()) if "\n" not in text else text


def read_command(command: str, root: str = "") -> Invocation | None:
    """Return what a command line runs; None for what cannot be told, or is not for learning from."""
    text = spell(command, root)
    entered = _INTO.match(text)
    if entered and not is_safe_path(entered["folder"]):
        return None
    rest = text[entered.end() :] if entered else text
    if not rest or len(text) > MAX_COMMAND or _SHELL.search(rest):
        return None
    try:
        words = shlex.split(rest)
    except ValueError:
        return None
    words = _without_assignments(words)
    if not words or any(word.startswith(("/", "~")) or ".." in word.split("/") for word in words):
        return None
    return _classified(text, words, rest)


def is_safe_path(path: str) -> bool:
    """Return whether a path is relative, inside the root, and made of the characters that names of code have."""
    parts = PurePosixPath(path).parts
    return bool(_SAFE_PATH.fullmatch(path)) and not path.startswith("/") and ".." not in parts


def _without_assignments(words: Sequence[str]) -> list[str]:
    """Return the words after `NAME=value`; none where such a value may be secret or is not plain."""
    count = 0
    for word in words:
        if not re.match(r"\w+=", word):
            break
        if not _ASSIGNMENT.fullmatch(word) or _SECRET_NAME.search(word):
            return []
        count += 1
    return list(words[count:])


def _classified(text: str, words: list[str], rest: str) -> Invocation | None:
    if _INSTALLS.fullmatch(rest):
        return Invocation(text, words[0], "install", tuple(words[1:]))
    for wrapper in _WRAPPERS:
        if tuple(words[: len(wrapper)]) == wrapper:
            words = words[len(wrapper) :]
    if len(words) > 2 and _PYTHON.fullmatch(words[0]) and words[1] == "-m":
        words = words[2:]
    if not words:
        return None
    program, arguments = PurePosixPath(words[0]).name, tuple(words[1:])
    if script := _script(words):
        return Invocation(text, script, _purpose_of_word(PurePosixPath(script).stem), _after(arguments, script), script)
    if program in _BY_PROGRAM:
        return Invocation(text, program, _BY_PROGRAM[program], arguments)
    if program in RUNNERS:
        return _of_runner(text, program, arguments)
    return None


def _of_runner(text: str, program: str, arguments: tuple[str, ...]) -> Invocation | None:
    named = [word for word in arguments if not word.startswith("-") and "=" not in word and word not in {"run", "exec"}]
    if not named:
        return Invocation(text, program, "build", arguments) if program in {"make", "ninja"} else None
    if named[0] in {"install", "add", "get", "publish", "deploy", "release", "push", "x", "dlx", "i"}:
        return None
    return Invocation(text, program, _purpose_of_word(named[0]), arguments)


def _script(words: Sequence[str]) -> str:
    """Return the path of the project's script that runs; empty where none does."""
    if words[0].startswith("./") and PurePosixPath(words[0]).name not in RUNNERS:
        path = words[0][2:]
    elif len(words) > 1 and (_PYTHON.fullmatch(words[0]) or words[0] in _SCRIPT_RUNNERS) and "." in words[1]:
        path = words[1].removeprefix("./")
    else:
        return ""
    return path if is_safe_path(path) and not path.startswith("-") else ""


def _after(arguments: tuple[str, ...], script: str) -> tuple[str, ...]:
    return arguments[1:] if arguments and arguments[0].removeprefix("./") == script else arguments


def _purpose_of_word(word: str) -> Purpose:
    return next((purpose for pattern, purpose in _BY_WORD if pattern.search(word.lower())), "script")
