"""Says in words why a file was ranked: the two or three things that spoke for it most. It changes no rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learnagent_memory.locate.locator import Judged
    from learnagent_memory.locate.past import Past

MOST_WORDS = 4
MOST_REASONS = 4
_LIKE = 0.45
"""Cosine from which a past commit is called alike."""
_LIKE_THE_BEST = 0.5
"""Share of the best message's likeness from which another is called like the task."""
_SUBJECT = 60


def reasons(judged: Judged, row: int, past: Past) -> tuple[str, ...]:
    """Return the reasons for one candidate, the plainest first."""
    file = int(judged.candidates[row])
    found = (_named(judged, file), _code(judged, file), _messages(judged, file, past))
    more = (_alike(judged, file, past), _others(judged, file))
    return tuple(reason for reason in (*found, *more) if reason)[:MOST_REASONS]


def _named(judged: Judged, file: int) -> str:
    if judged.single["named"][file] or judged.single["named_file"][file]:
        return "the task names it"
    return ""


def _code(judged: Judged, file: int) -> str:
    added = judged.code.added[file]
    strongest = [term for term in (-added).argsort(kind="stable")[:MOST_WORDS] if added[term] > 0.1 * added.sum()]
    words = [judged.query.written.get(judged.words[term], judged.words[term]) for term in strongest]
    return f"its code has {', '.join(f'`{word}`' for word in words)}" if words else ""


def _messages(judged: Judged, file: int, past: Past) -> str:
    voters = judged.votes.voters
    enough = _LIKE_THE_BEST * max(voters.values(), default=0.0)
    touching = {int(commit) for commit in past.commit_of[past.file_of == file]}
    voted = sorted(
        (commit for commit in touching & voters.keys() if voters[commit] >= enough),
        key=lambda commit: (-voters[commit], -commit),
    )
    if not voted:
        return ""
    if len(voted) == 1:
        return f"changed in a past commit like this: {_quoted(past, voted[0])}"
    return f"changed in {len(voted)} past commits like this, such as {_quoted(past, voted[0])}"


def _alike(judged: Judged, file: int, past: Past) -> str:
    touching = {int(commit) for commit in past.commit_of[past.file_of == file]}
    near = max(
        (commit for commit in judged.neighbours.voters if commit in touching),
        key=lambda commit: judged.neighbours.voters[commit],
        default=None,
    )
    if near is None or judged.neighbours.voters[near] < _LIKE or near in judged.votes.voters:
        return ""
    return f"changed in a commit of like meaning: {_quoted(past, near)}"


def _others(judged: Judged, file: int) -> str:
    if judged.single["surest_lesson"][file] > 0:
        return "a lesson points to it"
    if judged.single["together"][file] > 0.2:
        return "often changes together with a file in play"
    return "changed often lately" if judged.single["churn"][file] > 0.8 else ""


def _quoted(past: Past, commit: int) -> str:
    subject = "".join(letter for letter in past.commits[commit].subject if letter.isprintable())
    return f"“{subject[:_SUBJECT]}…”" if len(subject) > _SUBJECT else f"“{subject}”"
