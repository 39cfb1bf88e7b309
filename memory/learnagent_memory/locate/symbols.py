"""Where in a file to look: the definitions of the best files, ranked by their names, code and past changes.

Parsing runs native code on files of strangers; whoever wants that in a process of its own passes `parse`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent_memory import source
from learnagent_memory.locate import terms
from learnagent_memory.locate.corpus import Corpus, bm25, rarity
from learnagent_memory.locate.document import make_row
from learnagent_memory.locate.query import make_query

if TYPE_CHECKING:
    from learnagent_memory.locate.locator import Place
    from learnagent_memory.source import Symbol

Parse = Callable[[bytes, str], Sequence["Symbol"]]

MAX_FILES = 10
NAME_TIMES = 4
"""How often a word of the name counts against one of the body."""
CHANGED_WEIGHT = 0.15
"""Of a past commit like the task that changed the symbol, against the best score of all."""
MOST_VOTES = 4


@dataclass(frozen=True, slots=True)
class SymbolPlace:
    """A definition to look at."""

    path: str
    symbol: str
    """Qualified name."""
    line: int
    """Where it begins, counted from 1."""
    score: float
    """Relative to the best of all: 1 for it."""


@dataclass(frozen=True, slots=True)
class _Part:
    place: Place
    symbol: Symbol
    counted: Counter[str]


def rank_symbols(
    task: str,
    places: Sequence[Place],
    read: Callable[[str], bytes | None],
    *,
    changed: Mapping[tuple[str, str], float] | None = None,
    parse: Parse = source.symbols,
    limit: int = 10,
) -> list[SymbolPlace]:
    """Return the definitions of the places to look at, the best first; those without a word of the task are left out.

    `changed` says of (path, simple name) how much past commits like the task changed it.
    """
    import numpy as np

    parts = [part for place in places[:MAX_FILES] for part in _parts(place, read(place.path), parse)]
    query = make_query(task)
    words = {terms.number(term): weight for term, weight in query.terms.items()}
    if not parts or not words:
        return []
    numbers = np.array(sorted(words), dtype=np.uint32)
    corpus = Corpus([make_row(part.counted, set()) for part in parts])
    counts = corpus.counts(numbers).text
    idf = rarity(counts) * np.array([words[int(one)] for one in numbers])
    scores = bm25(counts, corpus.lengths, idf).sum(axis=1)
    top = max(float(scores.max()), 1e-9)
    votes = np.array([(changed or {}).get((part.place.path, part.symbol.name), 0.0) for part in parts])
    trust = np.array([part.place.score for part in parts])
    trust = trust / max(float(trust.max()), 1e-9)
    total = (scores / top + CHANGED_WEIGHT * votes.clip(max=MOST_VOTES)) * np.sqrt(trust)
    best = max(float(total.max()), 1e-9)
    found: dict[tuple[str, str], SymbolPlace] = {}
    for n in np.argsort(-total, kind="stable"):
        if total[n] <= 0 or len(found) == limit:
            break
        path, symbol = parts[n].place.path, parts[n].symbol
        # Overloads share a name: the best of them stands for all.
        found.setdefault(
            (path, symbol.qualified), SymbolPlace(path, symbol.qualified, symbol.line, round(float(total[n]) / best, 4))
        )
    return list(found.values())


def _parts(place: Place, content: bytes | None, parse: Parse) -> list[_Part]:
    language = source.language_of(place.path, content) if content else None
    if content is None or language is None:
        return []
    lines = source.readable(content).decode("utf-8", "replace").split("\n")
    found = list(parse(content, language))
    first_member: dict[str, int] = {}
    for symbol in found:
        first_member.setdefault(symbol.parent, symbol.line)
    return [
        _Part(place, symbol, _counted(symbol, lines[symbol.line - 1 : _last_line(symbol, first_member)]))
        for symbol in found
        if symbol.kind != "field"
    ]


def _last_line(symbol: Symbol, first_member: Mapping[str, int]) -> int:
    """Return where the definition's own text ends: of what has members, before the first of them."""
    member = first_member.get(symbol.qualified, 0)
    return member - 1 if symbol.line < member <= symbol.end_line else symbol.end_line


def _counted(symbol: Symbol, lines: Sequence[str]) -> Counter[str]:
    """Return the terms of a definition: its name many times, and its text."""
    counted = terms.count("\n".join(lines))
    for term in terms.terms_of(symbol.name):
        counted[term] += NAME_TIMES
    return counted
