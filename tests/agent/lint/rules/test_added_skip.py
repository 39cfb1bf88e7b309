from __future__ import annotations

import pytest

from linting import changed

RULE = "skipped-test"
PYTHON = (
    "import pytest\n\n\ndef test_value_expires(clock):\n    cache = TTL(10, clock)\n    assert cache.get('a') is None\n"
)
UNITTEST = "class CacheTest(TestCase):\n    def test_expires(self):\n        self.assertIsNone(TTL(10).get('a'))\n"
SCRIPT = "describe('ttl', () => {\n  it('expires', () => {\n    expect(ttl(10).get('a')).toBeUndefined();\n  });\n});\n"
GO = 'package ttl\n\nfunc TestExpires(t *testing.T) {\n\tif got := New(10).Get("a"); got != nil {\n\t\tt.Fatal(got)\n\t}\n}\n'
RUST = '#[test]\nfn expires() {\n    assert_eq!(Ttl::new(10).get("a"), None);\n}\n'
JAVA = 'class TtlTest {\n  @Test\n  void expires() {\n    assertNull(new Ttl(10).get("a"));\n  }\n}\n'


def levels(path: str, before: str, after: str, task: str = "") -> list[str]:
    return [finding.level for finding in changed({path: before}, {path: after}, rule=RULE, task=task)]


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        (
            "tests/test_ttl.py",
            PYTHON,
            "def test",
            "@pytest.mark.skipif(sys.platform == 'win32', reason='no fork')\ndef test",
        ),
        ("tests/test_ttl.py", PYTHON, "    cache", "    pytest.importorskip('redis')\n    cache"),
        (
            "tests/test_ttl.py",
            PYTHON,
            "    cache",
            "    if not shutil.which('redis'):\n        pytest.skip('no redis')\n    cache",
        ),
        (
            "tests/test_ttl.py",
            UNITTEST,
            "    def test",
            "    @unittest.skipUnless(HAS_REDIS, 'no redis')\n    def test",
        ),
        ("ttl.test.ts", SCRIPT, "it('expires'", "it.skipIf(process.platform === 'win32')('expires'"),
        ("ttl.test.ts", SCRIPT, "describe(", "(url ? describe : describe.skip)("),
        ("ttl_test.go", GO, "\tif got", '\tif testing.Short() {\n\t\tt.Skip("slow")\n\t}\n\tif got'),
        ("tests/ttl.rs", RUST, "#[test]", "#[test]\n#[cfg_attr(windows, ignore)]"),
        ("src/test/java/TtlTest.java", JAVA, "@Test", "@Test\n  @DisabledOnOs(OS.WINDOWS)"),
    ],
)
def test_a_skip_with_a_condition_is_fine(path: str, before: str, old: str, new: str) -> None:
    assert levels(path, before, before.replace(old, new)) == []


def test_a_new_test_that_is_expected_to_fail_is_fine() -> None:
    after = (
        PYTHON
        + "\n\n@pytest.mark.xfail(reason='#41, not done yet')\ndef test_refresh():\n    assert TTL(1).refresh('a')\n"
    )

    assert levels("tests/test_ttl.py", PYTHON, after) == []


def test_a_skip_that_stood_before_is_fine() -> None:
    skipped = PYTHON.replace("def test", "@pytest.mark.skip(reason='#41, no clock')\ndef test")

    assert levels("tests/test_ttl.py", skipped, skipped.replace("10", "20")) == []


def test_a_skip_that_goes_away_is_fine() -> None:
    skipped = PYTHON.replace("def test", "@pytest.mark.skip(reason='#41')\ndef test")

    assert levels("tests/test_ttl.py", skipped, PYTHON) == []


@pytest.mark.parametrize(
    "task",
    [
        "Skip test_value_expires until FEED-77.",
        "Mark the TTL tests as expected to fail.",
        "Disable the flaky tests of the cache",
        "skip broken test for now",
    ],
)
def test_a_skip_that_the_task_asks_for_is_fine(task: str) -> None:
    after = PYTHON.replace("def test", "@pytest.mark.skip(reason='FEED-77')\ndef test")

    assert levels("tests/test_ttl.py", PYTHON, after, task) == []


@pytest.mark.parametrize(
    "task",
    ["", "Fix the failing tests.", "test_value_expires is flaky: repair it.", "Repair the cache. Do not skip tests."],
)
def test_an_added_skip_is_found_whatever_else_is_asked(task: str) -> None:
    after = PYTHON.replace("def test", "@pytest.mark.skip(reason='expiry is being reworked')\ndef test")

    assert levels("tests/test_ttl.py", PYTHON, after, task) == ["error"]


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("tests/test_ttl.py", PYTHON, "def test", "@pytest.mark.skip\ndef test"),
        ("tests/test_ttl.py", PYTHON, "def test", "@pytest.mark.skipif(True, reason='unreliable')\ndef test"),
        ("tests/test_ttl.py", PYTHON, "def test", "@pytest.mark.xfail(reason='off by one')\ndef test"),
        ("tests/test_ttl.py", PYTHON, "def test", "@pytest.mark.xfail(run=False)\ndef test"),
        (
            "tests/test_ttl.py",
            PYTHON,
            "import pytest\n",
            "import pytest\n\npytestmark = pytest.mark.skip(reason='later')\n",
        ),
        ("tests/test_ttl.py", PYTHON, "    cache =", "    pytest.skip('no clock here')\n    cache ="),
        ("tests/test_ttl.py", PYTHON, "    cache =", "    pytest.xfail('known')\n    cache ="),
        ("tests/test_ttl.py", PYTHON, "    assert", "    return\n    assert"),
        ("tests/test_ttl.py", UNITTEST, "class", "@unittest.skip('locking first')\nclass"),
        ("tests/test_ttl.py", UNITTEST, "    def test", "    @unittest.expectedFailure\n    def test"),
        ("tests/test_ttl.py", UNITTEST, "        self.assert", "        self.skipTest('later')\n        self.assert"),
        (
            "tests/test_ttl.py",
            UNITTEST,
            "        self.assert",
            "        raise unittest.SkipTest('later')\n        self.assert",
        ),
        ("ttl.test.ts", SCRIPT, "it(", "it.skip("),
        ("ttl.test.ts", SCRIPT, "it(", "xit("),
        ("ttl.test.ts", SCRIPT, "it(", "test.fails("),
        ("ttl.test.js", SCRIPT, "describe(", "describe.skip("),
        ("ttl.test.js", SCRIPT, "describe(", "xdescribe("),
        ("ttl.spec.tsx", SCRIPT, "    expect", "    return;\n    expect"),
        ("ttl_test.go", GO, "\tif got", '\tt.Skip("flaky")\n\tif got'),
        ("ttl_test.go", GO, "\tif got", "\tt.SkipNow()\n\tif got"),
        ("ttl_test.go", GO, "\tif got", "\treturn\n\tif got"),
        ("tests/ttl.rs", RUST, "#[test]", '#[test]\n#[ignore = "slow"]'),
        ("src/ttl.rs", "pub struct Ttl;\n" + RUST, "#[test]", "#[test]\n#[ignore]"),
        ("src/test/java/TtlTest.java", JAVA, "@Test", '@Test\n  @Disabled("later")'),
        ("src/test/java/TtlTest.java", JAVA, "@Test", "@Test\n  @Ignore"),
        ("src/test/java/TtlTest.java", JAVA, "class", "@Disabled\nclass"),
    ],
)
def test_an_added_skip_is_found_however_it_is_written(path: str, before: str, old: str, new: str) -> None:
    assert levels(path, before, before.replace(old, new, 1)) == ["error"]


def test_a_class_that_is_skipped_is_named_once() -> None:
    two = UNITTEST + "\n    def test_stays(self):\n        self.assertEqual(TTL(10).get('b'), 1)\n"

    assert levels("tests/test_ttl.py", two, "@unittest.skip('later')\n" + two) == ["error"]


def test_a_row_that_is_marked_now_is_found() -> None:
    before = "@pytest.mark.parametrize('text', ['Hello', 'Straße'])\ndef test_slug(text):\n    assert slugify(text).isascii()\n"
    after = before.replace("'Straße'", "pytest.param('Straße', marks=pytest.mark.xfail)")

    assert "error" in levels("tests/test_slug.py", before, after)


def test_the_place_is_the_skip() -> None:
    after = PYTHON.replace("def test", "@pytest.mark.skip\ndef test")

    (found,) = changed({"tests/test_ttl.py": PYTHON}, {"tests/test_ttl.py": after}, rule=RULE)

    assert (found.line, found.symbol, found.code) == (4, "test_value_expires", "pytest.mark.skip")


def test_broken_code_is_read_as_far_as_it_goes() -> None:
    after = PYTHON.replace("def test", "@pytest.mark.skip\ndef test") + "\ndef test_broken(:\n"

    assert levels("tests/test_ttl.py", PYTHON, after) == ["error"]
