"""Reads what Java tests assert: JUnit, TestNG, AssertJ, Truth, Hamcrest, Mockito, Spring's andExpect, helpers.

It does not ask which test they belong to: `java_methods` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.infix_conditions import Frame, asks, conditions
from learnagent.lint.test_code.java_chains import chained
from learnagent.lint.test_code.model import EXACT, Assertion, Kind
from learnagent.lint.test_code.places import calls_named, first_child, folded, stands_alone
from learnagent.lint.test_code.sides import Side, compared, in_order, made, side

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = lazy_pattern(
    rb"(?<!\w)(assert\w*|(?:check|verify|verifies|expect|should|ensure|fail)(?:[A-Z_]\w*)?|andExpect|then|untilAsserted|"
    rb"statusCode|inOrder|awaitUntil\w*|validate)(?=\s*\()"
)
_TYPED = lazy_pattern(rb"\bassert\s")
_EQUAL = frozenset(
    "assertEquals assertSame assertArrayEquals assertIterableEquals assertLinesMatch assertEqualsNoOrder"
    " assertJsonEquals assertXmlEquals".split()
)
_UNEQUAL = frozenset({"assertNotEquals", "assertNotSame", "assertArrayNotEquals"})
_RAISES = frozenset({"assertThrows", "assertThrowsExactly", "expectThrows", "assertThatThrownBy", "expect"})
_MESSAGE_FIRST = lazy_pattern(rb"import\s+(?:static\s+)?(?:org\.junit\.Assert|junit\.framework)\b")
_MATCHERS: dict[str, Kind] = {
    "is": "equal",
    "not": "equal",
    "equalTo": "equal",
    "sameInstance": "equal",
    "nullValue": "equal",
    "notNullValue": "not_none",
    "instanceOf": "instance",
    "isA": "instance",
    "closeTo": "close",
}


def read(file: SourceFile) -> list[Assertion]:
    """Return all assertions of a file, in no order."""
    message_first = _MESSAGE_FIRST.search(file.content) is not None
    found: list[Assertion] = []
    for name, call in calls_named(file, _NAMES):
        if call.type == "method_invocation" and _ends_with(file, call, name):
            found += _call(file, name, call, message_first=message_first)
    for match in _TYPED.finditer(file.content):
        node = file.root.descendant_for_byte_range(match.start(), match.start() + 6)
        statement = node.parent if node is not None and node.type == "assert" else None
        asked = first_child(statement) if statement is not None else None
        if statement is not None and asked is not None:
            found += conditions(file, asked, Frame(statement))
    return found


def _ends_with(file: SourceFile, call: Node, name: str) -> bool:
    return file.text(call.child_by_field_name("name")) == name


def arguments(file: SourceFile, call: Node) -> list[Node]:
    """Return the arguments of a call."""
    found = file.arguments(call)
    return [child for child in found.named_children if "comment" not in child.type] if found is not None else []


def _call(file: SourceFile, name: str, call: Node, *, message_first: bool) -> Iterator[Assertion]:
    given = arguments(file, call)
    if name.startswith(("assertThat", "assertWithMessage", "expectThat")) or (
        name == "then" and call.child_by_field_name("object") is None
    ):
        yield from _that(file, name, call, given)
    elif name in _RAISES and given:
        yield _raised(file, name, call, given)
    elif name in {"assertTrue", "assertFalse"} and given:
        asked = given[-1] if len(given) > 1 and given[0].type == "string_literal" else given[0]
        yield from conditions(file, asked, Frame(call, name == "assertFalse", name))
    elif name in {"assertNull", "assertNotNull"} and given:
        asked = given[-1] if len(given) > 1 and given[0].type == "string_literal" else given[0]
        to = Side("null", is_literal=True) if name == "assertNull" else ""
        yield made(call, "equal" if to else "not_none", side(file, asked), to, callee=name)
    elif name in _EQUAL | _UNEQUAL and len(given) > 1:
        yield _equal(file, name, call, given, message_first=message_first)
    elif name == "assertInstanceOf" and len(given) > 1:
        yield made(call, "instance", side(file, given[1]), side(file, given[0]), callee=name)
    elif name == "verify":
        yield _verified(file, call, given)
    elif name.startswith("assert") or (name != "then" and stands_alone(call)):
        yield made(call, "other", callee=name)


def _equal(file: SourceFile, name: str, call: Node, given: list[Node], *, message_first: bool) -> Assertion:
    sides = [side(file, one) for one in given]
    is_text = given[0].type == "string_literal"
    if len(given) > 2 and (message_first or not _is_message(given[-1])) and (is_text or len(given) > 3):
        sides = sides[1:]
    elif len(given) > 2 and _is_message(given[-1]):
        sides = sides[:-1]
    if name in _UNEQUAL:
        return compared(call, "!=", sides[1], sides[0], callee=name)
    if len(sides) > 2:
        of, to = in_order(sides[1], sides[0])
        return made(call, "close", of, to, tolerance=sides[2].text, callee=name)
    return compared(call, "==", sides[1], sides[0], callee=name)


def _is_message(node: Node) -> bool:
    """Return whether a last argument is the words of a failure: a string, a sum of strings, a lambda that makes one."""
    if node.type == "binary_expression":
        return any(_is_message(child) for child in node.named_children)
    return node.type in {"string_literal", "lambda_expression", "text_block"}


def _raised(file: SourceFile, name: str, call: Node, given: list[Node]) -> Assertion:
    kinds = [folded(file, one).removesuffix(".class") for one in given if one.type == "class_literal"]
    code = next((folded(file, one) for one in given if one.type in {"lambda_expression", "method_reference"}), "")
    return made(call, "raises", code, raised=kinds[0] if kinds else "", callee=name)


def _verified(file: SourceFile, call: Node, given: list[Node]) -> Assertion:
    """Read verify(mock).method(arguments)."""
    above = call.parent
    if above is None or above.type != "method_invocation" or not given:
        return made(call, "called" if given else "other", callee="verify")
    called = file.text(above.child_by_field_name("name"))
    to = folded(file, file.arguments(above))[1:-1]
    mode = folded(file, given[1]) if len(given) > 1 else ""
    is_negated = mode.endswith(("never()", "times(0)"))
    subject = f"{folded(file, given[0])}.{called}"
    return made(above, "called", subject, to, strength=EXACT, is_negated=is_negated, callee="verify")


def _that(file: SourceFile, name: str, call: Node, given: list[Node]) -> Iterator[Assertion]:
    """Read assertThat(x).isEqualTo(y), assertThat(x, is(y)), assertThatThrownBy(code).isInstanceOf(X.class)."""
    if len(given) > 1:
        yield _hamcrest(file, name, call, given[-2:])
        return
    found = list(chained(file, call, given[0] if given else None))
    if len(found) == 1 and found[0].expected in {"true", "false"} and given and asks(file, given[0]):
        one = found[0]
        yield from conditions(file, given[0], Frame(one.node, one.expected == "false", one.callee))
    else:
        yield from found


def _hamcrest(file: SourceFile, name: str, call: Node, given: list[Node]) -> Assertion:
    matcher = given[1]
    is_negated = False
    while matcher.type == "method_invocation":
        asked, inner = file.text(matcher.child_by_field_name("name")), arguments(file, matcher)
        is_negated ^= asked == "not"
        if asked not in {"is", "not"} or len(inner) != 1 or inner[0].type != "method_invocation":
            break
        matcher = inner[0]
    if matcher.type != "method_invocation":
        return made(call, "other", side(file, given[0]), callee=name)
    kind = _MATCHERS.get(asked, "other")
    first = side(file, inner[0]) if inner else Side("null" if asked == "nullValue" else "", is_literal=True)
    if kind == "equal":
        return compared(call, "!=" if is_negated else "==", side(file, given[0]), first, callee=asked)
    if kind == "close":
        width = folded(file, inner[1]) if len(inner) > 1 else ""
        return made(call, "close", side(file, given[0]), first, tolerance=width, is_negated=is_negated, callee=asked)
    if kind in {"not_none", "instance"}:
        return made(call, kind, side(file, given[0]), first if inner else "", is_negated=is_negated, callee=asked)
    if re.match(r"(?:contains|has|startsWith|endsWith|containsString)", asked):
        return made(call, "contains", side(file, given[0]), first, is_negated=is_negated, callee=asked)
    if re.match(r"(?:greater|less)Than", asked):
        return made(call, "compare", side(file, given[0]), first, is_negated=is_negated, callee=asked)
    return made(call, "other", side(file, given[0]), first, is_negated=is_negated, callee=asked)
