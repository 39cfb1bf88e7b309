"""Splits a line of shell into commands and what stands between them. It runs nothing and expands nothing.

Quotes, comments, `$(..)` and groups are respected; what is inside of them stays text of the command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from learnagent.lint.syntax.patterns import lazy_pattern

_OPERATOR = lazy_pattern(r"\|\||&&|;;&?|;&|\|&|[;|&\n]")
_REDIRECT = lazy_pattern(r"&>|>&|<&|>\|")
_CLOSING = {"(": ")", "{": "}", "[": "]"}
_WORD = lazy_pattern(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of them, and the operator behind it."""

    text: str
    start: int
    """Characters from the beginning of what was split."""
    end: int
    operator: str
    """What stands behind it; empty at the end."""

    @property
    def group(self) -> str:
        """What stands in the parentheses or braces that the whole command is; empty for a plain one."""
        text = self.text.strip()
        return text[1:-1] if text[:1] in {"(", "{"} and text[-1:] == _CLOSING.get(text[:1]) else ""

    @property
    def words(self) -> list[str]:
        """Its words, quotes kept."""
        return _WORD.findall(self.text)


def split(shell: str) -> list[Command]:
    """Return the commands of a piece of shell in order; none where nothing stands."""
    found: list[Command] = []
    start = at = 0
    while at < len(shell):
        operator = _operator_at(shell, at)
        if operator:
            found.append(Command(shell[start:at], start, at, operator))
            at += len(operator)
            start = at
        else:
            at = _after(shell, at)
    found.append(Command(shell[start:], start, len(shell), ""))
    return [one for one in found if one.text.strip()]


def _operator_at(shell: str, at: int) -> str:
    if _REDIRECT.match(shell, at) or (shell[at] == "&" and at and shell[at - 1] in "<>"):
        return ""
    match = _OPERATOR.match(shell, at)
    return match[0] if match else ""


def _after(shell: str, at: int) -> int:
    """Return where the piece ends that begins at a place: a character, a quoted string, a group, a comment."""
    char = shell[at]
    if char == "\\":
        return at + 2
    if char == "#" and (at == 0 or shell[at - 1].isspace()):
        end = shell.find("\n", at)
        return len(shell) if end < 0 else end
    if char in "'\"`":
        return _after_quote(shell, at)
    if char in _CLOSING and _opens(shell, at):
        return _after_group(shell, at)
    redirect = _REDIRECT.match(shell, at)
    return redirect.end() if redirect else at + 1


def _opens(shell: str, at: int) -> bool:
    """Return whether a bracket begins a group or an expansion: braces do so behind `$` or in front of a space."""
    if shell[at] == "(":
        return True
    if shell[at] == "{":
        return (at > 0 and shell[at - 1] == "$") or shell[at + 1 : at + 2].isspace() or shell[at + 1 : at + 2] == "{"
    return shell.startswith("[[", at)


def _after_quote(shell: str, at: int) -> int:
    quote, at = shell[at], at + 1
    while at < len(shell) and shell[at] != quote:
        at += 2 if shell[at] == "\\" and quote != "'" else 1
    return at + 1


def _after_group(shell: str, at: int) -> int:
    closing, at = _CLOSING[shell[at]], at + 1
    while at < len(shell) and shell[at] != closing:
        at = _after(shell, at)
    return at + 1
