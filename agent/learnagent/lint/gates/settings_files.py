"""Which files hold settings of which tools, and how they are read: one table, and readers that several files share."""

from __future__ import annotations

import re
from collections.abc import Callable

from learnagent.lint.gates.formats import read_ini, read_json, read_script, read_toml, read_yaml
from learnagent.lint.gates.values import Table, Value, at, table

Tools = dict[str, Value]
"""Settings by the tool they are for."""

_PRESET = re.compile(r"\b[\w$]+\.configs?\b[\w.$\[\]'\"/-]*|\bcompat\.(?:extends|config)\([^)]*\)|\.\.\.[\w.$]+")
"""Names of presets in a flat configuration of ESLint."""


def tools_in(path: str, content: bytes | None) -> Tools:
    """Return the settings that a file holds, by tool; none for a file of another kind, or a broken one."""
    read = next((read for pattern, read in _FILES if pattern.search(path)), None)
    if content is None or read is None:
        return {}
    return {tool: value for tool, value in read(content.decode("utf-8", "replace")).items() if value is not None}


def _one(tool: str, read: Callable[[str], Value]) -> Callable[[str], Tools]:
    return lambda text: {tool: read(text)}


def _section(tool: str, read: Callable[[str], Value]) -> Callable[[str], Tools]:
    return lambda text: {tool: at(read(text), tool)}


def _pyproject(text: str) -> Tools:
    tools = table(read_toml(text), "tool")
    return {
        "coverage": tools.get("coverage"),
        "pytest": at(tools, "pytest", "ini_options") or tools.get("pytest"),
        **{tool: tools.get(tool) for tool in ("mypy", "ruff", "pylint", "flake8", "tox")},
        "pyright": tools.get("pyright") or tools.get("basedpyright"),
    }


def _ini(text: str) -> Tools:
    """Return the settings in setup.cfg, tox.ini and their like."""
    sections = table(read_ini(text))
    coverage = {name.removeprefix("coverage:"): one for name, one in sections.items() if name.startswith("coverage:")}
    return {
        "coverage": coverage or None,
        "pytest": sections.get("tool:pytest") or sections.get("pytest"),
        "flake8": sections.get("flake8"),
        "mypy": _mypy(sections),
        "pylint": {name: one for name, one in sections.items() if name.lower().startswith("pylint")} or None,
        "tox": sections.get("tox"),
    }


def _mypy(sections: Table) -> Value:
    modules = {name: value for name, value in sections.items() if name.startswith("mypy-")}
    return {**table(sections, "mypy"), **modules} if "mypy" in sections or modules else None


def _package(text: str) -> Tools:
    package = table(read_json(text))
    return {
        "jest": package.get("jest"),
        "eslint": package.get("eslintConfig"),
        "mocha": package.get("mocha"),
        "nyc": package.get("nyc") or package.get("c8"),
    }


def _script(tool: str, *keys: str) -> Callable[[str], Tools]:
    """Return a reader of the object literals of a script, brought together."""

    def read(text: str) -> Tools:
        merged = {key: value for one in read_script(text, "typescript") for key, value in table(one).items()}
        return {tool: at(merged, *keys) if keys else merged}

    return read


def _eslint(text: str) -> Tools:
    """Return the members of a flat configuration, presets by their names."""
    return {"eslint": [*read_script(text, "typescript"), *_PRESET.findall(text)]}


def _either(text: str) -> Value:
    """Return what JSON or YAML says: files without a suffix are one or the other."""
    return read_json(text) if text.lstrip().startswith("{") else read_yaml(text)


_FILES: tuple[tuple[re.Pattern[str], Callable[[str], Tools]], ...] = tuple(
    (re.compile(rf"(?:^|/)(?:{pattern})$"), read)
    for pattern, read in (
        (r"pyproject\.toml", _pyproject),
        (r"setup\.cfg|tox\.ini", _ini),
        (r"\.?pytest\.ini", _section("pytest", read_ini)),
        (r"\.?pytest\.toml", _section("pytest", read_toml)),
        (r"tox\.toml", _one("tox", read_toml)),
        (r"\.?coveragerc(?:\.\w+)?", _one("coverage", read_ini)),
        (r"\.?mypy\.ini", lambda text: {"mypy": _mypy(table(read_ini(text)))}),
        (r"\.flake8", _section("flake8", read_ini)),
        (r"\.?pylintrc(?:\.toml)?", _one("pylint", read_ini)),
        (r"\.?ruff\.toml", _one("ruff", read_toml)),
        (r"pyrightconfig\.json", _one("pyright", read_json)),
        (r"package\.json", _package),
        (r"jest\.config\.json", _one("jest", read_json)),
        (r"jest\.config(?:\.\w+)?\.[cm]?[jt]s", _script("jest")),
        (r"vite(?:st)?\.config(?:\.\w+)?\.[cm]?[jt]s", _script("vitest", "test")),
        (r"\.mocharc(?:\.json|\.jsonc|\.ya?ml)?", _one("mocha", _either)),
        (r"\.mocharc\.c?js", _script("mocha")),
        (r"\.(?:nycrc|c8rc)(?:\.json|\.ya?ml)?", _one("nyc", _either)),
        (r"\.eslintrc(?:\.json|\.ya?ml)?", _one("eslint", _either)),
        (r"\.eslintrc\.c?js|eslint\.config\.[cm]?[jt]s", _eslint),
        (r"[jt]sconfig(?:[.\-]\w+)*\.json", _one("tsconfig", read_json)),
        (r"biome\.jsonc?", _one("biome", read_json)),
        (r"Cargo\.toml", _one("cargo", read_toml)),
        (r"\.?clippy\.toml", _one("clippy", read_toml)),
        (r"\.golangci(?:\.(?!reference|next)\w+)*\.ya?ml", _one("golangci", read_yaml)),
        (r"\.golangci\.toml", _one("golangci", read_toml)),
        (r"\.golangci\.json", _one("golangci", read_json)),
        (r"\.rubocop(?:_todo)?\.yml", _one("rubocop", read_yaml)),
        (r"phpstan(?:[-.]\w+)*\.neon(?:\.dist)?", _one("phpstan", read_yaml)),
        (r"infection\.json5?(?:\.dist)?", _one("infection", read_json)),
        (r"detekt[\w.-]*\.ya?ml|config/detekt/\w+\.ya?ml", _one("detekt", read_yaml)),
        (r"\.?codecov\.ya?ml|\.github/codecov\.ya?ml", _one("codecov", read_yaml)),
        (r"\.pre-commit-config\.ya?ml", _one("pre-commit", read_yaml)),
    )
)
