"""Finds expected values that a test changed although nothing that it puts in changed, in assertions and in tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.comparison.pairs import PlacedTest, TestPair, question
from learnagent.lint.comparison.row_changes import row_changes
from learnagent.lint.comparison.subjects import same_subject
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.code_words import is_literal_word, words_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion
from learnagent.lint.test_code import tests as tests_in
from learnagent.lint.test_code.places import folded

if TYPE_CHECKING:
    from tree_sitter import Node

_COMPARED = frozenset({"equal", "close", "contains", "matches", "called", "raises", "snapshot"})
_CONSTANT = lazy_pattern(
    rb"^(?:(?:export|pub|private|public|static|final|const|let|var|[A-Z]\w*(?:<[^>\n]*>)?(?:\[\])?)\s+)*"
    rb"(\w*(?:[Ee]xpect|EXPECT|[Gg]olden|GOLDEN|[Ww]ant|WANT)\w*)\s*(?:[:=]|string\b|int\b)",
    re.M,
)
_KEYED = lazy_pattern(r"^\W*(?:want\w*|exp\w*|output|result|should\w*|ok|valid)\s*[:=]\s*", re.IGNORECASE)
_LITERAL = lazy_pattern(
    r"(?:[\s\[\](){}:,.-]|&|b?\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|\b\d[\w.]*\b|\b(?:true|false|nil|null|None|True|False)\b)+"
)
_OPERATORS = lazy_pattern(r"<<|>>|\*|\+|/|%|\||(?<=[\w)]) - ")
_INTERPOLATED = lazy_pattern(r"\b[rR]?[fF][\"']|\$\{")
_CONSTANTS = frozenset("True False None true false null nil undefined".split())
_FAILURE = lazy_pattern(r"\b\w+\.(?:Error|Fatal|Log|Skip|Print)(?:f|ln)?\([^\n]*")
"""The words of a failure are no input."""
_QUOTED = lazy_pattern(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")


@dataclass(frozen=True, slots=True)
class Expectation:
    """An expected value that is another now."""

    old: str
    new: str
    place: Node
    """In the file after."""


def changed_expectations(pair: TestPair) -> Iterator[Expectation]:
    """Yield what a test expects otherwise while its input stayed; nothing where the input changed."""
    if inputs(pair.old) != inputs(pair.new) or _around(pair.old.file) != _around(pair.new.file):
        return
    yield from _in_assertions(pair)
    yield from _in_rows(pair)


def inputs(placed: PlacedTest) -> Counter[str]:
    """Return the values that a test puts in: those outside its assertions and tables, and those of the subjects."""
    file, body = placed.file, placed.test.body
    if body is None:
        return Counter()
    found = Counter(word for word in _outside(placed, body) if is_literal_word(word))
    for one in placed.test.assertions:
        found.update(word for word in words_of(one.subject, file.language) if is_literal_word(word))
    for row in placed.test.parameters:
        found -= Counter(words_of(row, file.language))
    return found


def _outside(placed: PlacedTest, body: Node) -> Iterator[str]:
    """Yield the words of a body outside of its assertions, its docstring and what it says when it fails."""
    content = bytearray(placed.file.content[body.start_byte : body.end_byte])
    places = [(body.start_byte, _behind_docstring(body))]
    places += [(one.node.start_byte, one.node.end_byte) for one in placed.test.assertions]
    places += [(node.start_byte, node.end_byte) for node in _expected_values(placed).values()]
    places += [(one.start_byte, one.end_byte) for one in placed.file.comments]
    for start, end in places:
        if body.start_byte <= start < end <= body.end_byte:
            content[start - body.start_byte : end - body.start_byte] = b" " * (end - start)
    text = _FAILURE.sub("", content.decode("utf-8", "replace"))
    yield from words_of(text, placed.file.language)


def _behind_docstring(body: Node) -> int:
    first = next(iter(body.named_children), None)
    is_docstring = first is not None and first.type == "expression_statement" and _is_string(first)
    return first.end_byte if first is not None and is_docstring else body.start_byte


def _is_string(statement: Node) -> bool:
    return [child.type for child in statement.named_children] in (["string"], ["concatenated_string"])


def _around(file: SourceFile) -> Counter[str]:
    """Return the values of a file outside of its tests: fixtures, constants, helpers."""
    return file.once(_read_around)


def _read_around(file: SourceFile) -> Counter[str]:
    if not file.is_test:
        return Counter()
    content = bytearray(file.content)
    whole = [node.parent if _is_decorated(node) else node for node in (test.node for test in tests_in(file))]
    for node in [*whole, *file.comments, *expected_constants(file).values()]:
        if node is not None:
            content[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
    found = words_of(content.decode("utf-8", "replace"), file.language)
    return Counter(word for word in found if is_literal_word(word))


def _is_decorated(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "decorated_definition"


def changed_constants(old: SourceFile, new: SourceFile) -> Iterator[Expectation]:
    """Yield the constants of a file named as expected that hold another value now, nothing else around them changed."""
    before, after = expected_constants(old), expected_constants(new)
    if _around(old) != _around(new):
        return
    for name in before.keys() & after.keys():
        texts = [folded(file, nodes[name]) for file, nodes in ((old, before), (new, after))]
        if _differ_in_literals(old.language, *texts):
            yield Expectation(texts[0], texts[1], after[name])


def expected_constants(file: SourceFile) -> dict[str, Node]:
    """Return the values of the names outside of tests that say that they are expected: `EXPECTED_ROWS`, `golden`."""
    return file.once(_read_constants)


def _read_constants(file: SourceFile) -> dict[str, Node]:
    found = {}
    for match in _CONSTANT.finditer(file.content):
        node = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        above = node.parent if node is not None else None
        value = above.child_by_field_name("right") or above.child_by_field_name("value") if above is not None else None
        if value is not None and value.start_byte > match.end(1):
            found[match[1].decode()] = value
    return found


def _expected_values(placed: PlacedTest) -> dict[str, Node]:
    """Return the local names that assertions expect, with their values; names that are put in as well are left out."""
    expected = {one.expected for one in placed.test.assertions if one.expected in placed.local_values}
    put_in = {name for one in placed.test.assertions for name in re.findall(r"\w+", one.subject)}
    return {name: placed.local_values[name] for name in expected - put_in}


def _answers(placed: PlacedTest) -> list[tuple[Assertion, Node]]:
    """Return the assertions, each question once, names expected replaced by their values, and where these stand."""
    values = _expected_values(placed)
    found: dict[object, tuple[Assertion, Node]] = {}
    for one in placed.test.assertions:
        node = values.get(one.expected)
        written = one if node is None else one._replace(expected=folded(placed.file, node))
        found.setdefault(question(placed.file, written), (written, node or one.node))
    return list(found.values())


def _in_assertions(pair: TestPair) -> Iterator[Expectation]:
    """Pair lost and gained questions about the same; what was only moved or written otherwise is left out."""
    old, new = (_answers(placed) for placed in (pair.old, pair.new))
    known, now = ({question(pair.old.file, one) for one, _ in side} for side in (old, new))
    lost = [one for one, _ in old if question(pair.old.file, one) not in now]
    free = [(one, node) for one, node in new if question(pair.new.file, one) not in known]
    for one in list(lost):
        same = next((other for other in free if _is_rewritten(pair, one, other[0])), None)
        if same is not None:
            lost.remove(one)
            free.remove(same)
    found = []
    for one in lost:
        partner = next((other for other in free if _is_other_answer(pair, one, other[0])), None)
        if partner is not None:
            free.remove(partner)
            found.append(Expectation(_answer(one), _answer(partner[0]), partner[1]))
    if Counter(one.old for one in found) != Counter(one.new for one in found):
        yield from found


def _is_rewritten(pair: TestPair, lost: Assertion, one: Assertion) -> bool:
    if (
        lost.kind != one.kind
        or lost.is_negated != one.is_negated
        or not _is_same_value(pair.old.file.language, lost.expected, one.expected)
    ):
        return False
    return lost.raised == one.raised and _is_same_value(pair.old.file.language, lost.match, one.match)


def _is_other_answer(pair: TestPair, lost: Assertion, one: Assertion) -> bool:
    """Return whether two assertions ask the same and differ in a written-out answer."""
    if lost.kind != one.kind:
        return False
    if lost.kind == "raises":
        is_same = lost.raised == one.raised and lost.subject == one.subject
        return (
            is_same
            and bool(lost.match and one.match)
            and not _is_same_value(pair.old.file.language, lost.match, one.match)
        )
    if not same_subject(pair.old, lost, pair.new, one):
        return False
    if lost.is_negated != one.is_negated:
        return lost.expected == one.expected
    return lost.kind in _COMPARED and _differ_in_literals(pair.old.file.language, lost.expected, one.expected)


def _differ_in_literals(language: str, old: str, new: str) -> bool:
    """Return whether two expected values are alike but for literals: `Decimal("30.00")`, `Decimal("36.00")`."""
    names, other_names = ([word for word in words_of(text, language) if not _is_plain(word)] for text in (old, new))
    is_computed = any(_OPERATORS.search(_QUOTED.sub("", text)) or _INTERPOLATED.search(text) for text in (old, new))
    return names == other_names and not is_computed and not _is_same_value(language, old, new)


def _is_plain(word: str) -> bool:
    return is_literal_word(word) or word in _CONSTANTS


def _answer(one: Assertion) -> str:
    said = one.match or one.expected or "so"
    return f"not {said}" if one.is_negated else said


def _is_same_value(language: str, old: str, new: str) -> bool:
    """Return whether two literals are written differently only."""
    return [_plain(word) for word in words_of(old, language)] == [
        _plain(word) for word in words_of(new, language)
    ] and (_QUOTED.sub("", old).count("-") == _QUOTED.sub("", new).count("-"))


def _plain(word: str) -> str:
    if word[0].isdigit():
        return str(float(int(word, 0)) if word.isdigit() or word[:2] in {"0x", "0b", "0o"} else _number(word))
    return word.replace("\\", "").replace(" ", "")


def _number(word: str) -> float | str:
    return float(word) if re.fullmatch(r"[\d.]+(?:e[+-]?\d+)?", word) else word


def _in_rows(pair: TestPair) -> Iterator[Expectation]:
    """Yield the rows whose last value, or one named as expected, is another while the rest is the same."""
    if len(pair.old.test.parameters) != len(pair.new.test.parameters):
        return
    for row in row_changes(pair):
        if not row.new:
            continue
        old, new = (_elements(text) for text in (row.old, row.new))
        if len(old) != len(new) or len(old) < 2:
            continue
        differing = [i for i in range(len(old)) if not _is_same_value(pair.old.file.language, old[i], new[i])]
        if differing and all(_is_expected(old, i) and _LITERAL.fullmatch(_value(new[i])) for i in differing):
            yield Expectation(
                ", ".join(old[i] for i in differing), ", ".join(new[i] for i in differing), pair.new.test.name_node
            )


def _is_expected(elements: list[str], index: int) -> bool:
    is_last = index == len(elements) - 1 and not re.match(r"\W*\w+\s*[:=]", elements[index])
    return (is_last or _KEYED.match(elements[index]) is not None) and _LITERAL.fullmatch(
        _value(elements[index])
    ) is not None


def _value(element: str) -> str:
    return re.sub(r"^\W*[A-Za-z_]\w*\s*[:=]\s*", "", element)


def _elements(row: str) -> list[str]:
    """Return the parts of a row between its commas."""
    inner = re.sub(r"^[\w.&*\[\]]*\s*[({\[]|[)}\]]$", "", row.strip())
    parts, depth, start = [], 0, 0
    for match in re.finditer(rf"{_QUOTED.pattern}|[(\[{{]|[)\]}}]|,", inner):
        sign = match[0]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(inner[start : match.start()].strip())
            start = match.end()
    last = inner[start:].strip()
    return [*parts, last] if last else parts
