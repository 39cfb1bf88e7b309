from __future__ import annotations

import pytest

from linting import changed

RULE = "fewer-assertions"
HEAD = "from label import parse\n\n\n"
PYTHON = f"""{HEAD}def test_parse():
    label = parse("Ada; Main Street 1; 10115; Berlin")
    assert label.name == "Ada"
    assert label.street == "Main Street 1"
    assert label.postcode == "10115"
    assert label.city == "Berlin"
"""


def levels(path: str, before: str, after: str, task: str = "", product: tuple[str, str] = ("", "")) -> list[str]:
    old, new = ({path: text, "label.py": code} for text, code in zip((before, after), product, strict=True))
    return [finding.level for finding in changed(old, new, rule=RULE, task=task)]


@pytest.mark.parametrize(
    "after",
    [
        (
            f'{HEAD}def test_parse():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n'
            '    assert label == Label(name="Ada", street="Main Street 1", postcode="10115", city="Berlin")\n'
        ),
        (
            f'{HEAD}def test_parse():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n'
            '    assert vars(label) == {"name": "Ada", "street": "Main Street 1", "postcode": "10115", "city": "Berlin"}\n'
        ),
        (
            f'{HEAD}@pytest.mark.parametrize(("field", "value"), [("name", "Ada"), ("street", "Main Street 1"), '
            '("postcode", "10115"), ("city", "Berlin")])\ndef test_parse(field, value):\n'
            '    label = parse("Ada; Main Street 1; 10115; Berlin")\n    assert getattr(label, field) == value\n'
        ),
        (
            f'{HEAD}def test_parse():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n'
            '    for field, value in (("name", "Ada"), ("street", "Main Street 1"), ("postcode", "10115"), ("city", "Berlin")):\n'
            "        assert getattr(label, field) == value\n"
        ),
        (
            f'{HEAD}def test_parse():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n'
            '    assert_label(label, "Ada", "Main Street 1", "10115", "Berlin")\n'
        ),
        (
            f'{HEAD}def test_names():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n    assert label.name == "Ada"\n'
            '    assert label.street == "Main Street 1"\n\n\ndef test_place():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n'
            '    assert label.postcode == "10115"\n    assert label.city == "Berlin"\n'
        ),
        f'{HEAD}def test_parse():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n    assert label == snapshot\n',
        PYTHON.replace('    assert label.city == "Berlin"\n', ""),
        PYTHON.replace("label", "parsed"),
        PYTHON.replace("assert label.name ==", "assert label.full_name =="),
    ],
)
def test_what_asks_as_much_in_other_words_is_fine(after: str) -> None:
    assert levels("tests/test_label.py", PYTHON, after) == []


def test_the_same_question_asked_twice_counts_once() -> None:
    twice = PYTHON + '    assert label.name == "Ada"\n    assert label.city == "Berlin"\n'

    assert levels("tests/test_label.py", twice, PYTHON) == []


def test_questions_about_what_left_product_code_are_fine() -> None:
    before = "class Label:\n    def __init__(self):\n        self.name = self.postcode = self.city = ''\n"
    after = "class Label:\n    def __init__(self):\n        self.name = ''\n        self.country = ''\n"
    test = PYTHON.replace('    assert label.postcode == "10115"\n    assert label.city == "Berlin"\n', "")

    assert levels("tests/test_label.py", PYTHON, test, product=(before, after)) == []


def test_a_weak_question_that_a_strong_one_implies_may_go() -> None:
    before = PYTHON.replace(
        "    assert label.name",
        "    assert label is not None\n    assert isinstance(label, Label)\n    assert label.name",
    )

    assert levels("tests/test_label.py", before, PYTHON) == []


def test_unittest_that_becomes_pytest_is_fine() -> None:
    before = """
        class LabelTest(TestCase):
            def test_parse(self):
                label = parse("Ada; 10115")
                self.assertEqual(label.name, "Ada")
                self.assertEqual("10115", label.postcode)
                self.assertIsNone(label.city)
                self.assertTrue(label.is_valid)
    """
    after = """
        def test_parse():
            label = parse("Ada; 10115")
            assert label.name == "Ada"
            assert label.postcode == "10115"
            assert label.city is None
            assert label.is_valid
    """

    assert levels("tests/test_label.py", before, after) == []


@pytest.mark.parametrize("task", ["Simplify the tests of labels.", "Remove the assertions about postcode and city."])
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    after = PYTHON[: PYTHON.index("    assert label.postcode")]

    assert levels("tests/test_label.py", PYTHON, after, task) == []


@pytest.mark.parametrize(
    "after",
    [
        PYTHON[: PYTHON.index("    assert label.postcode")],
        PYTHON.replace(
            '    assert label.postcode == "10115"\n    assert label.city == "Berlin"\n', "    print(label)\n"
        ),
        PYTHON.replace("    assert label.postcode", "    # assert label.postcode").replace(
            "    assert label.city", "    # assert label.city"
        ),
        f'{HEAD}def test_parse():\n    label = parse("Ada; Main Street 1; 10115; Berlin")\n    assert label\n',
        f'{HEAD}def test_parse():\n    parse("Ada; Main Street 1; 10115; Berlin")\n',
        f"{HEAD}def test_parse():\n    pass\n",
    ],
)
def test_lost_questions_are_found(after: str) -> None:
    assert levels("tests/test_label.py", PYTHON, after, product=("a = 1\n", "a = 2\n")) == ["error"]


def test_the_only_question_lost_is_found() -> None:
    before = "def test_price():\n    total = price(3)\n    assert total == 9\n"

    assert levels("tests/test_price.py", before, before.replace("    assert total == 9\n", "")) == ["error"]


@pytest.mark.parametrize(
    ("path", "before", "lost"),
    [
        (
            "label.test.ts",
            (
                "it('parses', () => {\n  const label = parse('Ada; 10115; Berlin');\n  expect(label.name).toBe('Ada');\n"
                "  expect(label.postcode).toBe('10115');\n  expect(label.city).toBe('Berlin');\n});\n"
            ),
            "  expect(label.postcode).toBe('10115');\n  expect(label.city).toBe('Berlin');\n",
        ),
        (
            "label.test.js",
            (
                "test('parses', async () => {\n  const label = await parse('Ada; 10115; Berlin');\n  assert.equal(label.name, 'Ada');\n"
                "  assert.equal(label.postcode, '10115');\n  assert.deepEqual(label.cities, ['Berlin']);\n});\n"
            ),
            "  assert.equal(label.postcode, '10115');\n  assert.deepEqual(label.cities, ['Berlin']);\n",
        ),
        (
            "label_test.go",
            (
                'package label\n\nfunc TestParse(t *testing.T) {\n\tl := Parse("Ada; 10115; Berlin")\n\tif l.Name != "Ada" {\n\t\tt.Error(l.Name)\n\t}\n'
                '\tif l.Postcode != "10115" {\n\t\tt.Error(l.Postcode)\n\t}\n\tif l.City != "Berlin" {\n\t\tt.Error(l.City)\n\t}\n}\n'
            ),
            '\tif l.Postcode != "10115" {\n\t\tt.Error(l.Postcode)\n\t}\n\tif l.City != "Berlin" {\n\t\tt.Error(l.City)\n\t}\n',
        ),
        (
            "label_test.go",
            (
                'package label\n\nfunc TestParse(t *testing.T) {\n\tl := Parse("Ada; 10115; Berlin")\n\tassert.Equal(t, "Ada", l.Name)\n'
                '\tassert.Equal(t, "10115", l.Postcode)\n\trequire.Equal(t, "Berlin", l.City)\n}\n'
            ),
            '\tassert.Equal(t, "10115", l.Postcode)\n\trequire.Equal(t, "Berlin", l.City)\n',
        ),
        (
            "tests/label.rs",
            (
                '#[test]\nfn parses() {\n    let l = parse("Ada; 10115; Berlin");\n    assert_eq!(l.name, "Ada");\n'
                '    assert_eq!(l.postcode, "10115");\n    assert!(l.city == "Berlin");\n}\n'
            ),
            '    assert_eq!(l.postcode, "10115");\n    assert!(l.city == "Berlin");\n',
        ),
        (
            "src/test/java/LabelTest.java",
            (
                'class LabelTest {\n  @Test void parses() {\n    Label l = parse("Ada; 10115; Berlin");\n    assertEquals("Ada", l.name());\n'
                '    assertEquals("10115", l.postcode());\n    assertThat(l.city()).isEqualTo("Berlin");\n  }\n}\n'
            ),
            '    assertEquals("10115", l.postcode());\n    assertThat(l.city()).isEqualTo("Berlin");\n',
        ),
    ],
)
def test_lost_questions_are_found_in_every_language(path: str, before: str, lost: str) -> None:
    assert lost in before
    assert levels(path, before, before.replace(lost, "")) == ["error"]
