"""What a rule is: a pure function, its name, level and languages. The rules themselves are one file each.

The docstring of the function is the rule's page: what, why it hurts, bad, good, when it is fine.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from learnagent.lint.finding import Hit, Level

if TYPE_CHECKING:
    from learnagent.lint.allow import Allow
    from learnagent.lint.change import Change, ChangeHit
    from learnagent.lint.source_file import SourceFile

SCRIPT = frozenset({"javascript", "typescript", "tsx"})
PYTHON = frozenset({"python"})
LANGUAGES = frozenset(
    {"python", "go", "rust", "java", "kotlin", "csharp", "php", "ruby", "cpp", "bash"} | SCRIPT
)  # what the linter reads; a file in another language is skipped and counted

HANDLE, LET_FAIL, NARROW = (
    "handle it: do what makes the caller's result right",
    "let it fail: re-raise, or do not catch it here",
    "narrow it: catch only the error that is expected, around the one operation that raises it",
)
STATE = "state why it is right: `learnagent: allow[{rule}] reason` in a comment on that line or the line above"
CANNOT = "say that the task cannot be done honestly, and why"
"""The honest way out: offering it lowers cheating (ImpossibleBench: 54% to 9% for one model)."""

Where = Literal["everywhere", "tests", "product"]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What file rules and change rules have in common.

    Each is one of a kind, so it equals itself only: hashing all fields of all rules took 5 ms a megabyte.
    """

    name: str
    """Stable: users write it into comments and settings."""
    level: Level
    languages: frozenset[str]
    why: str
    """One sentence: why it hurts."""
    ways: tuple[str, ...]
    """Ways out of its own; stating a reason and saying that it cannot be done come on top."""

    @property
    def ways_out(self) -> tuple[str, ...]:
        """All that satisfies the rule honestly."""
        return (*self.ways, STATE.format(rule=self.name), CANNOT)


@dataclass(frozen=True, slots=True, eq=False)
class FileRule(Rule):
    """A rule that needs one file only."""

    check: Callable[[SourceFile], Iterable[Hit]]
    where: Where = "everywhere"
    """Kind of files it looks at."""
    only_added: bool = False
    """Whether it speaks of lines that a change added, and never of a file that stands."""

    @property
    def page(self) -> str:
        """The rule's page."""
        return inspect.getdoc(self.check) or ""


@dataclass(frozen=True, slots=True, eq=False)
class ChangeRule(Rule):
    """A rule that compares before and after."""

    check: Callable[[Change], Iterable[ChangeHit]]

    @property
    def page(self) -> str:
        """The rule's page."""
        return inspect.getdoc(self.check) or ""


@dataclass(frozen=True, slots=True, eq=False)
class LastRule(Rule):
    """A rule about the comments that allow findings: it runs when all others have."""

    check: Callable[[SourceFile, Sequence[Allow], Set[Allow], Set[str]], Iterable[Hit]]
    """Gets the file, its comments that allow, those of them that were needed, and the rules that would need them."""

    @property
    def page(self) -> str:
        """The rule's page."""
        return inspect.getdoc(self.check) or ""


AnyRule = FileRule | ChangeRule | LastRule
