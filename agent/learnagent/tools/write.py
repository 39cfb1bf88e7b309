"""The `write` tool: a whole file, new or replaced."""

from __future__ import annotations

from pydantic import Field

from learnagent.permissions.paths import read_bytes, resolve
from learnagent.tools.change import decode, replace
from learnagent.tools.read import MAX_BYTES
from learnagent.tools.tool import Arguments, Result, Tool, Workbench
from learnagent_memory.errors import UsageError


class WriteArguments(Arguments):
    """Arguments of `write`."""

    path: str = Field(min_length=1, description="File, relative to the root; folders are made.")
    content: str = Field(description="The whole content.")


def run(arguments: WriteArguments, bench: Workbench) -> Result:
    """Write the file and show the diff."""
    path = resolve(bench.root, arguments.path)
    if path.is_dir():
        raise UsageError(f"{arguments.path} is a folder", hint="name a file")
    hidden = bench.permissions.read(path) is not None  # a secret file's old text is not shown in a diff
    before = decode(read_bytes(bench.root, path, MAX_BYTES)) if path.exists() and not hidden else ""
    return replace(path, before=before, after=arguments.content, bench=bench)


WRITE = Tool(
    name="write",
    description="Write a whole file; use `edit` for changes to an existing one.",
    arguments=WriteArguments,
    run=run,
    may_change=lambda _: True,
)
