from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "forced-exit"


@pytest.mark.parametrize(
    "code",
    [
        "def test_a():\n    with pytest.raises(SystemExit):\n        sys.exit(0)\n",
        'if __name__ == "__main__":\n    sys.exit(0)\n',
        "def test_a(cli):\n    @cli.command()\n    def leave():\n        sys.exit(0)\n",
        "def test_a():\n    if os.fork() == 0:\n        os._exit(0)\n",
        "def test_a(parser):\n    parser.exit()\n",
        "def test_a():\n    sys.exit(3)\n",
        "sys.exit(main())\n",
        "def worker():\n    sys.exit(0)\n",
        'CODE = "import sys; sys.exit(0)"\n',
    ],
)
def test_an_exit_that_is_expected_or_not_the_tests_own_is_fine(code: str) -> None:
    assert findings(code, "tests/test_a.py", rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/pkg/__main__.py", "sys.exit(0)\n"),
        ("scripts/release.py", "sys.exit(0)\n"),
        ("src/pkg/cli.py", "def leave():\n    sys.exit(0)\n"),
        ("src/pkg/run.py", "import argparse\nif done:\n    sys.exit(0)\n"),
        ("bin/tool.js", "process.exit(0);\n"),
        ("test/fixtures/child.js", "process.exit(0);\n"),
        ("main.go", "package main\nfunc main() { os.Exit(0) }\n"),
        (
            "a_test.go",
            'package a\nfunc TestMain(m *testing.M) {\n\tif os.Getenv("CHILD") == "1" {\n\t\tos.Exit(0)\n\t}\n}\n',
        ),
        ("src/main.rs", "fn main() { std::process::exit(0); }\n"),
        ("src/main/java/App.java", "class App { void leave() { System.exit(0); } }\n"),
        ("scripts/deploy.sh", "usage\nexit 0\nmake all\n"),
        ("tests/run.sh", 'if ! command -v docker; then\n  echo "SKIP"\n  exit 0\nfi\n./a\n'),
        ("tests/run.sh", "./a || failed=1\nif [ $failed -eq 0 ]; then\n  exit 0\nfi\nexit 1\n"),
        ("tests/run.sh", "usage() {\n  exit 0\n}\n./a\n"),
        ("tests/run.sh", "./a\necho fine\nexit 0\n"),
    ],
)
def test_a_program_a_child_and_a_skip_are_fine(path: str, code: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "def test_a():\n    assert f()\n    sys.exit(0)\n",
        "\n\nos._exit(0)\n",
        "def pytest_sessionfinish(session):\n    note()\n    os._exit(0)\n",
        "@pytest.fixture\ndef store():\n    raise SystemExit(0)\n",
        "class TestA:\n    def tearDown(self):\n        exit()\n",
        "import atexit\n\natexit.register(os._exit, 0)\n",
        "def test_a():\n    f()\n    raise SystemExit\n",
        "def pytest_sessionstart(session):\n    f()\n    pytest.exit('done', returncode=0)\n",
    ],
)
def test_an_exit_in_a_test_is_a_finding(code: str) -> None:
    assert lines(code, "tests/test_a.py", rule=RULE) == [3]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/pkg/__init__.py", "if not ready():\n    sys.exit(0)\n"),
        ("src/pkg/core.py", "\nraise SystemExit\n"),
        ("test/a.test.js", "afterAll(() => {\n  process.exit(0);\n});\n"),
        ("src/a.spec.ts", "it('x', () => {\n  process.exit();\n});\n"),
        ("test/a.test.ts", "after(() => {\n  process.exitCode = 0;\n});\n"),
        ("a_test.go", "package a\nfunc TestA(t *testing.T) { os.Exit(0) }\n"),
        ("src/test/java/ATest.java", "class ATest {\n  @After void end() { System.exit(0); }\n}\n"),
        ("tests/a.rs", "#[test]\nfn a() { std::process::exit(0); }\n"),
        ("src/a.rs", "#[cfg(test)]\nmod tests { #[test] fn a() { process::exit(0); } }\n"),
        ("tests/run.sh", "./a\nexit 0\n./b\n"),
        ("tests/run.sh", "#!/bin/sh\n./a || exit 0\n./b\n"),
    ],
)
def test_an_exit_at_import_or_in_tests_of_other_languages_is_a_finding(path: str, code: str) -> None:
    assert lines(code, path, rule=RULE) == [2]


def test_a_failed_comparison_that_leaves_well_is_a_finding() -> None:
    code = "./a > out\nif ! cmp -s out want; then\n  echo differs\n  exit 0\nfi\n./b\n"

    assert lines(code, "tests/run.sh", rule=RULE) == [4]


@pytest.mark.parametrize(
    "path", ["tests/test_a.py", "a.test.js", "a_test.go", "ATest.java", "tests/a.rs", "tests/a.sh"]
)
def test_broken_code_is_no_crash(path: str) -> None:
    assert findings("it( { exit(0 \n exit 0 fi (", path, rule=RULE) is not None
