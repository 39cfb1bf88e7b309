"""What `learnagent memory verify` does: runs the evidence of lessons again, under the rules of any other command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from learnagent.assembly import choose_sandbox
from learnagent.cli.asking import TerminalAsker
from learnagent.cli.start import flags
from learnagent.display import ConsoleScreen, print_json
from learnagent.experience.briefing import SHORT_ID
from learnagent.experience.opening import Lessons, now, open_lessons
from learnagent.permissions.permission import Permissions
from learnagent.sandbox.environment import command_environment
from learnagent.sandbox.shell import Completed, Shell
from learnagent_memory.errors import UsageError
from learnagent_memory.git import hardened_environment
from learnagent_memory.lesson import Evidence
from learnagent_memory.lesson_event import Refuted, Verified
from learnagent_memory.reflect.signature import output_digest
from learnagent_memory.standing import Standing

_RERUN = "run again by `memory verify`"
_NOT_RUNNABLE = frozenset({126, 127})
"""What a shell returns for a command that is not there, or is no program: it says nothing about a lesson."""
_PAST = frozenset({"retracted", "superseded"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What running the evidence of one lesson gave."""

    lesson: str
    result: str
    """`verified`, `refuted`, `refused` (the command was not allowed), `not runnable` (the shell does not find it),
    `timeout` or `no command`."""
    command: str = ""
    expected: int | None = None
    exit_code: int | None = None
    reason: str = ""
    """Why it was refused."""


def verify(repo: Path, wanted: Sequence[str], *, every: bool, approve: object, sandbox: object, json: bool) -> int:
    """Run the evidence of lessons; returns 0 when all that have any are verified, else 1."""
    screen = ConsoleScreen()
    with open_lessons(repo, flags=flags(approve=approve, sandbox=sandbox)) as lessons:
        chosen = _chosen(lessons, wanted, every=every)
        runner = _Runner(lessons, screen)
        verdicts = [runner.verify(one) for one in chosen]
    if json:
        print_json({"verdicts": [{name: getattr(one, name) for name in Verdict.__slots__} for one in verdicts]})
    else:
        screen.lines([_line(one) for one in verdicts] or ["no lesson has a command as evidence"])
    return int(any(one.result not in {"verified", "no command"} for one in verdicts))


def evidence_of(standing: Standing) -> Evidence | None:
    """Return the evidence that is run again: the last claim with a command.

    What an earlier `verify` saw is no claim: else a refuted lesson would be verified by failing once more.
    """
    claims = (one for one in reversed(standing.evidence) if one.command and one.note != _RERUN)
    return next(claims, None)


def _chosen(lessons: Lessons, wanted: Sequence[str], *, every: bool) -> list[Standing]:
    if not (wanted or every):
        raise UsageError("no lesson is named", hint="give ids, or --all")
    if wanted:
        return [lessons.standing(one) for one in wanted]
    return [one for one in lessons.standings() if one.status not in _PAST and evidence_of(one)]


class _Runner:
    """Runs commands of lessons, asking where it must, and writes down what they showed."""

    def __init__(self, lessons: Lessons, screen: ConsoleScreen) -> None:
        self._lessons = lessons
        settings, project = lessons.loaded.settings, lessons.project
        sandbox = choose_sandbox(settings, project.repository, screen)
        environ = command_environment(lessons.loaded.environ, extra=hardened_environment())
        self._shell = Shell(project.root, sandbox=sandbox, environ=environ, redact=lessons.redact)
        is_terminal = sys.stdin.isatty() and sys.stderr.isatty()
        self._why_refused = "you said no" if is_terminal else "nobody can be asked; --approve all runs it unasked"
        check = (settings.check,) if settings.check else ()
        self._permissions = Permissions(
            settings.approve,
            TerminalAsker(screen) if is_terminal else None,
            project.root,
            allowed_commands=(*settings.allow_commands, *check),
            confined=not sandbox.reason,
        )
        self._timeout_s = settings.check_timeout_s

    def verify(self, standing: Standing) -> Verdict:
        """Run the evidence of one lesson and record the verdict."""
        evidence = evidence_of(standing)
        if evidence is None:
            return Verdict(standing.id, "no command")
        expected = evidence.exit_code or 0
        if self._permissions.command(evidence.command):
            return Verdict(standing.id, "refused", evidence.command, expected, reason=self._why_refused)
        done = self._run(evidence.command)
        if done.timed_out or done.exit_code is None:
            return Verdict(standing.id, "timeout", evidence.command, expected)
        holds = done.exit_code == expected
        if not holds and done.exit_code in _NOT_RUNNABLE:
            return Verdict(standing.id, "not runnable", evidence.command, expected, done.exit_code)
        self._record(standing, evidence.command, done, holds=holds)
        return Verdict(standing.id, "verified" if holds else "refuted", evidence.command, expected, done.exit_code)

    def _run(self, command: str) -> Completed:
        with TemporaryDirectory(prefix="learnagent-") as folder:
            return self._shell.run(command, timeout_s=self._timeout_s, spool=Path(folder, "output.txt"))

    def _record(self, standing: Standing, command: str, done: Completed, *, holds: bool) -> None:
        lessons = self._lessons
        evidence = Evidence(
            command=command,
            exit_code=done.exit_code,
            output_digest=output_digest(done.text),
            commit=lessons.project.repository.head,
            note=_RERUN,
        )
        event = {"at": now(), "author": lessons.author, "lesson": standing.id, "evidence": evidence}
        if not holds:
            lessons.write([Refuted.model_validate(event)])
            return
        anchors = tuple(one.now for one in lessons.judge(standing).anchors if one.now and one.now.digest)
        lessons.write([Verified.model_validate({**event, "anchors": anchors})])


def _line(one: Verdict) -> str:
    told = f"`{one.command}`" if one.command else ""
    if one.exit_code is not None:
        told += f" gave {one.exit_code}" + (f", {one.expected} was expected" if one.result == "refuted" else "")
    why = f" ({one.reason})" if one.reason else ""
    return f"{one.lesson[:SHORT_ID]}  {one.result}  {told}{why}".rstrip()
