"""What the matchers of JavaScript's assertion libraries ask: tables, and nothing that reads.

jest, vitest, chai, should, jest-dom and playwright by their matchers; node:assert, chai's assert, ava, tap, QUnit and
Deno's by the methods of `assert` or `t`.
"""

from __future__ import annotations

from collections.abc import Mapping

from learnagent.lint.test_code.model import Kind


def _table(kinds: Mapping[Kind, str]) -> dict[str, Kind]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}


MATCHERS: Mapping[str, Kind] = _table(
    {
        "equal": "toBe toEqual toStrictEqual equal equals eql eq eqls lengthOf length toHaveLength toHaveCount"
        " toHaveText toHaveValue toHaveTitle toHaveURL toEqualTypeOf toHaveReturnedWith",
        "close": "toBeCloseTo closeTo approximately",
        "compare": "toBeGreaterThan toBeGreaterThanOrEqual toBeLessThan toBeLessThanOrEqual above gt greaterThan least"
        " gte below lt lessThan most lte within toBeWithin",
        "contains": "toContain toContainEqual toMatchObject toHaveProperty include includes contain contains members"
        " property keys key toHaveTextContent toContainText toHaveClass toHaveAttribute oneOf string"
        " toContainHTML containSubset ownProperty startWith endWith containEql toHaveStyle",
        "matches": "toMatch match matches",
        "instance": "toBeInstanceOf instanceof instanceOf a an toBeTypeOf toBeArray toBeString toBeFunction toBeObject"
        " toBeNumber toBeBoolean",
        "raises": "toThrow toThrowError throw throws Throw rejectedWith rejected toThrowErrorMatchingSnapshot"
        " toThrowErrorMatchingInlineSnapshot throwError",
        "called": "toHaveBeenCalled toHaveBeenCalledTimes toHaveBeenCalledWith toHaveBeenLastCalledWith toBeCalled"
        " toHaveBeenNthCalledWith toBeCalledTimes toBeCalledWith toHaveBeenCalledOnce lastCalledWith called"
        " calledOnce calledWith calledOnceWith calledTwice calledWithExactly callCount calledOnceWithExactly"
        " toHaveBeenCalledOnceWith toHaveBeenCalledExactlyOnceWith calledWithMatch notCalled calledThrice",
        "snapshot": "toMatchSnapshot toMatchInlineSnapshot toMatchImageSnapshot toMatchFileSnapshot toMatchAriaSnapshot"
        " toHaveScreenshot toMatchSpecificSnapshot matchSnapshot",
        "not_none": "toBeDefined exist",
        "truth": "toBeTruthy ok toBeFalsy",
    }
)
"""After `expect(x)` or `x.should`, negation left out."""

LITERALS: Mapping[str, str] = {
    "toBeNull": "null",
    "toBeUndefined": "undefined",
    "toBeNaN": "NaN",
    "null": "null",
    "undefined": "undefined",
    "true": "true",
    "false": "false",
    "True": "true",
    "False": "false",
    "NaN": "NaN",
    "toBeTrue": "true",
    "toBeFalse": "false",
    "isNull": "null",
    "isUndefined": "undefined",
    "isTrue": "true",
    "isFalse": "false",
    "isNaN": "NaN",
}
"""Matchers that stand for an equality with a value."""

OPERATORS: Mapping[str, str] = {
    **dict.fromkeys(("toBeGreaterThan", "above", "gt", "greaterThan", "isAbove", "assertGreater"), ">"),
    **dict.fromkeys(("toBeGreaterThanOrEqual", "least", "gte", "isAtLeast", "greaterOrEqual"), ">="),
    **dict.fromkeys(("toBeLessThan", "below", "lt", "lessThan", "isBelow", "less"), "<"),
    **dict.fromkeys(("toBeLessThanOrEqual", "most", "lte", "isAtMost", "lessOrEqual"), "<="),
}
"""Comparisons, by matcher and by method of assert."""

METHODS: Mapping[str, Kind] = _table(
    {
        "equal": "equal equals strictEqual strictEquals deepEqual deepStrictEqual deepEquals is same strictSame"
        " lengthOf sameMembers sameDeepMembers sameOrderedMembers isEqual eq propEqual sameDeepOrderedMembers",
        "not_equal": "notEqual notEquals notStrictEqual notDeepEqual notDeepStrictEqual not isNot notSame"
        " notStrictEquals notPropEqual",
        "truth": "ok isOk truthy true assert notOk falsy false isNotOk",
        "not_none": "exists isDefined isNotNull exist isNotNil isNotUndefined",
        "instance": "instanceOf isInstanceOf isArray isString isObject isFunction isNumber isBoolean typeOf type",
        "compare": "isAbove isAtLeast isBelow isAtMost greater greaterOrEqual less lessOrEqual",
        "contains": "include includes deepInclude property hasAllKeys hasAnyKeys propertyVal like stringIncludes"
        " objectMatch arrayIncludes stringContains has partialDeepStrictEqual oneOf notInclude nestedProperty"
        " containsAllKeys hasProp",
        "matches": "match matches regex doesNotMatch notRegex notMatch",
        "raises": "throws rejects throwsAsync isRejected",
        "called": "called calledOnce calledWith calledTwice calledOnceWithExactly calledWithExactly calledWithMatch"
        " callCount notCalled callOrder calledThrice calledOnceWithMatch neverCalledWith alwaysCalledWith",
        "close": "closeTo approximately almostEquals almostEqual",
        "snapshot": "snapshot matchSnapshot fileSnapshot",
        "other": "fail failed ifError error doesNotThrow doesNotReject notThrows notThrowsAsync resolves unreachable"
        " rejection isEmpty isNotEmpty isFulfilled notCallsFake isNull isTrue isFalse isUndefined isNaN"
        " sameProps step verifySteps async true_ isSealed isFrozen isExtensible",
    }
)
"""Methods of assert, or of ava's and tap's `t`, that are given the examined value first; what they negate too."""

NEGATED = frozenset(
    "toBeFalsy notOk falsy isNotOk false doesNotMatch notRegex notMatch notInclude notCalled neverCalledWith".split()
)
NO_ASSERTION = frozenset("assertions hasAssertions plan pass extend addSnapshotSerializer objectContaining any".split())
"""Methods of `expect` and `t` that ask nothing."""
EXACT_CALLED = frozenset(
    name
    for name, kind in {**MATCHERS, **METHODS}.items()
    if kind == "called" and name.endswith(("With", "Exactly", "Times", "Match", "Once", "callCount", "Twice"))
)
"""Questions about calls that look at the arguments, or the number."""
