from __future__ import annotations

import pytest

from learnagent.lint import test_code
from learnagent.lint.source_file import parse_file


def _read(code: str) -> list[test_code.TestFunction]:
    file = parse_file("a_test.go", f"package a\n{code}\n".encode())
    assert file is not None
    return test_code.tests(file)


def _asserted(body: str) -> list[tuple[str, str, str]]:
    (test,) = _read(f"func TestA(t *testing.T) {{\n{body}\n}}")
    return [(one.kind, one.subject, one.expected) for one in test.assertions]


@pytest.mark.parametrize(
    ("code", "qualified", "is_collected"),
    [
        ("func TestA(t *testing.T) {}", "TestA", True),
        ("func BenchmarkA(b *testing.B) {}", "BenchmarkA", True),
        ("func ExampleA() {}", "ExampleA", True),
        ("func (s *Suite) TestA() {}", "Suite.TestA", True),
        ("func testA(t *testing.T) {}", "testA", False),
        ("func _TestA(t *testing.T) {}", "_TestA", False),
    ],
)
def test_tests_are_told_by_name_and_parameter(code: str, qualified: str, is_collected: bool) -> None:
    assert [(test.qualified, test.is_collected) for test in _read(code)] == [(qualified, is_collected)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('if got != want { t.Errorf("x") }', [("equal", "got", "want")]),
        ("if err != nil { t.Fatal(err) }", [("equal", "err", "nil")]),
        ("if got := f(1); got != 3 { t.Error() }", [("equal", "f(1)", "3")]),
        ("if got, want := f(1), 3; got != want { t.Error() }", [("equal", "f(1)", "3")]),
        ("if !reflect.DeepEqual(got, want) { t.Error() }", [("equal", "got", "want")]),
        ('if diff := cmp.Diff(want, got); diff != "" { t.Error(diff) }', [("equal", "got", "want")]),
        ("if a != 1 || b != 2 { t.Fatal() }", [("equal", "a", "1"), ("equal", "b", "2")]),
        ("if len(got) == 0 { t.Fatal() }", [("truth", "got", "not empty")]),
        ("assert.Equal(t, 3, f(1))", [("equal", "f(1)", "3")]),
        ("require.NoError(t, err)", [("equal", "err", "nil")]),
        ("assert.Len(t, got, 3)", [("equal", "len(got)", "3")]),
        ("assert.InDelta(t, 3.0, got, 0.1)", [("close", "got", "3.0")]),
        ("s.Require().Equal(3, got)", [("equal", "got", "3")]),
        ("Expect(got).To(Equal(3))", [("equal", "got", "3")]),
        ("Expect(got)", []),
        ("compare(t, got, 3)", [("other", "", "")]),
        ("s := newServer(t)", []),
        ("strings.Contains(got, want)", []),
    ],
)
def test_a_condition_that_fails_the_test_is_turned_round(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert _asserted(body) == expected


def test_rows_are_those_of_tables_and_the_names_of_subtests() -> None:
    code = """
func TestA(t *testing.T) {
	tests := []struct{ in string }{{"a"}, {in: "b"}}
	for _, tc := range tests { t.Run(tc.in, func(t *testing.T) {}) }
	t.Run("whole", func(t *testing.T) {})
}"""

    assert _read(code)[0].parameters == ('{"a"}', '{in: "b"}', '"whole"')


@pytest.mark.parametrize(("body", "is_conditional"), [('t.Skip("why")', False), ('if x { t.Skip("why") }', True)])
def test_skips_tell_their_condition(body: str, is_conditional: bool) -> None:
    skip = _read(f"func TestA(t *testing.T) {{\n{body}\n}}")[0].skip

    assert skip is not None
    assert (skip.is_conditional, skip.reason) == (is_conditional, "why")


def test_an_example_asks_for_its_output() -> None:
    code = "func ExampleA() {\n\tfmt.Println(1)\n\t// Output: 1\n}"

    assert [one.kind for one in _read(code)[0].assertions] == ["snapshot"]
