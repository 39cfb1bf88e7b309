from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "always-equal"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "class A:\n    def __eq__(self, other):\n        return isinstance(other, A)\n"),
        (
            "a.py",
            "class A:\n    def __eq__(self, o):\n        if self is o:\n            return True\n        return 0\n",
        ),
        ("a.py", "class A:\n    def __eq__(self, other):\n        return False\n"),
        ("a.py", "class A:\n    def is_equal(self):\n        return True\n"),
        ("tests/helper.py", "class Anything:\n    def __eq__(self, other):\n        return True\n"),
        ("a.js", "class A {\n  equals(other) { return this.x === other.x; }\n}\n"),
        ("a.js", "memo(Row, () => true);\n"),
        ("A.java", "class A { public boolean equals(Object o) { return o instanceof A; } }\n"),
        ("a.rs", "struct Unit;\nimpl PartialEq for Unit {\n    fn eq(&self, _: &Self) -> bool { true }\n}\n"),
        (
            "a.rs",
            "impl PartialEq for A {\n    fn eq(&self, o: &A) -> bool { match self { B => true, _ => o.is_b() } }\n}\n",
        ),
        ("a.cpp", "struct Empty {};\nbool operator==(Empty, Empty) { return true; }\n"),
        ("a.kt", "class A {\n  override fun equals(other: Any?): Boolean = other is A\n}\n"),
    ],
)
def test_an_equality_that_compares_or_has_nothing_to_compare_is_fine(path: str, code: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "class A:\n    def __eq__(self, other):\n        return True\n"),
        ("a.py", "class A:\n    def __ne__(self, other):\n        return False\n"),
        ("a.py", "class A(str):\n    __eq__ = lambda self, other: True\n"),
        ("a.py", "\nResult.__eq__ = lambda self, other: True\n"),
        ("a.py", "\nsetattr(Result, '__eq__', lambda self, other: True)\n"),
        (
            "a.py",
            "class A:\n    def __eq__(self, other):\n        if other:\n            return True\n        return True\n",
        ),
        ("a.js", "class A {\n  equals(other) { return true; }\n}\n"),
        ("a.ts", "class A {\n  isEqual(other: A): boolean { return true; }\n}\n"),
        ("a.ts", "\nexport const deepEqual = (a: unknown, b: unknown) => true;\n"),
        ("A.java", "class A {\n  @Override public boolean equals(Object o) { return true; }\n}\n"),
        ("A.cs", "class A {\n  public override bool Equals(object o) => true;\n}\n"),
        ("A.cs", "class A {\n  public static bool operator ==(A a, A b) { return true; }\n}\n"),
        ("A.cs", "class A {\n  public static bool operator !=(A a, A b) { return false; }\n}\n"),
        ("a.kt", "class A {\n  override fun equals(other: Any?): Boolean = true\n}\n"),
        ("a.kt", "class A {\n  override fun equals(other: Any?): Boolean { return true }\n}\n"),
        ("a.cpp", "struct A { int x;\n  bool operator==(const A& o) const { return true; }\n};\n"),
        ("a.rs", "impl PartialEq for A {\n    fn eq(&self, other: &Self) -> bool { true }\n}\n"),
        ("a.rs", "impl PartialEq for A {\n    fn ne(&self, other: &Self) -> bool { return false; }\n}\n"),
    ],
)
def test_an_equality_that_always_holds_is_a_finding(path: str, code: str) -> None:
    assert lines(code, path, rule=RULE) == [2]


@pytest.mark.parametrize("path", ["a.py", "a.js", "A.java", "A.cs", "a.kt", "a.cpp", "a.rs"])
def test_broken_code_is_no_crash(path: str) -> None:
    code = "class A { def __eq__(self equals( fn eq( operator== { return true\n"

    assert findings(code, path, rule=RULE) is not None
