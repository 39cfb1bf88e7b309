from __future__ import annotations

import pytest

from linting import changed

RULE = "weaker-assertion"


def levels(path: str, before: str, after: str, task: str = "") -> list[str]:
    return [finding.level for finding in changed({path: before}, {path: after}, rule=RULE, task=task)]


def python(*lines: str) -> str:
    return "def test_total(cart, post):\n" + "".join(f"    {line}\n" for line in ("total = cart.total('EUR')", *lines))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert total == None", "assert total is None"),
        ("assert total is True", "assert total"),
        ("assert total == []", "assert not total"),
        ("assert total == 5", "assert total == pytest.approx(5)"),
        ("assert total == [1, 2]", "assert sorted(total) == [1, 2]"),
        ("assert total == '{\"a\": 1}'", "assert json.loads(total) == {'a': 1}"),
        ("assert total > 3", "assert total == 4"),
        ("assert 4 in total", "assert total == [4]"),
        ("self.assertEqual(total, 5)", "assert total == 5"),
        ("assert total == 5", "assert total is not None; assert total == 5"),
        ("assert total == 5", "assert isinstance(total, int); assert cart.total('EUR') == 5"),
        ("post.assert_called_once_with('a')", "post.assert_called_once(); assert post.call_args == call('a')"),
        ("assert total != ''", "assert total"),
        ("assert total == 5", "assert total == 6"),
        ("assert total is None", "assert 'EUR' in total"),
    ],
)
def test_a_question_as_strong_in_other_words_is_fine(before: str, after: str) -> None:
    assert levels("tests/test_cart.py", python(before), python(*after.split("; "))) == []


def test_a_question_about_something_else_is_fine() -> None:
    after = python("assert cart.currency is not None")

    assert levels("tests/test_cart.py", python("assert total == 5"), after) == []


@pytest.mark.parametrize("task", ["Relax test_total: any currency may come.", "Make the tests less brittle."])
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    assert levels("tests/test_cart.py", python("assert total == 5"), python("assert total > 0"), task) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert total == 5", "assert total > 0"),
        ("assert total == 5", "assert total >= 5"),
        ("assert total == 5", "assert total"),
        ("assert total == 5", "assert total is not None"),
        ("assert total == 5", "assert isinstance(total, int)"),
        ("assert total == 5", "assert total in (4, 5)"),
        ("assert total == 5", "assert total != 4"),
        ("assert total == 5", "assert total == 5 or total is None"),
        ("assert total == 5", "assert total == pytest.approx(5, abs=2)"),
        ("assert total == 5", "assert cart.total('EUR') > 0"),
        ("assert total == [1, 2]", "assert len(total) == 2"),
        ("assert total == [1, 2]", "assert 1 in total"),
        ("assert total == 'a b'", "assert total.startswith('a')"),
        ("assert total == 'a b'", "assert re.match('a', total)"),
        ("assert total == {'a': 1, 'b': 2}", "assert total == {'a': 1, 'b': ANY}"),
        ("assert total is None", "assert total is not None"),
        ("assert 'EUR' in total", "assert total is not None"),
        ("self.assertEqual(total, 5)", "self.assertIsNotNone(total)"),
        ("self.assertEqual(5, total)", "self.assertTrue(total)"),
        ("self.assertEqual(total, 5)", "self.assertIn(total, [4, 5])"),
        ("self.assertListEqual(total, [1])", "self.assertIsInstance(total, list)"),
        ("post.assert_called_once_with('a', 1)", "post.assert_called_once()"),
        ("post.assert_called_once_with('a', 1)", "assert post.called"),
        ("post.assert_called_once_with('a', 1)", "assert post.call_count == 1"),
        ("post.assert_called_once_with('a', 1)", "post.assert_called_once_with(ANY, ANY)"),
    ],
)
def test_a_weaker_question_is_found_in_python(before: str, after: str) -> None:
    assert levels("tests/test_cart.py", python(before), python(after)) == ["error"]


def script(line: str) -> str:
    return f"it('totals', async () => {{\n  const total = await cart.total('EUR');\n  {line};\n}});\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("expect(total).toEqual({ sum: 5 })", "expect(total).toBeDefined()"),
        ("expect(total).toBe(5)", "expect(total).toBeTruthy()"),
        ("expect(total).toBe(5)", "expect(total).not.toBeNull()"),
        ("expect(total).toBe(5)", "expect(total).toBeGreaterThan(0)"),
        ("expect(total).toBe(5)", "expect(total).toEqual(expect.any(Number))"),
        ("expect(total).toBe(5)", "expect(typeof total).toBe('number')"),
        ("expect(total).toEqual([1, 2])", "expect(total).toHaveLength(2)"),
        ("expect(total).toEqual([1, 2])", "expect(total.length).toBe(2)"),
        ("expect(total).toEqual([1, 2])", "expect(Array.isArray(total)).toBe(true)"),
        ("expect(total).toEqual([1, 2])", "expect(total).toContain(1)"),
        ("expect(total).toStrictEqual({ a: 1, b: 2 })", "expect(total).toMatchObject({ a: 1 })"),
        ("expect(post).toHaveBeenCalledWith('a', 1)", "expect(post).toHaveBeenCalled()"),
        ("expect(total).to.equal(5)", "expect(total).to.exist"),
        ("assert.strictEqual(total, 5)", "assert.ok(total)"),
        ("expect(total).toBe('a b')", "expect(total).toMatch(/a/)"),
    ],
)
def test_a_weaker_question_is_found_in_scripts(before: str, after: str) -> None:
    assert levels("cart.test.ts", script(before), script(after)) == ["error"]


GO = (
    'package cart\n\nfunc TestTotal(t *testing.T) {\n\ttotal, err := Total("EUR")\n\trequire.NoError(t, err)\n\t%s\n}\n'
)
RUST = '#[test]\nfn totals() {\n    let total = total("EUR");\n    %s\n}\n'
JAVA = 'class CartTest {\n  @Test void totals() {\n    var total = cart.total("EUR");\n    %s\n  }\n}\n'


@pytest.mark.parametrize(
    ("path", "frame", "before", "after"),
    [
        ("cart_test.go", GO, "assert.Equal(t, 5, total)", "assert.NotNil(t, total)"),
        ("cart_test.go", GO, "assert.Equal(t, 5, total)", "assert.NotEmpty(t, total)"),
        ("cart_test.go", GO, "assert.Equal(t, 5, total)", "assert.True(t, total > 0)"),
        ("cart_test.go", GO, "if total != 5 {\n\t\tt.Fatal(total)\n\t}", "if total <= 0 {\n\t\tt.Fatal(total)\n\t}"),
        ("cart_test.go", GO, 'if total != "5" {\n\t\tt.Fatal(total)\n\t}', 'if total == "" {\n\t\tt.Fatal(total)\n\t}'),
        ("tests/cart.rs", RUST, "assert_eq!(total, Ok(5));", "assert!(total.is_ok());"),
        ("tests/cart.rs", RUST, "assert_eq!(total, 5);", "assert!(total > 0);"),
        ("tests/cart.rs", RUST, "assert_eq!(total, 5);", "assert_ne!(total, 0);"),
        ("tests/cart.rs", RUST, "assert_eq!(total, Some(5));", "assert!(matches!(total, Some(_)));"),
        ("src/test/java/CartTest.java", JAVA, "assertEquals(5, total);", "assertNotNull(total);"),
        ("src/test/java/CartTest.java", JAVA, "assertEquals(5, total);", "assertTrue(total > 0);"),
        ("src/test/java/CartTest.java", JAVA, "assertThat(total).isEqualTo(5);", "assertThat(total).isNotNull();"),
        ("src/test/java/CartTest.java", JAVA, "assertThat(total).isEqualTo(5);", "assertThat(total).isPositive();"),
        ("src/test/java/CartTest.java", JAVA, 'verify(post).send("a", 1);', "verify(post).send(any(), anyInt());"),
    ],
)
def test_a_weaker_question_is_found_in_other_languages(path: str, frame: str, before: str, after: str) -> None:
    assert levels(path, frame % before, frame % after) == ["error"]
