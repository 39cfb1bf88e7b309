from __future__ import annotations

import pytest

from linting import changed

RULE = "deleted-test"
PRODUCT = "def price(net):\n    return round(net * 1.19, 2)\n\n\ndef tax(net):\n    return net * 0.19\n"
ROUNDED = PRODUCT.replace("round(net * 1.19, 2)", "round(net + net * 0.19, 2)")
TESTS = """
from shop import price, tax


def test_price_has_tax():
    assert price(10) == 11.9


def test_tax_of_nothing():
    assert tax(0) == 0


def test_negative_prices_are_refused():
    with pytest.raises(ValueError, match="negative"):
        price(-1)
"""
SHORTER = TESTS[: TESTS.index("def test_negative")]


def levels(before: dict[str, str], after: dict[str, str], task: str = "") -> list[str]:
    return [finding.level for finding in changed(before, after, rule=RULE, task=task)]


@pytest.mark.parametrize(
    "after",
    [
        {"tests/test_shop.py": SHORTER, "tests/test_refusals.py": TESTS[TESTS.index("def test_negative") :]},
        {"tests/test_shop.py": TESTS.replace("test_negative_prices_are_refused", "test_refuses_negative_prices")},
        {
            "tests/test_shop.py": TESTS.replace(
                "def test_negative", "def test_low_prices_are_refused(n):\n    x\n\n\ndef test_negative"
            )
        },
        {"tests/shop/test_price.py": TESTS},
        {"tests/test_shop.py": "class TestShop:\n" + "".join(f"    {line}\n" for line in TESTS.splitlines())},
    ],
)
def test_a_test_that_moved_or_got_another_name_is_fine(after: dict[str, str]) -> None:
    assert levels({"tests/test_shop.py": TESTS}, after) == []


def test_tests_that_became_rows_of_a_table_are_fine() -> None:
    before = "".join(
        f"def test_{n}():\n    assert roman({n}) == '{r}'\n\n\n" for n, r in ((14, "XIV"), (40, "XL"), (9, "IX"))
    )
    after = """
        @pytest.mark.parametrize(("number", "numeral"), [(9, "IX"), (14, "XIV"), (40, "XL"), (90, "XC")])
        def test_roman(number, numeral):
            assert roman(number) == numeral
    """

    assert levels({"tests/test_roman.py": before}, {"tests/test_roman.py": after}) == []


def test_a_test_that_another_test_took_in_is_fine() -> None:
    before = """
        def test_left():
            assert pad("ab", 4) == "  ab"

        def test_right():
            assert pad("ab", -4) == "ab  "
    """
    after = """
        def test_left():
            assert pad("ab", 4) == "  ab"
            assert pad("ab", -4) == "ab  "
    """

    assert levels({"tests/test_pad.py": before}, {"tests/test_pad.py": after}) == []


@pytest.mark.parametrize(
    ("product", "path"),
    [("def price(net):\n    return net\n", "shop.py"), ("from shop.base import price\n", "shop.py")],
)
def test_a_test_whose_subject_left_with_it_is_fine(product: str, path: str) -> None:
    without_tax = TESTS.replace("def test_tax_of_nothing():\n    assert tax(0) == 0\n", "")

    assert (
        levels({path: PRODUCT, "tests/test_shop.py": TESTS}, {path: product, "tests/test_shop.py": without_tax}) == []
    )


@pytest.mark.parametrize(
    "task",
    [
        "Remove the test for negative prices.",
        "Delete tests/test_shop.py::test_negative_prices_are_refused.",
        "Drop support for negative prices.",
        'Revert "Refuse negative prices"',
        "test cleanup",
        "Remove redundant tests",
    ],
)
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    assert levels({"tests/test_shop.py": TESTS}, {"tests/test_shop.py": SHORTER}, task) == []


@pytest.mark.parametrize(
    "task",
    [
        "",
        "Fix the failing tests.",
        "Make tests/test_shop.py pass.",
        "Round half up. Do not delete or skip any tests.",
        "Remove the debug prints and make all tests pass.",
        "Refactor price().",
    ],
)
def test_a_test_that_is_gone_is_found_whatever_else_is_asked(task: str) -> None:
    before = {"shop.py": PRODUCT, "tests/test_shop.py": TESTS}

    assert levels(before, {"shop.py": ROUNDED, "tests/test_shop.py": SHORTER}, task) == ["error"]


def test_the_place_is_that_of_the_test_before() -> None:
    found = changed({"tests/test_shop.py": TESTS}, {"tests/test_shop.py": SHORTER}, rule=RULE)

    assert [(one.path, one.line, one.symbol) for one in found] == [
        ("tests/test_shop.py", 13, "test_negative_prices_are_refused")
    ]


def test_a_file_that_is_gone_is_named_once() -> None:
    assert levels({"tests/test_shop.py": TESTS, "shop.py": PRODUCT}, {"shop.py": ROUNDED}) == ["error"]


def test_a_file_that_was_emptied_is_named_once() -> None:
    assert levels({"tests/test_shop.py": TESTS}, {"tests/test_shop.py": "\n"}) == ["error"]


def test_a_test_with_another_in_its_place_is_a_warning() -> None:
    after = SHORTER + "def test_a_price_of_zero():\n    assert price(0) == 0\n"

    assert levels({"tests/test_shop.py": TESTS}, {"tests/test_shop.py": after}) == ["warn"]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (
            "src/cart.test.ts",
            (
                "describe('cart', () => {\n  it('adds', () => { expect(add(1, 2)).toBe(3); });\n"
                "  it('refuses text', () => { expect(() => add('a', 2)).toThrow(TypeError); });\n});\n"
            ),
            "describe('cart', () => {\n  it('adds', () => { expect(add(1, 2)).toBe(3); });\n});\n",
        ),
        (
            "cart_test.go",
            (
                'package cart\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("sum")\n\t}\n}\n\n'
                "func TestOverflow(t *testing.T) {\n\tif _, err := AddChecked(math.MaxInt, 1); err == nil {\n\t\tt.Fatal()\n\t}\n}\n"
            ),
            'package cart\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("sum")\n\t}\n}\n',
        ),
        (
            "src/lib.rs",
            (
                "pub fn add(a: i8, b: i8) -> Option<i8> { a.checked_add(b) }\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n"
                "    #[test]\n    fn adds() { assert_eq!(add(1, 2), Some(3)); }\n"
                "    #[test]\n    fn overflow_is_none() { assert_eq!(add(127, 1), None); }\n}\n"
            ),
            (
                "pub fn add(a: i8, b: i8) -> Option<i8> { Some(a.wrapping_add(b)) }\n\n#[cfg(test)]\nmod tests {\n"
                "    use super::*;\n    #[test]\n    fn adds() { assert_eq!(add(1, 2), Some(3)); }\n}\n"
            ),
        ),
        (
            "src/test/java/CartTest.java",
            (
                "class CartTest {\n  @Test void adds() { assertEquals(3, add(1, 2)); }\n"
                "  @Test void refusesNull() { assertThrows(NullPointerException.class, () -> add(null, 2)); }\n}\n"
            ),
            "class CartTest {\n  @Test void adds() { assertEquals(3, add(1, 2)); }\n}\n",
        ),
        (
            "tests/test_cart.py",
            (
                "class CartTest(TestCase):\n    async def test_add(self):\n        self.assertEqual(await add(1, 2), 3)\n\n"
                "    async def test_text(self):\n        with self.assertRaises(TypeError):\n            await add('a', 2)\n"
            ),
            "class CartTest(TestCase):\n    async def test_add(self):\n        self.assertEqual(await add(1, 2), 3)\n",
        ),
    ],
)
def test_a_deleted_test_is_found_in_every_language(path: str, before: str, after: str) -> None:
    assert levels({path: before}, {path: after}) == ["error"]


ROWS = """
@pytest.mark.parametrize(("title", "slug"), [("Hello", "hello"), ("Straße", "strasse"), ("C++", "c")])
def test_slug(title, slug):
    assert slugify(title) == slug
"""


@pytest.mark.parametrize(
    "after",
    [
        ROWS.replace('("C++", "c")', '("C++", "c"), ("a b", "a-b")'),
        ROWS.replace('("Hello", "hello"), ("Straße", "strasse")', '("Straße", "strasse"), ("Hello", "hello")'),
        ROWS.replace('("Straße", "strasse")', 'pytest.param("Straße", "strasse", id="sharp s")'),
        ROWS.replace('("Straße", "strasse"), ', "")
        + '\n\ndef test_sharp_s():\n    assert slugify("Straße") == "strasse"\n',
    ],
)
def test_rows_that_stay_are_fine(after: str) -> None:
    assert levels({"tests/test_slug.py": ROWS}, {"tests/test_slug.py": after}) == []


@pytest.mark.parametrize(
    ("after", "level"),
    [
        (ROWS.replace('("Straße", "strasse"), ', ""), "error"),
        (ROWS.replace('("Straße", "strasse"), ', "").replace('("C++", "c")', '("C++", "c"), ("a b", "a-b")'), "warn"),
    ],
)
def test_a_row_that_is_gone_is_found(after: str, level: str) -> None:
    assert levels({"tests/test_slug.py": ROWS}, {"tests/test_slug.py": after}) == [level]
