"""What happens in one run, as typed events: the schema, and nothing that writes or decides.

The same schema is the resume file, the `--json` output, the training source and the trajectory
export. `journal` puts it on disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

SCHEMA_VERSION = 1
LOST = "[the record of this result is damaged; look again]"

Label = Literal["start", "step", "check", "resumed"]
Purpose = Literal["act", "condense", "reflect"]
"""Why a model was asked: to act, to shorten the conversation, or to say what the run taught."""
Outcome = Literal["done", "not_done", "blocked", "budget", "model_error", "interrupted", "failed"]
"""`blocked`: the model said that the task cannot be done honestly, and why."""


class Record(BaseModel):
    """What is written to disk: frozen, and tolerant of fields that a newer version added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ToolCall(Record):
    """One function call as the model wrote it."""

    id: str
    """Unique within the episode; its observation carries the same id."""
    name: str
    arguments: str
    """Raw JSON text: may be malformed, the loop validates it."""


class Message(Record):
    """One message of the conversation, in the shape of the chat protocol."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Usage(Record):
    """What one request, or several, consumed."""

    input_tokens: int = 0
    """All input tokens, cached ones included."""
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """None where the price of the model is unknown."""

    def __add__(self, other: Usage) -> Usage:
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=sum(costs) if costs else None,
        )


class Event(Record):
    """What every event carries; `seq` and `at` are set by the journal."""

    seq: int = 0
    at: str = ""
    """UTC, ISO 8601, microseconds."""


class Started(Event):
    """The run begins, or goes on after an interruption (`resumed`)."""

    type: Literal["started"] = "started"
    schema_version: int = SCHEMA_VERSION
    episode: str
    task: str
    model: str
    api_base: str | None = None
    """Address of the model's server; None is the provider's own."""
    project: str
    """Identity of the project (root commit and remote), never its folder's name."""
    root: str
    head: str | None = None
    """Commit checked out; None on an unborn branch."""
    branch: str | None = None
    version: str = ""
    """Version of learnagent."""
    mode: Literal["do", "chat"] = "do"
    approve: str = "ask"
    sandbox: str = "off"
    check: str | None = None
    check_source: str = ""
    """Where the check command came from: `--check`, settings, or the file it was discovered in."""
    max_steps: int | None = None
    max_cost_usd: float | None = None
    max_minutes: float | None = None
    resumed: bool = False


class Shown(Record):
    """A lesson as the model was shown it."""

    lesson: str
    """Its id."""
    title: str
    text: str
    """All that was shown of it."""
    relevance: float
    """Estimated chance that it is about this task, 0 to 1."""
    trust: str
    freshness: str
    why: str = ""


class Recalled(Event):
    """What memory was asked for, and what it gave: at the start, when the model asked, or after a failed command."""

    type: Literal["recalled"] = "recalled"
    by: Literal["start", "tool", "failure"] = "start"
    query: str = ""
    shown: tuple[Shown, ...] = ()
    places: tuple[str, ...] = ()
    """Files named as where to look, the likeliest first."""
    abstained: str = ""
    """Why no lesson was shown."""
    seconds: float = 0.0

    @property
    def lessons(self) -> tuple[str, ...]:
        """Return the ids of the lessons shown."""
        return tuple(one.lesson for one in self.shown)


class Request(Event):
    """A request to the model: the messages that neither a reply nor an observation holds already."""

    type: Literal["request"] = "request"
    step: int
    messages: tuple[Message, ...] = ()
    reset: bool = False
    """True when `messages` replace the whole conversation (the start, and after condensing)."""
    tools: tuple[str, ...] = ()
    purpose: Purpose = "act"


class Replied(Event):
    """The model's answer, whole."""

    type: Literal["reply"] = "reply"
    step: int
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    usage: Usage = Usage()
    model: str = ""
    """The model that answered: a fallback may differ from the one asked."""
    seconds: float = 0.0
    purpose: Purpose = "act"


class Action(Event):
    """A tool is about to run: on disk before it does."""

    type: Literal["action"] = "action"
    step: int
    call_id: str
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Observation(Event):
    """What a call gave, as the model is shown it."""

    type: Literal["observation"] = "observation"
    step: int
    call_id: str
    tool: str
    status: Literal["ok", "error", "refused", "malformed", "repeated", "interrupted", "timeout"] = "ok"
    text: str = ""
    exit_code: int | None = None
    seconds: float = 0.0
    output_file: str | None = None
    """Path under the episode's folder that holds the whole output where `text` was cut."""
    hint: str = ""
    """Lessons about this failure, shown below `text`: not part of what the call gave."""

    @property
    def shown(self) -> str:
        """Return what the model is shown."""
        return f"{self.text}\n{self.hint}" if self.hint else self.text


class Checkpointed(Event):
    """The whole tree became a commit on the episode's private ref."""

    type: Literal["checkpoint"] = "checkpoint"
    step: int
    commit: str
    ref: str
    label: Label = "step"
    """`check` holds what a check command left behind, `resumed` what happened while no run was alive."""
    changed: tuple[str, ...] = ()
    """Paths that differ from the checkpoint before, undecodable bytes escaped."""
    skipped: tuple[str, ...] = ()
    """Paths that could not be kept: unreadable, or larger than 512 MiB; undo cannot bring them back."""


class Shortcut(Record):
    """One finding of the shortcut linter in the run's own diff."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    rule: str
    level: Literal["error", "warn"]
    """`error` keeps the run from ending as done."""
    message: str
    symbol: str = ""
    """Qualified name of the definition it stands in."""
    why: str = ""
    ways_out: tuple[str, ...] = ()
    claim: str = ""
    """Why it is right, as a comment says that the run added."""
    accepted: bool = False
    """Whether a person said yes to that."""
    code: str = ""
    """The definition around it as it stood, at most 4,000 characters."""

    @property
    def is_open(self) -> bool:
        """Whether it keeps the run from ending as done."""
        return self.level == "error" and not self.accepted


class Repair(Record):
    """A finding that a later look did not see any more: a pair of bad and good code."""

    path: str
    rule: str
    symbol: str = ""
    message: str = ""
    bad: str = ""
    """The definition with the shortcut."""
    good: str = ""
    """The same definition without it; empty where it is gone."""


class Linted(Event):
    """The shortcut linter read the run's own diff, at `finish`."""

    type: Literal["lint"] = "lint"
    step: int
    findings: tuple[Shortcut, ...] = ()
    repairs: tuple[Repair, ...] = ()
    """Findings of the look before that are gone."""
    problem: str = ""
    """Why the diff could not be read; empty where it could."""
    seconds: float = 0.0

    @property
    def open(self) -> tuple[Shortcut, ...]:
        """Findings that keep the run from ending as done."""
        return tuple(one for one in self.findings if one.is_open)


class Checked(Event):
    """The project's check command ran."""

    type: Literal["check"] = "check"
    step: int
    phase: Literal["before", "finish"]
    command: str
    exit_code: int | None = None
    """None where the command was not allowed to run or timed out."""
    passed: bool = False
    refused: bool = False
    """True where it was not allowed to run."""
    text: str = ""
    failures: tuple[str, ...] = ()
    """Ids of the failing tests where the output names them."""
    broken: tuple[str, ...] = ()
    """Failures that were not there before the run."""
    seconds: float = 0.0
    output_file: str | None = None


class Finished(Event):
    """The run ended."""

    type: Literal["finished"] = "finished"
    outcome: Outcome
    exit_code: int
    summary: str = ""
    reason: str = ""
    """Why the run ended as it did, in one line."""
    files_changed: tuple[str, ...] = ()
    usage: Usage = Usage()
    steps: int = 0
    seconds: float = 0.0
    commit: str | None = None
    """The ordinary commit made by `--commit`."""
    check: Literal["passed", "failed", "refused", "none"] = "none"
    """How the check stood when it last ran at `finish`."""
    shortcuts: tuple[str, ...] = ()
    """Shortcuts left in the run's diff when it was last read: `path:line rule`."""


class Undone(Event):
    """The user took the run back, wholly or to a step."""

    type: Literal["undone"] = "undone"
    to_step: int
    """0 is the state before the first change."""
    kept: str
    """Ref that holds the tree as it was before the undo."""
    restored: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Paths left alone because the user changed them since."""


AnyEvent = Annotated[
    Started | Recalled | Request | Replied | Action | Observation | Checkpointed | Linted | Checked | Finished | Undone,
    Field(discriminator="type"),
]

EVENT_PARSER: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def to_line(event: Event) -> str:
    """Return an event as one line of JSON, without its end: ASCII, which every pipe and terminal can carry."""
    return json.dumps(event.model_dump(mode="json"), separators=(",", ":"))


def conversation(events: Iterable[Event]) -> list[Message]:
    """Rebuild the conversation a model would be sent next; empty when nothing was asked yet."""
    messages: list[Message] = []
    for event in events:
        if isinstance(event, Request) and event.purpose == "act":
            messages = [*([] if event.reset else _all_answered(messages)), *event.messages]
        elif isinstance(event, Replied) and event.purpose == "act":
            messages = _all_answered(messages)
            messages.append(Message(role="assistant", content=event.text, tool_calls=event.tool_calls))
        elif isinstance(event, Observation):
            messages.append(Message(role="tool", content=event.shown, tool_call_id=event.call_id))
    return messages


def _all_answered(messages: list[Message]) -> list[Message]:
    """Answer the calls of the last reply whose observation was lost with a damaged line."""
    place = max((n for n, message in enumerate(messages) if message.role == "assistant"), default=len(messages))
    answered = {message.tool_call_id for message in messages[place:]}
    calls = messages[place].tool_calls if place < len(messages) else ()
    lost = [Message(role="tool", content=LOST, tool_call_id=call.id) for call in calls if call.id not in answered]
    return [*messages, *lost]
