"""Tells whether a command that cannot change files may nevertheless show what is not for the model.

Looks at the file system, and treats every word as a path it may name. What a command does is for `allowlist`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from learnagent.permissions.allowlist import Options, Segment, Word
from learnagent.permissions.secret_files import has_secret_name, is_secret, survey

_MAX_MATCHES = 1_000
_MAX_GLOB_FOLDERS = 2
_MAX_OPTION_CHARS = 200
_FOLLOWS_LINKS = {
    "grep": Options("R", ("dereference-recursive",)),
    "rg": Options("L", ("follow",)),
    "find": Options("L"),
    "tree": Options("l"),
    "diff": Options("r", ("recursive",)),
}
_READS_HIDDEN = {
    "grep": Options("rd", ("recursive", "directories")),
    "rg": Options("u.", ("hidden", "unrestricted", "no-ignore", "no-ignore-vcs", "no-ignore-dot")),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The ground on which commands may look around unasked."""

    root: Path
    """Real path."""
    allow_secret_files: bool = False
    confined: bool = False
    """A sandbox holds commands: it masks secret files, and what a hostile git configuration runs stays inside."""

    def covers(self, segment: Segment) -> bool:
        """Return whether everything that a read-only command may show lies in the root and is no secret."""
        program, words = segment[0].text, segment[1:]
        texts = [word.text for word in words]
        if program == "git" and not self.confined:
            return False  # `git diff` runs the textconv and filters that .git/config names
        if program in _FOLLOWS_LINKS and _FOLLOWS_LINKS[program].stand_in(texts):
            return False
        if not all(self._is_inside(word) for word in words):
            return False
        return self.allow_secret_files or not (
            self._names_history(program, texts) or self._searches_secrets(program, texts)
        )

    def _is_inside(self, word: Word) -> bool:
        names = list(islice(self._names(word), _MAX_MATCHES + 1))
        return len(names) <= _MAX_MATCHES and all(self._is_ours(name) for name in names)

    def _names(self, word: Word) -> Iterator[str]:
        """Yield every path that a word may name: itself, what hangs on an option, what a pattern matches."""
        if word.is_glob and not _is_small(word.text):
            yield "/"
        elif word.is_glob:
            yield from (str(path) for path in self.root.glob(word.text))
        elif not word.text.startswith("-"):
            yield from (word.text, word.text.partition("=")[2])
        elif len(word.text) > _MAX_OPTION_CHARS:
            yield "/"
        else:
            yield from (word.text[start:] for start in range(1, len(word.text)))

    def _is_ours(self, name: str) -> bool:
        path = self.root / name
        if name == "/dev/null" or not os.path.lexists(path):
            return True
        if not Path(os.path.realpath(path)).is_relative_to(self.root):
            return False
        return self.allow_secret_files or not is_secret(path)

    def _names_history(self, program: str, words: list[str]) -> bool:
        """Return whether git is asked for a secret file, which need not exist in the tree any more."""
        return program == "git" and any(has_secret_name(part) for word in words for part in word.split(":"))

    def _searches_secrets(self, program: str, words: list[str]) -> bool:
        """Return whether a search of the tree may come by a secret.

        The whole root counts: which word is a folder and which a pattern only the program itself can tell.
        """
        hidden = program in _READS_HIDDEN and _READS_HIDDEN[program].stand_in(words)
        if self.confined or not (hidden or program == "rg"):
            return False
        return any(hidden or not self._is_hidden(secret) for secret in survey(self.root).secrets)

    def _is_hidden(self, path: Path) -> bool:
        return path.is_relative_to(self.root) and any(
            part.startswith(".") for part in path.relative_to(self.root).parts
        )


def _is_small(pattern: str) -> bool:
    """Return whether a pattern lies under the root, and is matched without walking through all of it."""
    folders = sum("*" in part or "?" in part for part in pattern.split("/"))
    return folders <= _MAX_GLOB_FOLDERS and "**" not in pattern and not pattern.startswith("/")
