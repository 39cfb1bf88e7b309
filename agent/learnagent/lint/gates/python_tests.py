"""Compares the settings of coverage.py and of pytest. It opens no file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, lowered, news
from learnagent.lint.gates.values import Value, at, entries, flag, lines, number, text, words

_USUAL_LINE = re.compile(
    r"TYPE_CHECKING|no\W?cover|NotImplemented|__main__|__name__|overload|abstract|__repr__|__str__|__del__|Protocol|"
    r"assert_never|AssertionError|unreachable|^\W*(?:\.\.\.|pass)\W*$|\\\.\{?3?|if 0:|if False|debug|ImportError|"
    r"sys\.platform|version_info|defensive|import|fail\(|xfail|lcov|LCOV|@\w+|assert False|assert\b",
)
_HARMLESS_PLUGIN = re.compile(
    r"^no:(?:cacheprovider|faulthandler|legacypath|nose|pastebin|randomly|xonsh|sugar|anyio|asyncio|django)"
)
_FEWER = {
    "--deselect": "tests are deselected",
    "--ignore": "tests are ignored",
    "--ignore-glob": "tests are ignored",
    "--reruns": "failing tests are run again",
    "--force-flaky": "failing tests are run again",
    "--no-cov": "coverage is not measured",
    "--no-cov-on-fail": "",
    "--suppress-no-test-exit-code": "a run without tests passes",
    "--continue-on-collection-errors": "tests that cannot be loaded are passed over",
    "--disable-pytest-warnings": "",
    "--collect-only": "tests are collected and not run",
    "--co": "tests are collected and not run",
    "--setup-plan": "tests are planned and not run",
}
_COLLECTS = {"python_files": "test_*.py", "python_functions": "test", "python_classes": "Test"}
_STRICT_OPTIONS = ("--strict-markers", "--strict-config", "--strict", "--doctest-modules", "--runxfail")


def coverage(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of coverage.py's settings is looser."""
    yield from lowered(
        before, after, ("report", "fail_under"), "the coverage that is asked for", names=("coverage", "threshold")
    )
    if flag(at(before, "run", "branch")) and not flag(at(after, "run", "branch")):
        yield Loosening("coverage does not look at branches any more", ("branch",), ("branch", "coverage"))
    for section in ("run", "report"):
        found = news(entries(at(before, section, "omit")), entries(at(after, section, "omit")))
        found = [one for one in found if not is_harmless(one)]
        if found:
            yield Loosening(
                f"{listed(found)} is left out of coverage", (found[0], "omit"), (*found, "omit", "coverage")
            )
    for key in ("exclude_lines", "exclude_also"):
        found = news(lines(at(before, "report", key)), lines(at(after, "report", key)))
        found = [one for one in found if not _USUAL_LINE.search(one)]
        if found:
            told = f"lines with {listed(found)} do not count for coverage any more"
            yield Loosening(told, (found[0], key), (key, "coverage"), level="warn")


def pytest(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of pytest's settings is looser."""
    old, new = options(text_of(at(before, "addopts"))), options(text_of(at(after, "addopts")))
    yield from compare_options(old, new)
    yield from _warnings(lines(at(before, "filterwarnings")), lines(at(after, "filterwarnings")))
    for key in ("xfail_strict", "strict"):
        if flag(at(before, key)) and not flag(at(after, key)) and not flag(at(after, "strict")):
            yield Loosening(f"pytest's {key} is switched off", (key,), (key,))
    yield from _collected(before, after)


def _collected(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield folders and names in which pytest finds no tests any more."""
    gone = narrowed(words(at(before, "testpaths")), words(at(after, "testpaths")))
    if gone:
        yield Loosening(
            f"pytest does not look for tests in {listed(gone)} any more", (gone[0], "testpaths"), (*gone, "testpaths")
        )
    for key, usual in _COLLECTS.items():
        was, now = words(at(before, key)) or [usual], words(at(after, key)) or [usual]
        lost = [one for one in was if one not in now and not any(fnmatch(one, other) for other in now)]
        if lost:
            yield Loosening(f"pytest does not take {listed(lost)} for tests any more", (key,), (key,))
    found = [
        one for one in news(words(at(before, "norecursedirs")), words(at(after, "norecursedirs"))) if "test" in one
    ]
    if found:
        yield Loosening(
            f"pytest does not look for tests in {listed(found)} any more",
            (found[0], "norecursedirs"),
            (*found, "norecursedirs"),
        )


def narrowed(was: list[str], now: list[str]) -> list[str]:
    """Return the folders of a list that are gone, or of which only a part is left."""
    if not was or not now:
        return []
    gone = news(now, was)
    parts = [one for one in gone if any(other.startswith(f"{one.rstrip('/')}/") for other in now)]
    moved = [one for one in gone if any(other.endswith(one.rpartition("/")[2]) for other in now)]
    return parts or ([one for one in gone if one not in moved] if len(now) < len(was) else [])


def text_of(value: Value) -> str:
    """Return options as one text, also where they are written as a list."""
    return value if isinstance(value, str) else " ".join(shlex.quote(text(one)) for one in lines(value))


def options(line: str) -> list[tuple[str, str]]:
    """Return the options of a command line with their values."""
    try:
        found = shlex.split(line, comments=True)
    except ValueError:
        found = line.split()
    pairs: list[tuple[str, str]] = []
    for word in found:
        name, equals, value = word.partition("=")
        if word.startswith("-") and not word.startswith("--") and len(word) > 2 and word[1] in "kmpWo":
            pairs.append((word[:2], word[2:]))
        elif word.startswith("-"):
            pairs.append((name, value if equals else ""))
        elif pairs and not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], word)
    return pairs


def compare_options(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Loosening]:
    """Yield the options that leave tests out, and those that made pytest strict and are gone."""
    for name, value in (pair for pair in new if pair not in old):
        told = _FEWER.get(name, "")
        if name == "-p" and value.startswith("no:") and not _HARMLESS_PLUGIN.match(value):
            told = f"the plug-in {value[3:]} is switched off"
        elif name in {"-k", "-m"} and value.startswith("not ") and not any(key == name for key, _ in old):
            told = "tests are left out"
        elif name == "-W" and value == "ignore":
            told = "warnings are ignored"
        if told:
            shown = f"{name} {value}".strip()
            yield Loosening(
                f"{told} with `{shown}`", (value, name) if value else (name,), (name.strip("-"), value, "addopts")
            )
    yield from _lost_options(old, new)


def _lost_options(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Loosening]:
    names = {name for name, _ in new}
    for name, value in old:
        is_error = name == "-W" and value.startswith("error") and (name, value) not in new
        if is_error or (name in _STRICT_OPTIONS and name not in names and not _is_strict(name, names)):
            shown = f"{name} {value}" if is_error else name
            moved = "filterwarnings" if is_error else re.escape(name) if "doctest" in name else "strict"
            yield Loosening(
                f"pytest runs without `{shown}` now", (name, "addopts"), (name.strip("-"), "addopts"), moved=moved
            )
    floors = [{name: number(value) for name, value in side if name == "--cov-fail-under"} for side in (old, new)]
    yield from lowered(
        floors[0], floors[1], ("--cov-fail-under",), "the coverage that is asked for", names=("coverage", "threshold")
    )


def _is_strict(name: str, names: set[str]) -> bool:
    return name.startswith("--strict") and bool(names & {"--strict", "--strict-markers"}) and name != "--strict-config"


def _warnings(old: list[str], new: list[str]) -> Iterator[Loosening]:
    """Yield errors that are no errors any more, and warnings that are ignored whoever raises them."""
    lost = [one for one in old if one.startswith("error") and one not in new]
    if lost and not any(_is_wider(one, lost[0]) for one in new):
        yield Loosening(
            f"warnings are no errors any more: `{lost[0]}` is gone",
            (lost[0], "filterwarnings"),
            ("filterwarnings", "warnings"),
        )
    elif any(one.startswith("error") for one in old):
        for one in news(old, new):
            action, message, _, module, *_ = [*one.split(":"), "", "", "", ""]
            if action in {"ignore", "default", "once"} and not message.strip() and not module.strip():
                yield Loosening(
                    f"warnings are let go with `{one}`", (one, "filterwarnings"), ("filterwarnings", "warnings", one)
                )


def _is_wider(one: str, lost: str) -> bool:
    return one.startswith("error") and (one == "error" or lost.startswith(one))


def tox(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield environments that check and are not run by themselves any more."""
    for key in ("envlist", "env_list"):
        lost = news(entries(at(after, key)), entries(at(before, key)))
        lost = [one for one in lost if re.search(r"lint|type|mypy|flake|style|cov|test|integration|check", one)]
        if lost and at(after, key) is not None:
            yield Loosening(f"tox does not run {listed(lost)} by itself any more", (lost[0], key), (*lost, key))
