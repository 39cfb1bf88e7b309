from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "test-detection"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("tests/conftest.py", 'if "pytest" in sys.modules:\n    go()\n'),
        ("src/pytest_plugin.py", 'if "PYTEST_CURRENT_TEST" in os.environ:\n    go()\n'),
        ("src/plugin.py", 'import pytest\nif "PYTEST_XDIST_WORKER" in os.environ:\n    go()\n'),
        ("src/app.py", 'if "numpy" in sys.modules:\n    go()\n'),
        ("src/app.py", 'os.environ["PYTEST_CURRENT_TEST"] = "x"\n'),
        ("src/app.py", "caller = inspect.stack()[1]\n"),
        ("src/app.py", 'subprocess.run(["pytest", "-q"])\n'),
        ("src/app.py", '"""Never ask `"pytest" in sys.modules`."""\n'),
        ("src/settings.py", 'if "test" in sys.argv:\n    DATABASE = "memory"\n'),
        ("src/app.ts", "const production = process.env.NODE_ENV === 'production';\n"),
        ("src/app.ts", "process.env.NODE_ENV = 'test';\n"),
        ("src/app.ts", "if (key.environment === 'test') { go(); }\n"),
        ("src/app.ts", "if (process.env.NODE_ENV !== 'test') {\n  app.listen(3000);\n}\n"),
        ("src/app.ts", "export const test = (it) => typeof it === 'function';\n"),
        ("babel.config.js", "module.exports = { plugins: process.env.NODE_ENV === 'test' ? [] : ['x'] };\n"),
        ("app.go", 'package a\nfunc must() {\n\tif !testing.Testing() {\n\t\tpanic("only in tests")\n\t}\n}\n'),
        ("internal/dbtest/db.go", "package dbtest\nfunc f() bool { return testing.Testing() }\n"),
        ("src/app.rs", "#[cfg(test)]\nmod tests {\n    fn f() -> bool { cfg!(test) }\n}\n"),
        ("src/app.rs", "fn f() -> u32 { if cfg!(windows) { 1 } else { 2 } }\n"),
        ("src/main/java/A.java", "class A { Object f() { return Thread.currentThread().getStackTrace()[2]; } }\n"),
    ],
)
def test_tests_plugins_builds_and_other_questions_are_fine(path: str, code: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        'if "pytest" in sys.modules:\n    go()',
        'if sys.modules.get("unittest"):\n    go()',
        'IN_TEST = os.environ.get("PYTEST_CURRENT_TEST") is not None',
        'if "PYTEST_CURRENT_TEST" in os.environ:\n    go()',
        'if os.getenv("PYTEST_VERSION"):\n    go()',
        'if "pytest" in sys.argv[0]:\n    go()',
        'if Path(sys.argv[0]).name == "pytest":\n    go()',
        'if hasattr(sys, "_called_from_test"):\n    go()',
        'slow = not any("test_" in frame.function for frame in inspect.stack())',
        'if any(name.startswith("pytest") for name in sys.modules) or "pytest" in sys.modules:\n    go()',
    ],
)
def test_a_question_in_python_is_a_finding(code: str) -> None:
    assert lines(f"import os\nimport sys\n\n{code}\n", "src/app.py", rule=RULE) == [4]


@pytest.mark.parametrize(
    "condition",
    [
        "process.env.NODE_ENV === 'test'",
        "process.env['NODE_ENV'] == \"test\"",
        "process.env.JEST_WORKER_ID !== undefined",
        "process.env.VITEST",
        "typeof jest !== 'undefined'",
        "typeof describe === 'function'",
        "globalThis.__vitest_worker__",
        "import.meta.env.MODE === 'test'",
        "new Error().stack.includes('.spec.ts')",
        "process.argv.some((arg) => arg.includes('jest'))",
    ],
)
@pytest.mark.parametrize("path", ["src/app.js", "src/app.ts", "src/app.tsx"])
def test_a_question_in_script_is_a_finding(path: str, condition: str) -> None:
    assert lines(f"function rate() {{\n  if ({condition}) return 1;\n}}\n", path, rule=RULE) == [2]


def test_a_variable_that_holds_the_environment_is_looked_through() -> None:
    code = "const env = process.env.NODE_ENV ?? 'development';\nif (env === 'test') { go(); }\n"

    assert lines(code, "src/app.ts", rule=RULE) == [2]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("app.go", "package a\nfunc f() bool { return testing.Testing() }\n"),
        ("app.go", 'package a\nfunc f() bool { return flag.Lookup("test.v") != nil }\n'),
        ("app.go", 'package a\nfunc f() bool { return strings.HasSuffix(os.Args[0], ".test") }\n'),
        (
            "A.java",
            'class A {\n  boolean f() throws Exception { return Class.forName("org.junit.Test") != null; }\n}\n',
        ),
        ("src/a.rs", "fn f() -> u32 {\n    if cfg!(test) { 1 } else { 2 }\n}\n"),
        ("src/a.rs", "fn f() -> u32 {\n    #[cfg(test)]\n    return 1;\n    2\n}\n"),
    ],
)
def test_a_question_in_other_languages_is_a_finding(path: str, code: str) -> None:
    assert lines(code, path, rule=RULE) == [2]


def test_a_stack_searched_for_junit_is_a_finding() -> None:
    code = """
        class A {
            boolean f() {
                for (StackTraceElement frame : new Throwable().getStackTrace()) {
                    if (frame.getClassName().contains("junit")) return true;
                }
                return false;
            }
        }
        """

    assert lines(code, "src/main/java/A.java", rule=RULE) == [4]


@pytest.mark.parametrize("path", ["app.py", "app.ts", "app.go", "A.java", "a.rs"])
def test_broken_code_is_no_crash(path: str) -> None:
    code = 'if ("pytest" in sys.modules { cfg!(test testing.Testing() NODE_ENV getStackTrace() "junit\n'

    assert findings(code, path, rule=RULE) is not None
