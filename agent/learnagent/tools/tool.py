"""What a tool is, and what it is handed. The tools themselves are one file each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from learnagent.model import ToolSpec
from learnagent.outline import Outline
from learnagent.permissions.permission import Permissions
from learnagent.sandbox.shell import Shell
from learnagent_memory.redact import Redact
from learnagent_memory.redact import redact as redact_known_forms

Status = Literal["ok", "error", "refused", "timeout"]


class Arguments(BaseModel):
    """Arguments of a call: parsed from the model's JSON, unknown ones refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gave."""

    text: str
    """As the model is shown it, already bounded."""
    status: Status = "ok"
    exit_code: int | None = None
    output_file: Path | None = None
    """The whole output, where `text` was cut."""
    hint: str = ""
    """Lessons about this failure; shown below the text and no part of it."""


class Memory(Protocol):
    """What earlier runs left. `experience.run_memory` has the real one."""

    def recall(self, query: str) -> str:
        """Return lessons and places for a query, worded for the model."""
        ...

    def after_failure(self, command: str, output: str) -> str:
        """Return the lessons about a command that failed; empty where there are none."""
        ...


class NoMemory:
    """A Memory that knows nothing."""

    def recall(self, _query: str) -> str:
        """Say so."""
        return "The memory is switched off in this run."

    def after_failure(self, _command: str, _output: str) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class Workbench:
    """All that tools may use; built once for a run."""

    root: Path
    shell: Shell
    permissions: Permissions
    task: str
    outputs: Path
    """Folder for outputs that are too long to show."""
    outline: Callable[[], Outline]
    """Gives the run's map of the code, made at the first call."""
    time_left: Callable[[], float]
    """Seconds until the run must end: no command outlives it."""
    output_chars: int = 10_000
    command_timeout_s: float = 120
    memory: Memory = field(default_factory=NoMemory)
    redact: Redact = redact_known_forms
    """For what is kept on disk of a result; the model is shown it as it is."""

    def next_output(self) -> Path:
        """Return a fresh path for one output."""
        return self.outputs / f"{time.time_ns()}.txt"


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call."""

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Any, Workbench], Result]
    """Gets an instance of `arguments`. Raises LearnAgentError for what the model can mend."""
    may_change: Callable[[Any], bool] = lambda _: False
    """Whether a call with these arguments may change files."""

    @property
    def spec(self) -> ToolSpec:
        """The tool as the model is told of it."""
        schema = self.arguments.model_json_schema()
        parameters = {
            "type": "object",
            "properties": {name: _plain(entry) for name, entry in schema.get("properties", {}).items()},
            "required": schema.get("required", []),
            "additionalProperties": False,
        }
        return ToolSpec(self.name, self.description, parameters)


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """Drop what pydantic adds to a property and no provider needs: titles, and null as an alternative."""
    choices = [choice for choice in entry.get("anyOf", ()) if choice.get("type") != "null"]
    merged = {**entry, **(choices[0] if choices else {})}
    return {key: value for key, value in merged.items() if key not in {"anyOf", "title", "default"}}


def bounded(text: str, limit: int) -> str:
    """Cut a text to its head and tail with a line that says how much is missing."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half:,} characters left out …]\n{text[-half:]}"


def shortened(text: str, bench: Workbench) -> Result:
    """Return a text as a result: head and tail where it is too long, the whole beside the episode."""
    if len(text) <= bench.output_chars:
        return Result(text)
    whole = bench.next_output()
    whole.parent.mkdir(parents=True, exist_ok=True)
    whole.write_text(bench.redact(text), encoding="utf-8", errors="replace")
    return Result(bounded(text, bench.output_chars), output_file=whole)
