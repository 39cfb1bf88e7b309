"""What `learnagent recall` shows."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

from learnagent.cli.memory_views import document, one_line
from learnagent.cli.task import read_task
from learnagent.display import ConsoleScreen, print_json
from learnagent.experience.knowledge import Knowledge
from learnagent.experience.opening import open_lessons
from learnagent_memory.errors import UsageError
from learnagent_memory.git import Git, open_repository
from learnagent_memory.locate.locator import Place
from learnagent_memory.locate.symbols import SymbolPlace
from learnagent_memory.recall import Choice, Chosen

HISTORY_S = 60.0
"""What reading history may take the first time; `learnagent init` takes longer."""


def show(repo: Path, task: str, *, at: str | None, limit: int, json: bool) -> None:
    """Print lessons, files and symbols for a task."""
    text = read_task(task, is_resume=False)
    started = time.monotonic()
    commit = _commit(repo, at) if at else None
    with open_lessons(repo, at=commit) as lessons:
        knowledge = Knowledge(lessons, at=commit, limit_s=HISTORY_S)
        choice = knowledge.lessons(text)
        places = knowledge.places(text, choice, limit=limit)
        symbols = knowledge.symbols(text, places)
    if json:
        print_json(
            {
                "task": text,
                "at": commit,
                "lessons": [_lesson(one) for one in choice.lessons],
                "abstained": choice.abstained,
                "files": [asdict(place) for place in places],
                "symbols": [asdict(symbol) for symbol in symbols],
                "seconds": round(time.monotonic() - started, 3),
            }
        )
        return
    ConsoleScreen().lines([*_lessons(choice), "", *_where(places, symbols)])


def _commit(repo: Path, at: str) -> str:
    """Return the full id of a commit. Raises UsageError."""
    git = Git(open_repository(repo).root)
    found = git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{at}^{{commit}}", ok=(0, 1, 128))
    if not found:
        raise UsageError(f"no commit {at}", hint="git log shows them")
    return found


def _lesson(one: Chosen) -> dict[str, object]:
    return {
        **document(one.standing, one.judgement),
        "relevance": round(one.relevance.chance, 4),
        "score": round(one.score, 4),
        "why": one.why,
    }


def _lessons(choice: Choice) -> list[str]:
    lines: list[str] = []
    for one in choice.lessons:
        lesson = one.standing.lesson
        lines.append(one_line(one.standing, one.judgement))
        lines += [f"  {name}: {text}" for name, text in (("do", lesson.do), ("avoid", lesson.avoid)) if text]
        lines.append(f"  why: {one.why}")
    return lines or [f"no lesson is shown: {choice.abstained}"]


def _where(places: list[Place], symbols: list[SymbolPlace]) -> list[str]:
    if not places:
        return ["where to look: no source file here says anything about it"]
    lines = [line for place in places for line in _place(place)]
    named = [f"  {one.path}:{one.line}  {one.symbol}" for one in symbols]
    return ["where to look:", *lines, *(["symbols:", *named] if named else [])]


def _place(place: Place) -> list[str]:
    """Return a file with its chance, and beneath it the reasons: beside it they would not fit a terminal."""
    why = "; ".join(place.why) or "no word of the task is in it; ranked by likeness and past changes alone"
    return [f"  {place.score:.2f}  {place.path}", f"        {why}"]
