from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "broad-raises"


@pytest.mark.parametrize(
    "body",
    [
        "with pytest.raises(ValueError):\n        f()",
        "with pytest.raises(Exception, match='no key'):\n        f()",
        "with pytest.raises(errors.Exception):\n        f()",
        "with pytest.raises(pytest.fail.Exception):\n        f()",
        "with pytest.raises(RemoteException):\n        f()",
        "with pytest.raises(Exception) as info:\n        f()\n    assert info.value.code == 2",
        "with self.assertRaises(Exception) as caught:\n        f()\n    self.assertIn('x', str(caught.exception))",
        "with self.assertRaisesRegex(Exception, 'no key'):\n        f()",
        "error = pytest.raises(Exception, f)\n    assert error.match('no key')",
        "with pytest.raises((KeyError, IndexError)):\n        f()",
        "def boom():\n        raise Exception('x')\n    with pytest.raises(Exception):\n        run(boom)",
    ],
)
def test_an_error_that_is_told_apart_is_fine(body: str) -> None:
    assert findings(f"def test_a(self):\n    {body}\n", "tests/test_a.py", rule=RULE) == []


def test_a_noqa_with_words_is_a_reason() -> None:
    code = (
        "def test_a():\n    with pytest.raises(Exception):  # noqa: B017 the driver raises its own kind\n        f()\n"
    )

    assert findings(code, "tests/test_a.py", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "with pytest.raises(Exception):\n        f()",
        "with raises(BaseException):\n        f()",
        "with pytest.raises((KeyError, Exception)):\n        f()",
        "with pytest.raises(expected_exception=Exception):\n        f()",
        "with pytest.raises(Exception) as info:\n        f()",
        "pytest.raises(Exception, f)",
        "with self.assertRaises(Exception):\n        f()",
        "self.assertRaises(Exception, f, 3)",
        "with self.assertRaises(builtins.Exception):\n        f()",
        "async with pytest.raises(Exception):\n        f()",
        "with pytest.raises(Exception, match='.*'):\n        f()",
        "with pytest.raises(Exception) as info:\n        f()\n    print(info.value)",
    ],
)
def test_any_error_is_found_in_python(body: str) -> None:
    assert lines(f"def test_a(self):\n    {body}\n", "tests/test_a.py", rule=RULE) == [2]


@pytest.mark.parametrize(
    "body",
    [
        "expect(() => f()).toThrow('no key');",
        "expect(() => f()).toThrow(RangeError);",
        "expect(() => f()).toThrow();",
        "expect(() => f()).not.toThrow(Error);",
        "expect(() => f()).to.throw(Error, 'no key');",
        "await expect(f()).rejects.toThrow(/no key/);",
        "assert.throws(() => f(), { code: 'X' });",
        "assert.throws(() => f(), Error, /no key/);",
    ],
)
def test_an_error_that_is_told_apart_is_fine_in_javascript(body: str) -> None:
    assert findings(f"it('a', async () => {{ {body} }});\n", "a.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["a.test.js", "a.test.ts", "a.test.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "expect(() => f()).toThrow(Error);",
        "expect(() => f()).toThrowError(Error);",
        "await expect(f()).rejects.toThrow(Error);",
        "await expect(f()).rejects.toBeInstanceOf(Error);",
        "expect(() => f()).to.throw(Error);",
        "assert.throws(() => f(), Error);",
        "await assert.rejects(f(), Error);",
        "await assert.rejects(f(), Error, 'must fail');",
    ],
)
def test_any_error_is_found_in_javascript(path: str, body: str) -> None:
    assert lines(f"it('a', async () => {{\n{body}\n}});\n", path, rule=RULE) == [2]


@pytest.mark.parametrize(
    "method",
    [
        "@Test void a() { assertThrows(IOException.class, () -> f()); }",
        "@Test(expected = IOException.class) public void a() { f(); }",
        '@Test void a() { assertThatThrownBy(() -> f()).isInstanceOf(Exception.class).hasMessage("x"); }',
        "@Test void a() {\nException e = assertThrows(Exception.class, () -> f());\nverify(e.getMessage());\n}",
    ],
)
def test_an_error_that_is_told_apart_is_fine_in_java(method: str) -> None:
    assert findings(f"class ATest {{\n{method}\n}}\n", "src/test/ATest.java", rule=RULE) == []


@pytest.mark.parametrize(
    "method",
    [
        "@Test void a() { assertThrows(Exception.class, () -> f()); }",
        '@Test void a() { assertThrows(Throwable.class, () -> f(), "must fail"); }',
        "@Test(expected = Exception.class) public void a() { f(); }",
        "@Test void a() { assertThatThrownBy(() -> f()).isInstanceOf(Exception.class); }",
        "@Test void a() { assertThatExceptionOfType(Exception.class).isThrownBy(() -> f()); }",
        "@Test(expectedExceptions = Exception.class) public void a() { f(); }",
    ],
)
def test_any_error_is_found_in_java(method: str) -> None:
    assert lines(f"class ATest {{\n{method}\n}}\n", "src/test/ATest.java", rule=RULE) == [2]


@pytest.mark.parametrize(
    "statement",
    [
        "Assert.Throws<ArgumentException>(() => F());",
        'act.Should().Throw<Exception>().WithMessage("no key");',
        'var e = Assert.Throws<Exception>(() => F());\nAssert.Equal("x", e.Message);',
        'ExceptionAssert.Throws<Exception>(() => F(), "no key");',
        "// Assert.Throws<Exception>(() => F());",
    ],
)
def test_an_error_that_is_told_apart_is_fine_in_csharp(statement: str) -> None:
    code = f"class ATests {{\n    [Fact]\n    public void A() {{\n{statement}\n    }}\n}}\n"

    assert findings(code, "tests/ATests.cs", rule=RULE) == []


@pytest.mark.parametrize(
    "statement",
    [
        "Assert.Throws<Exception>(() => F());",
        "await Assert.ThrowsAnyAsync<Exception>(() => F());",
        "Assert.ThrowsException<System.Exception>(() => F());",
        "act.Should().Throw<Exception>();",
        "Assert.That(() => F(), Throws.InstanceOf<Exception>());",
        "Assert.Catch<Exception>(() => F());",
    ],
)
def test_any_error_is_found_in_csharp(statement: str) -> None:
    code = f"class ATests {{\n    [Fact]\n    public void A() {{\n{statement}\n    }}\n}}\n"

    assert lines(code, "tests/ATests.cs", rule=RULE) == [4]


@pytest.mark.parametrize("path", ["tests/test_a.py", "a.test.ts", "src/test/ATest.java", "tests/ATests.cs"])
def test_broken_code_never_fails(path: str) -> None:
    findings("def test_a(: with pytest.raises(Exception it('a', () => { expect(f).toThrow(Error", path)
