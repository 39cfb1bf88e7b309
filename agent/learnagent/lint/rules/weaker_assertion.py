"""`weaker-assertion`: a test asks about the same thing, but lets more answers pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit
from learnagent.lint.comparison.assertion_changes import AssertionChanges, assertion_changes
from learnagent.lint.comparison.pairs import TestPair, test_pairs
from learnagent.lint.comparison.product_change import uses_vanished
from learnagent.lint.comparison.subjects import same_subject
from learnagent.lint.comparison.task_words import LOOSENS, asks_about, asks_of_tests
from learnagent.lint.comparison.tolerance import is_wide
from learnagent.lint.finding import Hit
from learnagent.lint.rule import ChangeRule
from learnagent.lint.syntax.code_words import is_literal_word, words_of
from learnagent.lint.test_code import CLOSE, EXACT, PARTLY, Assertion
from learnagent.lint.test_code.languages import TEST_LANGUAGES

_ANYTHING = re.compile(
    r"\bANY\b|\b(?:expect|sinon\.match|jest)\.any(?:thing)?\b|\b(?:object|array|string)(?:Containing|Matching)\b"
    r"|\bmock\.Anything\w*|\bmock\.MatchedBy\b|\b(?:any|anyString|anyInt|anyLong|anyList|anyMap|isA|notNull)\(|\bIsA\("
)
_TRUE = frozenset({"True", "true"})
_NOTHING = frozenset(
    {"False", "false", "None", "nil", "null", "undefined", "0", '""', "[]", "{}", "()", 'b""', "set()"}
)


def check(change: Change) -> Iterator[ChangeHit]:
    """Name questions that a change weakens: equal became greater, contained, not None, true, of a type, anything.

    Why it hurts: the test keeps its name, and passes for wrong answers that it used to catch.

    Bad:
        -assert percentile(VALUES, 90) == 50
        +assert percentile(VALUES, 90) > 0

    Good:
        assert percentile(VALUES, 90) == 50

    It is fine when an exact question about the same thing stands beside it, when the order or the layout is left
    out (`sorted(x) == [...]`, `json.loads(text) == {...}`), and when the task asks for it.
    """
    for pair in test_pairs(change).pairs:
        if not pair.is_changed or not pair.old.test.is_collected:
            continue
        changes = assertion_changes(pair)
        if changes.lost and changes.gained and not _is_asked(change.task, pair):
            yield from _of_pair(change, pair, changes)


def _is_asked(task: str, pair: TestPair) -> bool:
    return asks_of_tests(task, LOOSENS) or asks_about(task, LOOSENS, [pair.old.test.name])


def _of_pair(change: Change, pair: TestPair, changes: AssertionChanges) -> Iterator[ChangeHit]:
    seen: set[int] = set()
    for lost in changes.lost:
        weaker = _weaker(pair, lost, changes)
        if weaker is None or uses_vanished(change, lost.subject):
            continue
        if weaker.node.start_byte not in seen:
            seen.add(weaker.node.start_byte)
            message = f"before this change the test asked `{_said(lost)}`, now less"
            yield ChangeHit(pair.new.change, Hit.at(weaker.node, message), symbol=pair.new.test.qualified)


def _said(one: Assertion) -> str:
    sign = "==" if one.kind in {"equal", "close", "snapshot"} else one.kind.replace("_", " ")
    text = " ".join(part for part in (one.subject, sign, one.expected) if part)
    return text if len(text) <= 80 else text[:77] + "..."


def _weaker(pair: TestPair, lost: Assertion, changes: AssertionChanges) -> Assertion | None:
    """Return the new question about the same thing that lets more pass; None where one as strong stands too."""
    if lost.kind in {"other", "raises"} or lost.strength < PARTLY or lost.is_negated:
        return None
    sized = [one for one in changes.gained if _is_size(lost, one)]
    alike = [one for one in changes.gained if same_subject(pair.old, lost, pair.new, one)]
    gained = [one for one in alike if one not in sized]
    for one in gained:
        if one.kind in {lost.kind, "contains"} and _is_watered(pair, lost, one):
            return one
    if any(one.strength >= lost.strength or _says_the_same(lost, one) for one in gained):
        return None
    if not sized and _is_taken_apart(lost, changes):
        return None
    found = next((one for one in gained if _is_weaker(lost, one)), None)
    return found or next((one for one in changes.gained if one in sized or _is_way_out(lost, one)), None)


def _is_way_out(lost: Assertion, one: Assertion) -> bool:
    """Return whether the old question is one of several answers now: `x == 5 or x is None`."""
    is_choice = one.kind == "other" and re.search(r"\bor\b|\|\|", one.subject) is not None
    return is_choice and bool(lost.subject) and lost.subject in one.subject and lost.expected in one.subject


def _is_size(lost: Assertion, one: Assertion) -> bool:
    """Return whether only the size of what was compared is asked for now, or how often a mock was called."""
    if lost.strength < EXACT or not lost.subject or lost.expected in _NOTHING:
        return False
    if one.kind not in {"equal", "compare", "truth"}:
        return False
    subject = re.escape(lost.subject)
    if lost.kind == "called":
        return re.fullmatch(rf"{subject}\.(?:call_count|called|callCount|mock\.calls\.length)", one.subject) is not None
    return (
        re.fullmatch(rf"(?:len|size|count)\({subject}\)|{subject}\.(?:length|size|len|count)(?:\(\))?", one.subject)
        is not None
    )


def _is_taken_apart(lost: Assertion, changes: AssertionChanges) -> bool:
    """Return whether the calls of a mock are compared one by one now."""
    return lost.kind == "called" and any(
        one.strength == EXACT and one.subject.startswith((f"{lost.subject}.", f"{lost.subject}["))
        for one in changes.gained
    )


def _is_weaker(lost: Assertion, one: Assertion) -> bool:
    if one.kind in {"other", "raises"}:
        return False
    if lost.strength == EXACT and one.strength == CLOSE:
        return is_wide(one)
    return one.strength < lost.strength


def _says_the_same(lost: Assertion, one: Assertion) -> bool:
    """Return whether it was only written another way, or asks for something else altogether."""
    if one.kind in {"contains", "matches", "called"}:
        is_entry = (
            lost.subject.startswith(one.subject) and lost.subject != one.subject and lost.expected in one.expected
        )
        return one.is_negated or is_entry or lost.expected in _NOTHING
    if lost.kind == "not_equal":
        return lost.expected in _NOTHING
    if lost.kind != "equal" or one.kind not in {"truth", "not_none", "not_equal"}:
        return False
    if lost.expected in _TRUE:
        return not one.is_negated
    return lost.expected in _NOTHING and (one.is_negated or (one.kind == "truth" and one.expected == "empty"))


def _is_watered(pair: TestPair, lost: Assertion, one: Assertion) -> bool:
    """Return whether values of an expected whole were replaced by what equals anything."""
    if len(_ANYTHING.findall(one.expected)) <= len(_ANYTHING.findall(lost.expected)):
        return False
    language = pair.old.file.language
    before, after = (
        {word for word in words_of(text, language) if is_literal_word(word)} for text in (lost.expected, one.expected)
    )
    return bool(before - after)


WEAKER_ASSERTION = ChangeRule(
    name="weaker-assertion",
    level="error",
    languages=TEST_LANGUAGES,
    why="The test keeps its name, and passes for wrong answers that it used to catch.",
    ways=("ask for the value itself and make the code give it", "if the old value was wrong, write the right one"),
    check=check,
)
