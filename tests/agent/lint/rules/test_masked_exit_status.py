from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "masked-exit-status"


def shell(script: str) -> list[int]:
    return lines(f"#!/bin/bash\n{script}\n", "scripts/ci.sh", rule=RULE)


def in_python(command: str) -> list[int]:
    return lines(f"import subprocess\n\nsubprocess.run({command!r}, shell=True)\n", "tools/ci.py", rule=RULE)


@pytest.mark.parametrize(
    "script",
    [
        "grep -q x log || true",
        "pkill server || true",
        "rm -rf build || :",
        "docker rm -f db || true",
        "pytest -q",
        "pytest -q || status=$?",
        "pytest -q || { echo failed; exit 1; }",
        "pytest -q || { pytest --last-failed -vv; exit 1; }",
        'pytest -q || echo "failed" && exit 1',
        "pytest --version || true",
        "command -v pytest >/dev/null 2>&1 || true",
        "if pytest >/dev/null 2>&1; then\n  echo fine\nfi",
        "make clean || true",
        "[ -f x ] || true",
        "pytest --collect-only -q | grep slow || true",
        'echo "pytest || true"',
        "# pytest || true",
        "set +e\npytest\nstatus=$?\nexit $status",
        "set +e\npytest\nset -e",
        "set +e\nkill 3",
        "trap 'rm -rf \"$tmp\"' EXIT",
        "trap 'exit 0' INT TERM",
        "cat <<END\npytest || true\nEND",
        "output=$(pytest 2>&1 || true)",
        "set -e\npytest\nexit 0",
    ],
)
def test_a_status_that_says_nothing_or_is_used_is_fine(script: str) -> None:
    assert shell(script) == []


def test_a_string_that_nobody_runs_is_fine() -> None:
    assert findings('"""Never write `pytest || true`."""\n', "src/app.py", rule=RULE) == []
    assert findings('import subprocess\nCASE = "pytest || true"\n', "tests/test_shell.py", rule=RULE) == []


@pytest.mark.parametrize(
    "script",
    [
        "pytest -q tests || true",
        "FOO=1 python -m pytest || :",
        "cd web && npm ci && npm test || exit 0",
        "make test; true",
        'ruff check . || { echo "no"; exit 0; }',
        'mypy src || echo "types failed"',
        "mypy src 2>/dev/null",
        "(cd api && go test ./...) || true",
        "pytest | tee log || true",
        "docker compose run web pytest -q || true",
        "poetry run mypy src || true",
        "./scripts/run_tests.sh || true",
        "./gradlew test || true",
        "npx tsc --noEmit || true",
        "$(MAKE) check || true",
        "terraform apply -auto-approve || true",
        'bash -c "cargo test || true"',
        "for d in a b; do\n  cargo test || true\ndone",
        "run() {\n  npm run lint || return 0\n}",
        "set +e\npytest",
        "trap 'exit 0' ERR",
        "if ! pytest; then\n  echo failed\nfi",
        "pytest\nexit 0",
    ],
)
def test_a_check_whose_failure_is_hidden_is_a_finding(script: str) -> None:
    assert len(shell(script)) == 1


@pytest.mark.parametrize("command", ["pytest || true", "ruff check . ; true", "cd web && npm test || exit 0"])
def test_a_shell_string_in_python_is_a_finding(command: str) -> None:
    assert in_python(command) == [3]


def test_an_f_string_and_a_list_are_findings() -> None:
    code = 'import os\nos.system(f"pytest {path} || true")\nsubprocess.run(["sh", "-c", "mypy . || :"])\n'

    assert lines(code, "tools/ci.py", rule=RULE) == [2, 3]


def test_broken_code_is_no_crash() -> None:
    assert findings('if pytest || true; then (\n"', "ci.sh", rule=RULE) is not None
    assert findings("import os\nos.system('pytest || true", "ci.py", rule=RULE) is not None
