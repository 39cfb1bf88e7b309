"""`fewer-assertions`: a test that stays asks less than it did."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit
from learnagent.lint.comparison.assertion_changes import assertion_changes, standing_in, uncovered
from learnagent.lint.comparison.gone_tests import is_asked
from learnagent.lint.comparison.pairs import TestPair, test_pairs
from learnagent.lint.finding import Hit
from learnagent.lint.rule import ChangeRule
from learnagent.lint.test_code import WEAK
from learnagent.lint.test_code.languages import TEST_LANGUAGES

NET_LOSS = 2
"""Questions lost beyond those gained: one fewer is most often the same said shorter."""


def check(change: Change) -> Iterator[ChangeHit]:
    """Name tests that lost two questions or more, gained ones counted against them.

    Why it hurts: the test keeps its name and its green, and lets through what it used to catch.

    Bad:
         assert label.name == "Ada Lovelace"
        -assert label.postcode == "10115"
        -assert label.city == "Bad Berlin"

    Good:
        -assert label.postcode == "10115"
        -assert label.city == "Bad Berlin"
        +assert label == Label("Ada Lovelace", "Main Street 1", "Bad Berlin", "10115")

    It is fine when a table, another test, a helper or one comparison of the whole holds them, when what they asked
    about left product code in the same change, and when the task asks for it.
    """
    for pair in test_pairs(change).pairs:
        old, new = pair.old, pair.new
        if not pair.is_changed or not old.test.is_collected or not old.test.assertions:
            continue
        lost = _net_loss(change, pair)
        if lost and not is_asked(change.task, old):
            less = f"{lost} questions fewer than" if new.test.assertions else "nothing of what it asked"
            message = f"the test `{new.test.name}` asks {less} before this change"
            yield ChangeHit(new.change, Hit.at(new.test.name_node, message), symbol=new.test.qualified)


def _net_loss(change: Change, pair: TestPair) -> int:
    """Return how many questions a test lost on balance; 0 for few, unless it lost all and got nothing for them."""
    changes = assertion_changes(pair)
    shrunk = len(pair.old.test.assertions) - len(pair.new.test.assertions)
    is_bare = (
        not pair.new.test.assertions
        and not pair.new.telling - pair.old.telling
        and any(one.kind not in {"raises", "other"} for one in changes.lost)
    )
    if min(len(changes.lost), shrunk) < (1 if is_bare else NET_LOSS):
        return 0
    lost = uncovered(change, pair, changes)
    if changes.gained:
        lost = [one for one in lost if one.strength > WEAK]
    balance = len(lost) - standing_in(changes, lost)
    return balance if balance >= (1 if is_bare else NET_LOSS) else 0


FEWER_ASSERTIONS = ChangeRule(
    name="fewer-assertions",
    level="error",
    languages=TEST_LANGUAGES,
    why="The test keeps its name and its green, and lets through what it used to catch.",
    ways=("keep the questions and make the code answer them", "compare the whole result at once"),
    check=check,
)
