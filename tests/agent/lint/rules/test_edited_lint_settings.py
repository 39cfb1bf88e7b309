"""`edited-lint-settings` on the linter's tables, its baseline, and how a run takes its findings."""

from __future__ import annotations

import json

import pytest

from linting import changed

RULE = "edited-lint-settings"
HEAD = '[project]\nname = "a"\n'


def found(path: str, before: str, after: str, *, task: str = "") -> list[str]:
    return [finding.message for finding in changed({path: before}, {path: after}, rule=RULE, task=task)]


def baseline(*symbols: str) -> str:
    entries = [{"path": "a.py", "rule": "stub-body", "symbol": one, "code": "77aa", "count": 1} for one in symbols]
    return json.dumps({"version": 1, "findings": entries}, indent=1)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("pyproject.toml", HEAD, f"{HEAD}version = '2'\n[tool.ruff.lint]\nignore = ['E501']\n"),
        ("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nselect = ['all']\n"),
        ("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nlevel = 'warn'\n"),
        ("pyproject.toml", "[tool.learnagent.lint]\nignore = ['stub-body']\n", "[tool.learnagent.lint]\nignore = []\n"),
        (
            "pyproject.toml",
            "[tool.learnagent.lint]\nexclude = ['a', 'b']\n",
            "[tool.learnagent.lint]\nexclude = ['b']\n",
        ),
        (".learnagent/config.toml", "model = 'a'\n", "model = 'b'\nmax_steps = 9\n"),
        (".learnagent/lint-baseline.json", baseline("f", "g"), baseline("g")),
        ("perf/baseline.json", '{"findings": 3}', '{"findings": 4}'),
        ("pyproject.toml", HEAD, "[tool.learnagent.lint\n"),
        ("docs/lint.md", "", "[tool.learnagent.lint]\nignore = ['stub-body']\n"),
    ],
)
def test_what_does_not_make_the_linter_see_less_is_fine(path: str, before: str, after: str) -> None:
    assert found(path, before, after) == []


def test_what_the_task_asks_for_is_fine() -> None:
    task = "Exclude third_party/ in [tool.learnagent.lint]."
    assert found("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nexclude = ['third_party']\n", task=task) == []


@pytest.mark.parametrize(
    ("path", "before", "after", "key"),
    [
        ("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nignore = ['stub-body']\n", "ignore"),
        ("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nselect = ['stub-body']\n", "select"),
        ("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nlevel = 'error'\n", "level"),
        ("pyproject.toml", HEAD, f"{HEAD}[tool.learnagent.lint]\nbaseline = 'known.json'\n", "baseline"),
        (
            "pyproject.toml",
            HEAD,
            f"{HEAD}[tool.learnagent.lint.per_path_ignores]\n'tests/**' = ['stub-body']\n",
            "per_path_ignores",
        ),
        (
            ".learnagent/config.toml",
            "[lint.per_path_ignores]\n'tests/**' = ['stub-body']\n",
            "[lint.per_path_ignores]\n'tests/**' = ['stub-body', 'skipped-test']\n",
            "per_path_ignores",
        ),
        (".learnagent/config.toml", "[lint]\nexclude = ['a']\n", "[lint]\nexclude = ['a', 'src']\n", "exclude"),
        (".learnagent/config.toml", "model = 'a'\n", "model = 'a'\nshortcuts = 'ignore'\n", "shortcuts"),
    ],
)
def test_settings_that_make_it_see_less_are_named(path: str, before: str, after: str, key: str) -> None:
    assert found(path, before, after) == [f"the linter's own settings are edited: {key}"]


def test_a_longer_baseline_is_named_at_its_first_new_entry() -> None:
    before, after = baseline("f"), baseline("f", "g", "h")
    (only,) = changed({"known.json": before}, {"known.json": after}, rule=RULE)
    assert (only.message, only.code) == ("2 findings are added to the linter's baseline", '"symbol": "g",')


def test_a_new_baseline_is_named() -> None:
    assert changed({}, {"known.json": baseline("f")}, rule=RULE)
