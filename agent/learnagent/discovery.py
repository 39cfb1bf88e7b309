"""Finds the project's check command in the files that say how it is tested. It runs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learnagent_memory.reading import parse_json, parse_toml


@dataclass(frozen=True, slots=True)
class CheckCommand:
    """A command that tells whether the project is sound."""

    command: str
    source: str
    """Where it comes from: `--check`, a settings file, or the file it was discovered in."""


def discover(root: Path) -> CheckCommand | None:
    """Return the first check command that the project's files give away; None where there is none."""
    for find in _FINDERS:
        found = find(root)
        if found:
            return found
    return None


def _pyproject(root: Path) -> CheckCommand | None:
    table = _toml(root / "pyproject.toml")
    tool = table.get("tool", {}) if isinstance(table.get("tool"), dict) else {}
    if "pytest" in tool or _mentions_pytest(root):
        source = "pyproject.toml" if "pytest" in tool else "tests/"
        return CheckCommand(f"{python_of(root)} -m pytest -q", source)
    return None


def _mentions_pytest(root: Path) -> bool:
    """Tell whether pytest is named in a configuration file and test files follow its naming."""
    named = any(
        "pytest" in _text(root / name)
        for name in (
            "pyproject.toml",
            "pytest.ini",
            "tox.ini",
            "setup.cfg",
            "conftest.py",
            "requirements-dev.txt",
        )
    )
    folders = (root / "tests", root / "test", root)
    return (named or (root / "pytest.ini").exists()) and any(
        next(folder.glob(pattern), None) for folder in folders for pattern in ("test_*.py", "*_test.py")
    )


def _tox(root: Path) -> CheckCommand | None:
    return CheckCommand("tox -q", "tox.ini") if "[testenv" in _text(root / "tox.ini") else None


def _nox(root: Path) -> CheckCommand | None:
    return CheckCommand("nox", "noxfile.py") if (root / "noxfile.py").is_file() else None


def _makefile(root: Path) -> CheckCommand | None:
    text = _text(root / "Makefile")
    for target in ("check", "test", "tests"):
        if re.search(rf"^{target}\s*:(?!=)", text, re.MULTILINE):
            return CheckCommand(f"make {target}", "Makefile")
    return None


def _package_json(root: Path) -> CheckCommand | None:
    try:
        package: Any = parse_json(_text(root / "package.json") or "{}")
        script = package.get("scripts", {}).get("test", "")
    except (ValueError, AttributeError):
        return None
    if not isinstance(script, str) or not script or "no test specified" in script:
        return None
    runners = {"pnpm-lock.yaml": "pnpm test", "yarn.lock": "yarn test", "bun.lockb": "bun run test"}
    command = next((runner for lock, runner in runners.items() if (root / lock).exists()), "npm test")
    return CheckCommand(command, "package.json")


def _cargo(root: Path) -> CheckCommand | None:
    return CheckCommand("cargo test --quiet", "Cargo.toml") if (root / "Cargo.toml").is_file() else None


def _go(root: Path) -> CheckCommand | None:
    return CheckCommand("go test ./...", "go.mod") if (root / "go.mod").is_file() else None


def _unittest(root: Path) -> CheckCommand | None:
    """Plain unittest: test files in a package `tests`, and no other runner named."""
    if (root / "tests").is_dir() and next((root / "tests").glob("test*.py"), None):
        return CheckCommand(f"{python_of(root)} -m unittest discover -s tests", "tests/")
    return None


_FINDERS: tuple[Callable[[Path], CheckCommand | None], ...] = (
    _pyproject,
    _tox,
    _nox,
    _makefile,
    _package_json,
    _cargo,
    _go,
    _unittest,
)


def python_of(root: Path) -> str:
    """Return the interpreter of the project's own environment, else whatever `python3` is on the path."""
    for name in (".venv", "venv"):
        if (root / name / "bin" / "python").exists():
            return f"{name}/bin/python"
    return "python3"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(_text(path))
    except ValueError:
        return {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return ""
