"""`uncollected-test`: a test is still there, but the runner does not take it any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.gone_tests import Fate, gone_tests
from learnagent.lint.comparison.hidden_tests import (
    follows_other_convention,
    is_called,
    is_collected_file,
    is_dead,
    switch_off,
)
from learnagent.lint.comparison.pairs import TestPair, test_pairs
from learnagent.lint.comparison.task_words import HIDES, asks_of_tests
from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, ChangeRule
from learnagent.lint.test_code import tests as tests_in
from learnagent.lint.test_code.languages import TEST_LANGUAGES


def check(change: Change) -> Iterator[ChangeHit]:
    """Name tests that the runner does not take any more: renamed, moved to another file name, commented out.

    Why it hurts: the run stays green because the test does not run, and the code still looks tested.

    Bad:
        -def test_five_digits_are_refused():
        +def _test_five_digits_are_refused():

    Good:
        def test_five_digits_are_refused():

    It is fine when the function is a helper that other tests call, when its class is a base of classes that are
    collected, when the whole file follows a convention that settings name, and when the task asks for it.
    """
    if asks_of_tests(change.task, HIDES):
        return
    for gone in gone_tests(change):
        if gone.fate is Fate.HIDDEN and gone.hiding is not None:
            place, name = gone.hiding, gone.placed.test.name
            message = f"the test `{name}` {place.how}: no runner takes it"
            yield ChangeHit(place.change, Hit.at(place.node, message), symbol=gone.placed.test.qualified)
    seen: set[str] = set()
    for pair in test_pairs(change).pairs:
        yield from _of_pair(change, pair, seen)
    for one in change.files:
        yield from _of_file(one)


def _of_file(one: FileChange) -> Iterator[ChangeHit]:
    """Name what leaves a whole file out: a constraint that no build meets, a name that is no code any more."""
    if one.old is None or not any(test.is_collected for test in tests_in(one.old)):
        return
    if one.new is None:
        is_renamed = one.path != one.old_path and is_collected_file(one.old_path, one.old.language)
        if is_renamed and (one.old.is_test or one.old.language not in {"python", *SCRIPT}):
            yield ChangeHit(one, Hit(0, 0, f"tests of `{one.old_path}` are in a file now that no runner takes"))
        return
    place = switch_off(one.new)
    if place is not None and switch_off(one.old) is None:
        yield ChangeHit(one, Hit(*place, "no build meets this: the tests below do not run any more"))


def _of_pair(change: Change, pair: TestPair, seen: set[str]) -> Iterator[ChangeHit]:
    """Look at a test whose name, class or file is another now; a file is named once."""
    old, new = pair.old, pair.new
    if not old.test.is_collected or not _was_collected(pair):
        return
    if not new.test.is_collected:
        if not _is_support(change, pair):
            name, now = old.test.qualified, new.test.qualified
            message = f"the test `{name}` is `{now}` now: no runner takes it" if name != now else _SWITCHED_OFF
            yield ChangeHit(new.change, Hit.at(new.test.name_node, message), symbol=new.test.qualified)
    elif is_dead(new.file, new.test.node) and not is_dead(old.file, old.test.node):
        message = "this test stands under a condition that is never true"
        yield ChangeHit(new.change, Hit.at(new.test.name_node, message), symbol=new.test.qualified)
    elif _is_shadowed(pair):
        message = f"another `{new.test.name}` below takes the place of this test: it does not run"
        yield ChangeHit(new.change, Hit.at(new.test.name_node, message), symbol=new.test.qualified)
    elif not is_collected_file(new.change.path, new.file.language) and new.change.path not in seen:
        seen.add(new.change.path)
        message = f"tests of `{old.change.old_path}` are in a file now that no runner takes"
        yield ChangeHit(new.change, Hit.at(new.test.name_node, message), symbol=new.test.qualified)


_SWITCHED_OFF = "no runner takes this test any more"


def _was_collected(pair: TestPair) -> bool:
    return is_collected_file(pair.old.change.old_path, pair.old.file.language)


def _is_shadowed(pair: TestPair) -> bool:
    """Return whether Python binds the name anew below, and did not before."""
    if pair.new.file.language != "python":
        return False
    old, new = (
        sum(1 for test in tests_in(one.file) if test.qualified == one.test.qualified) for one in (pair.old, pair.new)
    )
    later = [test for test in tests_in(pair.new.file) if test.qualified == pair.new.test.qualified]
    return old == 1 < new and later[-1].node.id != pair.new.test.node.id


def _is_support(change: Change, pair: TestPair) -> bool:
    """Return whether what is not collected serves tests that are: called, or a base of their classes."""
    new = pair.new.test
    scopes = new.qualified.split(".")[:-1]
    is_base = any(
        re.search(rb"(?:class\s+\w+\s*\([^)]*|extends\s+[\w.]*)\b%s\b" % re.escape(scope.encode()), one.after)
        for scope in scopes
        for one in change.tests
        if one.after is not None
    )
    return is_base or follows_other_convention(new.name) or (not scopes and is_called(change, new.name))


UNCOLLECTED_TEST = ChangeRule(
    name="uncollected-test",
    level="error",
    languages=TEST_LANGUAGES,
    why="The run stays green because the test does not run, and the code still looks tested.",
    ways=("give it a name and a place that the runner takes", "make the code pass it"),
    check=check,
)
