"""Reads chains of AssertJ and Truth: each of `assertThat(x).isNotNull().hasSize(3)` is an assertion of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import CLOSE, EXACT, Assertion, Kind
from learnagent.lint.test_code.places import folded
from learnagent.lint.test_code.sides import NOT_EMPTY, Side, compared, made, side

if TYPE_CHECKING:
    from tree_sitter import Node


def _table(kinds: Mapping[Kind, str]) -> dict[str, Kind]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}


_KINDS: Mapping[str, Kind] = _table(
    {
        "equal": "isEqualTo isSameAs isSameInstanceAs containsExactly containsExactlyInAnyOrder hasSize hasToString"
        " isEqualByComparingTo isEqualToIgnoringCase containsExactlyElementsIn hasValue hasLength containsOnly"
        " isEqualToComparingFieldByField containsExactlyEntriesOf hasMessage hasContent isEqualToIgnoringWhitespace"
        " containsExactlyInAnyOrderElementsOf containsExactlyElementsOf isEqualToNormalizingNewlines",
        "not_equal": "isNotEqualTo isNotSameAs",
        "not_none": "isNotNull",
        "truth": "isNotEmpty isPresent isNotBlank",
        "instance": "isInstanceOf isExactlyInstanceOf isInstanceOfAny hasNoNullFieldsOrProperties",
        "compare": "isGreaterThan isGreaterThanOrEqualTo isLessThan isLessThanOrEqualTo isBetween isAfter isBefore"
        " isPositive isNegative isAtLeast isAtMost hasSizeGreaterThan isStrictlyBetween isNotNegative isNotZero"
        " hasSizeGreaterThanOrEqualTo hasSizeLessThan",
        "contains": "contains containsKey containsEntry containsValue startsWith endsWith doesNotContain containsAll"
        " containsKeys containsIgnoringCase containsSubsequence containsSequence isIn isNotIn containsAnyOf"
        " doesNotContainKey containsAtLeast containsOnlyKeys isSubsetOf"
        " containsEntries",
        "matches": "matches containsPattern hasMessageMatching",
        "close": "isCloseTo isWithin",
        "raises": "isThrownBy hasCauseInstanceOf hasRootCauseInstanceOf hasCauseExactlyInstanceOf",
        "snapshot": "matchesSnapshot toMatchSnapshot",
        "other": "allMatch anyMatch noneMatch allSatisfy anySatisfy satisfies satisfiesExactly doesNotThrowAnyException"
        " isRegularFile exists doesNotExist isDirectory hasNoViolations isSorted"
        " succeedsWithin hasFieldOrPropertyWithValue isValid doesNotThrow hasSameSizeAs hasStatus isOk hasErrors is"
        " has isDone isCompleted isEqualToIgnoringNewLines doesNotHaveDuplicates isNotInstanceOf",
    }
)
_VALUES = {"isNull": "null", "isTrue": "true", "isFalse": "false", "isEmpty": "[]", "isZero": "0", "isNaN": "NaN"}
_OPERATORS = {
    "isGreaterThan": ">",
    "isGreaterThanOrEqualTo": ">=",
    "isLessThan": "<",
    "isLessThanOrEqualTo": "<=",
    "isAtLeast": ">=",
    "isAtMost": "<=",
}
_SIZES = {"hasSize": "==", "hasLength": "==", "hasSizeGreaterThan": ">", "hasSizeGreaterThanOrEqualTo": ">="}
_ASKS = lazy_pattern(
    r"^(?:is|has|contains|does|starts|ends|matches|all|any|none|satisf|fails|succeeds|accepts|rejects)(?:[A-Z]|$)"
)
_EXCEPTION = lazy_pattern(r"^assertThat(\w+Exception)$")


def chained(file: SourceFile, call: Node, subject: Node | None) -> Iterator[Assertion]:
    """Yield what stands behind `assertThat(subject)`, or behind the code that must raise."""
    name = file.text(call.child_by_field_name("name"))
    known, of_type = _EXCEPTION.match(name), name == "assertThatExceptionOfType"
    raised = known[1] if known else folded(file, subject).removesuffix(".class") if of_type else ""
    is_raising = bool(raised) or name in {"assertThatThrownBy", "assertThatCode"}
    examined = side(file, subject) if not raised else Side("")
    node, above = call, call.parent
    while above is not None and above.type == "method_invocation" and above.child_by_field_name("object") == node:
        found = _link(file, above, examined, is_raising=is_raising)
        if found is not None and found.kind == "raises" and raised:
            found = made(above, "raises", found.subject, raised=raised, callee=found.callee)
        if found is not None:
            yield found
        node, above = above, above.parent


def _link(file: SourceFile, call: Node, examined: Side, *, is_raising: bool) -> Assertion | None:
    name = file.text(call.child_by_field_name("name"))
    found = file.arguments(call)
    given = [side(file, one) for one in found.named_children] if found is not None else []
    first = given[0] if given else Side("")
    if is_raising and name in {"isInstanceOf", "isExactlyInstanceOf", "isThrownBy", "isInstanceOfAny"}:
        raised = "" if name == "isThrownBy" else first.text.removesuffix(".class")
        return made(call, "raises", examined if raised else first, raised=raised, callee=name)
    if name.startswith(("hasMessage", "withMessage")):
        is_whole = name in {"hasMessage", "withMessage"}
        return made(call, "matches", examined, first, strength=EXACT if is_whole else CLOSE, callee=name)
    if name in _VALUES:
        return made(call, "equal", examined, Side(_VALUES[name], is_literal=True), callee=name)
    if name in _SIZES:
        return compared(call, _SIZES[name], Side(f"{examined.text}.size()"), first, callee=name)
    if name in _OPERATORS:
        return compared(call, _OPERATORS[name], examined, first, callee=name)
    return _known(call, name, examined, given)


def _known(call: Node, name: str, examined: Side, given: list[Side]) -> Assertion | None:
    kind, first = _KINDS.get(name), given[0] if given else Side("")
    if kind is None:
        return made(call, "other", examined, callee=name) if _ASKS.match(name) else None
    if kind == "not_equal":
        return compared(call, "!=", examined, first, callee=name)
    if kind == "close" or (kind == "equal" and len(given) > 1 and re.search(r"(?:within|offset)\(", given[1].text)):
        width = given[1].text if len(given) > 1 else ""
        return made(call, "close", examined, first, tolerance=width, callee=name)
    if kind == "truth":
        return made(call, kind, examined, NOT_EMPTY, callee=name)
    to = Side(", ".join(one.text for one in given), all(one.is_literal for one in given)) if given else first
    if kind == "instance":
        to = Side(to.text.removesuffix(".class"))
    return made(call, kind, examined, to, is_negated=name.startswith(("doesNot", "isNotIn")), callee=name)
