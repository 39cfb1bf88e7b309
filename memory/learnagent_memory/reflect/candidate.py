"""A lesson before it is admitted, and the few ways in which every miner words one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from learnagent_memory.lesson import MAX_ANCHORS, MAX_FIELD, MAX_TITLE, Anchor, Evidence, Lesson, Origin
from learnagent_memory.reflect.signature import Signature

MAX_WORDS = 12
_QUOTED = re.compile(r"`([^`\n]+)`")
_TASK_WORD = re.compile(r"[^\W\d][\w.-]*\w")
_PLAIN = frozenset(
    "a able about add all also an and any are as at be been but by can change could do does done each ensure fix "
    "for from get give has have how if implement in into is it its just like make must need needs new no not now of "
    "on one only or our out please set should so some sure than that the their them then there these they this to "
    "too update us use using want was we when where which while will with work works would you your".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lesson that a run taught, with what showed it."""

    lesson: Lesson
    origin: Origin
    """The lowest origin of what it is made of."""
    evidence: tuple[Evidence, ...] = ()
    is_verified: bool = False
    """Whether the environment itself showed it in this run, by the first piece of evidence."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What miners may ask about the code; by default they see nothing of it."""

    symbols_touched: Callable[[str], Sequence[str]] = lambda _path: ()
    """Gives the qualified names of the definitions that the run changed in a file."""
    changes_with: Callable[[str], Collection[str]] = lambda _path: ()
    """Gives the files that the git history changes together with one."""
    anchor: Callable[[str, str], Anchor] = lambda path, symbol: Anchor(path=path, symbol=symbol)
    """Gives the anchor of a path and a symbol (may be empty), with the digest it has now."""

    def anchors(self, paths: Iterable[str]) -> tuple[Anchor, ...]:
        """Return anchors for files: their touched symbols, or the whole file where none is known."""
        found = [
            self.anchor(path, symbol) for path in paths for symbol in (list(self.symbols_touched(path))[:3] or [""])
        ]
        return tuple(found[:MAX_ANCHORS])


def quoted(items: Iterable[str]) -> str:
    """Return names as quoted code, commas between."""
    return ", ".join(f"`{item}`" for item in items)


def quotes(text: str) -> frozenset[str]:
    """Return what a text quotes as code: commands, paths, names."""
    return frozenset(" ".join(item.split()) for item in _QUOTED.findall(text))


def task_words(task: str) -> tuple[str, ...]:
    """Return the telling words of a task's first line, identifiers whole: never a sentence of it."""
    first = next((line for line in task.splitlines() if line.strip()), "")
    found = (word if _is_identifier(word) else word.lower() for word in _TASK_WORD.findall(first[:400]))
    return tuple(dict.fromkeys(word for word in found if word not in _PLAIN and len(word) <= 60))[:MAX_WORDS]


def title_of(text: str) -> str:
    """Return a title of one line that fits."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "\u2026"


def field_of(text: str) -> str:
    """Return a text that fits into `do` or `avoid`."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_FIELD else line[: MAX_FIELD - 1].rstrip() + "\u2026"


def origin_of(signature: Signature | None) -> Origin:
    """Return the origin of a lesson that is measured, and recognised by an error.

    Wording, commands and exit codes are ours, so `code`; a message whose words a program chose is `outside`.
    """
    return "code" if signature is None or signature.is_fixed else "outside"


def only_warning(candidate: Candidate) -> Candidate | None:
    """Return what a run that did not end well may teach: what to avoid; None where that is nothing."""
    if not candidate.lesson.avoid:
        return None
    if not candidate.lesson.do:
        return candidate
    title = title_of(f"Avoid: {candidate.lesson.avoid}")
    lesson = candidate.lesson.model_copy(update={"do": "", "title": title})
    shown = tuple(one for one in candidate.evidence if one.exit_code)
    return replace(candidate, lesson=lesson, evidence=shown, is_verified=candidate.is_verified and bool(shown))


def is_test(path: str) -> bool:
    """Return whether a path follows the naming of tests."""
    name = PurePosixPath(path).name.lower()
    folders = {part.lower() for part in PurePosixPath(path).parts[:-1]}
    return bool(re.search(r"(^|[._-])(tests?|spec)([._-]|$)", name)) or not folders.isdisjoint(
        {"tests", "test", "spec", "__tests__"}
    )


def is_obvious_pair(one: str, other: str) -> bool:
    """Return whether names alone say that two files belong together: a module and its test."""
    return _stem(one) == _stem(other)


def _stem(path: str) -> str:
    name = PurePosixPath(path).name.split(".")[0].lower()
    return re.sub(r"^(?:tests?|spec)[_-]|[_-](?:tests?|spec)$", "", name)


def _is_identifier(word: str) -> bool:
    return "_" in word or "." in word or bool(re.search(r"[a-z][A-Z]", word)) or word.isupper()
