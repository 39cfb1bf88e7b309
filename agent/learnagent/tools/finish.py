"""The `finish` tool: the model says that it is done. Whether it is, the loop decides."""

from __future__ import annotations

from pydantic import Field

from learnagent.tools.tool import Arguments, Result, Tool, Workbench


class FinishArguments(Arguments):
    """Arguments of `finish`."""

    summary: str = Field(
        min_length=1, description="What was done and how it was proved; first line under 72 characters."
    )
    blocked: str | None = Field(
        default=None,
        min_length=1,
        description="Only where the task cannot be done honestly: why not. The run then ends as blocked, which is "
        "a good answer and better than a shortcut.",
    )


def run(_arguments: FinishArguments, _bench: Workbench) -> Result:
    """Take note; the loop runs the check and may answer otherwise."""
    return Result("The run may end.")


FINISH = Tool(
    name="finish",
    description="Say that the task is done (or cannot be done, and why). The check and the shortcut linter run next.",
    arguments=FinishArguments,
    run=run,
)
