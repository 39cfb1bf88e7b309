"""Carries out one tool call: validated, recorded before it runs, answered whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from learnagent.tools.tool import Arguments, Result, Tool, Workbench
from learnagent_memory.episode import Action, Observation, ToolCall
from learnagent_memory.errors import LearnAgentError, StorageError
from learnagent_memory.journal import Journal
from learnagent_memory.reading import parse_json

MAX_REPEATS = 3
REPEATED = f"You made exactly this call {MAX_REPEATS} times in a row; its result will not change. Do something else."


class MalformedCallError(LearnAgentError):
    """The call cannot be understood; the message tells the model how to mend it."""


@dataclass(slots=True)
class Dispatcher:
    """Runs the calls of a run, in order."""

    tools: Sequence[Tool]
    bench: Workbench
    journal: Journal
    before_change: Callable[[int], None]
    """Called with the step before the first call that may change files is recorded."""
    recent: list[tuple[str, str]] = field(default_factory=list)
    """The last calls, for telling apart work from a loop."""

    def understand(self, call: ToolCall) -> tuple[Tool, Arguments]:
        """Return tool and validated arguments; raises MalformedCallError."""
        tool = next((tool for tool in self.tools if tool.name == call.name), None)
        if tool is None:
            known = ", ".join(tool.name for tool in self.tools)
            raise MalformedCallError(f"there is no tool {call.name!r}", hint=f"the tools are {known}")
        try:
            arguments = parse_json(call.arguments or "{}")
        except ValueError as error:
            raise MalformedCallError(f"the arguments are not valid JSON ({error})", hint="call again") from error
        if not isinstance(arguments, dict) or any(isinstance(value, dict | list) for value in arguments.values()):
            raise MalformedCallError("the arguments are not a JSON object of plain values", hint=_usage(tool))
        try:
            return tool, tool.arguments.model_validate(arguments)
        except ValidationError as error:
            raise MalformedCallError(_problems(error), hint=_usage(tool)) from error

    def may_change(self, call: ToolCall) -> bool:
        """Return whether a call may change files; a call that cannot be understood may not."""
        try:
            tool, arguments = self.understand(call)
        except MalformedCallError:
            return False
        return tool.may_change(arguments)

    def perform(self, call: ToolCall, tool: Tool, arguments: Arguments, *, step: int) -> Observation:
        """Run one understood call and record what it gave."""
        if self._is_repeated(call):
            return self.answer(call, REPEATED, status="repeated", step=step)
        if tool.may_change(arguments):
            self.before_change(step)
        self.journal.append(
            Action(step=step, call_id=call.id, tool=tool.name, arguments=arguments.model_dump(exclude_none=True))
        )
        started = time.monotonic()
        result = _run(tool, arguments, self.bench)
        return self.journal.append(
            Observation(
                step=step,
                call_id=call.id,
                tool=tool.name,
                status=result.status,
                text=_clean(result.text),
                hint=_clean(result.hint),
                exit_code=result.exit_code,
                seconds=round(time.monotonic() - started, 3),
                output_file=f"outputs/{result.output_file.name}" if result.output_file else None,
            )
        )

    def answer(self, call: ToolCall, text: str, *, status: str, step: int) -> Observation:
        """Record an answer to a call that did not run."""
        observation = Observation.model_validate(
            {"step": step, "call_id": call.id, "tool": call.name, "status": status, "text": _clean(text)}
        )
        return self.journal.append(observation)

    def _is_repeated(self, call: ToolCall) -> bool:
        self.recent = [*self.recent, (call.name, call.arguments)][-MAX_REPEATS:]
        return len(self.recent) == MAX_REPEATS and len(set(self.recent)) == 1


def _run(tool: Tool, arguments: Arguments, bench: Workbench) -> Result:
    try:
        return tool.run(arguments, bench)
    except StorageError:
        raise
    except LearnAgentError as error:
        return Result(str(error), status="error")
    except Exception as error:  # the model is told, and the run goes on
        return Result(f"the tool failed: {type(error).__name__}: {error}", status="error")


def _clean(text: str) -> str:
    """Make a text fit for JSON and the wire: no lone surrogates, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}")


def _usage(tool: Tool) -> str:
    parameters = tool.spec.parameters
    names = [name if name in parameters["required"] else f"{name} (optional)" for name in parameters["properties"]]
    return f"{tool.name} takes an object with {', '.join(names)}"


def _problems(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'arguments'}: {item['msg']}" for item in error.errors()[:5])
