"""What `learnagent memory` gives to others and takes from them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from learnagent.cli.memory_views import one_line
from learnagent.display import ConsoleScreen, print_json, print_text
from learnagent.experience.opening import Lessons, open_lessons
from learnagent_memory.errors import StorageError, UsageError, cannot_write
from learnagent_memory.exchange import import_json, to_json, to_markdown
from learnagent_memory.ledger import Problem
from learnagent_memory.share.address import check_address, open_remote
from learnagent_memory.share.publishing import preview, publish
from learnagent_memory.share.signing import Sign, sign, signing_key
from learnagent_memory.share.sync import SyncReport
from learnagent_memory.share.sync import sync as copy_both_ways

MAX_IMPORT_BYTES = 200_000_000


def share(repo: Path, wanted: Sequence[str], *, yes: bool, json: bool) -> None:
    """Write lessons to where others read them, once the user has seen exactly what that is."""
    with open_lessons(repo) as lessons:
        shown = preview([lessons.standing(one).id for one in wanted], lessons.store, redact=lessons.redact)
        if not yes:
            _ask(lessons, shown.texts)
        digests = publish(shown, lessons.shared, sign=_sign(lessons))
        lessons.refresh()
        if json:
            print_json({"shared": [one.id for one in shown.lessons], "events": digests})
            return
        lines = [f"shared: {one_line(one, lessons.judge(one))}" for one in shown.lessons]
        ConsoleScreen().lines([*lines, _next_step(lessons)])


def sync(repo: Path, remote: str | None, *, json: bool) -> None:
    """Copy shared lessons both ways."""
    with open_lessons(repo) as lessons:
        address = remote or lessons.loaded.settings.memory_remote
        if not address:
            raise UsageError(
                "no remote is set", hint="learnagent memory sync git, or a URL; memory_remote in config.toml keeps it"
            )
        check_address(address)
        _offer_committed(lessons)
        report = copy_both_ways(lessons.team, open_remote(address, lessons.project.repository, lessons.loaded.environ))
        lessons.refresh()
        waiting = sum(one.is_live and not one.is_trusted for one in lessons.standings())
        is_empty = not lessons.team.digests()
    if json:
        print_json(_document(report, address, waiting))
        return
    screen = ConsoleScreen()
    state = "out of reach, the rest goes with the next sync" if report.offline else "in step"
    screen.lines([f"{address}: {report.received} received, {report.sent} sent, {state} ({report.seconds:.1f} s)"])
    if waiting:
        screen.lines([f"{waiting} lessons of others wait in quarantine: learnagent memory review"])
    if is_empty:
        screen.notice("nothing is shared yet: learnagent memory share ID")
    _tell(screen, report.problems)


def export(repo: Path, form: str, output: Path | None) -> None:
    """Write the lessons as Markdown or JSON."""
    with open_lessons(repo) as lessons:
        if form == "markdown":
            text = to_markdown(lessons.standings())
        else:
            ledgers = (lessons.store.private, *lessons.store.shared)
            stored = {one.digest: one for ledger in ledgers for one in ledger.stored(ledger.digests())}
            text = to_json(stored.values())
    if output is None:
        print_text(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise cannot_write(output, error) from error
    ConsoleScreen().notice(f"written to {output}")


def import_file(repo: Path, file: Path, *, json: bool) -> None:
    """Take in what was exported, as lessons of others."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_IMPORT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file} ({error.strerror})", hint="name a file of memory export") from error
    if len(content) > MAX_IMPORT_BYTES:
        raise StorageError(f"{file} is larger than {MAX_IMPORT_BYTES:,} bytes", hint="import it in parts")
    with open_lessons(repo) as lessons:
        done = import_json(content, lessons.team, name=file)
        lessons.refresh()
        waiting = sum(one.is_live and not one.is_trusted for one in lessons.standings())
    if json:
        print_json({"added": list(done.added), "known": done.known, "problems": [one.reason for one in done.problems]})
        return
    screen = ConsoleScreen()
    screen.lines([f"{len(done.added)} events added, {done.known} known; {waiting} lessons wait in quarantine"])
    _tell(screen, done.problems)


def _offer_committed(lessons: Lessons) -> None:
    """Sync what the user shared through the committed folder too: who shares first and syncs then means both."""
    ours = lessons.store.private.digests() - lessons.team.digests()
    committed = lessons.store.shared[0]
    if mine := ours & committed.digests():
        lessons.team.adopt((one.content, one.signature) for one in committed.stored(mine))


def _ask(lessons: Lessons, texts: Sequence[str]) -> None:
    """Show what would be written, to the byte, and have the user say yes. Raises UsageError."""
    screen = ConsoleScreen()
    if not sys.stdin.isatty():
        raise UsageError("sharing is asked about and there is no terminal", hint="--yes, once you have looked at it")
    screen.lines([*texts, f"{len(texts)} files would be written to {lessons.shared.folder}"])
    screen.prompt("Share them? [y/N] ")
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UsageError("nothing was shared", hint="memory edit changes a lesson first")


def _sign(lessons: Lessons) -> Sign | None:
    key = lessons.loaded.settings.memory_signing_key or signing_key(lessons.project.repository)
    return (lambda content: sign(content, key)) if key else None


def _next_step(lessons: Lessons) -> str:
    if lessons.loaded.settings.memory_remote:
        return "learnagent memory sync brings them to the team"
    return "commit .learnagent/memory to bring them to the team"


def _document(report: SyncReport, address: str, waiting: int) -> dict[str, object]:
    return {
        "remote": address,
        "received": report.received,
        "sent": report.sent,
        "offline": report.offline,
        "quarantined": waiting,
        "problems": [f"{one.path}: {one.reason}" for one in report.problems],
        "seconds": round(report.seconds, 3),
    }


def _tell(screen: ConsoleScreen, problems: Sequence[Problem]) -> None:
    for one in problems:
        screen.notice(f"{one.path}: {one.reason}")
