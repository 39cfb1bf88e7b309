"""What a test is, as rules see it: its place, its assertions, whether it is skipped. It reads and judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

Kind = Literal[
    "equal",  # ==, is, toBe, toEqual, assertEquals, assert_eq!, reflect.DeepEqual; `x is None` too
    "not_equal",  # != and its kin; "is not None" is not_none
    "truth",  # assert x, assertTrue(x), toBeTruthy, assert!(x); also len(x) > 0
    "not_none",  # is not None, toBeDefined, not.toBeNull, assertNotNull
    "instance",  # isinstance, toBeInstanceOf, type(x) is T, typeof x === 't'
    "compare",  # < <= > >=
    "contains",  # in, toContain, toMatchObject, startswith, toHaveProperty
    "raises",  # pytest.raises, toThrow, assertThrows, #[should_panic], expected = X.class
    "close",  # approx, toBeCloseTo, assertEquals with a delta, abs(a - b) < eps
    "matches",  # regular expressions
    "called",  # mock.assert_called_with, toHaveBeenCalled, verify(mock).f()
    "snapshot",
    "other",  # a helper, a failure raised by hand, a question that none of these names
]
"""What an assertion asks."""

EXACT, CLOSE, PARTLY, WEAK, NONE = 5, 4, 3, 2, 0
"""Strengths: a value; a value within a tolerance; an order, a part, a pattern; that it is there; nothing."""

STRENGTHS: dict[Kind, int] = {
    "equal": EXACT,
    "snapshot": EXACT,
    "close": CLOSE,
    "raises": CLOSE,
    "other": CLOSE,
    "called": PARTLY,
    "not_equal": PARTLY,
    "compare": PARTLY,
    "contains": PARTLY,
    "matches": PARTLY,
    "instance": WEAK,
    "not_none": WEAK,
    "truth": WEAK,
}
"""By kind; a reader that knows better says so. `other` is trusted: compare it with nothing."""


class Assertion(NamedTuple):
    """One question that a test asks and fails by.

    A tuple, since a suite has thousands to a megabyte and making a frozen dataclass takes three times as long.
    """

    node: Node
    """The statement, the call, or the part of it joined by `and`; of a chain the outermost call."""
    kind: Kind
    strength: int
    """EXACT > CLOSE > PARTLY > WEAK."""
    subject: str = ""
    """What is examined: its source, white space folded. Of `raises` the code that must raise, where it is told."""
    expected: str = ""
    """What it must be, as source; empty where the question holds it (`is not None`); of len(x) > 0 `not empty`."""
    expected_is_literal: bool = False
    """Whether `expected` is written out: a literal, or a container of such."""
    tolerance: str = ""
    """Of `close`: the width, as written (`abs=0.1`, `places=3`, `0.5`); empty for the default."""
    raised: str = ""
    """Of `raises`: the type or types, as written; empty for any."""
    match: str = ""
    """Of `raises`: the text or pattern that the error must hold, as written."""
    is_negated: bool = False
    """`not`, `.not`, assertFalse, assert_not_called."""
    callee: str = ""
    """The call it is written with, last part (`assertEqual`, `toBe`, `check_row`); empty for an assert statement."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a test does not run, or may fail."""

    node: Node
    """The decorator, attribute, annotation, call or `return`; a decorator of the class serves all its tests."""
    kind: Literal["skip", "xfail", "todo", "return"]
    """`return`: the body is left before its end, on its top level."""
    is_conditional: bool
    """Whether it depends on something: a platform, a dependency, a flag, an `if` around it."""
    reason: str = ""
    """The words given, without quotes; empty for none."""


@dataclass(frozen=True, slots=True)
class TestFunction:
    """One test."""

    __test__: ClassVar[bool] = False  # pytest would take this class for a test where a test imports it

    name: str
    """Of the function; of a JavaScript test its title, as written without quotes."""
    qualified: str
    """With the classes, modules or describes around it, joined by `.` (titles by ` > `)."""
    node: Node
    """The definition without decorators; in JavaScript the call of `it` or `test`."""
    name_node: Node
    """Identifier, or the title."""
    body: Node | None
    """Its block; the expression of an arrow function without one; None for a test without code."""
    assertions: tuple[Assertion, ...]
    """In the order of the text, those of nested functions and sub-tests included."""
    skip: Skip | None = None
    """What skips it, an unconditional one first."""
    is_focused: bool = False
    """Whether it, or a group around it, keeps all others from running."""
    parameters: tuple[str, ...] = ()
    """Source of each row of parametrize, each, a table, a sub-test's name; empty where they are not listed."""
    is_collected: bool = True
    """Whether the runner takes it, by its name and the class around it; the file's name is not asked."""
