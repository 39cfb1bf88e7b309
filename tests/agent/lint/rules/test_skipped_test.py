from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "skipped-test"
PYTHON = "tests/test_xlsx.py"


def _python(mark: str, body: str = "assert f() == 3") -> str:
    return f"{mark}\ndef test_xlsx(self):\n    {body}\n"


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.skip(reason='openpyxl 3.2 cannot write links')",
        "@pytest.mark.skip('openpyxl 3.2 cannot write links')",
        "@pytest.mark.skip(reason=WHY)",
        "@pytest.mark.skipif(sys.platform == 'win32', reason='POSIX')",
        "@pytest.mark.skipif('sys.version_info < (3, 12)')",
        "@unittest.skipUnless(HAS_X, 'needs x')",
        "@pytest.mark.xfail(sys.platform == 'win32')",
        "@pytest.mark.xfail(reason='SHOP-12: not written yet', strict=True)",
        "@pytest.mark.skip  # openpyxl cannot write links",
        "# openpyxl 3.2 cannot write links\n@pytest.mark.skip",
        "# openpyxl 3.2 cannot write links\n@pytest.mark.skip\n@pytest.mark.slow",
        "@pytest.mark.slow",
    ],
)
def test_a_condition_or_a_reason_is_fine(mark: str) -> None:
    assert findings(_python(mark), PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "body", ["if WINDOWS:\n        pytest.skip()", "pytest.importorskip('x')", "playlist.skip()", "skip(3)"]
)
def test_a_skip_under_a_condition_is_fine(body: str) -> None:
    assert findings(_python("", body), PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.skip",
        "@pytest.mark.skip()",
        "@pytest.mark.skip(reason='')",
        "@pytest.mark.skip(reason='TODO')",
        "@mark.skip",
        "@unittest.skip('')",
        "@pytest.mark.xfail",
        "@pytest.mark.xfail(strict=False)",
        "@unittest.expectedFailure",
        "@pytest.mark.skipif(True, reason='')",
    ],
)
def test_a_mark_without_a_reason_is_found(mark: str) -> None:
    assert lines(_python(mark), PYTHON, rule=RULE) == [1]


@pytest.mark.parametrize(
    "body", ["pytest.skip()", "self.skipTest('')", "raise unittest.SkipTest", "raise SkipTest()", "pytest.xfail()"]
)
def test_a_skip_at_the_top_of_a_test_is_found(body: str) -> None:
    assert lines(_python("", f"{body}\n    assert f()"), PYTHON, rule=RULE) == [3]


def test_a_class_and_a_module_are_told_once() -> None:
    code = "@pytest.mark.skip\nclass TestA:\n    def test_a(self): ...\n    def test_b(self): ...\n"

    assert lines(code, PYTHON, rule=RULE) == [1]
    assert lines("pytestmark = pytest.mark.skip\n\ndef test_a(): ...\ndef test_b(): ...\n", PYTHON, rule=RULE) == [1]


def test_a_row_that_is_skipped_is_found() -> None:
    rows = "[\n    1,\n    pytest.param(2, marks=pytest.mark.skip),\n]"
    code = f"@pytest.mark.parametrize('x', {rows})\ndef test_a(x):\n    assert x\n"

    assert lines(code, PYTHON, rule=RULE) == [3]


@pytest.mark.parametrize(
    "code",
    [
        "it('a', () => { f(); });",
        "it.todo('a');",
        "it.skipIf(isCI)('a', () => { f(); });",
        "const maybe = isCI ? it.skip : it;\nmaybe('a', () => { f(); });",
        "(isCI ? it.skip : it)('a', () => { f(); });",
        "if (isCI) {\n  it.skip('a', () => { f(); });\n}",
        "// the parser of the vendor cannot do this yet\nit.skip('a', () => { f(); });",
        "test('a', { skip: 'waits for node 26' }, () => { f(); });",
        "test('a', { skip: !hasDatabase }, () => { f(); });",
        "test('a', () => { test.skip(isCI, 'no browser'); f(); });",
        "it('a', function () { if (isCI) this.skip(); f(); });",
        "queue.skip('a', () => { f(); });",
    ],
)
def test_a_condition_or_a_reason_is_fine_in_javascript(code: str) -> None:
    assert findings(code, "src/a.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/a.test.js", "src/a.test.ts", "src/a.test.tsx"])
@pytest.mark.parametrize(
    "code",
    [
        "it.skip('a', () => { f(); });",
        "test.skip('a', async () => { f(); });",
        "xit('a', () => { f(); });",
        "xtest('a', () => { f(); });",
        "test.skip.each([[1], [2]])('a %i', (n) => { f(n); });",
        "describe.skip('s', () => { it('a', () => { f(); }); it('b', () => { f(); }); });",
        "xdescribe('s', () => { it('a', () => { f(); }); });",
        "test('a', { skip: true }, () => { f(); });",
        "it('a', function () { this.skip(); f(); });",
        "test.fixme('a', async () => { f(); });",
        "Deno.test({ name: 'a', ignore: true, fn() { f(); } });",
        "it.failing('a', () => { f(); });",
    ],
)
def test_a_skip_without_a_reason_is_found_in_javascript(path: str, code: str) -> None:
    assert lines(code, path, rule=RULE) == [1]


@pytest.mark.parametrize(
    "body", ['t.Skip("waits for go 1.27")', "if testing.Short() { t.Skip() }", "q.Skip()", "t.Log()"]
)
def test_a_condition_or_a_reason_is_fine_in_go(body: str) -> None:
    assert findings(f"package a\nfunc TestA(t *testing.T) {{\n{body}\n}}\n", "a_test.go", rule=RULE) == []


@pytest.mark.parametrize(
    "body", ["t.Skip()", "t.SkipNow()", 't.Run("a", func(t *testing.T) { t.SkipNow() })', 't.Skip("")']
)
def test_a_skip_without_a_reason_is_found_in_go(body: str) -> None:
    assert lines(f"package a\nfunc TestA(t *testing.T) {{\n{body}\n}}\n", "a_test.go", rule=RULE) == [3]


@pytest.mark.parametrize(
    "mark", ['#[ignore = "needs a server"]', "#[cfg_attr(windows, ignore)]", "#[ignore] // needs a server"]
)
def test_a_condition_or_a_reason_is_fine_in_rust(mark: str) -> None:
    assert findings(f"#[test]\n{mark}\nfn a() {{ f(); }}\n", "src/a.rs", rule=RULE) == []


def test_a_skip_without_a_reason_is_found_in_rust() -> None:
    assert lines("#[test]\n#[ignore]\nfn a() { f(); }\n", "src/a.rs", rule=RULE) == [2]


@pytest.mark.parametrize(
    "mark", ['@Disabled("PDF-204: ligatures")', "@DisabledOnOs(OS.WINDOWS)", "// PDF-204 loses ligatures\n@Ignore"]
)
def test_a_condition_or_a_reason_is_fine_in_java(mark: str) -> None:
    assert findings(f"class ATest {{\n{mark}\n@Test void a() {{ f(); }}\n}}\n", "src/test/ATest.java", rule=RULE) == []


@pytest.mark.parametrize("mark", ["@Disabled", "@Ignore", '@Disabled("")', "@org.junit.Ignore"])
def test_a_skip_without_a_reason_is_found_in_java(mark: str) -> None:
    assert lines(f"class ATest {{\n{mark}\n@Test void a() {{ f(); }}\n}}\n", "src/test/ATest.java", rule=RULE) == [2]


def test_a_disabled_test_of_testng_is_found() -> None:
    assert lines("class ATest {\n@Test(enabled = false) void a() { f(); }\n}\n", "src/test/ATest.java", rule=RULE) == [
        2
    ]


@pytest.mark.parametrize("path", [PYTHON, "a.test.ts", "a_test.go", "src/a.rs", "src/test/ATest.java"])
def test_broken_code_never_fails(path: str) -> None:
    code = "@pytest.mark.skip( def test_a(: it.skip('a', () => { t.Skip( #[ignore #[test] @Disabled( @Test"

    findings(code, path)
