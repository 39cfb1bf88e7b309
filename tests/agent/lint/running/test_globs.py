from __future__ import annotations

import pytest

from learnagent.lint.running.globs import matches


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("src/app.py", "app"),
        ("src/app.py", "src/*.js"),
        ("src/deep/app.py", "src/*.py"),
        ("lib/src/app.py", "src/app.py"),
        ("source/app.py", "src"),
        ("src/app.py", "[!a]pp.py"),
        ("src/appXpy", "app.py"),
        ("src/app.py", ""),
    ],
)
def test_a_pattern_covers_no_more_than_it_says(path: str, pattern: str) -> None:
    assert not matches(path, [pattern])


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("src/app.py", "app.py"),
        ("src/app.py", "*.py"),
        ("src/app.py", "src"),
        ("src/deep/app.py", "src/"),
        ("src/deep/app.py", "/src"),
        ("src/deep/app.py", "deep"),
        ("src/deep/app.py", "src/**/app.py"),
        ("src/app.py", "src/**/app.py"),
        ("src/deep/app.py", "src/**"),
        ("src/deep/er/app.py", "**/er/*.py"),
        ("src/app.py", "src/ap?.py"),
        ("src/app.py", "[a-c]pp.py"),
        ("src/a+b(1).py", "a+b(1).py"),
        ("src/[odd.py", "[odd.py"),
        ("a\nb.py", "a*.py"),
    ],
)
def test_a_pattern_covers_names_anywhere_and_paths_from_the_root(path: str, pattern: str) -> None:
    assert matches(path, ["nothing", pattern])
