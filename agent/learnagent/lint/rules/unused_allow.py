"""`unused-allow`: a comment that allows what nobody found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from learnagent.lint.allow import Allow
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LANGUAGES, LastRule
from learnagent.lint.source_file import SourceFile


def check(_file: SourceFile, comments: Sequence[Allow], used: Set[Allow], ran: Set[str]) -> Iterator[Hit]:
    """Name comments of the form `learnagent: allow[rule] reason` that allow nothing.

    Why it hurts: the next shortcut on that line passes unseen.

    Bad:
        # learnagent: allow[swallowed-error] the cache may be cold
        return cache.get(key)

    Good: the comment goes with the code it was about.

    It is fine where the rule that it names did not run (`--select`), or only reads changes. One that gives no
    reason is named by `unexplained-suppression`.
    """
    for allow in comments:
        if allow.is_own and allow.has_reason and allow not in used and ran >= set(allow.rules):
            yield Hit(allow.start, allow.end, f"nothing here needs allow[{', '.join(allow.rules)}]")


UNUSED_ALLOW = LastRule(
    name="unused-allow",
    level="warn",
    languages=LANGUAGES,
    why="The next shortcut on that line passes unseen.",
    ways=("remove the comment, or mend the rule's name",),
    check=check,
)
