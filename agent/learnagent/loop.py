"""The agent loop: ask the model, run its calls, keep the tree, until it is done or must stop.

It knows no terminal, no provider and no settings file: the journal's events are its output.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from learnagent import condense
from learnagent.budget import Budget
from learnagent.checkpoints.undo import may_have_changed, whose_changes
from learnagent.checkpoints.workspace import Workspace
from learnagent.dispatch import Dispatcher, MalformedCallError
from learnagent.finish import Ending as Ending
from learnagent.finish import FinishGate
from learnagent.model import Model, Reply, TextSink, nowhere
from learnagent.shortcuts import Look
from learnagent.tools import TOOLS
from learnagent.tools.tool import Workbench
from learnagent_memory.episode import (
    Action,
    Checked,
    Checkpointed,
    Event,
    Label,
    Message,
    Observation,
    Replied,
    Request,
    ToolCall,
    conversation,
)
from learnagent_memory.errors import ContextOverflowError, ModelError
from learnagent_memory.journal import Journal
from learnagent_memory.redact import is_redacted

MAX_MALFORMED = 3
MAX_FAILURES = 20
"""The last outputs that the linter is given."""
NUDGE = Message(role="user", content="Call a tool to go on, or `finish` when the task is done.")
INTERRUPTED = "Interrupted: this call may or may not have taken effect, wholly or in part. Look before you repeat it."
SPECS = tuple(tool.spec for tool in TOOLS)
NAMES = tuple(tool.name for tool in TOOLS)


@dataclass(slots=True)
class Loop:
    """One run, or one chat session of several turns."""

    model: Model
    bench: Workbench
    journal: Journal
    workspace: Workspace
    budget: Budget
    on_text: TextSink
    gate: FinishGate
    interactive: bool = False
    """In a chat a reply without a call ends the turn; in a run it is a mistake."""

    messages: list[Message] = field(default_factory=list)
    step: int = 0
    checkpoints: list[Checkpointed] = field(default_factory=list)
    _failures: list[str] = field(default_factory=list)
    """Output of commands and checks that failed."""
    _malformed: int = 0
    _may_have_changed: bool = False
    _looked: bool = False
    """Whether the check was looked at before the first change, or it is too late for that."""
    _counted: tuple[int, int] = (0, 0)
    _dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self._dispatcher = Dispatcher(TOOLS, self.bench, self.journal, self._before_change)

    def restore(self, events: Sequence[Event]) -> tuple[ToolCall, ...]:
        """Take up an interrupted run; returns the calls of the last reply that were not answered yet."""
        self.messages = conversation(events)
        self.step = max((getattr(event, "step", 0) for event in events), default=0)
        self.gate.restore(events)
        self._failures = [text for event in events if (text := _failure(event))]
        self._looked = any(may_have_changed(event) for event in events)
        self.checkpoints = [event for event in events if isinstance(event, Checkpointed)]
        if self.checkpoints:
            self.workspace.resume(self.checkpoints[-1].commit)
            self._checkpoint(whose_changes(events))
        begun = {event.call_id for event in events if isinstance(event, Action)}
        self._answer_unfinished(
            lambda call: is_redacted(call.arguments) or (call.id in begun and self._dispatcher.may_change(call))
        )
        return self._unanswered()

    def keep_last_changes(self) -> None:
        """Keep what a step changed before it was cut short."""
        if self._may_have_changed:
            self._checkpoint("step")

    def interrupt(self) -> None:
        """Answer every open call as interrupted, so that the conversation can go on."""
        self._answer_unfinished(lambda _: True)

    def turn(self, messages: Sequence[Message] = (), *, pending: Sequence[ToolCall] = ()) -> Ending:
        """Work until the turn ends; `pending` are the unanswered calls of a resumed run.

        Raises ModelError, BudgetSpentError, StorageError and KeyboardInterrupt with everything recorded.
        """
        new = tuple(messages) or self._nudge_after_words()
        self._malformed = 0
        self.gate.begin_turn()
        ending = self._run_calls(pending) if pending else None
        while ending is None:
            reply = self._ask(new)
            new = ()
            if reply.tool_calls:
                ending = self._run_calls(reply.tool_calls)
            elif self.interactive:
                ending = Ending("done", summary=reply.text)
            else:
                new = self._no_call(reply)
        return ending

    def _nudge_after_words(self) -> tuple[Message, ...]:
        """Return what a resumed run says where the last reply called no tool."""
        last = self.messages[-1] if self.messages else None
        return (NUDGE,) if last and last.role == "assistant" and not last.tool_calls else ()

    def _unanswered(self) -> tuple[ToolCall, ...]:
        """Return the calls of the last reply that have no answer yet."""
        answered = {message.tool_call_id for message in self.messages if message.role == "tool"}
        calls = next((m.tool_calls for m in reversed(self.messages) if m.role == "assistant"), ())
        return tuple(call for call in calls if call.id not in answered)

    def _answer_unfinished(self, applies: Callable[[ToolCall], bool]) -> None:
        for call in self._unanswered():
            if applies(call):
                self._note(self._dispatcher.answer(call, INTERRUPTED, status="interrupted", step=self.step))

    def _ask(self, new: tuple[Message, ...]) -> Reply:
        """Send the conversation, with `new` at its end, and record request and reply."""
        self.budget.take_step()
        self.step += 1
        reset = not self.messages
        self.messages += new
        if self._is_full():
            self._condense()
            reset, new = True, tuple(self.messages)
        self.journal.append(Request(step=self.step, messages=new, reset=reset, tools=NAMES))
        try:
            reply = self._request()
        except ContextOverflowError:
            self._condense()
            self.journal.append(Request(step=self.step, messages=tuple(self.messages), reset=True, tools=NAMES))
            reply = self._request()
        self.messages.append(Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls))
        return reply

    def _request(self) -> Reply:
        started = time.monotonic()
        reply = self.model.reply(self.messages, SPECS, on_text=self.on_text, deadline=self.budget.deadline)
        calls = _with_unique_ids(reply.tool_calls, self.messages)
        self.budget.charge(reply.usage)
        self._counted = (reply.usage.input_tokens, len(self.messages))
        self.journal.append(
            Replied(
                step=self.step,
                text=reply.text,
                tool_calls=calls,
                finish_reason=reply.finish_reason,
                usage=reply.usage,
                model=reply.model,
                seconds=round(time.monotonic() - started, 3),
            )
        )
        return Reply(reply.text, calls, reply.usage, reply.finish_reason, reply.model)

    def _no_call(self, reply: Reply) -> tuple[Message, ...]:
        """Answer a reply that calls no tool."""
        self._count_malformed("it called no tool")
        cut = (
            " Your reply was cut by the output limit; do less in one reply." if reply.finish_reason == "length" else ""
        )
        return (NUDGE.model_copy(update={"content": NUDGE.content + cut}),)

    def _run_calls(self, calls: Sequence[ToolCall]) -> Ending | None:
        """Run calls in order, each answered, and keep the tree; an Ending when the turn is over."""
        ending: Ending | None = None
        problems = []
        for call in calls:
            if ending:
                self._note(self._dispatcher.answer(call, "Not run: the run ended.", status="refused", step=self.step))
                continue
            try:
                tool, arguments = self._dispatcher.understand(call)
            except MalformedCallError as error:
                problems.append(str(error))
                self._note(self._dispatcher.answer(call, str(error), status="malformed", step=self.step))
                continue
            if tool.name == "finish":
                ending = self._finish(call, **arguments.model_dump())
            else:
                self.budget.require()
                self._note(self._dispatcher.perform(call, tool, arguments, step=self.step))
        if self._may_have_changed:
            self._checkpoint("step")
        if problems and len(problems) == len(calls):
            self._count_malformed(problems[0])
        else:
            self._malformed = 0
        return ending

    def _finish(self, call: ToolCall, summary: str, blocked: str | None) -> Ending | None:
        """Let the run end if check and linter agree; otherwise tell the model, until its rounds are used up."""
        if self._may_have_changed:
            self._checkpoint("step")
        if blocked:
            self.gate.read_diff(self._look())
            self._note(self._dispatcher.answer(call, "The run ends as blocked.", status="ok", step=self.step))
            return Ending("blocked", reason=blocked, summary=summary)
        check = None
        if self.checkpoints or not self.interactive:
            check = self.gate.run_check(self.step)
            self._checkpoint("check")
        verdict = self.gate.judge(check, self.gate.read_diff(self._look()), summary=summary)
        if check and (text := _failure(check)):
            self._failures.append(text)
        is_done = verdict.ending is not None and verdict.ending.outcome == "done"
        status = "ok" if is_done else "error"
        self._note(self._dispatcher.answer(call, verdict.text, status=status, step=self.step))
        return verdict.ending

    def _look(self) -> Look:
        """Return what the linter is to read: the run's own diff since its first checkpoint."""
        kept = self.checkpoints
        return Look(
            step=self.step,
            start=kept[0].commit if kept else "",
            end=kept[-1].commit if kept else "",
            paths=tuple(sorted({path for event in kept if event.label == "step" for path in event.changed})),
            failures=tuple(self._failures[-MAX_FAILURES:]),
        )

    def _before_change(self, step: int) -> None:
        """Keep the tree and look at the check before the first call that may change files."""
        if not self.checkpoints:
            self._checkpoint("start")
        if not self._looked:
            self._looked = True
            if self.gate.look_before(step):
                self._checkpoint("check")
        self._may_have_changed = True

    def _checkpoint(self, label: Label) -> None:
        """Keep the tree as it is now, if it differs from the last checkpoint."""
        if label == "check" and not self.checkpoints:
            return
        kept = self.workspace.checkpoint(f"{label} {self.step}")
        if label == "step":
            self._may_have_changed = False
        if kept:
            event = {
                "step": self.step,
                "commit": kept.commit,
                "ref": kept.ref,
                "label": label,
                "changed": kept.changed,
                "skipped": kept.skipped,
            }
            self.checkpoints.append(self.journal.append(Checkpointed.model_validate(event)))

    def _note(self, observation: Observation) -> None:
        if text := _failure(observation):
            self._failures.append(text)
        self.messages.append(Message(role="tool", content=observation.shown, tool_call_id=observation.call_id))

    def _count_malformed(self, problem: str) -> None:
        self._malformed += 1
        if self._malformed >= MAX_MALFORMED:
            raise ModelError(
                f"{self.model.name} sent {MAX_MALFORMED} replies in a row that cannot be used ({problem})",
                hint="try another model, or --resume to go on",
            )

    def _is_full(self) -> bool:
        tokens, count = self._counted
        return len(self.messages) > 2 and condense.is_full(
            self.messages, context_tokens=self.model.context_tokens, known_tokens=tokens, known_messages=count
        )

    def _condense(self) -> None:
        """Replace the conversation by a shorter one; the model writes the notes."""
        window = self.model.context_tokens
        older, latest = condense.split(self.messages, window)
        notes = self._ask_for_notes(older, window) if older else ""
        self.messages = condense.condensed(
            self.messages, latest, notes=notes, work=self._open_work(), context_tokens=window
        )
        self._counted = (0, 0)

    def _ask_for_notes(self, older: Sequence[Message], window: int) -> str:
        request = condense.summary_request(self.messages, older, window)
        self.journal.append(Request(step=self.step, messages=(request[-1],), purpose="condense"))
        try:
            reply = self.model.reply(request, (), on_text=nowhere, deadline=self.budget.deadline)
        except ContextOverflowError:
            reply = Reply()
        self.budget.charge(reply.usage)
        notes = reply.text or condense.digest(older)
        self.journal.append(
            Replied(step=self.step, text=notes, usage=reply.usage, model=reply.model, purpose="condense")
        )
        return notes

    def _open_work(self) -> condense.OpenWork:
        diff = self.workspace.diff(self.checkpoints[0].commit, None) if self.checkpoints else ""
        errors = [
            message.content for message in self.messages if message.role == "tool" and "Not done yet" in message.content
        ]
        return condense.OpenWork(diff=diff, errors=errors[-1] if errors else "")


def _failure(event: Event) -> str:
    """Return the output of a command or check that failed; empty for any other event."""
    if isinstance(event, Observation | Checked) and event.exit_code:
        return event.text
    return ""


def _with_unique_ids(calls: Sequence[ToolCall], messages: Sequence[Message]) -> tuple[ToolCall, ...]:
    """Give a fresh id to calls whose id is empty or was used before: providers differ in this."""
    used = {call.id for message in messages for call in message.tool_calls}
    unique: list[ToolCall] = []
    for call in calls:
        fresh = call.id if call.id and call.id not in used else f"call_{len(messages)}_{len(unique)}"
        used.add(fresh)
        unique.append(call.model_copy(update={"id": fresh}))
    return tuple(unique)
