"""What the assertion methods of Go's libraries ask: tables, and nothing that reads."""

from __future__ import annotations

from collections.abc import Mapping

from learnagent.lint.test_code.model import Kind


def _table(kinds: Mapping[tuple[Kind, str], str]) -> dict[str, tuple[Kind, str]]:
    found: dict[str, tuple[Kind, str]] = {}
    for kind, names in kinds.items():
        for name in names.split():
            found[name] = found[f"{name}f"] = kind
    return found


METHODS: Mapping[str, tuple[Kind, str]] = _table(
    {
        ("equal", ""): "Equal EqualValues Exactly Same ElementsMatch JSONEq YAMLEq Len DeepEqual DeepEquals Equals"
        " EqualError HasLen EqualExportedValues HTTPStatusCode ErrorEqual CmpEquals CmpDeeply Cmp",
        ("equal", "nil"): "Nil NoError NoErr IsNil NilError",
        ("equal", "true"): "True IsTrue",
        ("equal", "false"): "False IsFalse",
        ("equal", "0"): "Zero Empty IsEmpty",
        ("not_equal", ""): "NotEqual NotEqualValues NotSame",
        ("not_none", ""): "NotNil NotZero IsNotNil",
        ("truth", ""): "NotEmpty",
        ("raises", ""): "Error ErrorIs ErrorAs ErrorContains Err ErrorMatches ErrorType NotErrorIs",
        ("contains", ""): "Contains NotContains Subset NotSubset HTTPBodyContains ContainsAll",
        ("compare", ""): "Greater GreaterOrEqual Less LessOrEqual Positive Negative IsIncreasing IsDecreasing"
        " WithinRange",
        ("close", ""): "InDelta InEpsilon WithinDuration InDeltaSlice InDeltaMapValues InEpsilonSlice",
        ("matches", ""): "Regexp NotRegexp Matches",
        ("instance", ""): "IsType Implements",
        ("snapshot", ""): "Golden MatchSnapshot",
        (
            "other",
            "",
        ): "Fail FailNow Panics PanicsWithValue PanicsWithError NotPanics Eventually Never Condition FileExists"
        " DirExists NoFileExists EventuallyWithT Assert Check AssertExpectations AssertCalled AssertNotCalled"
        " AssertNumberOfCalls Should Must True_ Comparison",
    }
)
"""Kind and, where the name holds it, the expected value."""
OPERATORS: Mapping[str, str] = {
    "Greater": ">",
    "GreaterOrEqual": ">=",
    "Less": "<",
    "LessOrEqual": "<=",
}
GOMEGA: Mapping[str, tuple[Kind, str]] = {
    **dict.fromkeys(
        "Equal BeEquivalentTo BeIdenticalTo HaveLen ConsistOf MatchJSON HaveExactElements".split(), ("equal", "")
    ),
    **dict.fromkeys(
        "ContainElement ContainElements ContainSubstring HaveKey HavePrefix HaveSuffix".split(), ("contains", "")
    ),
    **dict.fromkeys("MatchError HaveOccurred Panic".split(), ("raises", "")),
    "BeNil": ("equal", "nil"),
    "Succeed": ("equal", "nil"),
    "BeTrue": ("equal", "true"),
    "BeFalse": ("equal", "false"),
    "BeZero": ("equal", "0"),
    "BeEmpty": ("equal", "0"),
    "BeNumerically": ("compare", ""),
    "MatchRegexp": ("matches", ""),
    "BeAssignableToTypeOf": ("instance", ""),
}
