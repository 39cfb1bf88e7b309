"""`unexplained-suppression`: a check is silenced, and nobody says why."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.allow import allows
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LANGUAGES, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.conventions import is_conventional
from learnagent.lint.suppression.suppressions import suppressions
from learnagent.lint.syntax.generated import is_generated


def check(file: SourceFile) -> Iterator[Hit]:
    """Name suppressions of a check that give no reason in words, beside them or in the comment above.

    Why it hurts: nobody can tell whether the check was wrong or merely in the way, so it stays for ever.

    Bad:
        function.plugin_name = name  # type: ignore[attr-defined]

    Good:
        # Functions take attributes, but mypy's Callable type knows none.
        function.plugin_name = name  # type: ignore[attr-defined]

    It is fine where everybody knows the reason: a re-export in `__init__.py` (`F401`), an import without types
    (`import-untyped`, `import-not-found`), `pragma: no cover` on `if TYPE_CHECKING`, `if __name__`, abstract methods
    and other platforms, and in files that a program wrote. Words that only repeat the code or the line, or that
    say nothing ("ignore", "fix later"), are no reason.
    """
    found = [one for one in suppressions(file) if not (one.is_blanket or one.reason or is_conventional(file, one))]
    if found and not is_generated(file):
        for one in found:
            yield Hit(one.start, one.end, f"`{one.kind}` silences {_what(one.codes)} here without a reason")
    for allow in allows(file):
        if allow.is_own and not allow.has_reason:
            yield Hit(allow.start, allow.end, "this comment is to allow a finding and gives no reason")


def _what(codes: tuple[str, ...]) -> str:
    return ", ".join(codes[:3]) if codes else "a check"


UNEXPLAINED_SUPPRESSION = FileRule(
    name="unexplained-suppression",
    level="warn",
    languages=LANGUAGES,
    why="Nobody can tell whether the check was wrong or merely in the way, so it stays for ever.",
    ways=(
        "mend what the check complains of",
        "say in words why the check is wrong here, beside it or in the line above",
    ),
    check=check,
)
