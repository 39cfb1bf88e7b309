"""Finds the commands in a piece of shell that test, lint or check types, and says whether their failure counts.

It runs nothing. `shell_lines` knows how an exit status is taken away, `options` what makes a command look away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from learnagent.lint.gates.kinds import Kind, kind_of
from learnagent.lint.shell.commands import Command, split
from learnagent.lint.shell.lines import masked_check

MAX_CHARACTERS = 20_000
MAX_LINE = 4_000
MAX_BRACKETS = 100
"""Of a line; what nests deeper is nobody's command, and splitting it recurses."""
MAX_WORDS = 40
"""Of a command that runs another one: behind them none begins."""
_INSTALLS = re.compile(
    r"^(?:sudo\s+|[\w$({})./-]*python[\d.]*(?:\.exe)?\s+-m\s+)?(?:pip[\d.]*|pipx|apt|apt-get|apk|brew|choco|conda|"
    r"mamba|dnf|"
    r"yum|gem|rustup|(?:go|cargo)\s+(?:install|get)|uv\s+(?:pip|tool|add|sync)|poetry\s+(?:add|install|self)|"
    r"npm\s+(?:i|install|ci|add|uninstall|remove|config|cache)|(?:pnpm|bun)\s+(?:i|install|add|fetch)|"
    r"yarn\s+(?:add|install|global)|composer\s+(?:require|global|install|update)|dotnet\s+tool|"
    r"docker\s+(?:pull|build|push|login|compose\s+(?:up|down|build|pull))|echo|printf|cd|mkdir|rm|cp|mv|cat|"
    r"export|test|"
    r"\[|git|curl|wget|ls|which|chmod|ln|tar|source|\.|for|while|case|uses\s+actions/\S*)(?:\s|$)"
)
"""Commands that set up, and those of the shell itself: what they name does not run."""
_UV_OPTIONS = (
    r"(?:\s+--(?:group|extra|with|python|package|project|directory|no-group|only-group|env-file|index)[=\s]\S+"
    r"|\s+--?\S+)*"
)
_PYTHON_MODULE = r"(?:[\w./{}$()\"-]*(?:python|PYTHON|py)[\w.]*[)}\"]*(?:\.exe)?)(?:\s+-[^m\s]\S*)*\s+-m"
_WRAPPER = re.compile(
    r"^(?:(?:sudo(?:\s+-\w+)*|env|time|exec|command|xvfb-run(?:\s+-\S+)*|timeout\s+\S+|"
    rf"(?:poetry|pipenv|pdm|rye|pixi)\s+run|uv\s+run{_UV_OPTIONS}|uvx|bundle\s+exec|npx(?:\s+--?\S+)*|bunx|"
    r"(?:pnpm|yarn)\s+exec|pnpm\s+dlx|xargs(?:\s+-\S+)*|coverage\s+run(?:\s+--?\S+)*(?:\s+-m)?|"
    rf"{_PYTHON_MODULE}|\w+=(?:\"[^\"]*\"|'[^']*'|\S*))\s+)+"
)
"""What stands before the command that runs."""
_ELSEWHERE = re.compile(
    r"^(?:docker|docker-compose|podman|kubectl|ssh|vagrant|nix\S*|wsl|su|bash|sh|cmd|cross-env|dotenv|retry|act|"
    r"lxc|toolbox)\s"
)
"""Commands that run what stands behind them somewhere else."""
_MANY = frozenset("go cargo npm pnpm yarn bun make dotnet deno uses tox nox just mix bazel rake".split())
"""Programs that do many things: what they do is named next."""
_VARIABLE = re.compile(r"^(?:\$[({]|\"\$\{?)([A-Za-z_]\w*)(?::?[-=?][^)}]*)?[)}]?\"?(?=\s|$)")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}|\{posargs[^}]*\}|\{\w+\}|\"?\$@\"?|\$\(\w+\)|\$\{\w+\}")


@dataclass(frozen=True, slots=True)
class Check:
    """One command that checks something."""

    kind: Kind
    command: str
    """White space folded, without what only wraps it."""
    mask: str = ""
    """What keeps its failure from counting; empty where it counts."""
    place: str = ""
    """What it stands in: a job, a target, a script."""

    @property
    def tool(self) -> str:
        """The program, and what it does where it does many things."""
        words = self.command.split() or [""]
        head = words[0].rpartition("/")[2] if words[0] != "uses" else words[0]
        second = next(
            (word for word in words[1:] if not word.startswith(("-", "+")) and word not in {"run", "run-script"}), ""
        )
        return f"{head} {second}".strip() if head in _MANY else head


def checks_in(shell: str, *, mask: str = "", place: str = "") -> Iterator[Check]:
    """Yield the commands of a piece of shell that check something."""
    for line in shell.replace("\\\n", " ")[:MAX_CHARACTERS].split("\n"):
        if len(line) > MAX_LINE or sum(map(line.count, "({[")) > MAX_BRACKETS:
            continue
        masked = mask
        if not masked and line.strip():
            found = masked_check(line)
            masked = found.mask if found is not None else ""
        for command in _flat(split(line), 0):
            kind, plain = classified(command)
            if kind is not None:
                yield Check(kind, plain, masked, place)


def _flat(commands: list[Command], depth: int) -> Iterator[str]:
    for one in commands:
        if one.group and depth < 3:
            yield from _flat(split(one.group), depth + 1)
        else:
            yield one.text


def classified(text: str) -> tuple[Kind | None, str]:
    """Return what a command checks, None for nothing, and the command without what wraps it."""
    plain = " ".join(_EXPRESSION.sub(_value, _VARIABLE.sub(_called, text.strip())).split()).lstrip("@")
    plain = re.sub(r"^(?:(?:then|do|else|if|!|\|)\s+)+", "", plain)
    plain = _WRAPPER.sub("", plain) or plain
    if _INSTALLS.match(plain) or plain.startswith("#"):
        return None, ""
    if _ELSEWHERE.match(plain):
        parts = plain.split()
        tails = (" ".join(parts[at:]).strip("\"'") for at in range(1, min(len(parts), MAX_WORDS)))
        found = ((kind_of(tail), tail) for tail in tails if not _INSTALLS.match(tail))
        return next((one for one in found if one[0] not in {None, "any"}), (None, ""))
    kind = kind_of(plain)
    return (kind, plain) if kind is not None else (None, "")


def _called(match: re.Match[str]) -> str:
    """Return what a variable is called: `$(PYTEST)` runs pytest."""
    return match[1].lower()


def _value(match: re.Match[str]) -> str:
    return "" if match[0].startswith(("{posargs", "$@", '"$@')) else "…"
