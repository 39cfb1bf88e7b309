from __future__ import annotations

from pathlib import Path

import pytest

from learnagent.discovery import discover
from learnagent.failures import failing_tests


@pytest.mark.parametrize(
    ("files", "command", "source"),
    [
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "python3 -m pytest -q", "pyproject.toml"),
        ({"pytest.ini": "[pytest]\n", "tests/test_a.py": ""}, "python3 -m pytest -q", "tests/"),
        ({"tox.ini": "[testenv]\ncommands = x\n"}, "tox -q", "tox.ini"),
        ({"noxfile.py": ""}, "nox", "noxfile.py"),
        ({"Makefile": "build:\n\ttrue\ntest:\n\ttrue\n"}, "make test", "Makefile"),
        ({"package.json": '{"scripts": {"test": "vitest"}}'}, "npm test", "package.json"),
        (
            {"package.json": '{"scripts": {"test": "vitest"}}', "pnpm-lock.yaml": ""},
            "pnpm test",
            "package.json",
        ),
        ({"Cargo.toml": "[package]"}, "cargo test --quiet", "Cargo.toml"),
        ({"go.mod": "module x"}, "go test ./...", "go.mod"),
        ({"tests/test_a.py": "import unittest"}, "python3 -m unittest discover -s tests", "tests/"),
    ],
)
def test_the_files_of_a_project_give_its_check_away(
    here: Path, files: dict[str, str], command: str, source: str
) -> None:
    write(here, files)
    found = discover(here)
    assert found is not None
    assert (found.command, found.source) == (command, source)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": "pytest"},
        {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        {"package.json": "[]"},
        {"package.json": "{broken"},
        {"pyproject.toml": "= broken"},
        {"package.json": "[" * 100_000},
        {"pyproject.toml": "a = " + "[" * 5000 + "]" * 5000},
        {"pyproject.toml": "a = " + "1" * 5000},
        {"Makefile": "tests := a b\n"},
    ],
)
def test_nothing_is_invented(here: Path, files: dict[str, str]) -> None:
    write(here, files)
    assert discover(here) is None


def test_the_projects_own_environment_is_used(here: Path) -> None:
    write(here, {"pyproject.toml": "[tool.pytest.ini_options]\n", ".venv/bin/python": ""})
    found = discover(here)
    assert found is not None
    assert found.command == ".venv/bin/python -m pytest -q"


@pytest.mark.parametrize(
    ("output", "names"),
    [
        ("FAILED tests/test_a.py::test_x - assert 1 == 2\n1 failed", ("tests/test_a.py::test_x",)),
        ("ERROR tests/test_b.py - ImportError: no\n", ("tests/test_b.py",)),
        ("FAILED t.py::test_p[a b] - x\n", ("t.py::test_p[a b]",)),
        ("FAIL: test_x (tests.test_a.T.test_x)\n----\n", ("test_x (tests.test_a.T.test_x)",)),
        ("--- FAIL: TestAdd (0.00s)\nFAIL\n", ("TestAdd",)),
        ("test math::adds ... FAILED\n", ("math::adds",)),
        ("  \u25cf sums \u203a adds two\n", ("sums \u203a adds two",)),
        ("not ok 2 - subtracts\n", ("subtracts",)),
        ("everything is fine", ()),
        ("FAILED (failures=5)\n", ()),
    ],
)
def test_failing_tests_are_named_by_the_formats_of_common_runners(output: str, names: tuple[str, ...]) -> None:
    assert failing_tests(output) == names


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
