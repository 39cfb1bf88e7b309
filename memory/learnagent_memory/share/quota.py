"""How many lessons in quarantine are considered at all, so that nobody crowds the others out.

Names of authors are claims: whoever writes under many is held by the total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, zip_longest

from learnagent_memory.standing import Standing

PER_AUTHOR = 50
TOTAL = 500


def capped(
    standings: Iterable[Standing], *, now: str, per_author: int = PER_AUTHOR, total: int = TOTAL
) -> list[Standing]:
    """Return every trusted lesson, and the newest live ones in quarantine of each author, authors in turn.

    `now` is a UTC time as in events; what claims to be from later comes after all else of its author.
    """
    trusted: list[Standing] = []
    quarantined: dict[str, list[Standing]] = defaultdict(list)
    for one in standings:
        if one.is_trusted:
            trusted.append(one)
        elif one.is_live:
            quarantined[one.author].append(one)
    rows = [_newest(lessons, now)[:per_author] for _, lessons in sorted(quarantined.items())]
    turns = (one for one in chain.from_iterable(zip_longest(*rows)) if one is not None)
    return [*trusted, *(one for one, _ in zip(turns, range(total), strict=False))]


def _newest(lessons: Iterable[Standing], now: str) -> list[Standing]:
    return sorted(lessons, key=lambda one: (one.learned_at <= now, one.learned_at, one.id), reverse=True)
