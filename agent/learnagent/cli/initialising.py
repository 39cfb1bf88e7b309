"""What `learnagent init` does: reads history and code, and gets the text encoder if the user says yes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from learnagent.display import ConsoleScreen, print_json
from learnagent.experience.knowledge import Knowledge
from learnagent.experience.opening import open_lessons
from learnagent_memory.embedding.fetch import Progress, fetch_weights
from learnagent_memory.embedding.weights import MINILM, find_weights
from learnagent_memory.errors import LearnAgentError
from learnagent_memory.history.summary import HistorySummary, summary

REFIT_S = 20.0
"""What fitting the ranker on the project's own commits may take."""


def run(repo: Path, *, commits: int, minutes: float, encoder: bool | None, json: bool) -> None:
    """Learn what code and history teach before the first run."""
    screen = ConsoleScreen()
    has_encoder = _get_encoder(screen, wanted=encoder)
    started = time.monotonic()
    with open_lessons(repo) as lessons:
        knowledge = Knowledge(lessons, limit_s=60 * minutes, commits=commits)
        update = knowledge.history_update
        screen.notice(f"{update.commits} commits known, {update.read} of them read in {update.seconds:.1f} s")
        screen.notice("reading the code")
        read = knowledge.read_code()
        left_s = 60 * minutes - (time.monotonic() - started)
        screen.notice("fitting the ranker on past commits")
        fitted = knowledge.refit(limit_s=min(left_s, REFIT_S)) if left_s > 0 else None
        told = summary(knowledge.history, update)
        count = lessons.count
    seconds = round(time.monotonic() - started, 2)
    if json:
        parts = {"history": asdict(told), "code": asdict(read), "ranker": asdict(fitted) if fitted else None}
        print_json({**parts, "encoder": has_encoder, "lessons": count, "seconds": seconds})
        return
    screen.lines([*_told(told), f"{read.files} files indexed, {count} lessons known, {seconds:.1f} s"])
    if fitted:
        screen.notice(f"ranker: {fitted.reason}")
    if not update.complete:
        screen.notice(update.problem or "older commits are not read yet: run it again, or with more --minutes")
    if read.unread:
        screen.notice(f"{read.unread} texts have no vector yet: run it again, or with more --minutes")


def _get_encoder(screen: ConsoleScreen, *, wanted: bool | None) -> bool:
    """Get the encoder's weights if they are not here and the user wants them; return whether they are here."""
    if find_weights(os.environ) is not None:
        return True
    size_mb = MINILM.size // 1_000_000
    if wanted is None and sys.stdin.isatty():
        screen.prompt(
            f"Get the text encoder {MINILM.name} ({size_mb} MB, once)? It finds what words alone miss. [y/N] "
        )
        wanted = sys.stdin.readline().strip().lower() in {"y", "yes"}
    if not wanted:
        screen.notice(f"searching by words only; learnagent init --encoder gets the text encoder ({size_mb} MB)")
        return False
    try:
        fetch_weights(os.environ, progress=_progress(screen))
    except LearnAgentError as error:
        screen.notice(f"searching by words only: {error}")
        return False
    return True


def _progress(screen: ConsoleScreen) -> Progress:
    """Return what tells each tenth of a download."""
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // max(total, 1)
        if tenth > told:
            told = tenth
            screen.notice(f"{done // 1_000_000} of {total // 1_000_000} MB")

    return progress


def _told(told: HistorySummary) -> Iterator[str]:
    """Yield what the history teaches, a line each."""
    areas = ", ".join(f"{one.path} ({one.count})" for one in told.areas)
    tests = ", ".join(f"{one.path} ({one.count})" for one in told.tests)
    yield from (f"{name}: {text}" for name, text in (("work is done in", areas), ("tests lie in", tests)) if text)
    yield from (f"often changed: {one.path} ({one.commits} commits)" for one in told.hot_spots)
    yield from (f"change together: {one.path} and {one.other} ({one.together} of {one.of})" for one in told.couplings)
    yield from (f"'{one.word}' leads to {one.path} ({one.together} of {one.of} commits)" for one in told.words)
