"""`weak-assertions`: all that a test asks is whether something is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.sham_tests.other_oracles import only_runs
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion, TestFunction, collected
from learnagent.lint.test_code.alternatives import is_always_true

_PREDICATE = lazy_pattern(
    r"(?:^|[._\s!\"'(\[])(?:is|has|have|can|was|were|are|did|does|do|should|needs|supports?|contains?|exists?|equals?|matche?s?|"
    r"allow(?:s|ed)?|accepts?|valid\w*|check\w*|verif\w*|includes?|starts?|ends?|any|all|not|needed|same|compare\w*)"
    r"(?=[_A-Z(]|$)|(?:^|[._])(?:ok|OK|done|active|ready|empty|open|alive|running|visible|success\w*|valid|true|exists?|"
    r"available|fresh|stale|dirty|full|present|different|equal|match|found|passed|failed|error)(?:\(\))?$|\.\w+ed(?:\(\))?$"
)
_ERROR = lazy_pattern(
    r"(?:^|[._])(?:e|ex|exc|err|error|exception|cause|reason|\w*(?:_err|_error|_exc|Error|Exception)|value)$|__cause__|__context__"
)
_ABOUT_TYPES = lazy_pattern(
    r"(?:^|_|[a-z])(?:[Tt]ypes?|[Ii]nstance|[Cc]lass|[Ff]actory|[Ss]ubclass|[Ii]nherit\w*|[Pp]rotocol|[Ii]nterface)(?:_|$|[A-Z])"
)
_MAKES = lazy_pattern(
    r"(?:^|\.)_*(?:get|find|create|make|build|load|parse|read|fetch|compute|calculate|generate|render|list|query|search|process|"
    r"convert|transform|format|encode|decode|serialize|summar\w+|recommend|predict|select|extract|merge|plan|resolve|lookup)"
    r"(?:_\w+|[A-Z]\w*)?\((?:[^()]|\([^()]*\))*\)$"
)
"""Calls that return something to look at, not an answer."""
_ABOUT_SHAPE = lazy_pattern(
    r"(?:^|[\s_])(?:exports?|exposes?|exported|methods?|helpers?|propert(?:y|ies)|api|import(?:s|able)?)(?:$|[\s_,])"
)
"""Names of tests that ask whether something is there, and mean it."""
_GENERAL = lazy_pattern(
    r"^[(\"']*(?:dict|list|str|int|float|bool|tuple|set|frozenset|bytes|object|type|complex|(?:\w+\.)?(?:DataFrame|Series|ndarray|"
    r"Mapping|Sequence|Iterable|Callable|Path|datetime|date|UUID|Decimal|Response)|string|number|boolean|array|function|Array|Object|"
    r"Function|Promise|Map|Set|Date|String|Integer|List|Collection|undefined)\b|^$"
)
"""Types that say nothing of which value it is."""
_COMPARES = lazy_pattern(r"[=!<>]=|\bin\b|\bnot\b|[<>] ")
_ANYTHING = frozenset({"toBeTruthy"})
"""Matchers that are chosen where the value is no boolean."""


def check(file: SourceFile) -> Iterator[Hit]:
    """Name tests whose every assertion asks only whether something is there: not None, truthy, of a type, not empty.

    Why it hurts: a wrong result is there too, so the test passes with it.

    Bad:
        def test_recommend():
            assert recommender.recommend("ada") is not None

    Good:
        def test_recommend():
            assert recommender.recommend("ada") == ["sugar"]

    It is fine where the code answers yes or no (`assert is_prime(7)`), where the type of an error is asked, and
    beside any assertion that asks for a value.
    """
    for test in collected(file):
        if test.assertions and all(_is_weak(file, one, test) for one in test.assertions) and _means_a_value(test):
            yield Hit.at(test.name_node, "all that this test asserts is that something is there, not what it is")


def _means_a_value(test: TestFunction) -> bool:
    """Return whether a test runs, and its name does not say that only this is asked."""
    is_run = test.skip is None or test.skip.is_conditional
    return is_run and not (only_runs(test) or _ABOUT_SHAPE.search(test.name))


def _is_weak(file: SourceFile, one: Assertion, test: TestFunction) -> bool:
    if one.kind == "not_none":
        return not _ERROR.search(one.subject)
    if one.kind == "instance":
        is_value = one.is_negated or _ERROR.search(one.subject) or _ABOUT_TYPES.search(test.name)
        return not (is_value or _is_one_of_several(file, one.expected))
    if one.kind != "truth" or one.is_negated or is_always_true(one.subject):
        return False
    return bool(one.expected) or not _is_answer(file, one, test)


def _is_one_of_several(file: SourceFile, kind: str) -> bool:
    """Return whether tests of this file tell several types of the project apart: then the type is the value."""
    if _GENERAL.match(kind):
        return False
    return kind[:1].islower() or len(file.once(_kinds)) > 1


def _denied(file: SourceFile) -> set[str]:
    """Return the names of attributes that are also asserted to be false in this file: flags, asked both ways."""
    asked = (one for test in collected(file) for one in test.assertions)
    return {_last(one.subject) for one in asked if one.kind == "truth" and one.is_negated} - {""}


def _last(subject: str) -> str:
    """Return the attribute that an expression ends with; empty where it ends otherwise."""
    found = re.search(r"\.(\w+)(?:\(\))?$", subject)
    return found[1] if found else ""


def _kinds(file: SourceFile) -> set[str]:
    asked = {one.expected for test in collected(file) for one in test.assertions if one.kind == "instance"}
    return {kind for kind in asked if kind and not _GENERAL.match(kind)}


def _is_answer(file: SourceFile, one: Assertion, test: TestFunction) -> bool:
    """Return whether what is asserted says yes or no by itself: a question, a flag, a variable that holds one."""
    subject = one.subject
    if _PREDICATE.search(subject) or _last(subject) in file.once(_denied):
        return True
    if subject.endswith(")"):
        return one.callee not in _ANYTHING and not _MAKES.search(subject)
    if not re.fullmatch(r"\w+", subject):
        return False
    given = re.findall(rf"(?<![\w.]){subject}\b[^=\n]{{0,40}}=(?!=)\s*([^\n]*)", file.text(test.node))
    return any(_PREDICATE.search(value.partition("(")[0]) or _COMPARES.search(value) for value in given)


WEAK_ASSERTIONS = FileRule(
    name="weak-assertions",
    level="warn",
    languages=SCRIPT | {"python", "java"},
    why="A wrong result is there too, so the test passes with it.",
    ways=("assert the value that the code must return",),
    check=check,
    where="tests",
)
