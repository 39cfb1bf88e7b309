from __future__ import annotations

from pathlib import Path

import pytest

from gitrepo import write
from learnagent.lint.running.settings import LintSettings, load_settings
from learnagent_memory.errors import UsageError

ALL = """\
[tool.learnagent.lint]
select = ["swallowed-error"]
ignore = ["sleep-in-test"]
level = "error"
exclude = ["gen/**"]
baseline = "lint-baseline.json"
[tool.learnagent.lint.per_path_ignores]
"tests/**" = ["sleep-in-test"]
"""


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"pyproject.toml": ""},
        {"pyproject.toml": "[tool.ruff.lint]\nselect = []\n"},
        {"pyproject.toml": '[tool.learnagent]\nmodel = "lint"\n'},
        {".learnagent/config.toml": "max_steps = 3\n"},
        {"pyproject.toml": "broken = [\n"},
    ],
    ids=["none", "empty", "another linter", "no table of ours", "only the agent's", "broken, and nothing of ours"],
)
def test_without_settings_the_defaults_hold(here: Path, files: dict[str, str]) -> None:
    write(here, files)

    assert load_settings(here) == LintSettings()


def test_every_setting_is_read(here: Path) -> None:
    write(here, {"pyproject.toml": ALL})

    assert load_settings(here) == LintSettings(
        select=("swallowed-error",),
        ignore=("sleep-in-test",),
        level="error",
        exclude=("gen/**",),
        per_path_ignores={"tests/**": ("sleep-in-test",)},
        baseline="lint-baseline.json",
    )


def test_key_by_key_pyproject_stands_above_the_config_file(here: Path) -> None:
    write(
        here,
        {
            ".learnagent/config.toml": '[lint]\nlevel = "error"\nexclude = ["a"]\n',
            "pyproject.toml": '[tool.learnagent.lint]\nexclude = ["b"]\n',
        },
    )

    settings = load_settings(here)

    assert (settings.level, settings.exclude) == ("error", ("b",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.learnagent.lint]\nselct = []\n", "pyproject.toml: tool.learnagent.lint.selct: unknown setting"),
        ("[tool.learnagent.lint]\nselect = 'all'\n", "select: not a list of strings"),
        ("[tool.learnagent.lint]\nignore = [1]\n", "ignore: not a list of strings"),
        ("[tool.learnagent.lint]\nlevel = 'info'\n", "level: 'info' is no level"),
        ("[tool.learnagent.lint]\nlevel = 1\n", "level: 1 is no level"),
        ("[tool.learnagent.lint]\nbaseline = ''\n", "baseline: not a path"),
        ("[tool.learnagent.lint]\nexclude = ['[z-a]']\n", "exclude: '[z-a]' is no pattern"),
        ("[tool.learnagent.lint]\nper_path_ignores = []\n", "per_path_ignores: not a table"),
        ("[tool.learnagent.lint.per_path_ignores]\n'[z-a]' = []\n", "'[z-a]' is no pattern"),
        ("[tool.learnagent.lint.per_path_ignores]\na = 'b'\n", "per_path_ignores.a: not a list"),
        ("[tool.learnagent]\nlint = 3\n", "tool.learnagent.lint is not a table"),
        ("[tool.learnagent.lint\n", "pyproject.toml is not valid TOML"),
        ("[tool.learnagent.lint]\na = " + "[" * 10_000, "pyproject.toml is not valid TOML"),
        ("# lint " + "x" * (1 << 20), "pyproject.toml is larger than 1 MB"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(here: Path, text: str, said: str) -> None:
    write(here, {"pyproject.toml": text})

    with pytest.raises(UsageError) as caught:
        load_settings(here)

    assert said in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_settings_that_are_no_text_are_refused(here: Path) -> None:
    write(here, {"pyproject.toml": b"[tool.learnagent.lint]\nselect = ['\xff']\n"})

    with pytest.raises(UsageError, match="is not UTF-8"):
        load_settings(here)


def test_a_folder_in_place_of_the_settings_is_told(here: Path) -> None:
    (here / "pyproject.toml").mkdir()

    with pytest.raises(UsageError, match=r"pyproject\.toml cannot be read"):
        load_settings(here)
