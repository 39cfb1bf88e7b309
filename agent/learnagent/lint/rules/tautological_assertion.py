"""`tautological-assertion`: an assertion that holds whatever the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion, TestFunction, collected
from learnagent.lint.test_code.alternatives import covers_everything, is_always_true

_OF_EQUALITY = lazy_pattern(
    r"(?:^|[_\s])(?:eq|equal|equals|equality|reflexiv\w*|comparisons?|compare|hash\w*|identity|identical|ordering|richcmp|"
    r"symmetr\w*|itself|self)(?:$|[_\s])|[a-z](?:Equals?|Equality|Hash|Comparison|Identity|Reflexive)(?:$|[A-Z])|^equals",
    re.IGNORECASE,
)
_IDENTITY = lazy_pattern(r"^(?:assertIs|assertSame|same|isSameAs|is_)$")
_PLAIN = lazy_pattern(
    r"^(?:|assertEquals?|assertIs|assertSame|assert_equals?|eq_|is_|toBe|toEqual|toStrictEqual|equals?|eql|eq|strictEqual|"
    r"deepEqual|deepStrictEqual|is|same|Equal|EqualValues|Exactly|assert_eq|isEqualTo|isSameAs|true|false|toBeTrue|isTrue|isFalse|"
    r"assertTrue|assertFalse|True|False|isNull|toBeNull)f?$"
)
"""Ways to compare two values that nobody tests for their own sake."""
_PLANNED = lazy_pattern(r"\bassert\.expect\(|\bexpect\.(?:assertions|hasAssertions)\(|\bplan\(\d")
_FAILS = lazy_pattern(
    r"assert False|assert_\(False|assertTrue\(\s*False|\bfail\w*\(|expect\((?:false|true)\)\.to\w*\(?(?:false|true)|"
    r"assert\w*!?\(false|panic!|unreachable|\braise\b|\bthrow\b|Fatal|Errorf?\("
)
_SIZE = lazy_pattern(r"^len\(.*\)$|\.(?:length|size|count|len)(?:\(\))?$", re.DOTALL)
_PURE = lazy_pattern(
    r"^(?:(?:len|sorted|list|set|tuple|int|float|type|sum|abs|Object\.keys)\([\w.\[\]\"']+\)"
    r"|[\w.\[\]\"']+\.(?:get[A-Z]\w*|is[A-Z]\w*|size|length|name|len|Len|count)\(\))$"
)
"""Calls whose answer is the same each time."""
_ARITHMETIC = lazy_pattern(r"^[ (.\d]*\d[ ).]*[-+*/][-+*/ ().\d]*\d[ ).]*$")
_NUMBER = lazy_pattern(r"^-?[\d.]+$")
_FALSE = frozenset({"False", "false", "None", "null", "undefined", "0", '""', "[]", "{}", "()"})
_SAMPLES = lazy_pattern(r"(?:^|/)(?:samples?|examples?|fixtures?|testdata|test_data|\w+_apps|test_projects?)/")
"""Folders of suites that are there to be run by other tests."""
_NEVER_LESS = frozenset({">= 0", "> -1", ">= -1"})


def check(file: SourceFile) -> Iterator[Hit]:
    """Name assertions that cannot fail: a constant, a value compared with itself, a tuple, `or True`.

    Why it hurts: the test passes when the code is wrong, and counts as a test all the same.

    Bad:
        assert True
        assert total == total
        assert (total == 3, "three items")
        assert total == 3 or True

    Good:
        assert total == 3, "three items"

    It is fine where the same call is made twice (`f(x) == f(x)` asks whether it is deterministic), where NaN is
    told by `x != x`, in a test of equality itself, and in samples that other tests run.
    """
    if _SAMPLES.search(file.path):
        return
    for test in collected(file):
        for one in test.assertions:
            message = _message(file, one, test)
            if message:
                yield Hit.at(one.node, message)


def _message(file: SourceFile, one: Assertion, test: TestFunction) -> str:
    if one.kind in {"equal", "close", "snapshot"} and not one.is_negated:
        return _compared(file, one, test)
    if one.kind == "truth":
        return _truth(file, one, test)
    if one.kind == "not_none" and is_always_true(one.subject) and not _marks_a_path(file, one, test):
        return "a constant is asserted: no code is asked"
    if one.kind == "instance" and one.expected == "object" and not one.is_negated:
        return "everything is an instance of object"
    if one.kind == "compare" and one.expected in _NEVER_LESS and _SIZE.search(one.subject):
        return "a length is never negative, so this always holds"
    if one.kind == "other" and one.subject and not one.is_negated and covers_everything(one.subject):
        return "one side of this alternative always holds"
    return ""


def _compared(file: SourceFile, one: Assertion, test: TestFunction) -> str:
    if one.kind == "equal" and one.subject != one.expected and _ARITHMETIC.match(one.subject):
        return "two constants are compared: no code is asked" if _NUMBER.match(one.expected) else ""
    if not one.subject or one.subject != one.expected:
        return ""
    if one.expected_is_literal:
        is_own = one.kind == "equal" and _PLAIN.match(one.callee) is not None
        return (
            "two equal constants are compared: no code is asked"
            if is_own and not _marks_a_path(file, one, test)
            else ""
        )
    is_called = "(" in one.subject and (not _PURE.match(one.subject) or _IDENTITY.match(one.callee))
    if is_called or _OF_EQUALITY.search(test.name) or _is_read_twice(file, one, test):
        return ""
    if any(other.kind == "not_equal" and one.subject in {other.subject, other.expected} for other in test.assertions):
        return ""  # the test asks about equality itself: equal to this, not to that
    return f"{one.subject} is compared with itself"


def _is_read_twice(file: SourceFile, one: Assertion, test: TestFunction) -> bool:
    """Return whether a property is read twice on purpose: it must be one object, or its value is asked elsewhere."""
    if not re.search(r"[.\[]", one.subject):
        return False
    is_identity = _IDENTITY.match(one.callee) or (not one.callee and " is " in file.text(one.node))
    return bool(is_identity) or any(
        other.subject == one.subject and other.expected != one.expected for other in test.assertions
    )


def _truth(file: SourceFile, one: Assertion, test: TestFunction) -> str:
    if one.is_negated:
        is_constant = one.subject in _FALSE
        return "a constant is asserted: no code is asked" if is_constant and not _marks_a_path(file, one, test) else ""
    if not is_always_true(one.subject) or (one.subject[:1] in "Tt1" and _marks_a_path(file, one, test)):
        return ""
    if one.subject.startswith("("):
        return "a tuple is asserted, and a tuple that holds something is always true"
    return "a constant is asserted: no code is asked"


def _marks_a_path(file: SourceFile, one: Assertion, test: TestFunction) -> bool:
    """Return whether a constant only marks the path that must be taken: the other fails, or assertions are counted."""
    if _PLANNED.search(file.text(test.node)):
        return True
    node, above = one.node, one.node.parent
    while above is not None and above.start_byte > test.node.start_byte:
        is_handler = node.type in {"except_clause", "catch_clause", "else_clause", "match_arm"}
        is_branch = above.type in {"if_statement", "if_expression"} and node != above.child_by_field_name("condition")
        if (is_handler or is_branch) and _FAILS.search(file.text(above).replace(file.text(node), "", 1)):
            return True
        node, above = above, above.parent
    return False


TAUTOLOGICAL_ASSERTION = FileRule(
    name="tautological-assertion",
    level="error",
    languages=SCRIPT | {"python", "go", "rust", "java"},
    why="The test passes when the code is wrong.",
    ways=("assert what the code must have done: the value it returned, the state it left", "delete the assertion"),
    check=check,
)
