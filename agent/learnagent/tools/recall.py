"""The `recall` tool: what earlier runs and the git history know about something."""

from __future__ import annotations

from pydantic import Field

from learnagent.tools.tool import Arguments, Result, Tool, Workbench, shortened


class RecallArguments(Arguments):
    """Arguments of `recall`."""

    query: str = Field(min_length=1, description="What you want to know: a task, a name, or an error message.")


def run(arguments: RecallArguments, bench: Workbench) -> Result:
    """Show lessons and where to look."""
    return shortened(bench.memory.recall(arguments.query), bench)


RECALL = Tool(
    name="recall",
    description="Ask what earlier runs learned here about something, and which files it concerns.",
    arguments=RecallArguments,
    run=run,
)
