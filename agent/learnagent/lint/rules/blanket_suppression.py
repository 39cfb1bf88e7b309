"""`blanket-suppression`: a comment or attribute that silences every check instead of the one it is about."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import LANGUAGES, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.suppressions import suppressions
from learnagent.lint.syntax.generated import is_generated


def check(file: SourceFile) -> Iterator[Hit]:
    """Name suppressions that name no check: on their line, or for the whole file, nothing is checked any more.

    Why it hurts: the next mistake there, of any kind, passes unseen.

    Bad:
        merged[key] = merge(merged[key], value)  # type: ignore

    Good:
        # isinstance narrows `value`, and not `merged[key]`
        merged[key] = merge(merged[key], value)  # type: ignore[arg-type]

    It is fine in files that a program wrote and that say so. Where a tool has no codes (`@ts-ignore`, `NOPMD`),
    `unexplained-suppression` asks for a reason instead.
    """
    found = [one for one in suppressions(file) if one.is_blanket]
    if found and not is_generated(file):
        for one in found:
            yield Hit(one.start, one.end, f"`{one.kind}` names no check here, so it silences all of them")


BLANKET_SUPPRESSION = FileRule(
    name="blanket-suppression",
    level="error",
    languages=LANGUAGES,
    why="The next mistake there, of any kind, passes unseen.",
    ways=("mend what the check complains of", "name the one check that is wrong here, and say why it is"),
    check=check,
)
