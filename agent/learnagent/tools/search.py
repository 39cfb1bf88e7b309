"""The `search` tool: a regular expression over the tree, by ripgrep, or by git where there is none."""

from __future__ import annotations

import shlex
import shutil

from pydantic import Field

from learnagent.permissions.paths import is_secret, resolve
from learnagent.tools.tool import Arguments, Result, Tool, Workbench, bounded, shortened

TIMEOUT_S = 30
MAX_COLUMNS = 300


class SearchArguments(Arguments):
    """Arguments of `search`."""

    pattern: str = Field(min_length=1, description="Regular expression.")
    path: str = Field(default=".", description="File or folder to search, relative to the root.")


def run(arguments: SearchArguments, bench: Workbench) -> Result:
    """Show matching lines as `path:line:text`."""
    path = resolve(bench.root, arguments.path)
    refusal = bench.permissions.read(path)
    if refusal:
        return Result(refusal.reason, status="refused")
    where = path.relative_to(bench.root).as_posix()
    argv = _ripgrep(arguments.pattern, where) if shutil.which("rg") else _git_grep(arguments.pattern, where)
    completed = bench.shell.run(shlex.join(argv), timeout_s=TIMEOUT_S, spool=bench.next_output(), limit_chars=1_000_000)
    if completed.timed_out:
        return Result(f"[the search took more than {TIMEOUT_S} s; narrow pattern or path]", status="timeout")
    if completed.exit_code not in (0, 1):
        return Result(bounded(completed.text, 1_000), status="error", exit_code=completed.exit_code)
    return _shown(completed.text, bench)


def _ripgrep(pattern: str, where: str) -> list[str]:
    return [
        *(
            "rg",
            "--no-config",
            "--line-number",
            "--no-heading",
            "--with-filename",
            "--color=never",
            "--hidden",
        ),
        *("--glob=!.git", "--glob=!.learnagent", "--sort=path", f"--max-columns={MAX_COLUMNS}"),
        *("--max-columns-preview", f"--regexp={pattern}", "--", where),
    ]


def _git_grep(pattern: str, where: str) -> list[str]:
    return [
        *("git", "--no-pager", "grep", "--untracked", "--no-textconv", "--line-number", "-I", "--no-color"),
        *("-E", "-e", pattern, "--", where),
    ]


def _shown(text: str, bench: Workbench) -> Result:
    lines = [line.removeprefix("./") for line in text.splitlines()]
    if not bench.permissions.allow_secret_files:
        lines = [line for line in lines if not is_secret(bench.root / line.split(":", 1)[0])]
    if not lines:
        return Result("[no match]")
    return shortened("\n".join(line[: MAX_COLUMNS + 200] for line in lines), bench)


SEARCH = Tool(
    name="search",
    description="Search files by a regular expression; ignored files are left out.",
    arguments=SearchArguments,
    run=run,
)
