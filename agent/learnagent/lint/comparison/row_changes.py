"""Compares the rows of a test's table before and after: which stayed, which changed in part, which left.

A row is the source of one case: an element of parametrize or each, of a Go table, a name of a sub-test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from learnagent.lint.comparison.pairs import TestPair
from learnagent.lint.syntax.code_words import is_literal_word, weight, words_of


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is not there any more, with the row that took its place where there is one."""

    old: str
    new: str = ""


def row_changes(pair: TestPair) -> list[RowChange]:
    """Return the rows of before that no row of after holds, in their order."""
    language = pair.old.file.language
    kept = Counter(pair.new.test.parameters)
    lost = []
    for row in pair.old.test.parameters:
        if kept[row] > 0:
            kept[row] -= 1
        else:
            lost.append(row)
    fresh = [(row, _values(row, language)) for row in kept.elements()]
    found = []
    for row in lost:
        values = _values(row, language)
        partner = _partner(values, fresh)
        if partner is not None:
            fresh.remove(partner)
        if partner is None or not values <= partner[1]:
            found.append(RowChange(row, partner[0] if partner is not None else ""))
    return found


def _values(row: str, language: str) -> Counter[str]:
    found = words_of(row, language)
    return Counter(word for word in found if is_literal_word(word)) or Counter(found)


def _partner(values: Counter[str], fresh: Sequence[tuple[str, Counter[str]]]) -> tuple[str, Counter[str]] | None:
    """Return the new row that shares the most with an old one; None where none shares what tells something."""
    best = max(fresh, key=lambda one: _shared(values, one[1]), default=None)
    return best if best is not None and _shared(values, best[1]) >= 1 else None


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """Return how much two rows share; the first value counts for more, since a table's input comes first."""
    is_same_input = next(iter(one), "") == next(iter(other), None)
    return sum(weight(word) * n for word, n in (one & other).items()) + is_same_input
