from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "tautological-assertion"


def _python(body: str, name: str = "test_total") -> str:
    return f"def {name}(self, total, cart):\n    {body}\n"


def _script(body: str) -> str:
    return f"it('counts', () => {{\n  {body}\n}});\n"


def _go(body: str) -> str:
    return f"package a\n\nfunc TestTotal(t *testing.T) {{\n\t{body}\n}}\n"


def _rust(body: str) -> str:
    return f"#[test]\nfn counts() {{\n    {body}\n}}\n"


def _java(body: str) -> str:
    return f"class CartTest {{\n  @Test\n  void counts() {{\n    {body}\n  }}\n}}\n"


@pytest.mark.parametrize(
    "body",
    [
        "assert total == 3, 'three'",
        "assert (total == 3), 'three'",
        "assert (total.a, total.b) == (1, 2)",
        "assert f(total) == f(total)",
        "assert total != total",
        "assert cart.items is cart.items",
        "self.assertIs(cart.items, cart.items)",
        "assert len(total) >= 1",
        "assert total or cart",
        "assert True in total",
        "assert total is True",
        "assert False, 'not reached'",
        "assert not total",
        "assert isinstance(total, int)",
        "assert total == 'or True'",
        "assert total(True)",
        "assert total == total\n    assert total != cart",
        "assert cart.total == cart.total\n    assert cart.total == 3",
        "assert total == 1 + 1",
    ],
)
def test_what_may_fail_is_fine(body: str) -> None:
    assert findings(_python(body), "tests/test_cart.py", rule=RULE) == []


def test_a_test_of_equality_may_compare_a_value_with_itself() -> None:
    assert findings(_python("assert total == total", "test_equal_to_itself"), "tests/test_a.py", rule=RULE) == []


def test_a_constant_that_marks_the_path_to_be_taken_is_fine() -> None:
    code = """
        def test_closed(door):
            try:
                door.open()
                assert False
            except Locked:
                assert True
        """

    assert findings(code, "tests/test_door.py", rule=RULE) == []


def test_a_planned_number_of_assertions_makes_a_constant_count() -> None:
    code = "test('fires', (assert) => {\n  assert.expect(1);\n  on('x', () => { assert.ok(true); });\n});\n"

    assert findings(code, "test/events.test.js", rule=RULE) == []


def test_product_code_is_not_asked() -> None:
    assert findings("def total(x):\n    assert True\n", "src/cart.py", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert True",
        "assert 1",
        "assert 'done'",
        "assert (total == 3, 'three')",
        "assert total == total",
        "assert cart.total == cart.total",
        "assert total['a'] == total['a']",
        "assert 200 == 200",
        "assert total == 3 or True",
        "assert True or total == 3",
        "assert total or not total",
        "assert total is None or total is not None",
        "assert total == 3 or total != 3",
        "assert len(total) >= 0",
        "assert len(total) > -1",
        "assert isinstance(total, object)",
        "assert not False",
        "assert total and True",
        "self.assertTrue(True)",
        "self.assertFalse(False)",
        "self.assertEqual(total, total)",
        "self.assertEqual(1, 1)",
        "self.assertTrue(total == total)",
        "self.assertGreaterEqual(len(total), 0)",
        "assert_equal(total, total)",
        "assert total == pytest.approx(total)",
        "assert len(total) == len(total)",
        "assert not None",
        "assert 'text' is not None",
        "assert 1 + 1 == 2",
    ],
)
def test_what_cannot_fail_is_found_in_python(body: str) -> None:
    assert lines(_python(body), "tests/test_cart.py", rule=RULE) == [2]


@pytest.mark.parametrize(
    "body",
    [
        "expect(total).toBe(3);",
        "expect(total()).toEqual(total());",
        "expect(isOpen(true)).toBe(true);",
        "expect(copy.items).toEqual(cart.items);",
        "assert.equal(total, 3);",
        "expect(total).not.toBe(total);",
    ],
)
def test_what_may_fail_is_fine_in_javascript(body: str) -> None:
    assert findings(_script(body), "src/cart.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/cart.test.js", "src/cart.test.ts", "src/cart.spec.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "expect(true).toBe(true);",
        "expect(true).toBeTruthy();",
        "expect(1).toEqual(1);",
        "expect(false).toBe(false);",
        "expect(total).toBe(total);",
        "expect(cart.total).to.equal(cart.total);",
        "expect(total === 3 || true).toBe(true);",
        "expect(total.length).toBeGreaterThanOrEqual(0);",
        "expect(true).to.be.true;",
        "assert.ok(true);",
        "assert(true);",
        "assert.strictEqual(total, total);",
        "t.is(total, total);",
        "onDone(() => { expect(true).toBe(true); });",
    ],
)
def test_what_cannot_fail_is_found_in_javascript(path: str, body: str) -> None:
    assert lines(_script(body), path, rule=RULE) == [2]


@pytest.mark.parametrize("body", ["if got == got { t.Error() }", "if got != want { t.Error() }", "require.True(t, ok)"])
def test_what_may_fail_is_fine_in_go(body: str) -> None:
    assert findings(_go(body), "cart_test.go", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assert.True(t, true)",
        "assert.Equal(t, got, got)",
        "require.Equal(t, 1, 1)",
        'if false { t.Fatal("x") }',
        "if got != got { t.Error() }",
        "if len(got) < 0 { t.Error() }",
    ],
)
def test_what_cannot_fail_is_found_in_go(body: str) -> None:
    assert lines(_go(body), "cart_test.go", rule=RULE) == [4]


@pytest.mark.parametrize("body", ["assert_eq!(f(), f());", "assert!(x.ok());", "assert_ne!(x, x);", "assert!(false);"])
def test_what_may_fail_is_fine_in_rust(body: str) -> None:
    assert findings(_rust(body), "src/cart.rs", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    ["assert!(true);", "assert_eq!(x, x);", "assert_eq!(1, 1);", "assert!(x > 1 || true);", "assert!(x.len() >= 0);"],
)
def test_what_cannot_fail_is_found_in_rust(body: str) -> None:
    assert lines(_rust(body), "src/cart.rs", rule=RULE) == [3]


@pytest.mark.parametrize(
    "body", ["assertEquals(3, total);", "assertSame(a.getIcon(), a.getIcon());", "assertTrue(on(true));"]
)
def test_what_may_fail_is_fine_in_java(body: str) -> None:
    assert findings(_java(body), "src/test/java/CartTest.java", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "assertTrue(true);",
        "assertEquals(total, total);",
        'assertEquals("three", total, total);',
        "assertEquals(200, 200);",
        "assertThat(true).isTrue();",
        "assertThat(total).isEqualTo(total);",
        "assertTrue(total == 1 || true);",
        "assertTrue(items.size() >= 0);",
        "assertEquals(user.getId(), user.getId());",
        "assert true;",
    ],
)
def test_what_cannot_fail_is_found_in_java(body: str) -> None:
    assert lines(_java(body), "src/test/java/CartTest.java", rule=RULE) == [4]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("tests/test_a.py", "def test_a(:\n    assert (\n"),
        ("a.test.ts", "it('a', () => { expect(true).toBe("),
        ("a_test.go", "func TestA(t *testing.T) { if false { t.Fatal("),
        ("src/a.rs", "#[test]\nfn a() { assert!(\n"),
        ("src/test/ATest.java", "class ATest { @Test void a() { assertTrue("),
    ],
)
def test_broken_code_never_fails(path: str, code: str) -> None:
    findings(code, path)
