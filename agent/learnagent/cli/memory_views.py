"""What `learnagent memory` shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from learnagent.display import ConsoleScreen, print_json
from learnagent.experience.briefing import SHORT_ID
from learnagent.experience.opening import Lessons, open_lessons
from learnagent_memory.freshness import JudgedAnchor, Judgement
from learnagent_memory.standing import Standing

PROBLEMS_SHOWN = 5
NONE_YET = "no lessons here yet: runs leave them, and `learnagent memory add`"


def show_list(repo: Path, *, every: bool, limit: int, json: bool) -> None:
    """Print a line for each lesson."""
    lessons = open_lessons(repo)
    everything = sorted(lessons.index.standings(), key=lambda one: (one.learned_at, one.id)) if every else None
    found = everything or [one for one in lessons.standings() if one.is_live]
    _print_many(lessons, found[-limit:], json=json, none=NONE_YET)
    if len(found) > limit:
        ConsoleScreen().notice(f"{len(found) - limit} earlier lessons are not shown: -n {len(found)} lists all")


def search(repo: Path, query: str, *, limit: int, json: bool) -> None:
    """Print what the index finds, best first."""
    lessons = open_lessons(repo)
    hits = lessons.index.search(query, limit=limit, only_live=False)
    found = [lessons.standing(hit.lesson) for hit in hits]
    none = "no lesson has a word of it" if lessons.index.standings() else NONE_YET
    _print_many(lessons, found, json=json, none=none)


def show_lesson(repo: Path, wanted: str, *, json: bool) -> None:
    """Print all that is known of a lesson."""
    lessons = open_lessons(repo)
    standing = lessons.standing(wanted)
    judgement = lessons.judge(standing)
    if json:
        print_json(document(standing, judgement))
    else:
        ConsoleScreen().lines(list(described(standing, judgement)))


def stats(repo: Path, *, json: bool) -> None:
    """Print counts."""
    lessons = open_lessons(repo)
    standings = lessons.standings()
    live = [one for one in standings if one.is_live]
    counts = {
        "lessons": len(standings),
        "live": len(live),
        "shared": sum(one.shared for one in standings),
        "status": _counted([one.status for one in standings]),
        "kind": _counted([one.lesson.kind for one in live]),
        "trust": _counted([one.trust for one in live]),
        "origin": _counted([one.origin for one in live]),
        "freshness": _counted([lessons.judge(one).freshness for one in live]),
        "credit": {name: sum(getattr(one, name) for one in standings) for name in ("helped", "hurt", "unused")},
        "problems": len(lessons.problems),
    }
    if json:
        print_json(counts)
        return
    ConsoleScreen().lines([f"{name}: {_spelled(value)}" for name, value in counts.items()])
    tell_problems(lessons)


def rebuild(repo: Path, *, json: bool) -> None:
    """Build the index anew."""
    lessons = open_lessons(repo)
    lessons.rebuild()
    count = len(lessons.standings())
    if json:
        print_json({"lessons": count, "problems": len(lessons.problems)})
    else:
        ConsoleScreen().lines([f"indexed {count} lessons"])
        tell_problems(lessons)


def tell_problems(lessons: Lessons) -> None:
    """Say on stderr what could not be read."""
    for one in lessons.problems[:PROBLEMS_SHOWN]:
        ConsoleScreen().notice(f"{one.path}: {one.reason}")
    if len(lessons.problems) > PROBLEMS_SHOWN:
        ConsoleScreen().notice(f"and {len(lessons.problems) - PROBLEMS_SHOWN} more files that could not be read")


def one_line(standing: Standing, judgement: Judgement) -> str:
    """Return a lesson in a line: id, status, freshness, trust, title."""
    trust = "own" if standing.trust == "own" else "UNTRUSTED" if not standing.is_trusted else standing.trust
    return (
        f"{standing.id[:SHORT_ID]}  {standing.status:<10} {judgement.freshness:<8} {trust:<9} {standing.lesson.title}"
    )


def described(standing: Standing, judgement: Judgement) -> Iterator[str]:
    """Yield a lesson in full, line by line."""
    lesson = standing.lesson
    yield one_line(standing, judgement)
    rows = (
        ("kind", lesson.kind),
        ("when", " ".join(lesson.when.words)),
        ("files", " ".join(lesson.when.globs)),
        ("error", lesson.when.error),
        ("do", lesson.do),
        ("avoid", lesson.avoid),
        ("why gone", standing.reason),
        ("superseded by", " ".join(one[:SHORT_ID] for one in standing.superseded_by)),
        ("supersedes", " ".join(one[:SHORT_ID] for one in standing.supersedes)),
        ("made from", " ".join(one[:SHORT_ID] for one in standing.derived_from)),
    )
    yield from (f"  {name}: {value}" for name, value in rows if value)
    yield from (f"  at: {_place(one)}" for one in judgement.anchors)
    for one in standing.evidence:
        ran = f"`{one.command}`" if one.command else ""
        ran += f" gave {one.exit_code}" if one.command and one.exit_code is not None else ""
        seen = ", ".join(part for part in (ran, one.note, f"commit {one.commit[:10]}" if one.commit else "") if part)
        yield f"  evidence: {seen or 'the episode'}{f' (run {one.episode})' if one.episode else ''}"
    credit = f"helped {standing.helped}, hurt {standing.hurt}, not used {standing.unused}"
    yield f"  credit: {credit} (helpfulness {standing.helpfulness:.2f})"
    yield f"  learned: {standing.learned_at[:16]} by {', '.join(standing.authors)}; origin {standing.origin}"


def document(standing: Standing, judgement: Judgement) -> dict[str, Any]:
    """Return a lesson as `--json` shows it."""
    return {
        "id": standing.id,
        "status": standing.status,
        "freshness": judgement.freshness,
        "trust": standing.trust,
        "origin": standing.origin,
        "author": standing.author,
        "run": standing.run,
        "learned_at": standing.learned_at,
        "verified_at": standing.verified_at,
        "helped": standing.helped,
        "hurt": standing.hurt,
        "unused": standing.unused,
        "helpfulness": round(standing.helpfulness, 4),
        "superseded_by": list(standing.superseded_by),
        "supersedes": list(standing.supersedes),
        "derived_from": list(standing.derived_from),
        "shared": standing.shared,
        "evidence": [one.model_dump(mode="json") for one in standing.evidence],
        **standing.lesson.model_dump(mode="json"),
    }


def _print_many(lessons: Lessons, found: Sequence[Standing], *, json: bool, none: str) -> None:
    if json:
        print_json({"lessons": [document(one, lessons.judge(one)) for one in found]})
    else:
        ConsoleScreen().lines([one_line(one, lessons.judge(one)) for one in found] or [none])
    tell_problems(lessons)


def _place(one: JudgedAnchor) -> str:
    """Return an anchor, what became of it, and where it is now if that is elsewhere."""
    was = f"{one.anchor.path} {one.anchor.symbol}".rstrip()
    moved = f", now {one.now.path} {one.now.symbol}".rstrip() if one.now and one.is_moved else ""
    return f"{was} ({one.freshness}{moved})"


def _counted(values: Sequence[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _spelled(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
    return str(value)
