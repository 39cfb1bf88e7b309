"""`learnagent memory`: look at lessons, change them, share them with a team."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from learnagent.cli import options

app = typer.Typer(
    help="Look at lessons, change and share them. ID is a lesson's id or the start of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Id = Annotated[str, typer.Argument(help="The lesson, by id or its start.")]
Ids = Annotated[list[str], typer.Argument(help="Lessons, by id or its start.")]
Title = Annotated[str | None, typer.Option("--title", help="The lesson in one line.")]
When = Annotated[str | None, typer.Option("--when", help="The situation it is for, in words of a task.")]
Do = Annotated[str | None, typer.Option("--do", help="What to do then: three sentences at most.")]
Avoid = Annotated[str | None, typer.Option("--avoid", help="What not to do, and why.")]
Error = Annotated[str | None, typer.Option("--error", help="The error message it is about.")]
At = Annotated[
    list[str] | None, typer.Option("--at", help="PATH or PATH::SYMBOL it depends on; may be given several times.")
]
Evidence = Annotated[str | None, typer.Option("--evidence", help="Command that shows it; `memory verify` runs it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Limit = Annotated[int, typer.Option("-n", "--limit", min=1, help="How many at most.")]


class Format(StrEnum):
    """Values of --format."""

    MARKDOWN = "markdown"
    JSON = "json"


@app.command("list")
def list_lessons(
    repo: options.Repo = Path(),
    every: Annotated[bool, typer.Option("--all", help="Refuted, superseded and retracted ones too.")] = False,
    limit: Limit = 50,
    json: options.Json = False,
) -> None:
    """List the lessons of this repository. The last learned stands at the bottom."""
    from learnagent.cli import memory_views

    memory_views.show_list(repo, every=every, limit=limit, json=json)


@app.command()
def show(lesson: Id, repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Show all that is known of a lesson. Its evidence, where it is anchored, and what became of it."""
    from learnagent.cli import memory_views

    memory_views.show_lesson(repo, lesson, json=json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words of it, or what it is about.")],
    repo: options.Repo = Path(),
    limit: Limit = 10,
    json: options.Json = False,
) -> None:
    """Search all lessons. Unlike `learnagent recall` it never abstains."""
    from learnagent.cli import memory_views

    memory_views.search(repo, query, limit=limit, json=json)


@app.command()
def stats(repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Count lessons and what they did in runs. By kind, status, trust, origin and freshness."""
    from learnagent.cli import memory_views

    memory_views.stats(repo, json=json)


@app.command()
def audit(repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Count junk without a model. Duplicates, restatements, recall loops, secrets, stale and never-recalled ones."""
    from learnagent.cli import memory_audit

    memory_audit.show(repo, json=json)


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="The lesson in one line.")],
    when: When = None,
    do: Do = None,
    avoid: Avoid = None,
    error: Error = None,
    at: At = None,
    evidence: Evidence = None,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Add a lesson of your own; it is trusted."""
    from learnagent.cli import memory_changes

    said = memory_changes.Said(title=title, when=when, do=do, avoid=avoid, error=error, at=at, evidence=evidence)
    memory_changes.add(repo, said, json=json)


@app.command()
def edit(
    lesson: Id,
    title: Title = None,
    when: When = None,
    do: Do = None,
    avoid: Avoid = None,
    error: Error = None,
    at: At = None,
    evidence: Evidence = None,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Put a better lesson in the place of one. With options, or in your editor; the old one is kept, superseded."""
    from learnagent.cli import memory_changes

    said = memory_changes.Said(title=title, when=when, do=do, avoid=avoid, error=error, at=at, evidence=evidence)
    memory_changes.edit(repo, lesson, said, json=json)


@app.command()
def retract(
    lessons: Annotated[list[str] | None, typer.Argument(help="Lessons, by id or its start.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="Everything this author taught.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="Everything this episode taught.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept.")] = "",
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Take lessons back. Nothing is deleted: `memory accept` brings one back."""
    from learnagent.cli import memory_changes

    memory_changes.retract(repo, lessons or [], author=author, run=run, reason=reason, json=json)


@app.command()
def accept(lessons: Ids, repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Trust lessons of others, or take back a retraction."""
    from learnagent.cli import memory_changes

    memory_changes.accept(repo, lessons, json=json)


@app.command()
def review(repo: options.Repo = Path()) -> None:
    """Go through what is in quarantine. One key for each lesson of others."""
    from learnagent.cli import memory_changes

    memory_changes.review(repo)


@app.command()
def verify(
    lessons: Annotated[list[str] | None, typer.Argument(help="Lessons, by id or its start.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every lesson that has a command as evidence.")] = False,
    approve: options.Approve = None,
    sandbox: options.Sandbox = None,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Run the evidence of lessons again. In the sandbox; each command is asked about, unless --approve all."""
    from learnagent.cli import memory_verification

    raise typer.Exit(
        memory_verification.verify(repo, lessons or [], every=every, approve=approve, sandbox=sandbox, json=json)
    )


@app.command()
def share(lessons: Ids, yes: Yes = False, repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Give lessons to the team, after a preview. They go to .learnagent/memory, or to what `memory_remote` names."""
    from learnagent.cli import memory_sharing

    memory_sharing.share(repo, lessons, yes=yes, json=json)


@app.command()
def sync(
    remote: Annotated[
        str | None, typer.Argument(help="`git`, or a URL: s3://, gs://, az://, ssh://, file://. Default: the setting.")
    ] = None,
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Copy shared lessons both ways. What the team has and you do not, and the other way round."""
    from learnagent.cli import memory_sharing

    memory_sharing.sync(repo, remote, json=json)


@app.command("export")
def export_lessons(
    form: Annotated[Format, typer.Option("--format", help="markdown for AGENTS.md; json keeps all.")] = Format.MARKDOWN,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File; stdout without it.")] = None,
    repo: options.Repo = Path(),
) -> None:
    """Write the lessons out."""
    from learnagent.cli import memory_sharing

    memory_sharing.export(repo, form.value, output)


@app.command("import")
def import_lessons(
    file: Annotated[Path, typer.Argument(help="What `memory export --format json` wrote.")],
    repo: options.Repo = Path(),
    json: options.Json = False,
) -> None:
    """Read lessons in, into quarantine. They stay there until their evidence runs here or you accept them."""
    from learnagent.cli import memory_sharing

    memory_sharing.import_file(repo, file, json=json)


@app.command()
def rebuild(repo: options.Repo = Path(), json: options.Json = False) -> None:
    """Build the search index anew from the lessons."""
    from learnagent.cli import memory_views

    memory_views.rebuild(repo, json=json)
