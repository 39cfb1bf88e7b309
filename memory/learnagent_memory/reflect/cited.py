"""Judges what a model claims to have seen: a claim counts as verified where the episode shows the very same.

A model may cite a command that has nothing to do with its advice; so the advice must be about that command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from learnagent_memory.lesson import Evidence, Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, quotes, task_words, title_of
from learnagent_memory.reflect.command_line import is_safe_path, spell
from learnagent_memory.reflect.trace import Trace

_FETCHES = re.compile(
    r"https?://|\b(?:curl|wget|iwr)\b.{0,80}[|>]|\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\beval\s*[\"'$(`]|base64\s+(?:-d|--d)"
    r"|\bsudo\s|\brm\s+-[a-z]*[rf]|--no-verify|\bchmod\s+[0-7+]*7",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous)\b"
    r"|</?\s*(?:task|system|lessons?|repository|record)\b|system prompt",
    re.IGNORECASE,
)


def is_dangerous(lesson: Lesson) -> bool:
    """Return whether a lesson asks to fetch, to destroy, to give away, or to follow other orders.

    A net with wide meshes: what keeps a lesson from doing harm is that it is quoted, labelled and never executed.
    """
    said = "\n".join((lesson.title, lesson.do, lesson.avoid, lesson.when.error, *lesson.when.words))
    return _FETCHES.search(said) is not None or _ORDERS.search(said) is not None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a model states, before anybody looked whether it is so."""

    when: str
    do: str
    avoid: str = ""
    title: str = ""
    command: str = ""
    """The command that is to show it, as the model says it ran."""
    exit_code: int | None = None
    """What the model says it exited with; None where it does not say."""
    path: str = ""
    symbol: str = ""


def theory(claim: Claim, trace: Trace, sight: Sight) -> Candidate | None:
    """Return a claim as a candidate of origin `model`; None where it says nothing or something dangerous."""
    do, avoid = field_of(claim.do), field_of(claim.avoid)
    if not (do or avoid):
        return None
    lesson = Lesson(
        title=title_of(claim.title or claim.when or do or avoid),
        when=When(words=task_words(claim.when)),
        do=do,
        avoid=avoid,
        anchors=(sight.anchor(claim.path, claim.symbol),) if claim.path and is_safe_path(claim.path) else (),
    )
    if is_dangerous(lesson):
        return None
    shown = cited(claim, trace)
    evidence = (shown,) if shown else (trace.ending("stated by the model"),)
    return Candidate(lesson, "model", evidence, is_verified=shown is not None and is_about(lesson, shown))


def cited(claim: Claim, trace: Trace) -> Evidence | None:
    """Return the last run of the command that a claim cites, with that exit code; None where there was none."""
    command = spell(claim.command, trace.root)
    ran = [attempt for attempt in trace.attempts if command and attempt.command == command]
    if claim.exit_code is not None:
        ran = [attempt for attempt in ran if attempt.exit_code == claim.exit_code]
    return trace.evidence(ran[-1], "cited by the model") if ran else None


def is_about(lesson: Lesson, shown: Evidence) -> bool:
    """Return whether the advice is to run the command that worked, or not to run the one that failed."""
    if shown.exit_code == 0:
        return shown.command in quotes(lesson.do)
    return shown.command in quotes(lesson.avoid) and not lesson.do
