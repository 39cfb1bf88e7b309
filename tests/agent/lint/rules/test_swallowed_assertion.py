from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "swallowed-assertion"
PYTHON = "tests/test_grid.py"


def _python(handler: str, guarded: str = "assert grid() == 3") -> str:
    return f"def test_grid():\n    try:\n        {guarded}\n    {handler}\n"


def _script(catch: str, guarded: str = "expect(grid()).toBe(3);") -> str:
    return f"it('a', async () => {{\n  try {{\n    {guarded}\n  }} {catch}\n}});\n"


def _java(catch: str, guarded: str = "assertEquals(3, grid());") -> str:
    return f"class GridTest {{\n@Test void a() {{\n  try {{\n    {guarded}\n  }} {catch}\n}}\n}}\n"


@pytest.mark.parametrize(
    "handler",
    [
        "except AssertionError:\n        raise",
        "except Exception as error:\n        raise GridError from error",
        "except AssertionError as error:\n        failures.append(error)",
        "except ValueError:\n        pass",
        "except Exception as error:\n        assert 'x' in str(error)",
        "except Exception as error:\n        pytest.fail(str(error))",
        "except Exception:\n        self.fail('no')",
        "finally:\n        close()",
        "except AssertionError:\n        pass\n    else:\n        raise AssertionError('must differ')",
    ],
)
def test_a_failure_that_goes_on_is_fine(handler: str) -> None:
    assert findings(_python(handler), PYTHON, rule=RULE) == []


def test_a_try_without_an_assertion_is_none_of_this() -> None:
    assert findings(_python("except Exception:\n        pass", "grid()"), PYTHON, rule=RULE) == []


def test_a_loop_that_tries_until_it_holds_is_fine() -> None:
    code = """
        def test_in_the_end():
            for _ in range(50):
                try:
                    assert ready()
                    break
                except AssertionError:
                    tick()
            else:
                pytest.fail("never ready")
        """

    assert findings(code, PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "caught", ["", " Exception", " AssertionError", " BaseException as e", " (AssertionError, OSError)"]
)
@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        "print('off')",
        "return",
        "logger.exception('off')",
        "pytest.skip('off')",
        "traceback.print_exc()",
        "assert True",
    ],
)
def test_a_failure_that_is_dropped_is_found_in_python(caught: str, body: str) -> None:
    assert lines(_python(f"except{caught}:\n        {body}"), PYTHON, rule=RULE) == [4]


@pytest.mark.parametrize("guarded", ["self.assertEqual(a, 3)", "mock.assert_called_once()", "check_grid(3)"])
def test_every_kind_of_assertion_counts(guarded: str) -> None:
    assert lines(_python("except Exception:\n        pass", guarded), PYTHON, rule=RULE) == [4]


@pytest.mark.parametrize("caught", ["AssertionError", "Exception", "(ValueError, AssertionError)", "BaseException"])
def test_suppress_around_an_assertion_is_found(caught: str) -> None:
    inner = caught.strip("()")
    code = f"def test_a():\n    with contextlib.suppress({inner}):\n        assert f() == 3\n"

    assert lines(code, PYTHON, rule=RULE) == [2]


@pytest.mark.parametrize(
    "code", ["with suppress(OSError):\n        assert f() == 3", "with suppress(Exception):\n        f()"]
)
def test_suppress_of_something_else_is_fine(code: str) -> None:
    assert findings(f"def test_a():\n    {code}\n", PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "catch",
    [
        "catch (e) { throw e; }",
        "catch (e) { expect(e.message).toBe('x'); }",
        "catch (e) { done(e); }",
        "catch (e) { fail(e); }",
        "finally { close(); }",
    ],
)
def test_a_failure_that_goes_on_is_fine_in_javascript(catch: str) -> None:
    assert findings(_script(catch), "src/grid.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/grid.test.js", "src/grid.test.ts", "src/grid.test.tsx"])
@pytest.mark.parametrize(
    "catch", ["catch {}", "catch (e) { console.log(e); }", "catch (e) { return; }", "catch (error) { /* flaky */ }"]
)
def test_a_failure_that_is_dropped_is_found_in_javascript(path: str, catch: str) -> None:
    assert lines(_script(catch), path, rule=RULE) == [4]


def test_a_caught_rejection_behind_assertions_is_found() -> None:
    code = "it('a', () => {\n  return load().then((x) => {\n    expect(x).toBe(3);\n  }).catch(() => {});\n});\n"

    assert lines(code, "src/grid.test.js", rule=RULE) == [4]


@pytest.mark.parametrize("handler", ["done", "(e) => { throw e; }", "(e) => { expect(e).toBe(1); }"])
def test_a_caught_rejection_that_goes_on_is_fine(handler: str) -> None:
    code = f"it('a', (done) => {{ load().then((x) => {{ expect(x).toBe(3); }}).catch({handler}); }});\n"

    assert findings(code, "src/grid.test.js", rule=RULE) == []


@pytest.mark.parametrize(
    "catch",
    [
        "catch (IOException e) { }",
        "catch (Exception e) { }",
        "catch (AssertionError e) { throw e; }",
        "catch (Throwable t) { failures.add(t); }",
    ],
)
def test_what_no_failure_is_lost_in_is_fine_in_java(catch: str) -> None:
    assert findings(_java(catch), "src/test/GridTest.java", rule=RULE) == []


@pytest.mark.parametrize(
    "catch",
    [
        "catch (AssertionError e) { }",
        "catch (Throwable t) { t.printStackTrace(); }",
        'catch (Error e) { log.warn("off"); }',
    ],
)
def test_a_failure_that_is_dropped_is_found_in_java(catch: str) -> None:
    assert lines(_java(catch), "src/test/GridTest.java", rule=RULE) == [5]


@pytest.mark.parametrize(
    "judge", ["assert!(r.is_ok());", "r.unwrap();", "if let Err(e) = r { panic::resume_unwind(e); }"]
)
def test_an_outcome_that_is_judged_is_fine_in_rust(judge: str) -> None:
    code = f"#[test]\nfn a() {{\n    let r = panic::catch_unwind(|| {{ assert_eq!(f(), 3); }});\n    {judge}\n}}\n"

    assert findings(code, "tests/a.rs", rule=RULE) == []


@pytest.mark.parametrize("start", ["let _ = ", "let r = ", ""])
def test_an_outcome_that_nobody_judges_is_found_in_rust(start: str) -> None:
    code = f"#[test]\nfn a() {{\n    {start}panic::catch_unwind(|| {{ assert_eq!(f(), 3); }});\n}}\n"

    assert lines(code, "tests/a.rs", rule=RULE) == [3]


@pytest.mark.parametrize(
    "body", ['if r := recover(); r == nil { t.Fatal("must panic") }', "if r := recover(); r != nil { panic(r) }"]
)
def test_a_recover_that_asks_is_fine_in_go(body: str) -> None:
    code = f"package a\nfunc TestA(t *testing.T) {{\n\tdefer func() {{ {body} }}()\n\tmustEqual(t, f(), 3)\n}}\n"

    assert findings(code, "a_test.go", rule=RULE) == []


@pytest.mark.parametrize("body", ["recover()", "if r := recover(); r != nil { t.Log(r) }", "_ = recover()"])
def test_a_recover_that_drops_a_panic_is_found_in_go(body: str) -> None:
    code = f"package a\nfunc TestA(t *testing.T) {{\n\tdefer func() {{ {body} }}()\n\tmustEqual(t, f(), 3)\n}}\n"

    assert lines(code, "a_test.go", rule=RULE) == [3]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (PYTHON, "def test_a():\n    try:\n        assert (\n    except:\n"),
        ("a.test.ts", "it('a', () => { try { expect(1) } catch ("),
        ("src/test/ATest.java", "class ATest { @Test void a() { try { assertTrue("),
        ("tests/a.rs", "#[test]\nfn a() { let r = catch_unwind(|| { assert!("),
        ("a_test.go", "func TestA(t *testing.T) { defer func() { recover()"),
    ],
)
def test_broken_code_never_fails(path: str, code: str) -> None:
    findings(code, path)
