"""One way in which a gate became looser, and the comparisons that all tools have in common. It reads no files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from learnagent.lint.finding import Level
from learnagent.lint.gates.values import Value, at, flag, number

_HARMLESS = re.compile(
    r"(?:^|[/*.\\])_?(?:tests?|testing|testdata|specs?|e2e|docs?|examples?|samples?|demos?|build|dist|out|target|"
    r"node_modules|"
    r"vendor\w*|third[_-]?party|external|bower_components|\.?venv|env|\.\w+|generated|gen|__generated__|"
    r"migrations|alembic|"
    r"__pycache__|site-packages|bench(?:mark)?s?|fixtures?|__fixtures__|mocks?|__mocks__|typings|coverage|stubs|"
    r"static|public|"
    r"assets|setup\.py|conftest(?:\.py)?|noxfile\.py|_?version\.py|__version__\.py|__main__\.py|__about__\.py|scripts?|"
    r"tools?|playground|templates?|storybook|stories|notebooks?|www|website|ci|tmp|temp|cache|"
    r"lib/python\d?)(?=[/*.\\_-]|$)|"
    r"_pb2|\.pb\.|\.min\.|\.d\.ts|_test\.go|\.test\.|\.spec\.|\.stories\.|\.config\.|\.gen\.|generated|\.snap\b|"
    r"tests?/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Loosening:
    """What became looser, and how its place is found."""

    message: str
    words: tuple[str, ...]
    """Texts that stand on its line, the most telling first."""
    names: tuple[str, ...]
    """What a task that asks for it calls it."""
    level: Level | None = None
    """Instead of the rule's own level."""
    tool: str = ""
    """Whose gate it is; empty where the names say it."""
    moved: str = ""
    """Pattern of what says the same elsewhere: with it in another file of the change, nothing became looser."""


def lowered(
    before: Value, after: Value, path: tuple[str, ...], what: str, *, names: Iterable[str] = ()
) -> Iterator[Loosening]:
    """Yield a floor that is lower, or gone."""
    key, old, new = path[-1], number(at(before, *path)), number(at(after, *path))
    if old and (new is None or new < old):
        told = f"{what} is lowered from {old:g} to {new:g}" if new is not None else f"{what} of {old:g} is taken away"
        yield Loosening(told, (key, *path[-2:-1]), (key, *names), moved=_moved(key))


def raised(
    before: Value, after: Value, path: tuple[str, ...], what: str, *, names: Iterable[str] = ()
) -> Iterator[Loosening]:
    """Yield a ceiling that is higher, or gone."""
    key, old, new = path[-1], number(at(before, *path)), number(at(after, *path))
    if old is not None and (new is None or new > old):
        told = f"{what} is raised from {old:g} to {new:g}" if new is not None else f"{what} of {old:g} is taken away"
        yield Loosening(told, (key, *path[-2:-1]), (key, *names))


def switched(
    before: Value, after: Value, keys: Mapping[str, bool], tool: str, *, names: Iterable[str] = ()
) -> Iterator[Loosening]:
    """Yield the switches, by key with their strict position, that are not in it any more.

    A key that is absent is off; one that the table before has not, and whose strict position is off, is new.
    """
    for key, strict in keys.items():
        was, now = flag(at(before, key)), flag(at(after, key))
        if was == strict and now != strict:
            yield Loosening(f"{tool}'s {key} is switched {'off' if strict else 'on'}", (key,), (key, *names))


def is_harmless(pattern: str) -> bool:
    """Return whether what a pattern leaves out is no product code: tests, documents, what is generated or vendored."""
    return _HARMLESS.search(pattern.strip().strip("\"'^$()")) is not None


def news(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Return what stands in the second list only, each once, in its order."""
    known = set(before)
    return [one for one in dict.fromkeys(after) if one not in known]


def listed(found: list[str]) -> str:
    """Return a few names as a text."""
    shown = ", ".join(found[:3])
    return shown if len(found) <= 3 else f"{shown} and {len(found) - 3} more"


def _moved(key: str) -> str:
    return re.sub(r"[_-]", "[_-]", re.escape(key).replace(r"\-", "-")) + r"[\"']?\s*[=:\s]\s*[\"']?\d"
