"""Picks the lessons for a task: three at most, or none. Data for the caller to quote; nothing here acts on a lesson.

Few, verified and relevant items help, many hurt (SkillsBench, arXiv:2602.12670), so it abstains below a chance
that was calibrated on queries nothing could answer. Among those above it the order is by chance, trust,
freshness and what the lesson did in earlier runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from learnagent_memory.freshness import Freshness, Judgement
from learnagent_memory.lesson import Anchor
from learnagent_memory.relevance import Query, Relevance, Weights, judge, shipped
from learnagent_memory.similarity import likeness
from learnagent_memory.standing import Standing

MAX_LESSONS = 3
MAX_UNTRUSTED = 1
MAX_PER_AUTHOR = 2
"""Of authors other than the user: nobody fills a briefing alone."""
CANDIDATES = 50
"""Of the index's hits, how many are looked at."""
TOO_ALIKE = 0.5
"""`similarity.likeness` from which a second lesson says nothing new."""
HURTFUL = 0.34
"""Posterior mean below which a lesson is shown no more: it hurt in two runs and helped in none."""

_FRESHNESS: dict[Freshness, float] = {"fresh": 1.0, "drifted": 0.6, "orphaned": 0.0}
_THEORY = 0.8
_UNTRUSTED = 0.5

Judge = Callable[[Standing], Judgement]
"""Says how fresh a lesson is in the tree that matters."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lesson that the index found."""

    standing: Standing
    cosine: float | None
    """Of its vector and the query's; None without an encoder."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many lessons a store has: the more there are, the more fit by chance, and the more is asked of each."""

    trusted: int
    """Asked of trusted lessons by this number alone, so that no flood of others can silence them."""
    live: int
    """All that may be shown, those in quarantine included."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the same task was shown before."""

    lessons: Collection[str] = ()
    """Ids."""
    untrusted: int = 0
    """How many of them were in quarantine then."""


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A lesson worth showing."""

    standing: Standing
    judgement: Judgement
    relevance: Relevance
    score: float
    """What the order goes by: chance times trust, freshness and helpfulness."""

    @property
    def places(self) -> tuple[Anchor, ...]:
        """Return where the code it is about is now."""
        return tuple(one.now for one in self.judgement.anchors if one.now)

    @property
    def why(self) -> str:
        """Return why it was chosen, in one line."""
        return "; ".join(_reasons(self))


@dataclass(frozen=True, slots=True)
class Choice:
    """What recall gives for a task."""

    lessons: tuple[Chosen, ...]
    """The best first."""
    abstained: str = ""
    """Why there is none."""


def choose(
    query: Query,
    candidates: Iterable[Candidate],
    judgement_of: Judge,
    *,
    sizes: Sizes,
    told: Told = NOTHING,
    limit: int = MAX_LESSONS,
    model: Weights | None = None,
) -> Choice:
    """Return the lessons for a task, of a store of that size; freshness is asked only of those that are relevant.

    What the task was told counts: nothing is chosen again, and one lesson in quarantine is enough for a task.
    """
    found = [one for one in candidates if one.standing.is_live and one.standing.helpfulness >= HURTFUL]
    live = [one for one in found if one.standing.id not in told.lessons]
    if not live:
        return Choice((), "those that fit were shown already" if found else "no lesson has a word of it")
    model = model or shipped(encoder=any(one.cosine is not None for one in live))
    judged = [(judge(query, one.standing.lesson, cosine=one.cosine, model=model), one.standing) for one in live]
    trusted, untrusted = model.threshold(sizes.trusted), model.threshold(sizes.live)
    likely = [pair for pair in judged if pair[0].chance >= (trusted if pair[1].is_trusted else untrusted)]
    if not likely:
        best = max(relevance.chance for relevance, _ in judged)
        return Choice((), f"the best of {len(live)} fits by {best:.2f}, {trusted:.2f} is asked")
    scored = (_scored(relevance, standing, judgement_of(standing)) for relevance, standing in likely)
    ranked = sorted((one for one in scored if one.score), key=lambda one: -one.score)
    if not ranked:
        return Choice((), "the code that the fitting lessons are about is gone")
    shown = _diverse(ranked, limit, untrusted=MAX_UNTRUSTED - told.untrusted)
    return Choice(tuple(shown), "" if shown else "what fits is from others, and enough of that was shown")


def _scored(relevance: Relevance, standing: Standing, judgement: Judgement) -> Chosen:
    trust = 1.0 if standing.is_trusted else _UNTRUSTED
    status = 1.0 if standing.status == "verified" else _THEORY
    score = relevance.chance * trust * status * _FRESHNESS[judgement.freshness] * 2 * standing.helpfulness
    return Chosen(standing, judgement, relevance, score)


def _diverse(ranked: Sequence[Chosen], limit: int, *, untrusted: int) -> list[Chosen]:
    """Take the best that say something the ones before do not, with few of one author and of those in quarantine."""
    taken: list[Chosen] = []
    for one in ranked:
        if len(taken) == limit:
            break
        if _has_room(one, taken, untrusted=untrusted) and not any(_is_like(one, other) for other in taken):
            taken.append(one)
    return taken


def _has_room(one: Chosen, taken: Sequence[Chosen], *, untrusted: int) -> bool:
    if one.standing.trust == "own":
        return True
    others = [other.standing for other in taken if other.standing.trust != "own"]
    if not one.standing.is_trusted and sum(not other.is_trusted for other in others) >= untrusted:
        return False
    return sum(other.author == one.standing.author for other in others) < MAX_PER_AUTHOR


def _is_like(one: Chosen, other: Chosen) -> bool:
    return likeness(one.standing.lesson.text, other.standing.lesson.text) >= TOO_ALIKE


def _reasons(one: Chosen) -> Iterable[str]:
    relevance, standing = one.relevance, one.standing
    if relevance.is_same_error:
        yield "the same error"
    if relevance.named:
        yield "the task names its place"
    if relevance.shared:
        yield f"shares {', '.join(relevance.shared[:4])}"
    yield f"fits by {relevance.chance:.2f}"
    if standing.helped or standing.hurt:
        yield f"helped {standing.helped} of {standing.helped + standing.hurt} runs"
