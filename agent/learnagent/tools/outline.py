"""The `outline` tool: the definitions in a file, a folder or the repository, ranked for the task."""

from __future__ import annotations

from pydantic import Field

from learnagent.permissions.paths import resolve
from learnagent.tools.tool import Arguments, Result, Tool, Workbench, shortened
from learnagent_memory.git import Git

LISTED = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")


class OutlineArguments(Arguments):
    """Arguments of `outline`."""

    path: str = Field(default=".", description="File or folder, relative to the root.")


def run(arguments: OutlineArguments, bench: Workbench) -> Result:
    """Show the map of the code there."""
    path = resolve(bench.root, arguments.path)
    refusal = bench.permissions.read(path)
    if refusal:
        return Result(refusal.reason, status="refused")
    outline = bench.outline()
    outline.refresh(Git(bench.root).names(*LISTED))
    shown = outline.render(path.relative_to(bench.root).as_posix(), task=bench.task)
    return shortened(shown, bench)


OUTLINE = Tool(
    name="outline",
    description="Show definitions with signatures and line numbers, ranked for the task.",
    arguments=OutlineArguments,
    run=run,
)
