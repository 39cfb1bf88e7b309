"""What `learnagent memory audit` shows, gathered from lessons, episodes and the project's own documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from learnagent.cli.memory_views import tell_problems
from learnagent.display import ConsoleScreen, print_json
from learnagent.experience.briefing import SHORT_ID
from learnagent.experience.learning import DOCUMENTS
from learnagent.experience.opening import Lessons, open_lessons
from learnagent_memory import journal
from learnagent_memory.audit import AuditReport, Copy, audit
from learnagent_memory.episode import Recalled
from learnagent_memory.redact import find_secrets

_COPIES = ("exact_duplicates", "near_duplicates", "recall_loops")
_IDS = (
    "restatements",
    "secrets",
    "drifted",
    "orphaned",
    "never_recalled",
    "quarantined",
    "refuted",
    "superseded",
    "retracted",
)
_SHOWN = 8
"""Ids named in a line; `--json` has them all."""


def show(repo: Path, *, json: bool) -> None:
    """Print what is junk, and which lessons that is."""
    with open_lessons(repo) as lessons:
        report = audit_of(lessons)
        if json:
            print_json(as_document(report))
            return
        ConsoleScreen().lines(as_lines(report))
        tell_problems(lessons)


def audit_of(lessons: Lessons) -> AuditReport:
    """Audit a project's lessons."""
    shown = _shown(lessons)
    return audit(
        lessons.index.standings(),
        documents=[content.decode("utf-8", "replace") for content in lessons.tree.read_all(DOCUMENTS).values()],
        freshness_of=lambda standing: lessons.judge(standing).freshness,
        shown_counts=Counter(one for run in shown.values() for one in run),
        shown_in=lambda run: shown.get(run, ()),
        find_secrets=find_secrets,
    )


def as_lines(report: AuditReport) -> list[str]:
    """Return the report for people: a line a measure, with the lessons it is about."""
    lines = [f"{report.lessons} lessons, {report.live} live, {len(report.junk)} of these junk"]
    lines += [
        _line(name, [f"{one.id[:SHORT_ID]}={one.of[:SHORT_ID]}" for one in _copies(report, name)]) for name in _COPIES
    ]
    lines += [_line(name, [one[:SHORT_ID] for one in getattr(report, name)]) for name in _IDS]
    return [*lines, *(f"by {author}: {count}" for author, count in report.by_author)]


def as_document(report: AuditReport) -> dict[str, object]:
    """Return the report as `--json` shows it."""
    return {**asdict(report), "junk": sorted(report.junk)}


def _copies(report: AuditReport, name: str) -> Sequence[Copy]:
    found: Sequence[Copy] = getattr(report, name)
    return found


def _line(name: str, items: Sequence[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    named = f": {' '.join(items[:_SHOWN])}{more}" if items else ""
    return f"{name.replace('_', ' ')} {len(items)}{named}"


def _shown(lessons: Lessons) -> Mapping[str, tuple[str, ...]]:
    """Return the lessons that each run was shown."""
    folder = lessons.project.episodes
    episodes = (journal.read(folder / name) for name in journal.list_ids(folder))
    return {
        one.id: tuple(lesson for event in one.events if isinstance(event, Recalled) for lesson in event.lessons)
        for one in episodes
    }
