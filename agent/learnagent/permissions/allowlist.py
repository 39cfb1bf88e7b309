"""Knows the commands that cannot change a file; its parser gives up at anything it does not understand.

"No" means "not known to be harmless", never "harmful": the price of a wrong "no" is a question. Knows the
words of a command only, never the file system: where its arguments lead is for `reach`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_FORBIDDEN_ANYWHERE = ("`", "$(", ">")
"""Refused in quotes, too: no reading of the quoting can be wrong about these."""
_PLAIN = re.compile(r"[\w./,:=@%+^~*?-]")
_GLOB = "*?"
_OPERATORS = ("&&", "||", "|", ";")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, quotes removed."""

    text: str
    is_glob: bool = False
    """The shell replaces it by the names that match."""


Segment = tuple[Word, ...]


class _NotUnderstoodError(Exception):
    """The command holds something that this parser leaves to the user."""


def parse(command: str) -> tuple[Segment, ...] | None:
    """Split a command into its segments between `|`, `&&`, `||` and `;`; None where anything is unusual."""
    if not command.isprintable() or any(text in command for text in _FORBIDDEN_ANYWHERE):
        return None
    try:
        return _Parser(command).segments()
    except _NotUnderstoodError:
        return None


def is_read_only(command: str) -> bool:
    """Return whether a command is known to change no file, whatever its arguments name."""
    segments = parse(command)
    return segments is not None and all(_is_harmless(segment) for segment in segments)


class _Parser:
    def __init__(self, command: str) -> None:
        self._text = command
        self._at = 0

    def segments(self) -> tuple[Segment, ...]:
        segments: list[Segment] = []
        words: list[Word] = []
        while self._at < len(self._text):
            operator = next((sign for sign in _OPERATORS if self._text.startswith(sign, self._at)), None)
            if operator:
                self._at += len(operator)
                segments.append(_segment(words))
                words = []
            elif self._text[self._at] == " ":
                self._at += 1
            elif self._text[self._at] == "&":
                raise _NotUnderstoodError
            else:
                words.append(self._word())
        return (*segments, _segment(words))

    def _word(self) -> Word:
        text, is_glob = "", False
        while self._at < len(self._text) and (char := self._text[self._at]) not in " |&;":
            self._at += 1
            if char == "'":
                text += self._until_quote()
            elif char == '"':
                text += self._in_double_quotes()
            elif char == "\\":
                text += self._next()
            elif _PLAIN.match(char) and not (char == "~" and not text[-1:].isalnum()):
                is_glob = is_glob or char in _GLOB
                if is_glob and not (text and (text[0].isalnum() or text[0] in "./_")):
                    raise _NotUnderstoodError  # a name that matches could be an option
                text += char
            else:
                raise _NotUnderstoodError
        return Word(text, is_glob)

    def _until_quote(self) -> str:
        end = self._text.find("'", self._at)
        if end < 0:
            raise _NotUnderstoodError
        quoted, self._at = self._text[self._at : end], end + 1
        return quoted

    def _in_double_quotes(self) -> str:
        quoted = ""
        while (char := self._next()) != '"':
            if char == "$":
                raise _NotUnderstoodError
            if char == "\\":
                escaped = self._next()
                char = escaped if escaped in '"\\$' else f"\\{escaped}"
            quoted += char
        return quoted

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise _NotUnderstoodError
        char = self._text[self._at]
        self._at += 1
        return char


def _segment(words: list[Word]) -> Segment:
    if not words or words[0].is_glob:
        raise _NotUnderstoodError
    return tuple(words)


@dataclass(frozen=True, slots=True)
class Options:
    """Some options of a program, recognised generously."""

    letters: str = ""
    """Single letters: anywhere in a word with one dash."""
    names: tuple[str, ...] = ()
    """Long options without dashes: with any shortening that GNU accepts."""

    def stand_in(self, words: list[str]) -> bool:
        """Return whether one of the options may be among the words of a command."""
        return any(self._is_one(word) for word in words if word.startswith("-") and word != "-")

    def _is_one(self, word: str) -> bool:
        if not word.startswith("--"):
            return any(letter in word for letter in self.letters)
        name = word[2:].split("=", 1)[0]
        return name != "" and any(full.startswith(name) for full in self.names)


def _is_find_harmless(words: list[str]) -> bool:
    actions = ("-exec", "-ok", "-delete", "-fprint", "-fls", "-files0")
    return not any(word.startswith(actions) for word in words)


def _is_uniq_harmless(words: list[str]) -> bool:
    """Return whether there is no second operand, which would be written, nor a pattern that may become two."""
    operands = [word for word in words if not word.startswith("-") or word == "-"]
    return len(operands) <= 1 and not any(sign in word for word in operands for sign in _GLOB)


_GIT_READERS = frozenset({"status", "diff", "log", "show", "ls-files", "rev-parse", "blame"})
_GIT_ACTS = Options(names=("output", "ext-diff", "textconv", "show-signature", "paginate"))
_BRANCH_LISTING = frozenset({"--list", "-a", "--all", "-r", "--remotes", "-v", "-vv", "--verbose", "--show-current"})


def _is_git_harmless(words: list[str]) -> bool:
    if words[:1] == ["--no-pager"]:
        words = words[1:]
    subcommand, rest = (words[0], words[1:]) if words else ("", [])
    if subcommand == "branch":
        options = [word for word in rest if word.startswith("-")]
        return _BRANCH_LISTING.issuperset(options) and ("--list" in options or options == rest)
    if subcommand not in _GIT_READERS or any(word == "-c" or word.startswith("-O") or "%G" in word for word in rest):
        return False
    return not _GIT_ACTS.stand_in(rest)


_READERS = frozenset(
    {
        *(
            "ls",
            "cat",
            "head",
            "tail",
            "wc",
            "grep",
            "pwd",
            "echo",
            "stat",
            "cut",
            "nl",
            "which",
            "true",
            "test",
        ),
        *("basename", "dirname"),
    }
)
_ACTS = {
    "rg": Options("z", ("pre", "pre-glob", "search-zip", "hostname-bin")),
    "sort": Options("oT", ("output", "compress-program", "temporary-directory", "files0-from")),
    "file": Options("CmzZ", ("compile", "magic-file", "uncompress", "uncompress-noreport")),
    "tree": Options("oR", ("output",)),
    "diff": Options("l", ("paginate",)),
}
"""Programs that only read but for these options: they write a file, start a program, or read a list of files."""
_SPECIAL: dict[str, Callable[[list[str]], bool]] = {
    "find": _is_find_harmless,
    "uniq": _is_uniq_harmless,
    "git": _is_git_harmless,
}


def _is_harmless(segment: Segment) -> bool:
    program, words = segment[0].text, [word.text for word in segment[1:]]
    if program in _ACTS:
        return not _ACTS[program].stand_in(words)
    return program in _READERS or (program in _SPECIAL and _SPECIAL[program](words))
