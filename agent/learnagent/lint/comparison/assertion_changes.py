"""Compares what a test asks before and after: which questions it lost, which it gained, which others cover."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from learnagent.lint.change import Change
from learnagent.lint.comparison.pairs import PlacedTest, TestPair, question, test_pairs
from learnagent.lint.comparison.product_change import uses_vanished
from learnagent.lint.syntax.code_words import is_literal_word, telling, words, words_of
from learnagent.lint.test_code import EXACT, PARTLY, WEAK, Assertion

Question = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssertionChanges:
    """What one test asks differently, each question once."""

    lost: tuple[Assertion, ...]
    gained: tuple[Assertion, ...]
    kept: tuple[Assertion, ...]
    """Of after."""


def assertion_changes(pair: TestPair) -> AssertionChanges:
    """Return the questions that only the old test asks, and those that only the new one asks."""
    old, new = _by_question(pair.old), _by_question(pair.new)
    return AssertionChanges(
        lost=tuple(one for key, one in old.items() if key not in new),
        gained=tuple(one for key, one in new.items() if key not in old),
        kept=tuple(one for key, one in new.items() if key in old),
    )


def _by_question(placed: PlacedTest) -> dict[Question, Assertion]:
    return {question(placed.file, one): one for one in placed.test.assertions}


def uncovered(change: Change, pair: TestPair, changes: AssertionChanges) -> list[Assertion]:
    """Return the lost questions that nothing holds any more, those left out that a gained one stands for.

    A question is held by another test, by a value in a table or a comparison of the whole, by a helper that the
    test calls now, by a stronger question about the same; it is moot where product code lost what it asks about.
    """
    if any(one.kind == "other" and one.callee not in {"", "raise"} for one in changes.gained):
        return []
    elsewhere = change.once(_new_questions)
    open_ = [
        one
        for one in changes.lost
        if question(pair.old.file, one) not in elsewhere
        and not uses_vanished(change, pair.old.file.text(one.node))
        and not _is_implied(one, (*changes.gained, *changes.kept))
    ]
    return _not_in_values(pair, changes, open_)


def _new_questions(change: Change) -> frozenset[Question]:
    """Return the questions that a test asks now and its partner did not, or that a new test asks."""
    pairs = test_pairs(change)
    found = {key for fresh in pairs.fresh for key in fresh.questions}
    for pair in pairs.pairs:
        if pair.is_changed:
            found |= pair.new.questions.keys() - pair.old.questions.keys()
    return frozenset(found)


def _is_implied(lost: Assertion, asked: tuple[Assertion, ...]) -> bool:
    """Return whether a question about the same thing, or about the whole of which it is a part, says as much."""
    if lost.kind == "other":
        return False
    for one in asked:
        if not one.subject or one.kind == "other" or one.is_negated:
            continue
        is_part = lost.subject != one.subject and re.match(rf"{re.escape(one.subject)}\W", lost.subject) is not None
        is_size = f"({one.subject})" in lost.subject or lost.subject.startswith(f"{one.subject}.len")
        if one.strength >= EXACT and (is_part or is_size or (one.subject == lost.subject and lost.strength < EXACT)):
            return True
        if lost.strength <= WEAK and (
            one.subject == lost.subject or one.subject.startswith((f"{lost.subject}.", f"{lost.subject}["))
        ):
            return one.strength > PARTLY or lost.kind in {"not_none", "truth", "instance"}
    return False


def _not_in_values(pair: TestPair, changes: AssertionChanges, lost: list[Assertion]) -> list[Assertion]:
    """Leave out questions whose values the test still holds, in new questions or rows; each value counts once."""
    language = pair.new.file.language
    fresh_rows = Counter(pair.new.test.parameters) - Counter(pair.old.test.parameters)
    if not changes.gained and not fresh_rows:
        return lost
    asked_before = Counter(word for one in changes.lost for word in _words(pair.old, one))
    held = _literals(pair.new) - (_literals(pair.old) - asked_before)
    texts = [word for word in held if word.startswith('"')]
    named = telling(word for one in changes.gained for word in words(pair.new.file, one.node))
    found = []
    for one in lost:
        values = Counter(word for word in words_of(one.expected, language) if is_literal_word(word))
        if values and values <= held:
            held -= values
        elif values and all(_is_within(word, texts) for word in values):
            continue
        elif values or not telling(_words(pair.old, one)).keys() <= named.keys():
            found.append(one)
    return found


def _is_within(word: str, texts: list[str]) -> bool:
    """Return whether a value stands in a longer text."""
    return len(word) > 3 and any(word.strip('"') in text and len(text) > len(word) for text in texts)


def _words(placed: PlacedTest, one: Assertion) -> list[str]:
    return words(placed.file, one.node)


def _literals(placed: PlacedTest) -> Counter[str]:
    return Counter(word for word in placed.words if is_literal_word(word))


def standing_in(changes: AssertionChanges, lost: list[Assertion]) -> int:
    """Return how many gained questions replace lost ones of their own, beyond those that hold values of others."""
    covered = len(changes.lost) - len(lost)
    return max(0, len(changes.gained) - min(covered, len(changes.gained)))
