from __future__ import annotations

import pytest

from learnagent.lint import test_code
from learnagent.lint.source_file import parse_file


def _read(code: str) -> list[test_code.TestFunction]:
    file = parse_file("src/test/java/ATest.java", code.encode())
    assert file is not None
    return test_code.tests(file)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("class ATest { @Test void a() {} void b() {} }", ["ATest.a"]),
        ("class ATest { @ParameterizedTest void a(int x) {} }", ["ATest.a"]),
        ("class ATest { @Nested class B { @Test void a() {} } }", ["ATest.B.a"]),
        ("class ATest extends TestCase { public void testA() {} }", ["ATest.testA"]),
        ("class A { public void testA() {} }", []),
    ],
)
def test_annotations_make_tests(code: str, names: list[str]) -> None:
    assert [test.qualified for test in _read(code)] == names


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assertEquals(3, f(x));", [("equal", "f(x)", "3")]),
        ('assertEquals("three", 3, f(x));', [("equal", "f(x)", "3")]),
        ('assertEquals(3, f(x), "three");', [("equal", "f(x)", "3")]),
        ("assertEquals(3.0, f(x), 0.1);", [("close", "f(x)", "3.0")]),
        ("assertNotNull(x);", [("not_none", "x", "")]),
        ("assertTrue(x.equals(y));", [("equal", "x", "y")]),
        ("assertTrue(x instanceof A);", [("instance", "x", "A")]),
        ("assertThat(x).isEqualTo(3);", [("equal", "x", "3")]),
        ("assertThat(x).isNotNull().hasSize(3);", [("not_none", "x", ""), ("equal", "x.size()", "3")]),
        ("assertThat(x, is(3));", [("equal", "x", "3")]),
        ("assertThat(x, not(3));", [("not_equal", "x", "3")]),
        ("verify(mock).send(1);", [("called", "mock.send", "1")]),
        ("assert x == 3;", [("equal", "x", "3")]),
        ("assertThat(x == 3);", []),
        ("fail();", [("other", "", "")]),
    ],
)
def test_assertions_are_read_alike_however_written(body: str, expected: list[tuple[str, str, str]]) -> None:
    (test,) = _read(f"class ATest {{ @Test void a() {{ {body} }} }}")

    assert [(one.kind, one.subject, one.expected) for one in test.assertions] == expected


@pytest.mark.parametrize(
    ("method", "raised"),
    [
        ("@Test(expected = E.class) public void a() { f(); }", "E"),
        ("@Test void a() { assertThrows(E.class, () -> f()); }", "E"),
        ("@Test void a() { assertThatThrownBy(() -> f()).isInstanceOf(E.class); }", "E"),
        ("@Test void a() { assertThatExceptionOfType(E.class).isThrownBy(() -> f()); }", "E"),
    ],
)
def test_expected_errors_tell_their_type(method: str, raised: str) -> None:
    (test,) = _read(f"class ATest {{ {method} }}")

    assert [(one.kind, one.raised) for one in test.assertions] == [("raises", raised)]


@pytest.mark.parametrize(
    ("mark", "is_conditional", "reason"),
    [
        ('@Disabled("why")', False, "why"),
        ("@Ignore", False, ""),
        ("@EnabledOnOs(OS.LINUX)", True, ""),
    ],
)
def test_skips_tell_condition_and_reason(mark: str, is_conditional: bool, reason: str) -> None:
    (test,) = _read(f"class ATest {{ {mark} @Test void a() {{}} }}")

    assert test.skip is not None
    assert (test.skip.is_conditional, test.skip.reason) == (is_conditional, reason)


def test_rows_are_listed() -> None:
    code = 'class ATest { @ParameterizedTest @CsvSource({"1,2", "3,4"}) void a(int x, int y) {} }'

    assert _read(code)[0].parameters == ('"1,2"', '"3,4"')
