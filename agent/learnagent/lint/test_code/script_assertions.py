"""Reads what tests in JavaScript and TypeScript assert: expect chains, chai's should, assert and `t`, helpers.

It does not ask which test they belong to: `script_functions` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.infix_conditions import Frame, asks, conditions
from learnagent.lint.test_code.model import CLOSE, EXACT, Assertion
from learnagent.lint.test_code.places import is_word_start, stands_alone, words_like
from learnagent.lint.test_code.script_chain import Step, arguments, chain
from learnagent.lint.test_code.script_matchers import (
    EXACT_CALLED,
    LITERALS,
    MATCHERS,
    METHODS,
    NEGATED,
    NO_ASSERTION,
    OPERATORS,
)
from learnagent.lint.test_code.sides import Side, compared, in_order, made, side

if TYPE_CHECKING:
    from tree_sitter import Node

_REST = lazy_pattern(rb"[\w$]*(?=\s*[(.<!?])")
_FRAGMENTS = (b"expect", b"assert", b"should", b"check", b"verif", b"ensure", b"fail", b"find", b"get")
_HEADS = lazy_pattern(
    rb"_?(?:(?:expect|assert)[\w$]*|(?:should|check|verify|verifies|ensure|fail)(?:[A-Z_][\w$]*)?)|(?:find|get)(?:All)?By\w+"
)
_OF_T = lazy_pattern(rb"t\.(\w+)(?=\s*\()")
_THROW = lazy_pattern(rb"throw(?=\s)")
_VALUES = lazy_pattern(r"^(?:expect\.|\w+\.)?(?:objectContaining|arrayContaining|stringContaining|stringMatching)\(")
_ANY = lazy_pattern(r"^(?:expect\.|\w+\.)?(any|anything)\(")
_PROPERTIES = frozenset(
    "ok exist empty arguments fulfilled rejected finite called calledOnce calledTwice calledThrice"
    " notCalled sealed frozen extensible".split()
)
_FOLLOW_UPS = frozenset({"then", "catch", "finally", "and", "end", "with", "because", "timeout"})


def read(file: SourceFile) -> list[Assertion]:
    """Return all assertions of a file, in no order, each once."""
    found: dict[int, list[Assertion]] = {}
    for start, end, reader in _places(file):
        node = file.root.descendant_for_byte_range(start, end)
        for one in reader(file, node) if node is not None else ():
            found.setdefault(one.node.id, []).append(one)
    return [one for several in found.values() for one in several]


_Reader = Callable[[SourceFile, "Node"], Iterator[Assertion]]


def _places(file: SourceFile) -> Iterator[tuple[int, int, _Reader]]:
    """Yield the names that assertions begin with, and what reads them."""
    for start, end, word in words_like(file, _FRAGMENTS, _HEADS, _REST):
        yield start, end, _query if word.startswith((b"find", b"get")) else _named
    for match in _OF_T.finditer(file.content):
        if is_word_start(file.content, match.start()):
            yield match.start(1), match.end(1), _of_t
    for match in _THROW.finditer(file.content):
        if is_word_start(file.content, match.start()):
            yield match.start(), match.end(), _thrown


def _named(file: SourceFile, node: Node) -> Iterator[Assertion]:
    if node.type not in {"identifier", "property_identifier"} or file.text(node) in NO_ASSERTION:
        return
    steps = chain(file, node)
    name = steps[0].name
    is_member = node.type == "property_identifier"
    if name == "expect":
        yield from _expect(file, steps, is_member=is_member)
    elif name == "should":
        yield from _should(file, node, steps, is_member=is_member)
    elif name == "assert" and (steps[0].call is not None or len(steps) > 1):
        yield from _assert(file, steps)
    elif (
        name.startswith("assert")
        and steps[0].call is not None
        and _method_name(name) in METHODS
        and name != "assertType"
    ):
        yield from _method(file, _method_name(name), steps[0].call)
    elif steps[0].call is not None and (name.startswith(("assert", "expect")) or stands_alone(steps[-1].node)):
        yield made(steps[-1].node, "other", callee=name)


def _method_name(name: str) -> str:
    """Return assertEquals as equals, assertStrictEquals as strictEquals."""
    rest = name.removeprefix("assert")
    return rest[:1].lower() + rest[1:]


def _expect(file: SourceFile, steps: list[Step], *, is_member: bool) -> Iterator[Assertion]:
    """Read expect(x).not.toBe(y), expect.soft(x).toBe(y), expect(x).to.be.true, request(app).get().expect(200)."""
    if steps[0].call is None:
        if len(steps) > 1 and steps[1].name in {"fail", "unreachable"}:
            yield made(steps[-1].node, "other", callee=steps[1].name)
        if len(steps) < 2 or steps[1].call is None or steps[1].name in NO_ASSERTION:
            return
        steps = steps[1:]
    elif is_member and not any(step.name in MATCHERS or step.name in LITERALS for step in steps[1:]):
        yield made(steps[0].node, "other", strength=EXACT, callee="expect")
        return
    given = arguments(steps[0].call)
    yield from _matched(file, given[0] if given else None, steps[1:])


def _should(file: SourceFile, node: Node, steps: list[Step], *, is_member: bool) -> Iterator[Assertion]:
    """Read x.should.equal(y), should(x).equal(y), should.exist(x), cy.get(...).should('be.visible')."""
    if not is_member:
        given = arguments(steps[0].call)
        if given:
            yield from _matched(file, given[0], steps[1:])
        elif len(steps) > 1 and steps[1].call is not None:
            yield from _method(file, steps[1].name, steps[1].call)
    elif steps[0].call is not None:
        yield made(steps[0].node, "other", callee="should")
    elif node.parent is not None:
        yield from _matched(file, node.parent.child_by_field_name("object"), steps[1:])


def _matched(file: SourceFile, subject: Node | None, steps: list[Step]) -> Iterator[Assertion]:
    """Read what stands behind the examined value: the last matcher tells."""
    while len(steps) > 1 and steps[-1].name in _FOLLOW_UPS and steps[-1].name not in MATCHERS:
        steps = steps[:-1]
    names = [step.name for step in steps]
    if not names or (steps[-1].call is None and not _is_property(names[-1])):
        return
    is_negated = "not" in names or "never" in names
    last = steps[-1]
    if last.name == "length" and last.call is None:
        return
    yield from _matcher(file, subject, last, is_negated=is_negated, is_rejected="rejects" in names)


def _is_property(name: str) -> bool:
    """Return whether a matcher needs no call; `expect(x).toBeTruthy` without one asks nothing."""
    return not name.startswith("to") and (name in LITERALS or name in _PROPERTIES)


def _matcher(
    file: SourceFile, subject: Node | None, step: Step, *, is_negated: bool, is_rejected: bool
) -> Iterator[Assertion]:
    name, node, given = step.name, step.node, [side(file, one) for one in arguments(step.call)]
    examined, first = side(file, subject), given[0] if given else Side("")
    kind = "equal" if name in LITERALS else MATCHERS.get(name, "other")
    if name in LITERALS:
        first = Side(LITERALS[name], is_literal=True)
    if kind == "raises" or is_rejected:
        is_value = kind not in {"raises", "instance"}
        yield _raised(node, examined, given or [first], name, is_negated=is_negated, is_value=is_value)
    elif subject is not None and _wants_truth(file, kind, name, first, subject):
        is_false = is_negated ^ (name == "toBeFalsy" or first.text == "false")
        yield from conditions(file, subject, Frame(node, is_false, name))
    elif kind == "equal":
        yield _equal(node, examined, first, name, is_negated=is_negated)
    elif kind == "compare" and name in OPERATORS:
        yield compared(node, OPERATORS[name], examined, first, is_negated=is_negated, callee=name)
    elif kind == "close":
        tolerance = given[1].text if len(given) > 1 else ""
        if tolerance and name == "toBeCloseTo":
            tolerance = f"places={tolerance}"
        yield made(node, kind, examined, first, tolerance=tolerance, is_negated=is_negated, callee=name)
    elif kind == "not_none" and is_negated:
        yield made(node, "equal", examined, Side("undefined", is_literal=True), callee=name)
    else:
        strength = EXACT if name in EXACT_CALLED and not is_negated else 0
        to = Side(", ".join(one.text for one in given), all(one.is_literal for one in given)) if given else first
        negated = is_negated ^ (name in NEGATED)
        yield made(node, kind, examined, to, strength=strength, is_negated=negated, callee=name)


def _wants_truth(file: SourceFile, kind: str, name: str, expected: Side, subject: Node) -> bool:
    """Return whether it is the examined expression that asks: expect(a === b).toBe(true)."""
    is_truth = kind == "truth" or (kind == "equal" and expected.text in {"true", "false"})
    return is_truth and name != "exist" and asks(file, subject)


def _equal(node: Node, examined: Side, expected: Side, name: str, *, is_negated: bool) -> Assertion:
    if name in {"toHaveLength", "lengthOf", "length", "toHaveCount"}:
        examined = Side(f"{examined.text}.length")
    if is_negated:
        return compared(node, "!=", examined, expected, callee=name)
    if _ANY.match(expected.text):
        return made(node, "not_none" if "anything" in expected.text else "instance", examined, expected, callee=name)
    if _VALUES.match(expected.text):
        return made(node, "contains", examined, expected, callee=name)
    if examined.text.startswith("typeof ") and expected.text.strip("\"'") != "undefined":
        return made(node, "instance", examined.text.removeprefix("typeof "), expected, callee=name)
    return made(node, "equal", examined, expected, callee=name)


def _raised(
    node: Node, examined: Side, given: list[Side], name: str, *, is_negated: bool, is_value: bool = False
) -> Assertion:
    """Read the type and the message that are expected; a second one is the message of the first."""
    first = given[0]
    is_text = is_value or first.is_literal or first.text.startswith(("`", "/", "{"))
    match = first.text if is_text else given[1].text if len(given) > 1 else ""
    raised = "" if is_text else first.text
    return made(node, "raises", examined, raised=raised, match=match, is_negated=is_negated, callee=name)


def _assert(file: SourceFile, steps: list[Step]) -> Iterator[Assertion]:
    """Read assert(x), assert.equal(a, b), assert.strict.equal(a, b)."""
    step = steps[0] if steps[0].call is not None else next((one for one in steps if one.call is not None), None)
    if step is not None and step.call is not None and step.name not in NO_ASSERTION:
        yield from _method(file, step.name, step.call)


def _method(file: SourceFile, name: str, call: Node) -> Iterator[Assertion]:
    """Read a call that is given the examined value first, and what it must be."""
    nodes = arguments(call)
    given = [side(file, one) for one in nodes]
    kind = METHODS.get(name, "other")
    if not given or (kind == "other" and name not in LITERALS):
        yield made(call, "other", callee=name)
    elif name in LITERALS:
        yield from _literal(file, name, call, nodes[0])
    elif kind == "truth":
        yield from conditions(file, nodes[0], Frame(call, name in NEGATED, name))
    elif kind == "raises":
        told = given[1:] if len(given) < 3 or given[2].text.startswith("/") or b"chai" in file.content else given[1:2]
        yield _raised(call, given[0], told or [Side("")], name, is_negated=False)
    elif kind == "called":
        to = Side(", ".join(one.text for one in given[1:]))
        strength = EXACT if name in EXACT_CALLED else 0
        yield made(call, kind, given[0], to, strength=strength, is_negated=name in NEGATED, callee=name)
    else:
        yield _two_sided(call, name, given)


def _literal(file: SourceFile, name: str, call: Node, subject: Node) -> Iterator[Assertion]:
    value = LITERALS[name]
    if value in {"true", "false"} and asks(file, subject):
        yield from conditions(file, subject, Frame(call, value == "false", name))
    else:
        yield made(call, "equal", side(file, subject), Side(value, is_literal=True), callee=name)


def _two_sided(call: Node, name: str, given: list[Side]) -> Assertion:
    kind, second = METHODS[name], given[1] if len(given) > 1 else Side("")
    if kind == "equal" and name not in {"lengthOf"}:
        return _equal(call, *in_order(given[0], second), name, is_negated=False)
    if kind == "equal":
        return _equal(call, given[0], second, name, is_negated=False)
    if kind == "not_equal":
        return compared(call, "!=", given[0], second, callee=name)
    if kind == "compare" and name in OPERATORS:
        return compared(call, OPERATORS[name], given[0], second, callee=name)
    tolerance = given[2].text if kind == "close" and len(given) > 2 else ""
    return made(call, kind, given[0], second, tolerance=tolerance, is_negated=name in NEGATED, callee=name)


def _of_t(file: SourceFile, node: Node) -> Iterator[Assertion]:
    """Read t.is(a, b) of ava, tap, tape and node:test."""
    if node.type != "property_identifier":
        return
    step = chain(file, node)[0]
    if step.call is not None and step.name in METHODS and step.name not in NO_ASSERTION:
        yield from _method(file, step.name, step.call)


def _thrown(_file: SourceFile, node: Node) -> Iterator[Assertion]:
    """Read a failure raised by hand: a throw in a branch of the test."""
    above = node.parent
    if node.type != "throw" or above is None:
        return
    branch = above.parent
    while branch is not None and branch.type == "statement_block":
        branch = branch.parent
    if branch is not None and branch.type in {"if_statement", "else_clause", "switch_case", "try_statement"}:
        yield made(above, "other", callee="throw")


def _query(file: SourceFile, node: Node) -> Iterator[Assertion]:
    """Read `await screen.findByText(x)` as a statement of its own: testing-library's queries fail by themselves."""
    step = chain(file, node)[-1]
    above = step.node.parent
    while above is not None and above.type == "await_expression":
        above = above.parent
    if step.call is not None and above is not None and above.type == "expression_statement":
        yield made(step.node, "other", strength=CLOSE, callee=step.name)
