from __future__ import annotations

from textwrap import dedent, indent

import pytest

from linting import findings, lines

RULE = "weak-assertions"
PYTHON = "tests/test_report.py"


def _python(body: str, name: str = "test_report") -> str:
    return f"def {name}(self, report):\n{indent(dedent(body), '    ')}\n"


@pytest.mark.parametrize(
    "body",
    [
        "assert report is not None\nassert report.total == 3",
        "assert is_prime(7)",
        "assert report.is_valid",
        "assert not report.errors",
        "assert report is None",
        "assert 'north' in report",
        "assert len(report) == 3",
        "assert report.ok",
        "self.assertTrue(validate(report))",
        "self.assertFalse(report)",
        "assert a.match(report)",
        "assert isinstance(error, ValueError)",
        "assert report is not None\ncheck_report(report)",
        "with pytest.raises(ValueError):\n    f()\nassert report is not None",
        "found = is_prime(7)\nassert found",
        "same = report == other\nassert same",
        "assert all(row > 0 for row in report)",
        "assert report > 3",
        "mock.assert_called_once()\nassert report",
    ],
)
def test_one_assertion_about_a_value_is_enough(body: str) -> None:
    assert findings(_python(body), PYTHON, rule=RULE) == []


@pytest.mark.parametrize("name", ["test_report_does_not_raise", "test_exports", "test_report_type", "test_import"])
def test_a_name_may_say_that_only_this_is_asked(name: str) -> None:
    assert findings(_python("assert isinstance(report, Report)\nassert report", name), PYTHON, rule=RULE) == []


def test_types_that_are_told_apart_are_values() -> None:
    code = """
        def test_circle():
            assert isinstance(make("circle"), Circle)

        def test_square():
            assert isinstance(make("square"), Square)
        """

    assert findings(code, PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert report is not None",
        "assert report != None",
        "assert report",
        "assert report.rows",
        "assert report['rows']",
        "assert isinstance(report, dict)",
        "assert isinstance(report, Report)",
        "assert len(report) > 0",
        "assert len(report) >= 1",
        "assert len(report) != 0",
        "assert report is not None and isinstance(report, list)",
        "assert type(report) is dict",
        "self.assertIsNotNone(report)",
        "self.assertTrue(report)",
        "self.assertIsInstance(report, dict)",
        "self.assertGreater(len(report), 0)",
        "assert build_report()",
        "assert hasattr(report, 'rows')",
        "assert report != []",
        "assert bool(report)",
        "result = make(report)\nassert result is not None\nassert result.rows",
    ],
)
def test_asking_only_whether_something_is_there_is_found_in_python(body: str) -> None:
    assert lines(_python(body), PYTHON, rule=RULE) == [1]


@pytest.mark.parametrize(
    "body",
    [
        "expect(report).toBeDefined(); expect(report.total).toBe(3);",
        "expect(isPrime(7)).toBe(true);",
        "expect(report).toBeUndefined();",
        "expect(report).toBeFalsy();",
        "expect(report).toHaveLength(3);",
        "expect(typeof report).toBe('undefined');",
        "assert.ok(report.isValid);",
    ],
)
def test_one_expectation_about_a_value_is_enough(body: str) -> None:
    assert findings(f"it('sums', () => {{ {body} }});\n", "src/report.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/report.test.js", "src/report.test.ts", "src/report.test.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "expect(report).toBeDefined();",
        "expect(report).toBeTruthy();",
        "expect(report).not.toBeNull();",
        "expect(report).not.toBeUndefined();",
        "expect(report).not.toBe(null);",
        "expect(report).toBeInstanceOf(Array);",
        "expect(report.length).toBeGreaterThan(0);",
        "expect(typeof report).toBe('object');",
        "expect(Array.isArray(report)).toBe(true);",
        "expect(report).to.exist;",
        "expect(report).to.be.an('array');",
        "assert(report);",
        "assert.ok(report);",
        "expect(!!report).toBe(true);",
        "expect(report).toEqual(expect.anything());",
    ],
)
def test_asking_only_whether_something_is_there_is_found_in_javascript(path: str, body: str) -> None:
    assert lines(f"it('sums', () => {{ {body} }});\n", path, rule=RULE) == [1]


@pytest.mark.parametrize(
    "body",
    [
        "assertNotNull(report); assertEquals(3, report.total());",
        "assertTrue(rule.accepts(report));",
        "assertNull(report);",
    ],
)
def test_one_assertion_about_a_value_is_enough_in_java(body: str) -> None:
    assert findings(f"class ATest {{\n@Test void sums() {{ {body} }}\n}}\n", "src/test/ATest.java", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assertNotNull(report);",
        "assertTrue(report != null);",
        "assertTrue(report.size() > 0);",
        "assertThat(report).isNotNull();",
        "assertThat(report).isNotNull().isNotEmpty();",
        "assertThat(report, is(notNullValue()));",
        "assertFalse(report.isEmpty());",
        "assertTrue(report instanceof List);",
    ],
)
def test_asking_only_whether_something_is_there_is_found_in_java(body: str) -> None:
    assert lines(f"class ATest {{\n@Test void sums() {{ {body} }}\n}}\n", "src/test/ATest.java", rule=RULE) == [2]


@pytest.mark.parametrize("path", [PYTHON, "a.test.ts", "src/test/ATest.java"])
def test_broken_code_never_fails(path: str) -> None:
    findings("def test_a(: assert ( it('a', () => { expect(x).toBeDefined( assertNotNull(", path)
