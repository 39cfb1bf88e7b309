from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "loose-tolerance"


@pytest.mark.parametrize(
    "body",
    [
        "assert f() == approx(3.14)",
        "assert f() == approx(3.14, abs=0.01)",
        "assert f() == approx(1_000_000, abs=10)",
        "assert f() == approx(0.0, abs=1e-3)",
        "assert f() == approx(time.time(), abs=5)",
        "assert f() == approx(3.14, rel=0.5)",
        "assert f() != approx(3.14, abs=100)",
        "self.assertAlmostEqual(f(), 5, places=3)",
        "self.assertAlmostEqual(f(), 5, delta=0.5)",
        "self.assertAlmostEqual(f(), 5)",
        "assert abs(f() - 5) < 1e-6",
        "assert f() < 1000",
        "assert math.isclose(f(), 5, rel_tol=1e-9)",
        "np.testing.assert_allclose(f(), expected, rtol=1e-5, atol=1e-8)",
        "assert not math.isclose(f(), 5, abs_tol=10)",
        "np.testing.assert_array_almost_equal(f(), 0.25, 11)",
        "np.testing.assert_array_max_ulp(f(), expected, 3)",
    ],
)
def test_a_tolerance_below_the_value_is_fine(body: str) -> None:
    assert findings(f"def test_a(self):\n    {body}\n", "tests/test_a.py", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert f() == pytest.approx(3.14, abs=100)",
        "assert f() == approx(3.14, abs=3.14)",
        "assert approx(3.14, abs=10) == f()",
        "assert f() == approx(expected, rel=1)",
        "assert f() == approx(3.14, 1.5)",
        "self.assertAlmostEqual(f(), 5, delta=10)",
        "self.assertAlmostEqual(f(), expected, places=-2)",
        "self.assertAlmostEqual(f(), 0.3, places=0)",
        "self.assertAlmostEqual(f(), 0.3, 0)",
        "assert math.isclose(f(), 5, abs_tol=1e3)",
        "assert math.isclose(f(), g(), rel_tol=1.0)",
        "assert abs(f() - 5) < 100",
        "assert abs(5 - f()) <= 5",
        "self.assertLess(abs(f() - 5), 100)",
        "self.assertTrue(abs(f() - 5) < 100)",
        "np.testing.assert_allclose(f(), expected, rtol=2)",
        "np.testing.assert_almost_equal(f(), 0.25, decimal=-1)",
        "assert np.allclose(f(), g(), rtol=10)",
        "assert f() == approx(-3.0, abs=50)",
        "assert f() == approx(expected, abs=expected)",
        "assert f() == approx(Decimal('3.1'), abs=Decimal('10'))",
    ],
)
def test_a_tolerance_as_wide_as_the_value_is_found_in_python(body: str) -> None:
    assert lines(f"def test_a(self):\n    {body}\n", "tests/test_a.py", rule=RULE) == [2]


@pytest.mark.parametrize(
    "body",
    ["expect(f()).toBeCloseTo(3.14);", "expect(f()).toBeCloseTo(31.4, 0);", "expect(f()).to.be.closeTo(5, 0.1);"],
)
def test_a_tolerance_below_the_value_is_fine_in_javascript(body: str) -> None:
    assert findings(f"it('a', () => {{\n{body}\n}});\n", "a.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["a.test.js", "a.test.ts", "a.test.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "expect(f()).toBeCloseTo(3.14, -2);",
        "expect(f()).toBeCloseTo(x, -2);",
        "expect(f()).to.be.closeTo(5, 10);",
        "assert.closeTo(f(), 5, 10);",
        "assert.approximately(f(), 5, 5);",
        "expect(Math.abs(f() - 5)).toBeLessThan(100);",
        "assert(Math.abs(f() - 5) < 100);",
        "assertAlmostEquals(f(), 5, 50);",
    ],
)
def test_a_tolerance_as_wide_as_the_value_is_found_in_javascript(path: str, body: str) -> None:
    assert lines(f"it('a', () => {{\n{body}\n}});\n", path, rule=RULE) == [2]


@pytest.mark.parametrize("body", ["assert.InDelta(t, 5.0, f(), 0.1)", "if math.Abs(f()-5.0) > 1e-9 { t.Error() }"])
def test_a_tolerance_below_the_value_is_fine_in_go(body: str) -> None:
    assert findings(f"package a\nfunc TestA(t *testing.T) {{\n{body}\n}}\n", "a_test.go", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert.InDelta(t, 5.0, f(), 50)",
        "require.InEpsilon(t, 5.0, f(), 1.5)",
        "if math.Abs(f() - 5.0) > 100 { t.Error() }",
    ],
)
def test_a_tolerance_as_wide_as_the_value_is_found_in_go(body: str) -> None:
    assert lines(f"package a\nfunc TestA(t *testing.T) {{\n{body}\n}}\n", "a_test.go", rule=RULE) == [3]


@pytest.mark.parametrize(
    "body", ["assert!((f() - 5.0).abs() < 1e-9);", "assert_relative_eq!(f(), 5.0, epsilon = 1e-6);"]
)
def test_a_tolerance_below_the_value_is_fine_in_rust(body: str) -> None:
    assert findings(f"#[test]\nfn a() {{\n{body}\n}}\n", "src/a.rs", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert!((f() - 5.0).abs() < 10.0);",
        "assert!(f64::abs(f() - 5.0) < 10.0_f64);",
        "assert_abs_diff_eq!(f(), 5.0, epsilon = 50.0);",
        "assert_relative_eq!(f(), 5.0, max_relative = 2.0);",
    ],
)
def test_a_tolerance_as_wide_as_the_value_is_found_in_rust(body: str) -> None:
    assert lines(f"#[test]\nfn a() {{\n{body}\n}}\n", "src/a.rs", rule=RULE) == [3]


@pytest.mark.parametrize(
    "body",
    ["assertEquals(5.0, f(), 1e-9);", 'assertEquals(5, f(), "five");', "assertThat(f()).isCloseTo(5.0, within(0.1));"],
)
def test_a_tolerance_below_the_value_is_fine_in_java(body: str) -> None:
    assert findings(f"class ATest {{\n@Test void a() {{\n{body}\n}}\n}}\n", "src/test/ATest.java", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assertEquals(5.0, f(), 10.0);",
        'assertEquals(5.0, f(), 10.0, "five");',
        "assertThat(f()).isCloseTo(5.0, within(5.0));",
        "assertThat(f()).isCloseTo(5.0, offset(9d));",
        "assertThat(f()).isCloseTo(5.0, withPercentage(100));",
        "assertThat(f(), closeTo(5.0, 10.0));",
        "assertTrue(Math.abs(f() - 5.0) < 100);",
    ],
)
def test_a_tolerance_as_wide_as_the_value_is_found_in_java(body: str) -> None:
    assert lines(f"class ATest {{\n@Test void a() {{\n{body}\n}}\n}}\n", "src/test/ATest.java", rule=RULE) == [3]


@pytest.mark.parametrize("path", ["tests/test_a.py", "a.test.ts", "a_test.go", "src/a.rs", "src/test/ATest.java"])
def test_broken_code_never_fails(path: str) -> None:
    code = (
        "def test_a(: assert f() == approx(3, abs= #[test] fn a() { assert!((a - b).abs() < func TestA(t *testing.T) {"
    )

    findings(code, path)
