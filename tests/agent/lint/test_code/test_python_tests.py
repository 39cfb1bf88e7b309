from __future__ import annotations

from textwrap import dedent

import pytest

from learnagent.lint import test_code
from learnagent.lint.source_file import parse_file


def _read(code: str, path: str = "tests/test_a.py") -> list[test_code.TestFunction]:
    file = parse_file(path, dedent(code).encode())
    assert file is not None
    return test_code.tests(file)


def _asserted(body: str) -> list[tuple[str, str, str]]:
    (test,) = _read(f"def test_a(self):\n    {body}\n")
    return [(one.kind, one.subject, one.expected) for one in test.assertions]


def test_tests_are_functions_and_methods_and_no_nested_ones() -> None:
    code = """
        def test_a():
            def test_inner(): ...

        class TestB:
            async def test_b(self): ...
            class TestC:
                def test_c(self): ...

        if WINDOWS:
            def test_d(): ...

        @pytest.fixture
        def test_data(): ...
        """

    assert [test.qualified for test in _read(code)] == ["test_a", "TestB.test_b", "TestB.TestC.test_c", "test_d"]


@pytest.mark.parametrize(
    ("code", "is_collected"),
    [
        ("def test_a(): ...", True),
        ("def _test_a(): ...", False),
        ("class TestA:\n    def test_a(self): ...", True),
        ("class ATests:\n    def test_a(self): ...", False),
        ("class ATests(unittest.TestCase):\n    def test_a(self): ...", True),
        ("class A(DjangoTestCase):\n    def test_a(self): ...", True),
        ("class TestA:\n    __test__ = False\n    def test_a(self): ...", False),
        ("class View(UserPassesTestMixin):\n    def test_func(self): ...", False),
    ],
)
def test_it_tells_what_the_runner_takes(code: str, is_collected: bool) -> None:
    assert [test.is_collected for test in _read(code)] == [is_collected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assert f(x) == 3", [("equal", "f(x)", "3")]),
        ("assert 3 == f(x)", [("equal", "f(x)", "3")]),
        ("assert expected == f(x)", [("equal", "f(x)", "expected")]),
        ("assert f(x) is None", [("equal", "f(x)", "None")]),
        ("assert f(x) is not None", [("not_none", "f(x)", "")]),
        ("assert f(x) != 3", [("not_equal", "f(x)", "3")]),
        ("assert f(x) > 3", [("compare", "f(x)", "> 3")]),
        ("assert 3 < f(x)", [("compare", "f(x)", "> 3")]),
        ("assert 'a' in f(x)", [("contains", "f(x)", '"a"')]),
        ("assert f(x) in (1, 2)", [("contains", "f(x)", "(1, 2)")]),
        ("assert f(x) and g(x) == 3", [("truth", "f(x)", ""), ("equal", "g(x)", "3")]),
        ("assert not (a or b)", [("truth", "a", ""), ("truth", "b", "")]),
        ("assert len(f(x)) > 0", [("truth", "f(x)", "not empty")]),
        ("assert isinstance(x, dict)", [("instance", "x", "dict")]),
        ("assert type(x) is dict", [("instance", "x", "dict")]),
        ("assert x == approx(3, abs=1)", [("close", "x", "3")]),
        ("assert abs(x - 3) < 0.1", [("close", "x", "3")]),
        ("assert re.match('a', x)", [("matches", "x", '"a"')]),
        ("assert x.startswith('a')", [("contains", "x", '"a"')]),
        ("assert mock.called", [("called", "mock", "")]),
        ("mock.assert_called_with(1, a=2)", [("called", "mock", "1, a=2")]),
        ("self.assertEqual(3, f(x))", [("equal", "f(x)", "3")]),
        ("self.assertIn(1, x)", [("contains", "x", "1")]),
        ("self.assertTrue(x == 3)", [("equal", "x", "3")]),
        ("self.assertIsNone(x)", [("equal", "x", "None")]),
        ("self.assertGreater(x, 3)", [("compare", "x", "> 3")]),
        ("eq_(f(x), 3)", [("equal", "f(x)", "3")]),
        ("check_row(x)", [("other", "", "")]),
        ("checksum(x)", []),
        ("ok = check_row(x)", []),
        ("raise AssertionError('x')", [("other", "", "")]),
    ],
)
def test_assertions_are_read_alike_however_written(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert _asserted(body) == expected


@pytest.mark.parametrize(
    ("call", "raised", "match"),
    [
        ("pytest.raises(KeyError, match='a')", "KeyError", '"a"'),
        ("self.assertRaisesRegex(KeyError, 'a')", "KeyError", '"a"'),
        ("pytest.raises((KeyError, OSError))", "(KeyError, OSError)", ""),
    ],
)
def test_expected_errors_tell_type_and_match(call: str, raised: str, match: str) -> None:
    (test,) = _read(f"def test_a(self):\n    with {call}:\n        f()\n")

    assert [(one.kind, one.raised, one.match) for one in test.assertions] == [("raises", raised, match)]


def test_source_is_folded_to_one_form() -> None:
    assert _asserted("assert f(\n        'a',\n        [1,2],\n    ) == {'b': 1}") == [
        ("equal", 'f("a", [1, 2])', '{"b": 1}')
    ]


def test_a_function_of_the_file_that_asserts_is_an_assertion() -> None:
    code = "def same(a, b):\n    assert a == b\n\ndef test_a():\n    same(1, 2)\n"

    assert [one.callee for one in _read(code)[0].assertions] == ["same"]


@pytest.mark.parametrize(
    ("mark", "kind", "is_conditional", "reason"),
    [
        ("@pytest.mark.skip(reason='why')", "skip", False, "why"),
        ("@pytest.mark.skipif(X, reason='why')", "skip", True, "why"),
        ("@unittest.skip('why')", "skip", False, "why"),
        ("@pytest.mark.xfail", "xfail", False, ""),
        ("@pytest.mark.skipif(True, reason='why')", "skip", False, "why"),
    ],
)
def test_skips_tell_condition_and_reason(mark: str, kind: str, is_conditional: bool, reason: str) -> None:
    skip = _read(f"{mark}\ndef test_a(): ...\n")[0].skip

    assert skip is not None
    assert (skip.kind, skip.is_conditional, skip.reason) == (kind, is_conditional, reason)


def test_an_early_return_is_a_skip_of_its_own_kind() -> None:
    skip = _read("def test_a():\n    return\n    assert f()\n")[0].skip

    assert skip is not None
    assert skip.kind == "return"


def test_rows_of_parametrize_are_listed() -> None:
    marks = "@pytest.mark.parametrize('x', ROWS)\n@pytest.mark.parametrize('y', [(1,2)])"
    code = f"ROWS = [1, 2]\n\n{marks}\ndef test_a(x, y): ...\n"

    assert _read(code)[0].parameters == ("1", "2", "(1, 2)")
