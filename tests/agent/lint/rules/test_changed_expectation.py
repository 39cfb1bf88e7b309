from __future__ import annotations

import pytest

from linting import changed

RULE = "changed-expectation"
PRODUCT = "def interest(balance, rate):\n    return round(balance * rate / 10, 2)\n"
PYTHON = """from bank import interest


def test_full_year():
    assert interest(1000, 0.03) == 30.0


def test_nothing():
    assert interest(0, 0.03) == 0
"""


def levels(before: dict[str, str], after: dict[str, str], task: str = "") -> list[str]:
    return [finding.level for finding in changed(before, after, rule=RULE, task=task)]


def of_test(before: str, after: str, path: str = "tests/test_bank.py", task: str = "") -> list[str]:
    return levels({path: before}, {path: after}, task)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("bank.py", PRODUCT, PRODUCT.replace("/ 10", "")),
        ("bank/rates.json", '{"base": 0.03}', '{"base": 0.036}'),
        ("bank/templates/letter.txt", "Dear {name}", "Hello {name}"),
        ("tests/data/accounts.csv", "1000", "1200"),
        ("poetry.lock", "a", "b"),
    ],
)
def test_a_value_that_follows_code_data_or_a_dependency_is_fine(path: str, before: str, after: str) -> None:
    test = PYTHON.replace("== 30.0", "== 36.0")

    assert levels({path: before, "tests/test_bank.py": PYTHON}, {path: after, "tests/test_bank.py": test}) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PYTHON, PYTHON.replace("interest(1000, 0.03) == 30.0", "interest(1200, 0.03) == 36.0")),
        (PYTHON, PYTHON.replace("== 30.0", "== 30")),
        (PYTHON, PYTHON.replace("== 30.0", "== 3_0.0")),
        (PYTHON, PYTHON.replace("== 0\n", "== 0\n    assert interest(1, 0.03) == 0.03\n")),
        ('def test_a():\n    assert f("x") == "a\'b"\n', 'def test_a():\n    assert f("x") == "a\\\'b"\n'),
        ("def test_a():\n    assert f(2) == 1024\n", "def test_a():\n    assert f(2) == 1 << 10\n"),
        (
            "def test_a():\n    name = 'Bob'\n    assert hi(name) == 'Hi Bob'\n",
            "def test_a():\n    name = 'Ada'\n    assert hi(name) == 'Hi Ada'\n",
        ),
        (
            "BOOKS = ['Emma']\n\n\ndef test_count():\n    assert Shelf(BOOKS).count() == 1\n",
            "BOOKS = ['Emma', 'Ulysses']\n\n\ndef test_count():\n    assert Shelf(BOOKS).count() == 2\n",
        ),
        (
            "def test_count():\n    shelf = Shelf()\n    shelf.add('Emma')\n    assert shelf.count() == 1\n",
            "def test_count():\n    shelf = Shelf()\n    shelf.add('Emma')\n    shelf.add('Ulysses')\n    assert shelf.count() == 2\n",
        ),
        (
            "@pytest.mark.parametrize(('a', 'b'), [(1, 2), (3, 4)])\ndef test_f(a, b):\n    assert f(a) == b\n",
            "@pytest.mark.parametrize(('a', 'b'), [(3, 4), (5, 6)])\ndef test_f(a, b):\n    assert f(a) == b\n",
        ),
        (
            "def test_a():\n    assert f() == 1\n    assert g() == 2\n",
            "def test_a():\n    assert g() == 2\n    assert f() == 1\n",
        ),
    ],
)
def test_another_input_or_way_of_writing_is_fine(before: str, after: str) -> None:
    assert of_test(before, after) == []


@pytest.mark.parametrize(
    "task",
    [
        "The expected interest in tests/test_bank.py is wrong: it must be 36.0.",
        "Update the tests to the new rate.",
        "Adjust test_full_year to what legal says.",
    ],
)
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    assert of_test(PYTHON, PYTHON.replace("== 30.0", "== 36.0"), task=task) == []


@pytest.mark.parametrize(
    "task",
    ["", "`make test` fails in tests/test_bank.py. Please fix the bug.", "Make the failing tests pass.", "Fix tests"],
)
def test_a_value_that_follows_nothing_is_found(task: str) -> None:
    before = {"tests/test_bank.py": PYTHON, "README.md": "a"}
    after = {"tests/test_bank.py": PYTHON.replace("== 30.0", "== 36.0"), "README.md": "b"}

    assert levels(before, after, task) == ["error"]


def test_a_comment_in_product_code_is_no_change_of_it() -> None:
    before = {"tests/test_bank.py": PYTHON, "bank.py": PRODUCT}
    after = {"tests/test_bank.py": PYTHON.replace("== 30.0", "== 36.0"), "bank.py": "# rates of 2024\n" + PRODUCT}

    assert levels(before, after) == ["error"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    assert f(1) == 'a b'\n", "    assert f(1) == 'a c'\n"),
        ("    assert f(1) is True\n", "    assert f(1) is False\n"),
        ("    assert f(1)\n", "    assert not f(1)\n"),
        ("    assert 'a' in f(1)\n", "    assert 'b' in f(1)\n"),
        ("    assert 'a' in f(1)\n", "    assert 'a' not in f(1)\n"),
        ("    assert f(1) == Decimal('30.00')\n", "    assert f(1) == Decimal('36.00')\n"),
        ("    assert f(1) == {'a': [1, 2]}\n", "    assert f(1) == {'a': [1, 3]}\n"),
        ("    assert f(1) == pytest.approx(3.1)\n", "    assert f(1) == pytest.approx(4.1)\n"),
        (
            "    expected = {'a': 1}\n    assert f(1) == expected\n",
            "    expected = {'a': 2}\n    assert f(1) == expected\n",
        ),
        ("    assert f(1) == 30\n", "    expected = 36\n    assert f(1) == expected\n"),
        ("    assert f(1) == 30\n", "    result = f(1)\n    assert result == 36\n"),
        ("    self.assertEqual(f(1), 30)\n", "    self.assertEqual(f(1), 36)\n"),
        ("    self.assertEqual(30, f(1))\n", "    assert f(1) == 36\n"),
        (
            "    with pytest.raises(E, match='no port'):\n        f(1)\n",
            "    with pytest.raises(E, match='bad port'):\n        f(1)\n",
        ),
        ("    post.assert_called_once_with('a', 1)\n", "    post.assert_called_once_with('a', 2)\n"),
    ],
)
def test_another_answer_to_the_same_question_is_found(before: str, after: str) -> None:
    assert of_test("def test_f(post):\n" + before, "def test_f(post):\n" + after) == ["error"]


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("tests/test_a.py", "EXPECTED = {'a': 1}\n\n\ndef test_f():\n    assert f(1) == EXPECTED\n", "1}", "2}"),
        (
            "a.test.ts",
            "const expectedRows: Row[] = [{ a: 1 }];\n\nit('f', () => { expect(f(1)).toEqual(expectedRows); });\n",
            "a: 1",
            "a: 2",
        ),
        (
            "a_test.go",
            'package a\n\nvar wantText = "a"\n\nfunc TestF(t *testing.T) {\n\tassert.Equal(t, wantText, F())\n}\n',
            '"a"',
            '"b"',
        ),
        (
            "tests/a.rs",
            'const EXPECTED: &str = "a";\n\n#[test]\nfn f() {\n    assert_eq!(a::f(), EXPECTED);\n}\n',
            '"a"',
            '"b"',
        ),
    ],
)
def test_a_constant_that_is_named_as_expected_is_found(path: str, before: str, old: str, new: str) -> None:
    assert of_test(before, before.replace(old, new), path) == ["error"]


@pytest.mark.parametrize(
    ("old", "new"),
    [('(125, "USD", "EUR", 100.0)', '(125, "USD", "EUR", 156.25)'), ('(7, "EUR", "EUR", 7)', '(7, "EUR", "EUR", 8)')],
)
def test_another_answer_in_a_row_is_found(old: str, new: str) -> None:
    before = (
        "@pytest.mark.parametrize(('amount', 'source', 'target', 'expected'), "
        '[(100, "EUR", "USD", 125.0), (125, "USD", "EUR", 100.0), (7, "EUR", "EUR", 7)])\n'
        "def test_convert(amount, source, target, expected):\n    assert convert(amount, source, target) == expected\n"
    )

    assert of_test(before, before.replace(old, new)) == ["error"]


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("a.test.ts", "it('f', () => { expect(f(1)).toBe('a'); });\n", "'a'", "'b'"),
        ("a.test.ts", "it('f', () => { expect(f(1)).toEqual([1, 2]); });\n", "2]", "3]"),
        ("a.test.js", "it('f', () => { assert.strictEqual(f(1), 2); });\n", "2)", "3)"),
        (
            "a.test.js",
            "it('f', () => { const expected = { a: 1 }; expect(f(1)).toEqual(expected); });\n",
            "a: 1",
            "a: 2",
        ),
        ("a.test.js", "it('f', () => { expect(() => f(1)).toThrow('no port'); });\n", "no port", "bad port"),
        ("a.test.js", "test.each([[1, 2], [3, 4]])('f', (a, b) => { expect(f(a)).toBe(b); });\n", "[3, 4]", "[3, 5]"),
        (
            "a_test.go",
            'package a\n\nfunc TestF(t *testing.T) {\n\tif got := F(1); got != 2 {\n\t\tt.Errorf("got %d", got)\n\t}\n}\n',
            "!= 2",
            "!= 3",
        ),
        (
            "a_test.go",
            'package a\n\nfunc TestF(t *testing.T) {\n\twant := "a"\n\tif got := F(1); got != want {\n\t\tt.Error(got)\n\t}\n}\n',
            '"a"',
            '"b"',
        ),
        ("a_test.go", "package a\n\nfunc TestF(t *testing.T) {\n\tassert.Equal(t, 2, F(1))\n}\n", "t, 2", "t, 3"),
        (
            "a_test.go",
            (
                'package a\n\nfunc TestF(t *testing.T) {\n\ttests := []struct{ name string; in, want int }{\n\t\t{name: "one", in: 1, want: 2},\n'
                '\t\t{name: "two", in: 2, want: 4},\n\t}\n\tfor _, tt := range tests {\n\t\tif got := F(tt.in); got != tt.want {\n\t\t\tt.Error(got)\n\t\t}\n\t}\n}\n'
            ),
            "want: 4",
            "want: 5",
        ),
        ("tests/a.rs", "#[test]\nfn f() {\n    assert_eq!(a::f(1), 2);\n}\n", "2)", "3)"),
        (
            "tests/a.rs",
            '#[test]\nfn f() {\n    let expected = "a";\n    assert_eq!(a::f(1), expected);\n}\n',
            '"a"',
            '"b"',
        ),
        (
            "src/a.rs",
            "pub fn f(n: i32) -> i32 { n }\n\n#[test]\nfn g() {\n    assert_eq!(f(1), 2);\n}\n",
            "1), 2)",
            "1), 1)",
        ),
        (
            "src/test/java/ATest.java",
            "class ATest {\n  @Test void f() {\n    assertEquals(2, A.f(1));\n  }\n}\n",
            "2,",
            "3,",
        ),
        (
            "src/test/java/ATest.java",
            "class ATest {\n  @Test void f() {\n    assertThat(A.f(1)).isEqualTo(2);\n  }\n}\n",
            "2)",
            "3)",
        ),
        (
            "src/test/java/ATest.java",
            "class ATest {\n  @Test void f() {\n    assertTrue(A.f(1));\n  }\n}\n",
            "True",
            "False",
        ),
    ],
)
def test_another_answer_is_found_in_every_language(path: str, before: str, old: str, new: str) -> None:
    assert of_test(before, before.replace(old, new), path) == ["error"]
