"""Compares the settings of ruff, flake8 and pylint: what they check, what they pass over. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from learnagent.lint.finding import Level
from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, lowered, news, raised
from learnagent.lint.gates.values import Table, Value, at, lines, table, words

_RUFF_DEFAULT = ("E4", "E7", "E9", "F")
_FLAKE8_DEFAULT = ("E", "F", "W", "C90")
_FLAKE8_SILENT = ("E121", "E123", "E126", "E226", "E24", "E704", "W503", "W504")
_FORMATTER = frozenset({"E203", "E231", "E701", "E704", "W503"})
"""Codes of flake8 that contradict formatters."""
_LAYOUT = re.compile(
    r"^(?:E[1235]|W[1-6]|COM|Q|ISC00[12]|D\d|D$|I\d|I$|UP|SIM|PLR[02]|PLC0|FIX|TD|EM|TRY00[23]|ERA|C4|RUF00|PIE|"
    r"RET50|CPY|DOC|FBT|FURB)"
)
"""Codes about layout and taste: what is passed over there can hardly be wrong."""
_CEILINGS = {
    "max-complexity": "the complexity that is allowed",
    "max-args": "the number of arguments that is allowed",
    "max-branches": "the number of branches that is allowed",
    "max-statements": "the number of statements that is allowed",
    "max-returns": "the number of returns that is allowed",
    "max-locals": "the number of variables that is allowed",
    "max-nested-blocks": "the nesting that is allowed",
}


@dataclass(frozen=True, slots=True)
class _Checks:
    """What a linter looks for, by the beginnings of its codes."""

    selected: tuple[str, ...]
    ignored: tuple[str, ...]

    def has(self, code: str) -> bool:
        """Return whether anything a code stands for is checked."""
        if any(_covers(one, code) for one in self.ignored):
            return False
        return any(one == "ALL" or _covers(one, code) or _covers(code, one) for one in self.selected)


def _covers(prefix: str, code: str) -> bool:
    """Return whether a beginning stands for a code: `E` for E501, not for ERA001."""
    rest = code[len(prefix) :]
    return code.startswith(prefix) and (not rest or prefix == "PL" or rest[0].isdigit() or prefix[-1:].isdigit())


def ruff(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of ruff's settings is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    was, now = _ruff_checks(old), _ruff_checks(new)
    yield from _codes("ruff", was, now)
    for key in ("per-file-ignores", "extend-per-file-ignores"):
        files = {**table(old, key), **table(old, "lint", key)}
        yield from _by_file("ruff", was, files, {**table(new, key), **table(new, "lint", key)})
    for key in ("exclude", "extend-exclude"):
        yield from _left_out("ruff", _both(old, key), _both(new, key), key)
    for path in (("mccabe", "max-complexity"), *(("pylint", key) for key in _CEILINGS)):
        if at(old, "lint", *path) is not None and now.has("PLR" if path[0] == "pylint" else "C90"):
            yield from raised(table(old, "lint"), table(new, "lint"), path, _CEILINGS[path[-1]])


def _ruff_checks(settings: Table) -> _Checks:
    selected = _both(settings, "select") or list(_RUFF_DEFAULT)
    ignored = _both(settings, "ignore") + _both(settings, "extend-ignore")
    return _Checks((*selected, *_both(settings, "extend-select")), tuple(ignored))


def _both(settings: Table, key: str) -> list[str]:
    """Return a list that may stand at the top or below `lint`."""
    return words(settings.get(key)) + words(at(settings, "lint", key))


def flake8(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of flake8's settings is looser."""
    old, new = _dashed(table(before)), _dashed(table(after))
    if not old or not new:
        return
    was = _flake8_checks(old)
    yield from _codes("flake8", was, _flake8_checks(new))
    yield from _by_file("flake8", was, _files(old), _files(new))
    for key in ("exclude", "extend-exclude"):
        yield from _left_out("flake8", words(old.get(key)), words(new.get(key)), key)
    yield from raised(old, new, ("max-complexity",), _CEILINGS["max-complexity"], names=("complexity",))


def _flake8_checks(settings: Table) -> _Checks:
    ignored = words(settings.get("ignore")) if "ignore" in settings else list(_FLAKE8_SILENT)
    selected = words(settings.get("select")) or list(_FLAKE8_DEFAULT)
    plugged = (
        () if "select" in settings else ("B", "S", "D", "N", "C", "PT", "T", "A", "SIM", "RST", "ANN", "I", "Q", "P")
    )
    extended = words(settings.get("extend-select"))
    return _Checks((*selected, *plugged, *extended), (*ignored, *words(settings.get("extend-ignore"))))


def _files(settings: Table) -> dict[str, Value]:
    """Return the codes that flake8 passes over, by file: `a.py,b.py: E501, F401`."""
    found: dict[str, Value] = {}
    key = ""
    for line in lines(settings.get("per-file-ignores")):
        name, colon, codes = line.partition(":")
        key = name.strip() if colon else key
        found[key] = [*words(found.get(key)), *words(codes if colon else line)]
    return found


def pylint(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of pylint's settings is looser."""
    old, new = _flat(table(before)), _flat(table(after))
    if not old or not new:
        return
    found = [one for one in news(words(old.get("disable")), words(new.get("disable"))) if not _is_layout_word(one)]
    if found:
        yield Loosening(f"pylint does not report {listed(found)} any more", (found[0], "disable"), tuple(found))
    lost = news([*words(new.get("enable")), "all"], words(old.get("enable")))
    if lost:
        yield Loosening(f"pylint does not report {listed(lost)} any more", (lost[0], "enable"), tuple(lost))
    yield from lowered(old, new, ("fail-under",), "the score that pylint asks for", names=("pylint",))
    for key in ("ignore", "ignore-paths", "ignore-patterns"):
        yield from _left_out("pylint", words(old.get(key)), words(new.get(key)), key)
    for key, what in _CEILINGS.items():
        if key in old and key in new:
            yield from raised(old, new, (key,), what)


def _flat(settings: Table) -> dict[str, Value]:
    """Return the options of all sections."""
    found: dict[str, Value] = {}
    for key, value in settings.items():
        found |= _dashed(table(value)) if isinstance(value, Mapping) else {key.replace("_", "-"): value}
    return found


def _dashed(settings: Table) -> dict[str, Value]:
    return {key.replace("_", "-"): value for key, value in settings.items()}


def _codes(tool: str, was: _Checks, now: _Checks) -> Iterator[Loosening]:
    """Yield the codes that were checked and are not: passed over now, or not selected any more."""
    passed = [one for one in news(was.ignored, now.ignored) if was.has(one) and not now.has(one)]
    passed = [one for one in passed if tool != "flake8" or one not in {*_FLAKE8_SILENT, *_FORMATTER}]
    for level, found in _by_weight(passed):
        told = f"{tool} passes over {listed(found)}, which it checked before"
        yield Loosening(told, (found[0], "ignore"), (*found, f"{tool} rule"), level=level)
    lost = [one for one in news(now.selected, was.selected) if not now.has(one) and one not in now.ignored]
    for level, found in _by_weight(lost):
        yield Loosening(
            f"{tool} does not check {listed(found)} any more", (found[0], "select"), tuple(found), level=level
        )


def _by_weight(codes: list[str]) -> Iterator[tuple[Level | None, list[str]]]:
    grave = [one for one in codes if not _LAYOUT.match(one)]
    light = [one for one in codes if _LAYOUT.match(one)]
    if grave:
        yield None, grave
    if light:
        yield "warn", light


def _by_file(tool: str, was: _Checks, old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[Loosening]:
    known = {code for pattern in old.keys() - new.keys() for code in words(old[pattern])}
    for pattern, value in new.items():
        found = [one for one in news(words(old.get(pattern)), words(value)) if was.has(one) and one not in known]
        found = [one for one in found if not (one.startswith("F40") and "__init__" in pattern)]
        if is_harmless(pattern):
            continue
        for level, codes in _by_weight(found):
            told = f"{tool} passes over {listed(codes)} in {pattern}, which it checked there before"
            yield Loosening(told, (pattern, codes[0]), (*codes, pattern), level=level)


def _left_out(tool: str, old: Iterable[str], new: Iterable[str], key: str) -> Iterator[Loosening]:
    found = [one for one in news(old, new) if not is_harmless(one)]
    if found:
        yield Loosening(f"{tool} does not look at {listed(found)} any more", (found[0], key), (*found, key))


def _is_layout_word(name: str) -> bool:
    return (
        re.search(
            r"format|line|whitespace|docstring|naming|invalid-name|too-(?:many|few)|consider-|use-|superfluous|"
            r"fixme|duplicate-code|import-order|ungrouped|wrong-import",
            name,
        )
        is not None
    )
