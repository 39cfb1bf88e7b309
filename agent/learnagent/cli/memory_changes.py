"""What `learnagent memory` changes: each change is an event in the private store, nothing is edited or deleted."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from json import dumps as json_text
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from learnagent.cli.editor import in_editor
from learnagent.cli.keys import read_key, single_keys
from learnagent.cli.memory_verification import evidence_of
from learnagent.cli.memory_views import described, document, one_line
from learnagent.display import ConsoleScreen, print_json
from learnagent.experience.opening import Lessons, now, open_lessons
from learnagent_memory.errors import UsageError
from learnagent_memory.freshness import anchor_at
from learnagent_memory.lesson import Anchor, Evidence, Lesson, When
from learnagent_memory.lesson_event import Accepted, AnyLessonEvent, Learned, Retracted, Superseded
from learnagent_memory.reflect.signature import signature_of
from learnagent_memory.similarity import words
from learnagent_memory.standing import Standing

EDITED = ("title", "when", "do", "avoid", "error", "at", "evidence")
TO_BE_RUN = "to be run by `memory verify`"
KEYS = "a accept · r reject · s skip · q quit"


@dataclass(frozen=True, slots=True)
class Said:
    """A lesson as options say it; None was not given."""

    title: str | None
    when: str | None = None
    do: str | None = None
    avoid: str | None = None
    error: str | None = None
    at: Sequence[str] | None = None
    """`PATH` or `PATH::SYMBOL`."""
    evidence: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no option was given."""
        return all(getattr(self, field.name) is None for field in fields(self))


def add(repo: Path, said: Said, *, json: bool) -> None:
    """Add the user's own lesson."""
    lessons = open_lessons(repo)
    lesson = _lesson(said, lessons, before=None)
    is_known = any(one.id == lesson.id for one in lessons.index.standings())
    lessons.write([_learned(lesson, said, lessons)])
    _tell(lessons, [lesson.id], "known already, learned once more" if is_known else "added", json=json)


def edit(repo: Path, wanted: str, said: Said, *, json: bool) -> None:
    """Put another lesson in the place of one."""
    lessons = open_lessons(repo)
    before = lessons.standing(wanted)
    if said.is_empty:
        said = _from_editor(before)
    lesson = _lesson(said, lessons, before=before.lesson)
    if lesson.id != before.id:
        superseded = Superseded(at=now(), author=lessons.author, lesson=before.id, by=lesson.id, reason="edited")
        lessons.write([_learned(lesson, said, lessons, before=before), superseded])
    elif said.evidence or lesson.anchors != before.lesson.anchors:
        lessons.write([_learned(lesson, said, lessons)])
    else:
        raise UsageError("nothing was changed", hint="say what is different, or leave it")
    _tell(lessons, [lesson.id], "kept instead" if lesson.id != before.id else "learned anew", json=json)


def retract(repo: Path, wanted: Sequence[str], *, author: str | None, run: str | None, reason: str, json: bool) -> None:
    """Take back single lessons, or all of an author or a run."""
    lessons = open_lessons(repo)
    if not (wanted or author or run):
        raise UsageError("nothing to retract", hint="name lessons, --author or --run")
    found = [lessons.standing(one) for one in wanted]
    targets: list[tuple[str, str]] = [("lesson", one.id) for one in found]
    if author:
        taught = {name for one in lessons.index.standings() for name in (one.author, *one.authors)}
        targets += [("author", name) for name in _meant(author, taught, what="author")]
    if run:
        runs = {one.run for one in lessons.index.standings() if one.run}
        targets += [("run", name) for name in _meant(run, runs, what="run")]
    before = {one.id for one in lessons.index.standings() if one.status != "retracted"}
    lessons.write(
        Retracted.model_validate(
            {"at": now(), "author": lessons.author, "scope": scope, "target": target, "reason": reason}
        )
        for scope, target in targets
    )
    gone = [one.id for one in lessons.index.standings() if one.status == "retracted" and one.id in before]
    _tell(lessons, gone, "retracted", json=json)


def accept(repo: Path, wanted: Sequence[str], *, json: bool) -> None:
    """Trust lessons of others, or bring back retracted ones."""
    lessons = open_lessons(repo)
    found = [lessons.standing(one) for one in wanted]
    lessons.write(_accepted(one, lessons) for one in found)
    _tell(lessons, [one.id for one in found], "accepted", json=json)


def review(repo: Path) -> None:
    """Show each quarantined lesson and take one key for it."""
    lessons = open_lessons(repo)
    screen = ConsoleScreen()
    waiting = [one for one in lessons.standings() if one.is_live and not one.is_trusted]
    if not waiting:
        screen.lines(["nothing is in quarantine"])
        return
    if not sys.stdin.isatty():
        raise UsageError("a review needs a terminal", hint="learnagent memory accept ID, or retract ID")
    for number, standing in enumerate(waiting, 1):
        screen.lines([f"{number} of {len(waiting)}", *described(standing, lessons.judge(standing)), ""])
        answer = _key(screen)
        if answer == "q":
            return
        if event := _verdict(answer, standing, lessons):
            lessons.write([event])


def _verdict(answer: str, standing: Standing, lessons: Lessons) -> AnyLessonEvent | None:
    if answer == "a":
        return _accepted(standing, lessons)
    if answer == "r":
        return Retracted(at=now(), author=lessons.author, target=standing.id, reason="rejected in review")
    return None


def _key(screen: ConsoleScreen) -> str:
    with single_keys():
        screen.prompt(f"{KEYS}: ")
        while (answer := read_key()) not in {"a", "r", "s", "q"}:
            continue
    screen.lines([answer])
    return answer


def _accepted(standing: Standing, lessons: Lessons) -> Accepted:
    return Accepted(at=now(), author=lessons.author, lesson=standing.id)


def _meant(wanted: str, known: Collection[str], *, what: str) -> list[str]:
    """Return the author or run that the user means, whole or in part. Raises UsageError unless it is one."""
    if wanted in known:
        return [wanted]
    found = sorted(name for name in known if wanted.lower() in name.lower())
    if len(found) == 1:
        return found
    if found:
        raise UsageError(f"{len(found)} match {what} {wanted}: {', '.join(found[:5])}", hint="name one of them whole")
    raise UsageError(f"no lesson is of {what} {wanted}", hint="learnagent memory show ID says whose a lesson is")


def _learned(lesson: Lesson, said: Said, lessons: Lessons, *, before: Standing | None = None) -> Learned:
    """Return that the user taught a lesson; its evidence is what `before` had, to be run anew, or what was said."""
    known = evidence_of(before) if before else None
    command, expected = said.evidence, None
    if said.evidence is None and known:
        command, expected = known.command, known.exit_code
    evidence = (Evidence(command=command, exit_code=expected, note=TO_BE_RUN),) if command else ()
    return Learned(at=now(), author=lessons.author, lesson=lesson, origin="user", evidence=evidence)


def _lesson(said: Said, lessons: Lessons, *, before: Lesson | None) -> Lesson:
    """Return what the options say, over what the lesson said before."""
    before = before or Lesson(title="")
    when = When(
        words=tuple(sorted(words(said.when))) if said.when is not None else before.when.words,
        error=before.when.error if said.error is None else _signature(said.error),
        globs=before.when.globs,
    )
    anchors = before.anchors if said.at is None else tuple(_anchor(place, lessons) for place in said.at)
    return lessons.cleaned(
        Lesson(
            kind=before.kind,
            title=before.title if said.title is None else said.title.strip(),
            when=when,
            do=before.do if said.do is None else said.do,
            avoid=before.avoid if said.avoid is None else said.avoid,
            anchors=anchors,
        )
    )


def _signature(error: str) -> str:
    """Return what tells an error again elsewhere and tomorrow, as it is looked for after a failed command."""
    found = signature_of(error)
    return found.text if found else error.strip()


def _anchor(place: str, lessons: Lessons) -> Anchor:
    """Return the anchor a user named. Raises UsageError where there is no such file or symbol."""
    path, _, symbol = place.partition("::")
    path = _from_root(path, lessons.project.root)
    anchor = anchor_at(lessons.tree, path, symbol)
    if not anchor.digest:
        what = f"no symbol {symbol} in {path}" if symbol and anchor_at(lessons.tree, path).digest else f"no file {path}"
        raise UsageError(what, hint="give PATH, relative to the root, or PATH::SYMBOL such as src/a.py::Parser.feed")
    return anchor


def _from_root(path: str, root: Path) -> str:
    """Return a path as anchors have it: relative to the root, one spelling; what lies outside stays as it is."""
    with suppress(ValueError):
        path = str(Path(path).relative_to(root)) if Path(path).is_absolute() else path
    return Path(os.path.normpath(path)).as_posix() if path else path


def _from_editor(before: Standing) -> Said:
    """Let the user edit the lesson as TOML. Raises UsageError for what is no such document."""
    text = in_editor(_as_toml(before.lesson), suffix=".toml")
    try:
        return _edited(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError, TypeError) as error:
        raise UsageError(f"that is no lesson ({error})", hint="keep the keys and the quotes") from error


def _edited(values: dict[str, Any]) -> Said:
    """Return what an edited document says. Raises TypeError for what it may not hold."""
    unknown = values.keys() - set(EDITED)
    if unknown or not all(isinstance(value, str) for key, value in values.items() if key != "at"):
        raise TypeError(f"it may hold {', '.join(EDITED)} only, each in quotes")
    return Said(**{"title": None, **values})


def _as_toml(lesson: Lesson) -> str:
    places = [f"{one.path}::{one.symbol}" if one.symbol else one.path for one in lesson.anchors]
    rows = {
        "title": lesson.title,
        "when": " ".join(lesson.when.words),
        "do": lesson.do,
        "avoid": lesson.avoid,
        "error": lesson.when.error,
    }
    lines = [f"{key} = {json_text(value)}" for key, value in rows.items()]
    return "\n".join([*lines, f"at = {json_text(places)}", ""])


def _tell(lessons: Lessons, ids: Sequence[str], done: str, *, json: bool) -> None:
    found = [lessons.standing(one) for one in ids]
    if json:
        print_json({"lessons": [document(one, lessons.judge(one)) for one in found]})
    else:
        lines = [f"{done}: {one_line(one, lessons.judge(one))}" for one in found]
        ConsoleScreen().lines(lines or [f"nothing {done}"])
