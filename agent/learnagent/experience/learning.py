"""What is kept of a run when it is over: lessons with their evidence, and credit for those it was shown.

The events of a run lie whole in its folder before the first of them is written to the ledger: whatever is cut off
is written again from there, since admission would take the first half of them for what was known before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from learnagent.experience.briefing import HEAD
from learnagent.experience.opening import Lessons
from learnagent.instructions import NAMES
from learnagent_memory import journal as journals
from learnagent_memory.episode import Checkpointed, Finished, Recalled, Replied, Request, Started, Undone
from learnagent_memory.errors import LearnAgentError
from learnagent_memory.freshness import anchor_at
from learnagent_memory.journal import Episode
from learnagent_memory.ledger import parse_event
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import AnyLessonEvent, Credited, Learned, Retracted, to_bytes
from learnagent_memory.limits import cleaned
from learnagent_memory.project import write_private
from learnagent_memory.redact import Redact
from learnagent_memory.reflect import mine, model_reflection
from learnagent_memory.reflect.admission import Known, Rejected, Source, admit
from learnagent_memory.reflect.candidate import Sight
from learnagent_memory.reflect.credit import credit
from learnagent_memory.reflect.model_reflection import Parsed
from learnagent_memory.reflect.touched import touched_between
from learnagent_memory.standing import Standing
from learnagent_memory.tree import CommitTree

SIMILAR = 20
"""Lessons of the store that a new one is held against."""
MARK = "learned"
"""File in an episode's folder that says up to which byte it was learned from: a run may be resumed, or undone."""
PLAN = "learning.json"
"""File in an episode's folder with the events it is to leave; there only while they are being written."""
CATCH_UP = 10
"""Episodes, from the last, that are looked at for one that was cut off before it was learned from."""
DOCUMENTS = ("README.md", "README.rst", "README.txt", "README", "CONTRIBUTING.md", *NAMES)


@dataclass(frozen=True, slots=True)
class Learning:
    """What a run left."""

    learned: tuple[Standing, ...] = ()
    """New lessons, or old ones with new evidence."""
    rejected: tuple[Rejected, ...] = ()
    credited: int = 0
    """Lessons that got credit."""
    problem: str = ""
    """Why the model's answer was of no use."""


def catch_up(lessons: Lessons, ids: Iterable[str]) -> list[str]:
    """Do what the last runs were to leave and did not: the process died before, or the disk was full.

    Returns why it could not be done this time either, one line an episode: a run that left something odd must not
    keep the next from starting.
    """
    problems: list[str] = []
    for name in sorted(ids)[-CATCH_UP:]:
        folder = lessons.project.episodes / name
        try:
            if not _is_settled(folder):
                _settle(lessons, journals.read(folder))
        except LearnAgentError as error:
            problems.append(f"nothing is kept of the run {name} yet: {error}")
    return problems


def _settle(lessons: Lessons, episode: Episode) -> None:
    last = episode.events[-1] if episode.events else None
    planned = _planned(episode.folder)
    lessons.write(planned)
    if planned and isinstance(last, Finished):
        _settled(episode.folder)
    elif isinstance(last, Undone):
        unlearn(lessons, episode)
    else:
        learn(lessons, episode)


def _is_settled(folder: Path) -> bool:
    with suppress(OSError):
        return (folder / MARK).read_bytes() == _size(folder).encode()
    return False


def _settled(folder: Path) -> None:
    """Remember that all was kept of a run as it is now."""
    write_private(folder / MARK, _size(folder))
    (folder / PLAN).unlink(missing_ok=True)


def _plan(folder: Path, events: Iterable[AnyLessonEvent], redact: Redact) -> None:
    write_private(folder / PLAN, json.dumps([to_bytes(cleaned(event, redact)).decode() for event in events]))


def _planned(folder: Path) -> list[AnyLessonEvent]:
    """Return the events that were about to be written when the process died; none where there is no such plan."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        return [parse_event(content.encode()) for content in json.loads((folder / PLAN).read_bytes())]
    return []


def _size(folder: Path) -> str:
    return str((folder / journals.FILE_NAME).stat().st_size)


def learn(lessons: Lessons, episode: Episode) -> Learning:
    """Keep what a run taught and credit what it was shown; only one that ended by itself leaves something.

    Raises LearnAgentError.
    """
    finished = episode.events[-1] if episode.events else None
    if not isinstance(finished, Finished) or finished.outcome not in {"done", "not_done", "blocked"}:
        _settled(episode.folder)
        return Learning()
    credited = _credited(lessons, episode, at=finished.at)
    sight = _sight(lessons, episode)
    candidates = mine(episode, sight)
    stated = _stated(episode, sight)
    admitted = admit(
        [*candidates, *stated.candidates],
        Known(
            similar=lambda lesson: _similar(lessons, lesson),
            documents=_documents(lessons, episode),
            recalled=[one.text for event in episode.events if isinstance(event, Recalled) for one in event.shown],
            redact=lessons.redact,
        ),
        Source(author=lessons.author, at=finished.at, run=episode.id),
    )
    events = [*credited, *admitted.events]
    _plan(episode.folder, events, lessons.redact)
    lessons.write(events)
    _settled(episode.folder)
    ids = dict.fromkeys(event.lesson.id for event in admitted.events if isinstance(event, Learned))
    found = tuple(standing for one in ids if (standing := lessons.index.standing(one)))
    return Learning(found, admitted.rejected, sum(len(event.credits) for event in credited), stated.reason)


def unlearn(lessons: Lessons, episode: Episode) -> int:
    """Take back what an undone run taught and let its lessons bear the outcome; return how many were taken back."""
    undone = next((event for event in reversed(episode.events) if isinstance(event, Undone)), None)
    if undone is None or undone.to_step:
        _settled(episode.folder)
        return 0
    taught = [one for one in lessons.standings() if one.run == episode.id and one.is_live]
    lessons.write(_credited(lessons, episode, at=undone.at))
    if taught:
        reason = "the run was undone"
        lessons.write([Retracted(at=undone.at, author=lessons.author, scope="run", target=episode.id, reason=reason)])
    _settled(episode.folder)
    return len(taught)


def _credited(lessons: Lessons, episode: Episode, *, at: str) -> list[Credited]:
    """Return the credit for what a run was shown: one event, or none."""
    shown = {one for event in episode.events if isinstance(event, Recalled) for one in event.lessons}
    bodies = {one: standing.lesson for one in shown if (standing := lessons.index.standing(one))}
    credited = credit(episode, bodies, author=lessons.author, at=at)
    return [credited] if credited else []


def _stated(episode: Episode, sight: Sight) -> Parsed:
    """Return what the model said when it was asked, if it was."""
    replies = (event for event in reversed(episode.events) if isinstance(event, Replied))
    answer = next((event.text for event in replies if event.purpose == "reflect"), "")
    return model_reflection.parse(answer, episode, sight) if answer else Parsed(())


def _similar(lessons: Lessons, lesson: Lesson) -> Iterator[Standing]:
    hits = [hit.lesson for hit in lessons.index.search(lesson.text, limit=SIMILAR, only_live=False)]
    for one in dict.fromkeys([lesson.id, *hits]):
        if standing := lessons.index.standing(one):
            yield standing


def _documents(lessons: Lessons, episode: Episode) -> list[str]:
    """Return what says things already: the prompt, and the project's own words to people and agents."""
    files = lessons.tree.read_all(DOCUMENTS).values()
    told = [content.decode("utf-8", "replace") for content in files]
    for event in episode.events:
        if isinstance(event, Started):
            told.append(event.task)
        elif isinstance(event, Request) and event.reset:
            told += [_without_briefing(message.content) for message in event.messages]
            break
    return told


def _without_briefing(text: str) -> str:
    return text.partition(HEAD)[0]


def _sight(lessons: Lessons, episode: Episode) -> Sight:
    """Return what miners may see: the code as the run left it, and what its checkpoints say that it changed."""
    kept = [event.commit for event in episode.events if isinstance(event, Checkpointed)]
    if len(kept) < 2:
        return Sight(anchor=partial(anchor_at, lessons.tree))
    before, after = (CommitTree(lessons.project.repository, commit) for commit in (kept[0], kept[-1]))
    return Sight(symbols_touched=touched_between(before, after), anchor=partial(anchor_at, after))
