"""`deleted-test`: a test, or a case of its table, was removed while what it tested stays."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.gone_tests import Fate, GoneTest, gone_tests, is_asked
from learnagent.lint.comparison.pairs import PlacedTest, TestPair, test_pairs
from learnagent.lint.comparison.product_change import shrank, uses_vanished
from learnagent.lint.comparison.row_changes import row_changes
from learnagent.lint.finding import Hit, Level
from learnagent.lint.rule import ChangeRule
from learnagent.lint.syntax.code_words import telling, words_between, words_of
from learnagent.lint.test_code.languages import TEST_LANGUAGES

ROW_CHARACTERS = 60
"""Of a row in a message."""
_SWITCHED_OFF = re.compile(r"\b(?:skip\w*|xfail|Ignore|Disabled)\b")


def check(change: Change) -> Iterator[ChangeHit]:
    """Name tests, and cases of tables, that a change removes while it keeps what they tested.

    Why it hurts: what the test held may break now, and nobody will hear of it.

    Bad:
        -def test_negative_amounts_round_away_from_zero():
        -    assert round_amount(Decimal("-2.665")) == Decimal("-2.67")

    Good:
        the test stays and fails, until the code does what it asks

    It is fine when the test moved or got another name, when a table or another test holds its case now, when
    what it tested left product code in the same change, and when the task asks for it.
    """
    deleted: dict[FileChange, list[GoneTest]] = defaultdict(list)
    for gone in gone_tests(change):
        if gone.fate is Fate.DELETED:
            deleted[gone.placed.change].append(gone)
        elif gone.fate is Fate.REPLACED and gone.by is not None:
            names = f"`{gone.placed.test.name}` is gone, and `{gone.by.test.name}` in its place asks something else"
            yield _hit(gone.placed, f"the test {names}", level="warn")
    level: Level = "warn" if shrank(change) else "error"
    for one, group in deleted.items():
        yield from _of_file(one, group, level)
    for pair in test_pairs(change).pairs:
        yield from _rows(change, pair)


def _of_file(one: FileChange, group: list[GoneTest], level: Level) -> Iterator[ChangeHit]:
    if not (one.after or b"").strip() and len(group) > 1:
        message = f"{len(group)} tests are deleted with their file, and no test holds their cases"
        yield _hit(group[0].placed, message, level=level)
        return
    for gone in group:
        message = f"the test `{gone.placed.test.name}` is deleted, and no other test holds what it tested"
        yield _hit(gone.placed, message, level=level)


def _hit(placed: PlacedTest, message: str, *, level: Level | None = None) -> ChangeHit:
    hit = Hit.at(placed.test.name_node, message, level=level)
    return ChangeHit(placed.change, hit, in_old=True, symbol=placed.test.qualified)


def _rows(change: Change, pair: TestPair) -> Iterator[ChangeHit]:
    """Name the cases that left a table, where no other test has them; new ones in their place make it a warning."""
    old, new = pair.old.test, pair.new.test
    if not old.parameters or not new.parameters or old.parameters == new.parameters:
        return
    gone = [row.old for row in row_changes(pair) if not row.new and not _SWITCHED_OFF.search(row.old)]
    gone = [row for row in gone if not _is_elsewhere(pair, row) and not uses_vanished(change, row)]
    if gone and len(gone) < len(old.parameters) and not is_asked(change.task, pair.old):
        shown = gone[0] if len(gone[0]) <= ROW_CHARACTERS else gone[0][: ROW_CHARACTERS - 3] + "..."
        count = "a case is" if len(gone) == 1 else f"{len(gone)} cases are"
        level: Level = "error" if len(new.parameters) < len(old.parameters) else "warn"
        hit = Hit.at(new.name_node, f"{count} removed from its table: {shown}", level=level)
        yield ChangeHit(pair.new.change, hit, symbol=new.qualified)


def _is_elsewhere(pair: TestPair, row: str) -> bool:
    """Return whether the file after holds the values of a row outside of the rows, as new."""
    language = pair.new.file.language
    values = telling(words_of(row, language))
    return bool(values) and values <= _surplus(pair)


def _surplus(pair: TestPair) -> Counter[str]:
    after, before = (telling(words_between(one.file, 0, len(one.file.content))) for one in (pair.new, pair.old))
    for row in pair.old.test.parameters:
        before -= telling(words_of(row, pair.old.file.language))
    return after - before


DELETED_TEST = ChangeRule(
    name="deleted-test",
    level="error",
    languages=TEST_LANGUAGES,
    why="What the test held may break now, and nobody will hear of it.",
    ways=(
        "keep the test and make the code pass it",
        "if what it asked is wrong, change the test and say why",
    ),
    check=check,
)
