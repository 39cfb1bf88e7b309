"""What the linter says: a hit of a rule within a file, and the finding that a user reads. Nothing here decides."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tree_sitter import Node

Level = Literal["error", "warn"]
"""`error` stops a run of the agent, `warn` is told."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a rule objects to, in bytes of the file as it was parsed."""

    start: int
    end: int
    message: str
    """One sentence about this very place."""
    level: Level | None = None
    """Instead of the rule's own level."""

    @classmethod
    def at(cls, node: Node, message: str, *, level: Level | None = None) -> Hit:
        """Return a hit on a syntax node."""
        return cls(node.start_byte, node.end_byte, message, level)


@dataclass(frozen=True, slots=True)
class Finding:
    """One shortcut, as it is told."""

    path: str
    """Relative to where the linter runs."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    end_line: int
    rule: str
    level: Level
    message: str
    symbol: str
    """Qualified name of the definition it stands in; empty at the top of a file."""
    why: str
    """Why it hurts."""
    ways_out: tuple[str, ...]
    """What satisfies the rule honestly."""
    code: str
    """The lines it covers, white space folded: with rule and symbol the key of a baseline."""
    claim: str = ""
    """Why it is right, as a comment says that the author of the change added: it counts once a person says yes."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a baseline knows it by: no line, so that code may move."""
        return (self.path, self.rule, self.symbol, self.code)

    def with_path(self, path: str) -> Finding:
        """Return the same finding in a file of the same content elsewhere."""
        return dataclasses.replace(self, path=path)
