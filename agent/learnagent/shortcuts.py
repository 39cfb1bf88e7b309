"""The shortcut linter in a run: reads the run's own diff at `finish`, asks about claims, and tells the model.

The project's settings are those from before the run: a run cannot loosen them for itself. `lint` has the rules;
`finish` decides what a finding means for the run.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learnagent.lint.change import Change, FileChange
from learnagent.lint.finding import Finding
from learnagent.lint.running.change_runner import lint_in_child
from learnagent.lint.running.changes import changes_between
from learnagent.lint.running.selection import selected_rules
from learnagent.lint.running.settings import settings_at
from learnagent.lint.syntax.definitions import definition_text, lines_around
from learnagent.permissions.permission import Asker, Question
from learnagent_memory.episode import Linted, Repair, Shortcut
from learnagent_memory.git import Git, Repository

CODE_CHARACTERS = 4_000
"""Of a definition that the episode keeps."""
MAX_TOLD = 12
"""Findings that one answer spells out; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be read."""

    step: int
    start: str
    """Checkpoint before the first change."""
    end: str
    """Last checkpoint."""
    paths: tuple[str, ...]
    """What the run's own steps changed: nothing else is read."""
    failures: tuple[str, ...] = ()
    """Output of commands that failed in the run."""


@dataclass(frozen=True, slots=True)
class ShortcutLinter:
    """Reads the diff of one run."""

    repository: Repository
    task: str
    asker: Asker | None
    """Who says yes to a comment of the run that allows a finding; without one it stays a finding."""
    stops: bool = True
    """Whether findings keep the run from ending as done; else they are told only."""

    def read(self, look: Look, last: Linted | None) -> Linted:
        """Return what the diff holds, with what was mended since the last look."""
        started = time.monotonic()
        earlier = last.findings if last else ()
        accepted = {_key(one) for one in earlier if one.accepted}
        change, findings, problem = self._read(look)
        files = {path: one for one in change.files for path in (one.old_path, one.path)}
        found = tuple(self._settled(_shortcut(one, files[one.path]), accepted) for one in findings)
        return Linted(
            step=look.step,
            findings=found,
            repairs=_repairs(earlier, found, files),
            problem=problem,
            seconds=round(time.monotonic() - started, 3),
        )

    def _read(self, look: Look) -> tuple[Change, list[Finding], str]:
        """Return what the run's own steps changed, the findings in it, and what could not be read."""
        git = Git(self.repository.root)
        settings = settings_at(git, look.start)
        whole = changes_between(git, look.start, look.end)
        own = frozenset(look.paths)
        files = tuple(one for one in whole.files if one.path in own or one.old_path in own)
        change = Change(files, task=self.task, failures=look.failures)
        if not files:
            return change, [], ""
        outcome = lint_in_child(change, selected_rules((), (), settings), trusts_new_comments=False)
        found = [one for one in outcome.findings if not settings.silences(one.rule, one.path)]
        unread = f"the shortcut linter could not read {outcome.unreadable} of the files" if outcome.unreadable else ""
        return change, found, unread

    def _settled(self, found: Shortcut, accepted: set[tuple[str, str, str, str]]) -> Shortcut:
        """Return a finding with what a person says to its claim; told only where the run is not to be stopped."""
        if not self.stops and found.level == "error":
            found = found.model_copy(update={"level": "warn"})
        if not found.claim:
            return found
        if _key(found) in accepted:
            return found.model_copy(update={"accepted": True})
        if self.asker is None:
            return found
        answer = self.asker.ask(
            Question(
                kind="allow",
                title=f"Let this stay? {found.path}:{found.line} {found.rule}: {found.message}",
                body=found.code,
                reason=f"the agent gives as its reason: {found.claim}",
            )
        )
        return found.model_copy(update={"accepted": answer != "no"})


def explain_shortcuts(found: Sequence[Shortcut]) -> str:
    """Tell the model which shortcuts its diff holds, why they hurt, and every honest way out."""
    lines = [f"Not done yet: the diff of this run holds {_count(len(found), 'shortcut')}."]
    for one in found[:MAX_TOLD]:
        lines.append(f"\n{one.path}:{one.line} {one.rule}{f' in {one.symbol}' if one.symbol else ''}: {one.message}")
        lines.append(f"  Why it hurts: {one.why}")
        if one.claim:
            lines.append(f"  Your reason was not accepted by a person: {one.claim}")
        lines += [f"  - {way}" for way in one.ways_out]
    if len(found) > MAX_TOLD:
        lines.append(f"\n… and {len(found) - MAX_TOLD} more.")
    lines.append(
        "\nIf the task cannot be done without one of these, do not hide it another way: call `finish` with `blocked` "
        "and say why. That is a good answer."
    )
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shortcut(finding: Finding, one: FileChange) -> Shortcut:
    """Return a finding as the episode records it, with the definition around it."""
    code = definition_text(one.new, finding.symbol) or definition_text(one.old, finding.symbol)
    code = code or lines_around(one.new or one.old, finding.line, finding.end_line)
    told = {field.name for field in dataclasses.fields(finding)} & Shortcut.model_fields.keys() - {"code"}
    return Shortcut.model_validate({name: getattr(finding, name) for name in told} | {"code": code[:CODE_CHARACTERS]})


def _repairs(
    earlier: Sequence[Shortcut], found: Sequence[Shortcut], files: Mapping[str, FileChange]
) -> tuple[Repair, ...]:
    """Return what was found before and is gone, beside the code as it reads now."""
    here = {(one.path, one.rule, one.symbol) for one in found}
    gone = [one for one in earlier if (one.path, one.rule, one.symbol) not in here]
    return tuple(
        Repair(path=one.path, rule=one.rule, symbol=one.symbol, message=one.message, bad=one.code, good=good)
        for one in gone
        for good in [_now(files.get(one.path), one.symbol)]
    )


def _now(one: FileChange | None, symbol: str) -> str:
    return definition_text(one.new if one else None, symbol)[:CODE_CHARACTERS]


def _key(one: Shortcut) -> tuple[str, str, str, str]:
    return (one.path, one.rule, one.symbol, one.claim)
