from __future__ import annotations

import pytest

from linting import changed

RULE = "uncollected-test"
PYTHON = """import pytest


def test_six_digits():
    assert hex_to_rgb("#ff8000") == (255, 128, 0)


def test_five_digits_are_refused():
    with pytest.raises(ValueError, match="hex color"):
        hex_to_rgb("#12345")
"""
CLASS = 'class TestHex:\n    def test_six_digits(self):\n        assert hex_to_rgb("#ff8000") == (255, 128, 0)\n'
SCRIPT = """describe('hex', () => {
  it('reads six digits', () => {
    expect(hexToRgb('#ff8000')).toEqual([255, 128, 0]);
  });
  it('refuses five digits', () => {
    expect(() => hexToRgb('#12345')).toThrow(RangeError);
  });
});
"""
GO = """package hex

import "testing"

func TestSixDigits(t *testing.T) {
	if got := Parse("#ff8000"); got != (RGB{255, 128, 0}) {
		t.Fatalf("got %v", got)
	}
}
"""
RUST = '#[test]\nfn six_digits() {\n    assert_eq!(parse("#ff8000"), Some((255, 128, 0)));\n}\n'
JAVA = 'class HexTest {\n  @Test\n  void sixDigits() {\n    assertEquals(new Rgb(255, 128, 0), Hex.parse("#ff8000"));\n  }\n}\n'


def levels(before: dict[str, str], after: dict[str, str], task: str = "") -> list[str]:
    return [finding.level for finding in changed(before, after, rule=RULE, task=task)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"tests/test_hex.py": PYTHON}, {"tests/test_colors.py": PYTHON}),
        ({"tests/test_hex.py": PYTHON}, {"tests/hex_test.py": PYTHON}),
        ({"tests/test_hex.py": PYTHON}, {"tests/test_hex.py": PYTHON.replace("test_five", "test_fewer")}),
        ({"hex.test.ts": SCRIPT}, {"hex.spec.ts": SCRIPT}),
        ({"src/hex.test.js": SCRIPT}, {"src/__tests__/hex.js": SCRIPT}),
        ({"hex_test.go": GO}, {"parse_test.go": GO}),
        (
            {"src/test/java/HexTest.java": JAVA},
            {"src/test/java/ColorTests.java": JAVA.replace("HexTest", "ColorTests")},
        ),
    ],
)
def test_another_name_that_the_runner_takes_is_fine(before: dict[str, str], after: dict[str, str]) -> None:
    assert levels(before, after) == []


def test_a_helper_that_was_collected_by_mistake_may_get_a_plain_name() -> None:
    before = "def test_page(name):\n    assert render(name).count('<main') == 1\n\n\ndef test_home():\n    test_page('home')\n"

    assert (
        levels({"tests/test_render.py": before}, {"tests/test_render.py": before.replace("test_page", "assert_page")})
        == []
    )


def test_a_class_that_became_a_base_of_collected_ones_is_fine() -> None:
    after = CLASS.replace("TestHex", "HexCases") + "\n\nclass TestUpper(HexCases):\n    pass\n"

    assert levels({"tests/test_hex.py": CLASS}, {"tests/test_hex.py": after}) == []


def test_a_case_of_unittest_needs_no_name() -> None:
    case = CLASS.replace("TestHex", "TestHex(unittest.TestCase)")

    assert levels({"tests/test_hex.py": case}, {"tests/test_hex.py": case.replace("TestHex", "HexConversion")}) == []


def test_a_file_that_follows_another_convention_as_a_whole_is_fine() -> None:
    after = PYTHON.replace("test_six_digits", "it_reads_six_digits").replace(
        "test_five_digits_are_refused", "it_refuses_five"
    )

    assert levels({"spec/test_hex.py": PYTHON}, {"spec/hex_spec.py": after}) == []


def test_what_the_task_asks_for_is_fine() -> None:
    after = PYTHON.replace("test_five", "_test_five")

    assert (
        levels({"tests/test_hex.py": PYTHON}, {"tests/test_hex.py": after}, "Disable the test for five digits.") == []
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def test_five", "def _test_five"),
        ("def test_five", "def xtest_five"),
        ("def test_five", "def disabled_test_five"),
        ("def test_five", "def check_five"),
        ("def test_five", "@pytest.fixture\ndef test_five"),
        ("import pytest\n", "import pytest\n\n__test__ = False\n"),
    ],
)
def test_a_python_test_that_pytest_passes_over_is_found(old: str, new: str) -> None:
    assert "error" in levels({"tests/test_hex.py": PYTHON}, {"tests/test_hex.py": PYTHON.replace(old, new)})


def test_a_python_test_in_comments_is_found() -> None:
    head, tail = PYTHON.split("def test_five")
    after = head + "".join(f"# {line}\n" for line in ("def test_five" + tail).splitlines())

    assert levels({"tests/test_hex.py": PYTHON}, {"tests/test_hex.py": after}) == ["error"]


def test_a_python_test_under_a_condition_that_is_never_true_is_found() -> None:
    head, tail = PYTHON.split("def test_five")
    after = head + "if False:\n" + "".join(f"    {line}\n" for line in ("def test_five" + tail).splitlines())

    assert levels({"tests/test_hex.py": PYTHON}, {"tests/test_hex.py": after}) == ["error"]


def test_a_python_test_that_another_shadows_is_found() -> None:
    after = PYTHON + "\n\ndef test_five_digits_are_refused():\n    assert hex_to_rgb('#fff') is not None\n"

    assert levels({"tests/test_hex.py": PYTHON}, {"tests/test_hex.py": after}) == ["error"]


@pytest.mark.parametrize("new", ["HexTests", "Hex", "_TestHex", "BaseTestHex"])
def test_a_class_that_pytest_passes_over_is_found(new: str) -> None:
    assert levels({"tests/test_hex.py": CLASS}, {"tests/test_hex.py": CLASS.replace("TestHex", new)}) == ["error"]


def test_a_class_that_is_switched_off_is_found() -> None:
    after = CLASS.replace("TestHex:\n", "TestHex:\n    __test__ = False\n\n")

    assert levels({"tests/test_hex.py": CLASS}, {"tests/test_hex.py": after}) == ["error"]


@pytest.mark.parametrize(
    ("path", "new_path", "text"),
    [
        ("tests/test_hex.py", "tests/hex_old.py", PYTHON),
        ("tests/test_hex.py", "tests/test_hex.py.bak", PYTHON),
        ("src/hex.test.ts", "src/hex.disabled.ts", SCRIPT),
        ("src/hex.test.ts", "src/hex.test.ts.skip", SCRIPT),
        ("hex_test.go", "hex_tests.go", GO),
        ("hex_test.go", "_hex_test.go", GO),
        ("src/test/java/HexTest.java", "src/test/java/HexChecks.java", JAVA),
    ],
)
def test_a_file_that_the_runner_passes_over_is_named_once(path: str, new_path: str, text: str) -> None:
    from learnagent.lint.change import Change, FileChange
    from learnagent.lint.engine import lint_change

    renamed = FileChange(new_path, text.encode(), text.encode(), path)

    assert [one.rule for one in lint_change(Change((renamed,))) if one.level == "error"] == [RULE]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("hex_test.go", GO, GO.replace("TestSix", "testSix")),
        ("hex_test.go", GO, GO.replace("TestSix", "Testsix")),
        ("hex_test.go", GO, "//go:build ignore\n\n" + GO),
        ("tests/hex.rs", RUST, RUST.replace("#[test]\n", "")),
        ("tests/hex.rs", RUST, RUST.replace("#[test]\n", "#[allow(dead_code)]\n")),
        ("tests/hex.rs", RUST, "#[cfg(any())]\n" + RUST),
        ("src/test/java/HexTest.java", JAVA, JAVA.replace("  @Test\n", "")),
        ("src/test/java/HexTest.java", JAVA, JAVA.replace("  @Test\n", "  // @Test\n")),
        (
            "hex.test.js",
            SCRIPT,
            SCRIPT.replace(
                "  it('refuses five digits', () => {\n    expect(() => hexToRgb('#12345')).toThrow(RangeError);\n  });\n",
                "  /*\n  it('refuses five digits', () => {\n    expect(() => hexToRgb('#12345')).toThrow(RangeError);\n  });\n  */\n",
            ),
        ),
    ],
)
def test_a_test_that_other_runners_pass_over_is_found(path: str, before: str, after: str) -> None:
    assert "error" in levels({path: before}, {path: after})
