"""What is kept of a run when it is over: lessons with their evidence, and credit for those it was shown.

It is done once a run: what it writes carries the time of the run's end, so doing it again writes the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from learnagent.experience.opening import Lessons
from learnagent.instructions import NAMES
from learnagent_memory import journal as journals
from learnagent_memory.episode import Checkpointed, Finished, Recalled, Replied, Request, Started, Undone
from learnagent_memory.freshness import anchor_at
from learnagent_memory.journal import Episode
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Learned, Retracted
from learnagent_memory.project import write_private
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
"""File in an episode's folder that says that it was learned from."""
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


def catch_up(lessons: Lessons, ids: Iterable[str]) -> None:
    """Learn from the last runs that ended and were not learned from: the process died in between."""
    folder = lessons.project.episodes
    for name in sorted(ids)[-CATCH_UP:]:
        if not (folder / name / MARK).exists():
            learn(lessons, journals.read(folder / name))


def learn(lessons: Lessons, episode: Episode) -> Learning:
    """Keep what a run taught and credit what it was shown; only one that ended by itself leaves something.

    Raises StorageError.
    """
    finished = episode.events[-1] if episode.events else None
    if not isinstance(finished, Finished) or finished.outcome not in {"done", "not_done"}:
        return Learning()
    credited = _credit(lessons, episode, at=finished.at)
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
    lessons.write(admitted.events)
    write_private(episode.folder / MARK, "")
    ids = dict.fromkeys(event.lesson.id for event in admitted.events if isinstance(event, Learned))
    found = tuple(standing for one in ids if (standing := lessons.index.standing(one)))
    return Learning(found, admitted.rejected, credited, stated.reason)


def unlearn(lessons: Lessons, episode: Episode) -> int:
    """Take back what an undone run taught and let its lessons bear the outcome; return how many were taken back."""
    undone = next((event for event in reversed(episode.events) if isinstance(event, Undone)), None)
    if undone is None or undone.to_step:
        return 0
    taught = [one for one in lessons.standings() if one.run == episode.id and one.is_live]
    _credit(lessons, episode, at=undone.at)
    if taught:
        reason = "the run was undone"
        lessons.write([Retracted(at=undone.at, author=lessons.author, scope="run", target=episode.id, reason=reason)])
    return len(taught)


def _credit(lessons: Lessons, episode: Episode, *, at: str) -> int:
    shown = {one for event in episode.events if isinstance(event, Recalled) for one in event.lessons}
    bodies = {one: standing.lesson for one in shown if (standing := lessons.index.standing(one))}
    credited = credit(episode, bodies, author=lessons.author, at=at)
    if credited is None:
        return 0
    lessons.write([credited])
    return len(credited.credits)


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
    return text.partition("<lessons ")[0]


def _sight(lessons: Lessons, episode: Episode) -> Sight:
    """Return what miners may see: the code as it is now, and what the run's checkpoints say that it changed."""
    kept = [event.commit for event in episode.events if isinstance(event, Checkpointed)]
    anchor = partial(anchor_at, lessons.tree)
    if len(kept) < 2:
        return Sight(anchor=anchor)
    before, after = (CommitTree(lessons.project.repository, commit) for commit in (kept[0], kept[-1]))
    return Sight(symbols_touched=touched_between(before, after), anchor=anchor)
