from __future__ import annotations

import pytest

from linting import changed

RULE = "loosened-check"
ERRORS = "class QueueError(Exception):\n    pass\n\n\nclass QueueFull(QueueError):\n    pass\n"


def levels(
    before: str, after: str, path: str = "tests/test_queue.py", task: str = "", errors: str = ERRORS
) -> list[str]:
    old, new = {path: before, "queues.py": ERRORS + "a = 1\n"}, {path: after, "queues.py": errors + "a = 2\n"}
    return [finding.level for finding in changed(old, new, rule=RULE, task=task)]


def raising(head: str) -> str:
    return f"def test_full(queue):\n    with {head} as caught:\n        queue.put('b')\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pytest.raises(QueueError)", "pytest.raises(QueueFull)"),
        ("pytest.raises(Exception)", "pytest.raises(QueueFull, match='full')"),
        ("pytest.raises(QueueFull)", "pytest.raises(QueueIsFull)"),
        ("pytest.raises(QueueFull)", "pytest.raises(queues.QueueFull)"),
        ("self.assertRaises(QueueFull)", "pytest.raises(QueueFull)"),
        ("pytest.raises((OSError, QueueFull))", "pytest.raises(QueueFull)"),
        ("pytest.raises(QueueFull, match='full')", "pytest.raises(QueueFull, match='queue is full')"),
    ],
)
def test_an_error_as_narrow_is_fine(before: str, after: str) -> None:
    assert levels(raising(before), raising(after)) == []


def test_a_message_that_another_assertion_reads_is_fine() -> None:
    after = raising("pytest.raises(QueueFull)") + "    assert str(caught.value) == 'mail holds 1'\n"

    assert levels(raising("pytest.raises(QueueFull, match='mail holds 1')"), after) == []


def test_an_error_whose_class_left_product_code_is_fine() -> None:
    errors = ERRORS.replace("QueueFull", "QueueOverflow")

    assert levels(raising("pytest.raises(QueueFull)"), raising("pytest.raises(QueueError)"), errors=errors) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pytest.raises(QueueFull)", "pytest.raises(QueueError)"),
        ("pytest.raises(QueueFull)", "pytest.raises(Exception)"),
        ("pytest.raises(QueueFull)", "pytest.raises((QueueFull, ValueError))"),
        ("pytest.raises(KeyError)", "pytest.raises(LookupError)"),
        ("pytest.raises(FileNotFoundError)", "pytest.raises(OSError)"),
        ("pytest.raises(QueueFull, match='full')", "pytest.raises(QueueFull)"),
        ("pytest.raises(QueueFull, match='full')", "pytest.raises(QueueFull, match='.*')"),
        ("self.assertRaises(QueueFull)", "self.assertRaises(Exception)"),
        ("self.assertRaisesRegex(QueueFull, 'full')", "self.assertRaises(QueueFull)"),
    ],
)
def test_a_broader_error_is_found(before: str, after: str) -> None:
    assert levels(raising(before), raising(after)) == ["error"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert f() == approx(2.0, abs=1e-3)", "assert f() == approx(2.0, abs=1e-7)"),
        ("assert f() == approx(2.0, abs=0.10)", "assert f() == approx(2.0, abs=0.1)"),
        ("assert f() == approx(2.0, rel=1e-6)", "assert f() == approx(2.0)"),
        ("self.assertAlmostEqual(f(), 2.0, places=3)", "self.assertAlmostEqual(f(), 2.0)"),
        ("assert abs(f() - 2.0) < 0.01", "assert abs(f() - 2.0) < 0.001"),
        ("assert f() < 0.5", "assert f() < 0.4"),
        ("assert f() > 0.5", "assert f() > 0.9"),
    ],
)
def test_a_tolerance_as_narrow_is_fine(before: str, after: str) -> None:
    assert levels(f"def test_f():\n    {before}\n", f"def test_f():\n    {after}\n") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert f() == approx(2.0, abs=1e-7)", "assert f() == approx(2.0, abs=1e-3)"),
        ("assert f() == approx(2.0)", "assert f() == approx(2.0, rel=0.05)"),
        ("self.assertAlmostEqual(f(), 2.0, places=6)", "self.assertAlmostEqual(f(), 2.0, places=1)"),
        ("self.assertAlmostEqual(f(), 2.0)", "self.assertAlmostEqual(f(), 2.0, delta=0.5)"),
        ("assert math.isclose(f(), 2.0, rel_tol=1e-9)", "assert math.isclose(f(), 2.0, rel_tol=0.1)"),
        ("assert abs(f() - 2.0) < 1e-6", "assert abs(f() - 2.0) < 0.1"),
        ("np.testing.assert_allclose(f(), 2.0)", "np.testing.assert_allclose(f(), 2.0, rtol=0.1)"),
        ("assert accuracy() > 0.9", "assert accuracy() > 0.5"),
        ("assert elapsed() < 0.5", "assert elapsed() < 5"),
    ],
)
def test_a_wider_tolerance_is_found(before: str, after: str) -> None:
    assert levels(f"def test_f():\n    {before}\n", f"def test_f():\n    {after}\n") == ["error"]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (
            "a.test.js",
            "it('f', () => { expect(f()).toBeCloseTo(2, 5); });\n",
            "it('f', () => { expect(f()).toBeCloseTo(2, 0); });\n",
        ),
        (
            "a.test.js",
            "it('f', () => { expect(() => f()).toThrow(RangeError); });\n",
            "it('f', () => { expect(() => f()).toThrow(); });\n",
        ),
        (
            "a.test.js",
            "it('f', () => { expect(() => f()).toThrow(RangeError); });\n",
            "it('f', () => { expect(() => f()).toThrow(Error); });\n",
        ),
        (
            "a.test.js",
            "it('f', () => { expect(() => f()).toThrow('no port'); });\n",
            "it('f', () => { expect(() => f()).toThrow(); });\n",
        ),
        (
            "a_test.go",
            "package a\n\nfunc TestF(t *testing.T) {\n\tassert.InDelta(t, 2.0, F(), 1e-9)\n}\n",
            "package a\n\nfunc TestF(t *testing.T) {\n\tassert.InDelta(t, 2.0, F(), 0.5)\n}\n",
        ),
        (
            "a_test.go",
            "package a\n\nfunc TestF(t *testing.T) {\n\trequire.ErrorIs(t, F(), ErrFull)\n}\n",
            "package a\n\nfunc TestF(t *testing.T) {\n\trequire.Error(t, F())\n}\n",
        ),
        (
            "tests/a.rs",
            '#[test]\n#[should_panic(expected = "twice")]\nfn f() { a::f(); }\n',
            "#[test]\n#[should_panic]\nfn f() { a::f(); }\n",
        ),
        (
            "src/test/java/ATest.java",
            "class ATest {\n  @Test void f() {\n    assertThrows(LeaseExpired.class, () -> a.f());\n  }\n}\n",
            "class ATest {\n  @Test void f() {\n    assertThrows(RuntimeException.class, () -> a.f());\n  }\n}\n",
        ),
        (
            "src/test/java/ATest.java",
            "class ATest {\n  @Test void f() {\n    assertEquals(2.0, a.f(), 1e-9);\n  }\n}\n",
            "class ATest {\n  @Test void f() {\n    assertEquals(2.0, a.f(), 0.5);\n  }\n}\n",
        ),
    ],
)
def test_a_looser_check_is_found_in_every_language(path: str, before: str, after: str) -> None:
    assert levels(before, after, path) == ["error"]


@pytest.mark.parametrize(
    ("path", "line", "old", "new"),
    [
        ("tests/test_a.py", "@pytest.mark.timeout({})", "30", "40"),
        ("tests/test_a.py", "time.sleep({})", "1", "10"),
        ("tests/test_a.py", "N = {}", "1", "100"),
        ("a.test.js", "setTimeout(done, {});", "10", "100"),
        ("a.test.js", "retry({{ attempts: {} }});", "1", "10"),
    ],
)
def test_a_little_more_time_is_fine(path: str, line: str, old: str, new: str) -> None:
    frame = (
        "{}\ndef test_f():\n    assert f() == 1\n"
        if path.endswith(".py")
        else "{}\nit('f', () => {{ expect(f()).toBe(1); }});\n"
    )

    assert levels(frame.format(line.format(old)), frame.format(line.format(new)), path) == []


@pytest.mark.parametrize(
    ("path", "line", "old", "new"),
    [
        ("tests/test_a.py", "@pytest.mark.timeout({})", "5", "120"),
        ("tests/test_a.py", "TIMEOUT = {}", "2", "60"),
        ("a.test.js", "jest.setTimeout({});", "5_000", "120_000"),
        ("a.test.ts", "const options = {{ timeout: {} }};", "1000", "30000"),
        ("a_test.go", "const timeout = {}", "5 * time.Second", "2 * time.Minute"),
    ],
)
def test_a_time_out_several_times_as_long_is_found(path: str, line: str, old: str, new: str) -> None:
    frames = {
        "py": "{}\ndef test_f():\n    assert f() == 1\n",
        "go": "package a\n\n{}\n\nfunc TestF(t *testing.T) {{\n\tcheck(t)\n}}\n",
    }
    frame = frames.get(path.rpartition(".")[2], "{}\nit('f', () => {{ expect(f()).toBe(1); }});\n")

    assert levels(frame.format(line.format(old)), frame.format(line.format(new)), path) == ["error"]


def test_an_xfail_that_is_not_strict_any_more_is_found() -> None:
    before = "@pytest.mark.xfail(reason='#41', strict=True)\ndef test_f():\n    assert f() == 1\n"

    assert levels(before, before.replace(", strict=True", "")) == ["error"]
    assert levels(before, before.replace("strict=True", "strict=False")) == ["error"]
    assert levels(before.replace(", strict=True", ""), before) == []


@pytest.mark.parametrize(
    "task", ["Widen the tolerance in test_f to 0.1.", "Make the tests more robust on slow machines."]
)
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    before, after = (f"def test_f():\n    assert f() == approx(2.0, abs={width})\n" for width in ("1e-7", "0.1"))

    assert levels(before, after, task=task) == []
