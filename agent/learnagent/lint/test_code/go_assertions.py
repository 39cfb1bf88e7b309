"""Reads what Go tests assert: an `if` that fails the test, testify, is, gomega, quicktest, helpers that take `t`.

Of `if got != want { t.Errorf(...) }` it reads the condition turned round: got == want must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.go_methods import GOMEGA, METHODS, OPERATORS
from learnagent.lint.test_code.infix_conditions import Frame, conditions
from learnagent.lint.test_code.model import EXACT, Assertion
from learnagent.lint.test_code.places import (
    call_at,
    calls_like,
    calls_of,
    first_child,
    folded,
    is_word_start,
    stands_alone,
    word_before,
)
from learnagent.lint.test_code.sides import Side, compared, in_order, made, side
from learnagent.lint.watched import CALLS

if TYPE_CHECKING:
    from tree_sitter import Node

SET_UP = lazy_pattern(
    r"^_*(?:[Nn]ew|[Ss]et_?[Uu]p|[Mm]ake|[Cc]reate|[Ss]tart|[Oo]pen|[Ll]oad|[Ii]nit|[Tt]e?mp|[Bb]uild|[Gg]et|mk|[Ww]ith|"
    r"[Tt]ear_?[Dd]own|[Cc]lean|[Mm]ust(?:New|Open|Parse))(?![a-z])"
    r"|^(?:Run|Parallel|Helper|Cleanup|T|TempDir|Setenv|Log\w*|Name|Failed|Context|Chdir)$"
)
"""Helpers that are given `t` to prepare, not to ask."""
_FAILS = ("Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow", "Fatalln", "panic")
_TESTING = lazy_pattern(rb"testing\.(?:T|B|F|TB)\b")
_OBJECTS = lazy_pattern(rb"=\s*(?:assert|require|is|qt|td|quicktest|NewWithT|gomega\.NewWithT)\.?(?:New\w*)?\(")
_RECEIVERS = lazy_pattern(rb"func\s*\(\s*(\w+)\s+\*?\w*(?:[sS]uite|[tT]ests?)\w*\s*\)")
_METHOD = rb"(?:\.(?:Require|Assert|assert|require|must|Must|is)(?:\(\w*\))?)?\.([A-Z]\w*)(?=\(|\[)"
_OF_OTHERS = lazy_pattern(rb"(?:Require|Assert)\(\w*\)\.([A-Z]\w*)(?=\(|\[)")
_FRAGMENTS = (
    *(b"Assert", b"assert", b"Expect", b"expect", b"Must", b"must", b"Require", b"require", b"Check", b"check"),
    *(b"Verify", b"verify", b"Should", b"should", b"Ensure", b"ensure"),
)
_BY_NAME = lazy_pattern(
    rb"(?:[aA]ssert|[eE]xpect|[mM]ust|[rR]equire|[cC]heck|[vV]erify|[sS]hould|[eE]nsure)(?:[A-Z]\w*)?"
)
_KNOWN = frozenset({b"assert", b"require", b"gomock", b"mock"})
_EXPECT = ("Expect", "\u03a9", "Eventually", "Consistently", "ExpectWithOffset")


def read(file: SourceFile) -> list[Assertion]:
    """Return all assertions of a file, in no order."""
    testing = file.once(testing_names)
    found: dict[int, list[Assertion]] = {}
    for name, call in calls_of(file, _FAILS):
        for one in _failure(file, name, call, testing):
            found.setdefault(one.node.start_byte, []).append(one)
    taken = set(found)
    several = [one for listed in found.values() for one in _unique(listed)]
    several += _methods(file, testing)
    several += [expected for _, call in calls_of(file, _EXPECT) if (expected := _gomega(file, call)) is not None]
    taken |= {one.node.start_byte for one in several}
    others = {one.node.start_byte: one for one in (*_helpers(file, testing), *_asked_by_name(file))}
    return several + [one for start, one in others.items() if start not in taken]


def testing_names(file: SourceFile) -> set[bytes]:
    """Return what the file calls its *testing.T."""
    content, found = file.content, {b"t"}
    for match in _TESTING.finditer(content):
        end = match.start()
        while end and content[end - 1] in b" \t*":
            end -= 1
        found.add(word_before(content, end))
    return found - {b""}


def _unique(listed: list[Assertion]) -> list[Assertion]:
    """Leave out what several failures in one `if` ask again."""
    return list({(one.node.id, one.kind, one.subject): one for one in listed}.values())


def _failure(file: SourceFile, name: str, call: Node, testing: set[bytes]) -> Iterator[Assertion]:
    """Read `if condition { t.Error() }` as the opposite of its condition; a failure elsewhere as `other`."""
    function = call.child_by_field_name("function")
    receiver = file.text(function.child_by_field_name("operand")) if function is not None else ""
    if name != "panic" and receiver.encode() not in testing and not receiver.endswith((".T()", "log")):
        return
    statement, is_else = _if_around(call)
    condition = statement.child_by_field_name("condition") if statement is not None else None
    if statement is None or condition is None:
        yield made(call, "other", callee=name)
        return
    values = _initialised(file, statement)
    for one in conditions(file, condition, Frame(condition, is_negated=not is_else, callee=name)):
        yield _resolved(one, values)


def _if_around(call: Node) -> tuple[Node | None, bool]:
    """Return the `if` whose branch a call stands in directly, and whether that is the else branch."""
    node, above = call, call.parent
    while above is not None and above.type in {"expression_statement", "statement_list", "block"}:
        node, above = above, above.parent
    if above is None or above.type != "if_statement":
        return None, False
    return above, above.child_by_field_name("alternative") == node


def _initialised(file: SourceFile, statement: Node) -> dict[str, Side]:
    """Return what names stand for in `if got, want := f(2), 3; got != want`."""
    start = statement.child_by_field_name("initializer")
    if start is None or start.type != "short_var_declaration":
        return {}
    left, right = start.child_by_field_name("left"), start.child_by_field_name("right")
    if left is None or right is None or left.named_child_count != right.named_child_count:
        return {}
    pairs = zip(left.named_children, right.named_children, strict=True)
    return {file.text(name): side(file, value) for name, value in pairs}


def _resolved(one: Assertion, values: dict[str, Side]) -> Assertion:
    subject, expected = values.get(one.subject), values.get(one.expected)
    if subject is not None and (found := re.match(r"(?:\w+\.)*[dD]iff\((.*)\)$", subject.text)):
        parts = [part.strip() for part in found[1].split(",")][:2]
        if len(parts) == 2:
            of, to = in_order(Side(parts[1]), Side(parts[0]))
            return one._replace(
                kind="equal", strength=EXACT, subject=of.text, expected=to.text, expected_is_literal=False
            )
    if subject is not None:
        one = one._replace(subject=subject.text)
    if expected is not None:
        one = one._replace(expected=expected.text, expected_is_literal=expected.is_literal)
    return one


def _methods(file: SourceFile, testing: set[bytes]) -> Iterator[Assertion]:
    """Read assert.Equal(t, a, b), s.Require().NoError(err), is.Equal(a, b), c.Assert(a, Equals, b)."""
    content = file.content
    objects = {b"assert", b"require", b"is", b"must"} | {match[1] for match in _RECEIVERS.finditer(content)}
    for match in _OBJECTS.finditer(content):
        before = re.search(rb"(\w+)\s*:?$", content[max(0, match.start() - 60) : match.start()])
        objects |= {before[1]} if before else set()
    seen: set[int] = set()
    for name, start, end in _calls_on(content, objects):
        node = file.root.descendant_for_byte_range(start, end)
        while node is not None and node.type != "call_expression":
            node = node.parent
        if node is not None and node.id not in seen:
            seen.add(node.id)
            yield from _asked(file, name, node, testing)


def _calls_on(content: bytes, objects: set[bytes]) -> Iterator[tuple[str, int, int]]:
    """Yield the assertion methods that are called on some objects, or on what Require() and Assert() return."""
    for word in sorted(objects):
        if word + b"." in content:
            for match in re.finditer(re.escape(word) + _METHOD, content):
                if match[1].decode() in METHODS and is_word_start(content, match.start()):
                    yield match[1].decode(), match.start(1), match.end(1)
    for match in _OF_OTHERS.finditer(content):
        if match[1].decode() in METHODS:
            yield match[1].decode(), match.start(1), match.end(1)


def _asked(file: SourceFile, name: str, call: Node, testing: set[bytes]) -> Iterator[Assertion]:
    """Read `assert.True(t, a > b)` as the question that it holds, and any other call as its name says."""
    nodes = _given(file, call, testing)
    is_truth = METHODS[name] in {("equal", "true"), ("equal", "false")}
    if is_truth and nodes and nodes[0].type in {"binary_expression", "unary_expression", "parenthesized_expression"}:
        yield from conditions(file, nodes[0], Frame(call, is_negated=METHODS[name][1] == "false", callee=name))
    else:
        yield _method(file, name, call, nodes)


def _given(file: SourceFile, call: Node, testing: set[bytes]) -> list[Node]:
    arguments = file.arguments(call)
    nodes = [one for one in arguments.named_children if one.type != "comment"] if arguments is not None else []
    if nodes and (file.text(nodes[0]).encode() in testing or file.text(nodes[0]).endswith(".T()")):
        return nodes[1:]
    return nodes


def _method(file: SourceFile, name: str, call: Node, nodes: list[Node]) -> Assertion:
    given = [side(file, one) for one in nodes]
    kind, literal = METHODS[name]
    if not given or kind == "other":
        return made(call, "other", callee=name)
    if len(given) > 2 and name in {"Assert", "Check"}:
        return _checked(call, given, name)
    if literal:
        return made(call, kind, given[0], Side(literal, is_literal=True), callee=name)
    if len(given) < 2 or kind in {"truth", "not_none"}:
        return made(call, kind, given[0], callee=name)
    if name in OPERATORS:
        return compared(call, OPERATORS[name], given[0], given[1], callee=name)
    return _two_sided(call, name, given)


def _two_sided(call: Node, name: str, given: list[Side]) -> Assertion:
    kind = METHODS[name][0]
    is_negated = name.startswith("Not") and kind not in {"not_equal", "not_none"}
    if name.startswith(("InDelta", "InEpsilon", "WithinDuration")):
        of, to = in_order(given[1], given[0])
        tolerance = given[2].text if len(given) > 2 else ""
        return made(call, "close", of, to, tolerance=tolerance, callee=name)
    if kind == "equal" and name not in {"Len", "Lenf", "HasLen"}:
        of, to = in_order(given[1], given[0])
        return made(call, kind, of, to, callee=name)
    if kind == "equal":
        return made(call, kind, f"len({given[0].text})", given[1], callee=name)
    if kind == "not_equal":
        return made(call, kind, given[1], given[0], callee=name)
    if kind == "raises":
        return made(call, kind, given[0], raised=given[1].text, callee=name)
    if kind in {"instance", "matches"}:
        return made(call, kind, given[1], given[0], is_negated=is_negated, callee=name)
    return made(call, kind, given[0], given[1], is_negated=is_negated, callee=name)


def _checked(call: Node, given: list[Side], name: str) -> Assertion:
    """Read c.Assert(got, Equals, want) of gocheck and quicktest."""
    asked = given[1].text.rpartition(".")[2]
    kind = METHODS.get(asked, ("other", ""))[0]
    return made(call, kind if kind != "other" or "qual" not in asked else "equal", given[0], given[2], callee=name)


def _gomega(file: SourceFile, call: Node) -> Assertion | None:
    """Read Expect(x).To(Equal(y)); one without To asks nothing."""
    above = call.parent.parent if call.parent is not None else None
    arguments = file.arguments(call)
    if above is None or above.type != "call_expression" or arguments is None or call.parent is None:
        return None
    verb = file.text(call.parent.child_by_field_name("field"))
    if not re.match(r"^(?:To|ToNot|NotTo|Should|ShouldNot)$", verb):
        return made(above, "other", callee=verb)
    given = file.arguments(above)
    matcher = first_child(given) if given is not None else None
    asked = re.match(r"(?:\w+\.)?(\w+)\((.*)\)$", folded(file, matcher), re.S)
    kind, literal = GOMEGA.get(asked[1], ("other", "")) if asked else ("other", "")
    values = file.arguments(matcher) if matcher is not None and asked else None
    first = side(file, first_child(values)) if values is not None and values.named_child_count else Side("")
    expected = Side(literal, is_literal=True) if literal else first
    subject = side(file, first_child(arguments))
    return made(above, kind, subject, expected, is_negated="Not" in verb, callee=asked[1] if asked else verb)


def _helpers(file: SourceFile, testing: set[bytes]) -> Iterator[Assertion]:
    """Read calls that are handed `t`: they fail the test themselves."""
    content = file.content
    words = [re.escape(name) for name in sorted(testing)] + [rb"\w+\.T\(\)"]
    for word in words:
        for match in re.finditer(rb"\(\s*%s\s*(?=[,)])" % word, content):
            end = match.start()
            if end and content[end - 1] == ord("]"):
                end = content.rfind(b"[", 0, end)
            name = word_before(content, end)
            start = end - len(name)
            is_known = content[start - 1 : start] == b"." and word_before(content, start - 1) in _KNOWN
            if not name or is_known or SET_UP.match(name.decode("utf-8", "replace")):
                continue
            call = call_at(file, start, end, CALLS["go"])
            if call is not None and call.parent is not None and call.parent.type != "function_declaration":
                yield made(call, "other", callee=name.decode("utf-8", "replace"))


def _asked_by_name(file: SourceFile) -> Iterator[Assertion]:
    """Read methods that say that they ask: runner.ExpectHasIssue(...), c.mustParse(...), b.AssertFile(...)."""
    for name, call in calls_like(file, _FRAGMENTS, _BY_NAME):
        function = call.child_by_field_name("function")
        if function is not None and function.type == "selector_expression" and stands_alone(call):
            yield made(call, "other", callee=name)
