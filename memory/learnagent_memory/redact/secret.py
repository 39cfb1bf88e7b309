"""Where a secret stands in a text, and how random a value looks."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret in a text."""

    kind: str
    """What it is, for a reader: letters, digits, underscores and spaces only."""
    start: int
    end: int
    """One behind the last character."""

    def moved(self, by: int) -> Secret:
        """Return the same secret further back in a text."""
        return replace(self, start=self.start + by, end=self.end + by)

    def until(self, end: int) -> Secret:
        """Return it with what overlaps it."""
        return replace(self, end=max(self.end, end))


_STEP = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])")


def entropy(value: str) -> float:
    """Return Shannon's entropy of the characters, in bits for each; 0 for the empty text."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def steps(value: str) -> int:
    """Count the changes between small letters, capitals and digits: words have few, random text many."""
    return len(_STEP.findall(value))
