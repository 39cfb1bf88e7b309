"""Scores files and symbols for a task: the words they share with it, and how much the rest of the code uses them.

Two numbers between 0 and about 1 are added: relevance counts RELEVANCE times as much as importance. The
weights were tuned by hand on 320 commits of eight repositories (does the map for a commit's subject show the
files it changed?), none held out; around them the result is flat. It reads no files.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from learnagent.outline.facts import Definition, Facts
from learnagent.outline.words import identifiers_in, stems_in, stems_of

RELEVANCE = 4.0
IN_NAME, IN_SYMBOLS, IN_FOLDER = 1.0, 0.6, 0.5
"""Weight of a word of the task in the file's name, in the names it defines, in its folders."""
EXACT, IN_USE = 0.8, 0.5
"""Weight of a word of the task that is, as written, a name the file defines, or one it uses."""
AROUND = 0.3
"""Weight of a word in the name of the class around a symbol, against 1 in its own."""
REPEATED = 0.3
"""Factor for an overload."""
MAX_DEFINERS = 20
"""A name that more files define says nothing about where the work is."""
TASK_CHARS = 2_000
"""Read of a task: each word is looked for in every file."""
ASIDE = 0.5
"""Factor for tests, examples and the like: they share the task's words, but the work is seldom there."""
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__|examples?|docs?|samples?|benchmarks?|vendor|third_party"
    r"|node_modules|migrations|locale|dist)/|(?:^|/)test_[^/]*$|[._-](?:test|spec)s?\.\w+$|(?:^|/)conftest\.py$",
    re.I,
)
_KINDS = {"field": 0.3, "constant": 0.5, "module": 0.5, "namespace": 0.3, "impl": 0.6}


@dataclass(frozen=True, slots=True)
class Task:
    """What a task asks about, weighed by how rare each word is in this tree."""

    stems: Mapping[str, float]
    """Weight by stem; they sum to 1."""
    names: Mapping[str, float]
    """Weight of the task's words that are names defined here, as written, between spaces."""
    used: Mapping[str, float]
    """Weight of the task's words that are names used here, as written, between spaces."""
    pattern: re.Pattern[str]
    """Finds any of the stems in lower case: one cheap look before words are cut apart."""


class Usage:
    """Counts, over all files, how many use and how many define a name; kept up to date file by file."""

    def __init__(self) -> None:
        self._users: Counter[str] = Counter()
        self._definers: Counter[str] = Counter()
        self._shares: dict[str, float] = {}
        self._touched: set[str] = set()
        """Names whose share must be counted again."""

    def add(self, facts: Facts) -> None:
        """Count a file in."""
        users, definers = facts.mentions.split(), facts.names.split()
        self._users.update(users)
        self._definers.update(definers)
        self._touched.update(users, definers)

    def remove(self, facts: Facts) -> None:
        """Count a file out again."""
        users, definers = facts.mentions.split(), facts.names.split()
        self._users.subtract(users)
        self._definers.subtract(definers)
        self._touched.update(users, definers)

    def shares(self) -> Mapping[str, float]:
        """Return for each name defined how many other files use it, divided among the files that define it."""
        for name in self._touched:
            if count := self._definers.get(name, 0):
                self._shares[name] = max(0, self._users[name.rstrip("?!=")] - count) / count
            else:
                self._shares.pop(name, None)
        self._touched.clear()
        return self._shares

    def users(self, name: str) -> int:
        """Return how many files use a name."""
        return self._users[name]

    def definers(self, name: str) -> int:
        """Return how many files define a name."""
        return self._definers[name]


def weigh(task: str, facts: Mapping[str, Facts], usage: Usage) -> Task:
    """Return the words of a task that occur here, each weighing the more the fewer files have it."""
    task = task[:TASK_CHARS]
    paths = "\n".join(facts).lower()
    weights = {}
    for stem in sorted(stems_in(task)):
        padded = f" {stem} "
        files = sum(padded in one.stems for one in facts.values())
        if files or stem in paths:
            weights[stem] = math.log(1 + len(facts) / (1 + files))
    total = sum(weights.values()) or 1.0
    identifiers = sorted(identifiers_in(task))
    names = {name: usage.definers(name) for name in identifiers if _is_written_as_code(name)}
    used = {name: math.log(1 + len(facts) / (1 + usage.users(name))) for name in identifiers if usage.users(name)}
    return Task(
        stems={stem: weight / total for stem, weight in weights.items()},
        names={f" {name} ": 1 / count for name, count in names.items() if 0 < count <= MAX_DEFINERS},
        used={f" {name} ": weight / total for name, weight in used.items()},
        pattern=re.compile("|".join(map(re.escape, weights)) or r"(?!)"),
    )


def file_score(path: str, facts: Facts | None, task: Task, shares: Mapping[str, float]) -> float:
    """Return the score of a file."""
    score = RELEVANCE * _relevance(path, facts, task)
    if facts is not None:
        score += min(1.0, math.log1p(sum(map(shares.__getitem__, facts.names.split()))) / 8)
    return score * ASIDE if score and _is_aside(path) else score


def _relevance(path: str, facts: Facts | None, task: Task) -> float:
    """Return the weight of the task's words in a file's path, in the names it defines and in those it uses."""
    in_name, in_folder = _path_stems(path, task)
    defined = facts.stems if facts else ""
    relevance = _by_whole_names(facts, task) if facts else 0.0
    for stem, weight in task.stems.items():
        if stem in in_name:
            relevance += IN_NAME * weight
        elif f" {stem} " in defined:
            relevance += IN_SYMBOLS * weight
        elif stem in in_folder:
            relevance += IN_FOLDER * weight
    return relevance


def _path_stems(path: str, task: Task) -> tuple[list[str], list[str]]:
    """Return the stems of the file's name and of its folders; none where the task's words are not in them."""
    if not task.pattern.search(path.lower()):
        return [], []
    folder, _, name = path.rpartition("/")
    return stems_of(name), stems_of(folder)


def _by_whole_names(facts: Facts, task: Task) -> float:
    relevance = 0.0
    for name, weight in task.names.items():
        if name in facts.names:
            relevance += EXACT * weight
    for name, weight in task.used.items():
        if name in facts.mentions:
            relevance += IN_USE * weight
    return relevance


@functools.lru_cache(maxsize=65536)
def _is_aside(path: str) -> bool:
    return _ASIDE.search(path) is not None


def symbol_scores(found: Iterable[Definition], task: Task, shares: Mapping[str, float]) -> list[float]:
    """Return the scores of a file's symbols, in their order; an overload counts less than the first of its name."""
    scores: list[float] = []
    seen: set[tuple[str, str]] = set()
    for definition in found:
        score = _symbol_score(definition, task, shares)
        key = (definition.parent, definition.name)
        scores.append(REPEATED * score if key in seen else score)
        seen.add(key)
    return scores


def _symbol_score(definition: Definition, task: Task, shares: Mapping[str, float]) -> float:
    importance = min(1.0, math.log1p(shares.get(definition.name, 0.0)) / 6)
    relevance = 0.0
    if task.pattern.search(f"{definition.name} {definition.parent}".lower()):
        relevance = _shared_words(definition, task)
    return _weight(definition) * (RELEVANCE * relevance + importance + 0.05)


def _shared_words(definition: Definition, task: Task) -> float:
    """Return the weight of the task's words in a symbol's name, the more the more of the name they are."""
    stems = stems_of(definition.name)
    own = {stem for stem in stems if stem in task.stems}
    around = {stem for stem in stems_of(definition.parent) if stem in task.stems} - own
    whole = sum(stem in own for stem in stems) / max(1, len(stems))
    shared = (0.5 + 0.5 * whole) * math.fsum(map(task.stems.__getitem__, own))
    shared += AROUND * math.fsum(map(task.stems.__getitem__, around))
    return shared + task.names.get(f" {definition.name} ", 0.0)


def _weight(definition: Definition) -> float:
    weight = _KINDS.get(definition.kind, 1.0)
    if definition.name.startswith("__") and definition.name != "__init__":
        return 0.5 * weight
    return 0.8 * weight if definition.name.startswith("_") else weight


def _is_written_as_code(name: str) -> bool:
    return "_" in name.strip("_") or (not name.islower() and not name.istitle())
