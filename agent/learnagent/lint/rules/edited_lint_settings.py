"""`edited-lint-settings`: a change makes this linter see less."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.asked import asks
from learnagent.lint.comparison.changed_line import hit_on_line
from learnagent.lint.gates.formats import read_json, read_toml
from learnagent.lint.gates.values import Table, Value, at, items, number, table, text, words
from learnagent.lint.rule import LANGUAGES, ChangeRule

_SETS = re.compile(
    r"\b(?:add\w*|set\w*|configur\w*|ignor\w*|exclud\w*|updat\w*|writ\w*|regenerat\w*|refresh\w*|select\w*|"
    r"enabl\w*|disabl\w*|adopt\w*|"
    r"introduc\w*|remov\w*|turn\w*|switch\w*|chang\w*|edit\w*|use|leav\w*|relax\w*|allow\w*|accept\w*|creat\w*|"
    r"put|record\w*)\b",
    re.IGNORECASE,
)
_NAMES = (
    "tool.learnagent",
    "learnagent lint",
    "learnagent's",
    "shortcut linter",
    "lint baseline",
    "lint-baseline",
    ".learnagent",
)
_ENTRY = ("rule", "path", "symbol", "code")
_IN_RUN = ("shortcuts", "lint_rounds")


def check(change: Change) -> Iterator[ChangeHit]:
    """Name edits of this linter's own settings, and entries added to its baseline.

    Why it hurts: who is being checked decides what is checked.

    Bad:
         [tool.learnagent.lint]
        -ignore = []
        +ignore = ["swallowed-error"]

    Good:
        the finding is repaired, or a comment beside it says why it is right

    It is fine when the settings get stricter or the baseline shorter, and when the task asks for the edit.
    """
    if asks(change.task, _SETS, _NAMES):
        return
    for one in change.files:
        read = _reader(one)
        if read is not None:
            before, after = (_read(read, content) for content in (one.before, one.after))
            for key, told in _looser(before, after):
                yield hit_on_line(
                    one, (told, key, "learnagent.lint", "lint"), f"the linter's own settings are edited: {key}"
                )
        elif one.path.endswith(".json"):
            yield from _baseline(one)


def _reader(one: FileChange) -> Callable[[str], Table] | None:
    """Return what reads the linter's settings out of a file; None for a file that cannot hold them."""
    path = PurePosixPath(one.path)
    if path.name == "pyproject.toml":
        return lambda text: _settings(at(read_toml(text), "tool", "learnagent"))
    if path.parent.name == ".learnagent" and path.suffix == ".toml":
        return lambda text: _settings(read_toml(text))
    return None


def _settings(value: Value) -> Table:
    own = table(value)
    return {**table(own, "lint"), **{key: own[key] for key in _IN_RUN if key in own}}


def _read(read: Callable[[str], Table], content: bytes | None) -> Table:
    return {} if content is None else read(content.decode("utf-8", "replace"))


def _looser(old: Table, new: Table) -> Iterator[tuple[str, str]]:
    """Yield the keys by which the linter sees less, each with a text of its line."""
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(now or was, Mapping):
            yield from ((key, more) for pattern in table(now) if (more := _more(at(was, pattern), at(now, pattern))))
        elif key in _BY_VALUE:
            if _BY_VALUE[key](was, now):
                yield key, key
        elif more := _more(was, now):
            yield key, more


def _selects_less(was: Value, now: Value) -> bool:
    chosen, before = set(words(now)), set(words(was)) or {"all"}
    return bool(chosen) and "all" not in chosen and not chosen > before


_BY_VALUE: Mapping[str, Callable[[Value, Value], bool]] = {
    "select": _selects_less,
    "level": lambda _, now: text(now) == "error",
    "shortcuts": lambda _, now: text(now) in {"tell", "ignore"},
    "baseline": lambda _, now: now is not None,
    "lint_rounds": lambda _, __: True,
}
"""Keys whose value tells whether the linter sees less; of others it is what the list gained."""


def _more(was: Value, now: Value) -> str:
    """Return the first entry of a list that is new; empty for none."""
    known = set(words(was))
    return next((word for word in words(now) if word not in known), "")


def _baseline(one: FileChange) -> Iterator[ChangeHit]:
    was, now = _entries(one.before), _entries(one.after)
    new = now - was
    if new:
        entry = next(iter(new))
        told = f"{new.total()} finding{'s are' if new.total() > 1 else ' is'} added to the linter's baseline"
        yield hit_on_line(one, (f'"{entry[2]}"', entry[3], entry[0]), told)


def _entries(content: bytes | None) -> Counter[tuple[str, ...]]:
    """Return the findings that a baseline of this linter knows; none for any other file."""
    if content is None or b'"findings"' not in content or b'"symbol"' not in content:
        return Counter()
    found = [table(entry) for entry in items(at(read_json(content.decode("utf-8", "replace")), "findings"))]
    return Counter(
        {
            tuple(text(entry[key]) for key in _ENTRY): int(number(entry.get("count")) or 1)
            for entry in found
            if set(_ENTRY) <= entry.keys()
        }
    )


EDITED_LINT_SETTINGS = ChangeRule(
    name="edited-lint-settings",
    level="error",
    languages=LANGUAGES,
    why="Who is being checked decides what is checked.",
    ways=("put the settings back, and repair what the linter finds",),
    check=check,
)
