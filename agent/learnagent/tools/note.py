"""The `note` tool: the model states what it found out. It stays a theory until its evidence holds.

The call itself is the record; `learnagent_memory.reflect` reads it when the run is over.
"""

from __future__ import annotations

from pydantic import Field

from learnagent.tools.tool import Arguments, Result, Tool, Workbench
from learnagent_memory.lesson import MAX_FIELD


class NoteArguments(Arguments):
    """Arguments of `note`."""

    when: str = Field(min_length=1, max_length=MAX_FIELD, description="The situation it is for, in a few words.")
    do: str = Field(min_length=1, max_length=MAX_FIELD, description="What to do then: three sentences at most.")
    avoid: str = Field(default="", max_length=MAX_FIELD, description="What not to do, and why.")
    evidence: str = Field(default="", description="The command you ran here that shows it, exactly as you ran it.")
    path: str = Field(default="", description="The file it is about, relative to the root.")
    symbol: str = Field(default="", description="The function or class in it, such as Parser.feed.")


def run(_arguments: NoteArguments, _bench: Workbench) -> Result:
    """Take note."""
    return Result("Noted; it is kept if it is new and its evidence holds.")


NOTE = Tool(
    name="note",
    description="Note something about this repository that would save the next run time. Only what the code, "
    "README or instructions do not already say.",
    arguments=NoteArguments,
    run=run,
)
