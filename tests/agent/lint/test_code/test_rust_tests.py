from __future__ import annotations

import pytest

from learnagent.lint import test_code
from learnagent.lint.source_file import parse_file


def _read(code: str) -> list[test_code.TestFunction]:
    file = parse_file("src/a.rs", code.encode())
    assert file is not None
    return test_code.tests(file)


@pytest.mark.parametrize("mark", ["#[test]", "#[tokio::test]", "#[rstest]", '#[tokio::test(flavor = "multi_thread")]'])
def test_an_attribute_makes_a_test_in_a_product_file_too(mark: str) -> None:
    code = f"fn a() {{}}\n#[cfg(test)]\nmod tests {{\n    {mark}\n    /// words\n    fn b() {{}}\n}}\n"

    assert [test.qualified for test in _read(code)] == ["tests.b"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assert_eq!(f(1, 2), vec![1, 2]);", [("equal", "f(1, 2)", "vec![1, 2]")]),
        ('assert_eq!(3, x, "three {}", x);', [("equal", "x", "3")]),
        ("assert_ne!(x, 3);", [("not_equal", "x", "3")]),
        ("assert!(x > 3);", [("compare", "x", "> 3")]),
        ("assert!(a == 1 && b == 2);", [("equal", "a", "1"), ("equal", "b", "2")]),
        ("assert!(x.is_some());", [("not_none", "x", "")]),
        ("assert!(x.is_none());", [("equal", "x", "None")]),
        ("assert!(!x.is_empty());", [("truth", "x", "")]),
        ("assert!(x.is_err());", [("raises", "x", "")]),
        ("assert!(matches!(x, Some(3)));", [("matches", "x", "Some(3)")]),
        ("assert!((x - 3.0).abs() < 0.1);", [("close", "x", "3.0")]),
        ('assert!(x.contains("a"));', [("contains", "x", '"a"')]),
        ("insta::assert_snapshot!(x);", [("snapshot", "x", "")]),
        ('panic!("no");', [("other", "", "")]),
        ('println!("assert!(true)");', []),
    ],
)
def test_macros_are_read_off_the_text(body: str, expected: list[tuple[str, str, str]]) -> None:
    (test,) = _read(f"#[test]\nfn a() {{ {body} }}\n")

    assert [(one.kind, one.subject, one.expected) for one in test.assertions] == expected


def test_should_panic_is_an_assertion_and_ignore_a_skip() -> None:
    (test,) = _read('#[test]\n#[ignore = "slow"]\n#[should_panic(expected = "no")]\nfn a() { f(); }\n')

    assert [(one.kind, one.match) for one in test.assertions] == [("raises", '"no"')]
    assert test.skip is not None
    assert (test.skip.is_conditional, test.skip.reason) == (False, "slow")


def test_rows_of_rstest_are_listed() -> None:
    code = "#[rstest]\n#[case(1, 2)]\n#[case(3, 4)]\nfn a(#[case] x: u32) {}\n"

    assert _read(code)[0].parameters == ("1, 2", "3, 4")
