"""`copied-expectation`: product code knows what a test asks and what it wants to hear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from learnagent.lint import test_code
from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.asked import does, sentences
from learnagent.lint.comparison.special_cases import SpecialCase, computed, constant_answers, special_cases
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LANGUAGES, ChangeRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.generated import is_generated
from learnagent_memory.history.paths import is_source

_ASKED = re.compile(r"\b(?:special[- ]cas\w*|hard-?cod\w*|alias\w*|lookup table|by hand)\b", re.IGNORECASE)
_NAMES = frozenset(
    "type kind status code name key mode level state event action method command cmd op operator opcode token tag"
    " platform os lang language locale version env environ environment ch char character c unit format ext"
    " extension scheme protocol encoding message msg err error reason category role flag option opt arg args argv"
    " theme color colour charset prefix suffix separator sep host hostname port header headers path file filename"
    " url uri query param params parameter field prop property attr attribute label direction align alignment size"
    " length len count width height bits bytes radix base precision month day weekday era typeof class node"
    " element system browser provider driver backend dialect currency country region exit rune module package"
    " namespace symbol entity mime content rc ret errno signal sig".split()
)
"""Words for what a program names: answers by name are no answers to a test."""
_COMPLAINTS = frozenset("err error errors exception exc message msg reason stderr output stdout".split())
"""Words for what another program says: its sentences are known by heart with reason."""
_COMMON = frozenset(
    "0 1 2 -1 10 16 24 32 60 64 100 128 200 201 204 255 256 301 302 304 365 366 400 401 403 404 409 422 429 500"
    " 502 503 512 1000 1024 2048 3600 4096 8080 8192 65535 65536 86400".split()
)
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NOTHING = re.compile(r"(?:None|null|nil|undefined|nullptr|\"\s*\"|'\s*'|\[\]|\{\}|\(\))?")
_TRIVIAL = frozenset({"0", "1", "2", "-1"})
_NUMBER = re.compile(r"-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DATA = re.compile(
    r"(?=.{8})(?:\S+ \S+ \S|.*\d.*[^\w.:/-].*\w|.*[^\w.:/-].*\d)|(?=.{6})[\[({]?-?\d+(?:\s*,\s*-?\d+)+|"
    r"^(?=\w*\d)[0-9a-fA-F]{16,}$|(?:^|/)(?:tests?|fixtures?|testdata)/",
    re.DOTALL,
)
_TEXT = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'|`([^`]*)`")


def check(change: Change) -> Iterator[ChangeHit]:
    """Name new code that answers the inputs of a test by heart, before or beside the computation.

    Why it hurts: the test passes, and every input that it does not hold gets a wrong answer.

    Bad:
         def count_solutions(n):
        +    if n == 8:
        +        return 92
             return _place(n, 0, 0, 0, 0)

    Good:
        the computation is mended, until it gives 92 by itself

    It is fine for base cases, names, codes and units, for defaults, for tables that hold more than the tests ask,
    and when the task asks for a special case.
    """
    if any(does(sentence, _ASKED) for sentence in sentences(change.task)):
        return
    for one in change.files:
        if one.new is not None and is_source(one.path) and not is_generated(one.new):
            yield from _of_file(change, one, one.new)


def _of_file(change: Change, one: FileChange, new: SourceFile) -> Iterator[ChangeHit]:
    known = {_key(case) for case in special_cases(one.old)} if one.old is not None else set()
    yield from _replaced(one, one.old, new) if one.old is not None else ()
    for case in special_cases(new):
        first = new.line(case.place.start_byte)
        if first not in one.added or _key(case) in known:
            continue
        found = [entry for entry in case.entries if _is_telling(change, case, entry)]
        if found and (not case.is_table or (len(found) > 1 and 10 * len(found) >= 7 * len(case.entries))):
            keys, answer = found[0]
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            told = f"{_short(' and '.join(keys))} is answered with {_short(answer)} by heart{more}"
            yield ChangeHit(one, Hit.at(case.place, told))


def _replaced(one: FileChange, old: SourceFile, new: SourceFile) -> Iterator[ChangeHit]:
    """Name the functions that worked their answer out, and know one number or sentence instead."""
    worked = computed(old)
    for symbol, answer in constant_answers(new).items():
        if symbol in worked and _weight(new.text(answer)) >= 1 and new.line(answer.start_byte) in one.added:
            told = f"`{symbol.rpartition('.')[2]}` answers {_short(new.text(answer))} whatever it is asked"
            yield ChangeHit(one, Hit.at(answer, told))


def _key(case: SpecialCase) -> tuple[object, ...]:
    return (case.entries,)


def _is_telling(change: Change, case: SpecialCase, entry: tuple[tuple[str, ...], str]) -> bool:
    """Return whether nobody knows such an answer for such an input, but from a test."""
    keys, answer = entry
    about = {part.lower() for part in _NAME_PART.findall(case.subject)}
    if _NOTHING.fullmatch(answer) or all(map(_NOTHING.fullmatch, keys)) or not about.isdisjoint(_COMPLAINTS):
        return False
    if any(map(_is_data, keys)) or (case.has_container and len(keys) > 1):
        return True
    if not about.isdisjoint(_NAMES):
        return False
    weight, weighs = sum(map(_weight, keys)), _weight(answer)
    if all(map(_number, keys)) and _number(answer):
        return weighs >= 1 and not _TRIVIAL.issuperset(map(_number, keys))
    if weighs >= 1 and (weight >= 2 or len(keys) > 1):
        return True
    if len(keys) > 1 and weight >= 2 and _number(answer):
        return True
    return weight >= 1 and weighs >= 1 and _is_in_test(change, keys, answer)


def _number(text: str) -> str:
    return text.replace("_", "") if _NUMBER.fullmatch(text) else ""


def _texts(code: str) -> list[str]:
    return [next((group for group in match.groups() if group is not None), "") for match in _TEXT.finditer(code)]


def _weight(code: str) -> float:
    """Return how much a literal tells: a word little, a sentence or a number of many digits much."""
    found = [_weight_of_text(text) for text in _texts(code)]
    bare = _TEXT.sub("", code)
    found += [_weight_of_number(number) for number in _NUMBER.findall(bare)]
    return max(found, default=0.0)


def _weight_of_text(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return _weight_of_number(text)
    if len(text) >= 8 and (" " in text or re.search(r"\d.*[^\w]|[^\w].*\d", text)):
        return 2.0
    return 1.0 if len(text) >= 5 and not text.isupper() else 0.5


def _weight_of_number(number: str) -> float:
    digits = re.sub(r"\D", "", number).strip("0")
    if number in _COMMON:
        return 0.0
    return 2.0 if len(digits) >= 3 else 1.0 if len(digits) == 2 else 0.0


def _is_data(code: str) -> bool:
    """Return whether a literal is what a program works on, and no name of anything: words, digits and signs mixed."""
    return any(_DATA.search(text) is not None for text in _texts(code))


def _is_in_test(change: Change, keys: Iterable[str], answer: str) -> bool:
    """Return whether one test of the change holds all literals of the input, and those of the answer."""
    wanted = [_core(one) for one in (*keys, *_parts(answer))]
    return all(wanted) and any(all(word in text for word in wanted) for text in change.once(_test_texts))


def _parts(answer: str) -> list[str]:
    return [*(match[0] for match in _TEXT.finditer(answer)), *_NUMBER.findall(_TEXT.sub("", answer))] or [answer]


def _core(literal: str) -> str:
    return (_texts(literal) or [literal])[0].lower()


def _test_texts(change: Change) -> list[str]:
    """Return the source of each test after the change, with its rows."""
    files = [one.new for one in change.files if one.new is not None]
    return [
        "\n".join([file.text(test.node), *test.parameters]).lower()
        for file in files
        for test in test_code.tests(file)
        if file.is_test or file.language == "rust"
    ]


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= 40 else f"{folded[:37]}..."


COPIED_EXPECTATION = ChangeRule(
    name="copied-expectation",
    level="error",
    languages=LANGUAGES,
    why="The test passes, and every input that it does not hold gets a wrong answer.",
    ways=(
        "mend the computation, until it gives the answer by itself",
        "if the input is special in itself, say why in the code",
    ),
    check=check,
)
