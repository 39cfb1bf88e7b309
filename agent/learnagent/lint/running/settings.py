"""The linter's settings: `[tool.learnagent.lint]` in pyproject.toml, `[lint]` in .learnagent/config.toml.

Read by hand and not with pydantic, whose import takes longer than linting a small change. They need no
trust: they name rules and paths, and run nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learnagent.lint.finding import Level
from learnagent.lint.running.globs import is_pattern, matches
from learnagent_memory.errors import UsageError
from learnagent_memory.reading import parse_toml

if TYPE_CHECKING:
    from learnagent_memory.git import Git

PYPROJECT = "pyproject.toml"
CONFIG = ".learnagent/config.toml"
MAX_BYTES = 1 << 20
PAGE = "docs/lint.md lists the settings"


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What a project says about its linting."""

    select: tuple[str, ...] = ()
    """Rules that run; empty for all."""
    ignore: tuple[str, ...] = ()
    """Rules that do not run."""
    level: Level | None = None
    """Findings of this level and above are shown."""
    exclude: tuple[str, ...] = ()
    """Patterns of files that are left out."""
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Pattern -> rules that do not speak there."""
    baseline: str = ""
    """File of findings that are known, relative to the root."""

    def silences(self, rule: str, path: str) -> bool:
        """Return whether a rule does not speak in a file."""
        return any(rule in rules and matches(path, (pattern,)) for pattern, rules in self.per_path_ignores.items())


def load_settings(root: Path) -> LintSettings:
    """Return the settings of the tree at `root`; key by key, pyproject.toml wins.

    Raises UsageError naming the file and the key.
    """
    return _settings(lambda name: _text(root / name, name))


def settings_at(git: Git, commit: str) -> LintSettings:
    """Return the settings of a commit. Raises UsageError as `load_settings` does."""
    return _settings(lambda name: _decoded(git.call("cat-file", "blob", f"{commit}:{name}").output, name))


def _settings(read: Callable[[str], str]) -> LintSettings:
    values: dict[str, Any] = {}
    for name, place in ((CONFIG, ("lint",)), (PYPROJECT, ("tool", "learnagent", "lint"))):
        table = _table(read(name), name, place)
        values |= {key: _value(f"{name}: {'.'.join(place)}.{key}", key, value) for key, value in table.items()}
    return LintSettings(**values)


def _table(text: str, name: str, place: tuple[str, ...]) -> Mapping[str, Any]:
    if not all(key in text for key in place):  # parsing takes 5 ms
        return {}
    try:
        table: Any = parse_toml(text)
    except ValueError as error:
        raise UsageError(f"{name} is not valid TOML ({error})", hint="mend that line") from error
    for key in place:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{name}: {'.'.join(place)} is not a table", hint=PAGE)
    return table


def _text(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror})", hint="open or remove it") from error
    return _decoded(content, name)


def _decoded(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise UsageError(f"{name} is larger than {MAX_BYTES >> 20} MB", hint="is it the right file?")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8 ({error.reason})", hint="save it as UTF-8") from error


def _value(where: str, key: str, value: object) -> object:
    read = _READERS.get(key)
    if read is None:
        raise UsageError(f"{where}: unknown setting", hint=f"there are {', '.join(_READERS)}")
    return read(where, value)


def _names(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise UsageError(f"{where}: not a list of strings", hint='write it as ["one", "two"]')
    return tuple(value)


def _patterns(where: str, value: object) -> tuple[str, ...]:
    found = _names(where, value)
    for pattern in found:
        _check_pattern(where, pattern)
    return found


def _check_pattern(where: str, pattern: str) -> None:
    if not is_pattern(pattern):
        raise UsageError(f"{where}: {pattern!r} is no pattern", hint="write it as in .gitignore")


def _level(where: str, value: object) -> Level:
    if value == "error":
        return "error"
    if value == "warn":
        return "warn"
    raise UsageError(f"{where}: {value!r} is no level", hint='there are "error" and "warn"')


def _by_pattern(where: str, value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise UsageError(f"{where}: not a table", hint='write a line such as "tests/**" = ["sleep-in-test"] in it')
    for pattern in value:
        _check_pattern(where, pattern)
    return {pattern: _names(f"{where}.{pattern}", rules) for pattern, rules in value.items()}


def _path(where: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where}: not a path", hint="name a file, relative to the root")
    return value


_READERS: Mapping[str, Callable[[str, object], object]] = {
    "select": _names,
    "ignore": _names,
    "level": _level,
    "exclude": _patterns,
    "per_path_ignores": _by_pattern,
    "baseline": _path,
}
