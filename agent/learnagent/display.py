"""The screens of a run: results to stdout, progress to stderr, or JSON lines and nothing else.

What a model or a repository wrote is stripped of control characters before it reaches the terminal.
Plain lines and documents are `output`'s, which loads nothing that renders.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from learnagent.output import print_json as print_json
from learnagent.output import print_line, print_notice
from learnagent.output import print_text as print_text
from learnagent.output import safe as safe
from learnagent_memory.episode import (
    Action,
    Checked,
    Checkpointed,
    Event,
    Finished,
    Linted,
    Observation,
    Replied,
    Request,
    Started,
    Undone,
    Usage,
    to_line,
)

DIFF_LINES = 60
CHECKS = {"passed": "passed", "failed": "failed", "refused": "not allowed to run", "none": "none ran"}
STYLES = {"done": "bold green", "blocked": "bold yellow"}
"""How an outcome is shown; red where it is not here."""
DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
MARKS = {"ok": ("✓", "green"), "error": ("✗", "red"), "refused": ("⊘", "yellow"), "timeout": ("⏱", "yellow")}


def dollars(usage: Usage) -> str:
    """Return the cost, or that it is not known."""
    return "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"


def tokens(usage: Usage) -> str:
    """Return the tokens in short: in, cached apart, out."""
    return f"{usage.input_tokens:,} in ({usage.cached_tokens:,} cached) · {usage.output_tokens:,} out"


class JsonScreen:
    """One JSON object a line on stdout: the events of the episode as they are written."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def event(self, event: Event) -> None:
        """Print the event. Raises OutputError where that fails."""
        print_line(to_line(event), self._out)

    def text(self, piece: str) -> None:
        """Print nothing: the reply event has the whole text."""

    def notice(self, line: str) -> None:
        """Print the line to stderr."""
        print_notice(line)


class ConsoleScreen:
    """A terminal, or plain text where the output is not one."""

    def __init__(self, progress: Console | None = None, result: Console | None = None) -> None:
        self._progress = progress or Console(stderr=True, highlight=False, soft_wrap=True)
        self._result = result or Console(highlight=False, soft_wrap=True)
        self._total = Usage()
        self._in_text = False

    def text(self, piece: str) -> None:
        """Print a piece of the model's text at once."""
        self._in_text = True
        self._progress.print(Text(safe(piece)), end="")

    def notice(self, line: str) -> None:
        """Print a line of our own."""
        self._line(Text(f"· {safe(line)}", style="dim"))

    def event(self, event: Event) -> None:
        """Print an event in a line or two; those that say nothing to a reader are left out."""
        match event:
            case Started():
                self._started(event)
            case Replied() if event.purpose == "act":
                self._replied(event)
            case Request() if event.purpose == "condense":
                self.notice("condensing the conversation to fit the model's window")
            case Action():
                self._line(Text.assemble(("▸ ", "bold blue"), (event.tool, "bold"), " ", _call(event.arguments)))
            case Observation():
                self._observed(event)
            case Checkpointed() if event.skipped:
                self.notice(f"cannot be kept, and so not be undone: {', '.join(event.skipped)}")
            case Checked():
                self._checked(event)
            case Linted():
                self._linted(event)
            case Finished():
                self._finished(event)
            case _:
                return

    def replay(self, events: Iterable[Event]) -> None:
        """Print a recorded run as it was seen."""
        for event in events:
            if isinstance(event, Started) and not event.resumed:
                self._line(Text(safe(event.task), style="bold"))
            if isinstance(event, Replied) and event.purpose == "act" and event.text:
                self._line(Text(safe(event.text)))
            self.event(event)

    def diff(self, diff: str, *, limit: int | None = None) -> None:
        """Print a diff in colour to stdout."""
        self._print_diff(self._result, diff, limit)

    def lines(self, lines: Sequence[str]) -> None:
        """Print results to stdout."""
        for line in lines:
            self._result.print(Text(safe(line)))

    def question(self, title: str, body: str, *, is_diff: bool) -> None:
        """Show what the user is asked about."""
        self._line(Text(safe(title), style="bold yellow"))
        if is_diff:
            self._print_diff(self._progress, body, DIFF_LINES)
        else:
            self._line(Text(f"  {safe(body)}"))

    def prompt(self, text: str) -> None:
        """Print what the user answers to, without ending the line."""
        self._progress.print(Text(safe(text)), end="")

    def _line(self, text: Text) -> None:
        if self._in_text:
            self._progress.print()
            self._in_text = False
        self._progress.print(text)

    def _print_diff(self, console: Console, diff: str, limit: int | None) -> None:
        lines = safe(diff).split("\n")
        for line in lines[:limit]:
            console.print(Text(line, style=DIFF_STYLES.get(line[:1], "")))
        if limit and len(lines) > limit:
            console.print(Text(f"… {len(lines) - limit} more lines", style="dim"))

    def _started(self, event: Started) -> None:
        check = f"check `{event.check}`" if event.check else "no check"
        again = "resumed · " if event.resumed else ""
        self._line(Text(f"{again}{event.episode} · {event.model} · {check} · sandbox {event.sandbox}", style="dim"))

    def _replied(self, event: Replied) -> None:
        self._total += event.usage
        cost = f"step {event.step} · {tokens(self._total)} · {dollars(self._total)}"
        self._line(Text(cost, style="dim"))

    def _observed(self, event: Observation) -> None:
        mark, style = MARKS.get(event.status, ("!", "yellow"))
        took = f" {event.seconds:.1f} s" if event.seconds >= 0.1 else ""
        if event.tool in {"edit", "write"} and event.status == "ok":
            self._print_diff(self._progress, event.text, DIFF_LINES)
            return
        self._line(Text.assemble(f"  {mark}{took} ", (_gist(event.text), "dim"), style=style))

    def _checked(self, event: Checked) -> None:
        when = "before the run" if event.phase == "before" else "now"
        verdict = "was not allowed" if event.refused else "passes" if event.passed else "fails"
        names = f": {', '.join(event.broken or event.failures)}" if event.failures else ""
        style = "green" if event.passed else "yellow" if event.phase == "before" else "red"
        self._line(Text(safe(f"  check {verdict} {when} ({event.seconds:.1f} s){names}"), style=style))

    def _linted(self, event: Linted) -> None:
        for one in event.findings:
            style = "red" if one.is_open else "yellow"
            said = " (a person said yes)" if one.accepted else ""
            self._line(Text(safe(f"  shortcut {one.path}:{one.line} {one.rule}: {one.message}{said}"), style=style))
        for mended in event.repairs:
            self._line(Text(safe(f"  mended {mended.path} {mended.rule}"), style="green"))
        if event.problem:
            self.notice(event.problem)

    def _finished(self, event: Finished) -> None:
        self._line(Text(""))
        style = STYLES.get(event.outcome, "bold red")
        self._result.print(Text(f"{event.outcome.replace('_', ' ')}", style=style), end="")
        self._result.print(Text(safe(f": {event.reason}" if event.reason else "")))
        if event.summary:
            self._result.print(Text(safe(event.summary)))
        files = ", ".join(event.files_changed) or "none"
        self._result.print(Text(safe(f"files changed: {files}")))
        self._result.print(Text(f"check: {CHECKS[event.check]}"))
        for shortcut in event.shortcuts:
            self._result.print(Text(safe(f"shortcut left: {shortcut}"), style="red"))
        if event.commit:
            self._result.print(Text(f"commit: {event.commit[:12]}"))
        self._result.print(
            Text(f"{event.steps} steps · {event.seconds:.0f} s · {tokens(event.usage)} · {dollars(event.usage)}")
        )


def _call(arguments: Mapping[str, Any]) -> str:
    """Return the arguments of a call in one line."""
    first = next(iter(arguments.values()), "")
    text = safe(str(first)).strip()
    head = text.split("\n", 1)[0]
    return head[:160] + (" …" if head != text or len(head) > 160 else "")


def _gist(text: str) -> str:
    """Return the last telling line of an output, and how many lines there were."""
    lines = [line for line in safe(text).split("\n") if line.strip()]
    if not lines:
        return "[no output]"
    telling = lines[-2] if len(lines) > 1 and lines[-1].startswith("[exit") else lines[-1]
    count = f"  ({len(lines)} lines)" if len(lines) > 2 else ""
    return telling.strip()[:160] + count


def undone_lines(event: Undone) -> list[str]:
    """Tell what an undo did."""
    lines = [f"undone to step {event.to_step}: {len(event.restored)} files restored"]
    if event.left:
        lines.append("left as they are, because you changed them since: " + ", ".join(event.left))
    return [*lines, f"the tree as it was before is kept on {event.kept}"]
