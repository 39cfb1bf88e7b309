from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "unread-error"


def found(body: str, *, signature: str = "func run() error") -> list[int]:
    return lines(f"package app\n\n{signature} {{\n{body}\n}}\n", "app.go", rule=RULE)


@pytest.mark.parametrize(
    "body",
    [
        "a, err := f()\nif err != nil {\nreturn err\n}\nb, err := g()\nreturn err",
        "err := f()\nreturn err",
        "err := f()\nif err := g(); err != nil {\nreturn err\n}\nreturn err",
        "var err error\nif fast {\nerr = f()\n} else {\nerr = g()\n}\nreturn err",
        "var err error\nfor i := 0; i < 3 && err == nil; i++ {\nerr = f()\n}\nreturn nil",
        "var err error\ndefer func() {\nlog(err)\n}()\nerr = f()\nreturn nil",
        "var err error\nonce.Do(func() {\nerr = f()\n})\nreturn err",
        "defer handle(&err)\nerr = f()\nreturn nil",
        "err := f()\nerr = wrap(err)\nreturn err",
        "for {\nerr = f()\nif done {\nbreak\n}\n}\nreturn err",
    ],
)
def test_an_error_that_somebody_reads_is_fine(body: str) -> None:
    assert found(body) == []


def test_a_named_result_is_read_by_any_return() -> None:
    assert found("n, err = f()\nreturn", signature="func run() (n int, err error)") == []


def test_a_variable_that_no_call_sets_is_fine() -> None:
    assert found("err := base\nerr = other\nreturn err") == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("a, err := f()\nb, err := g()\nif err != nil {\nreturn err\n}\nreturn use(a, b)", 4),
        ("a, err := f()\nif err != nil {\nreturn err\n}\n_, err = g(a)\nreturn nil", 8),
        ("err := f()\nif err != nil {\nreturn err\n}\nif ready {\nerr = g()\n}\nreturn nil", 9),
        ("for range xs {\nv, err := f()\nw, err := g(v)\nif err != nil {\nreturn err\n}\nuse(w)\n}\nreturn nil", 5),
    ],
)
def test_an_error_that_is_overwritten_or_left_is_a_finding(body: str, line: int) -> None:
    assert found(body) == [line]


def test_broken_code_is_no_crash() -> None:
    assert findings("package a\nfunc f( {\n err := g(\n err = \n", "app.go", rule=RULE) == []
