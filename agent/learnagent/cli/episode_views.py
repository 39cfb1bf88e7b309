"""What `learnagent episodes` shows and does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from learnagent.by_product import without_by_products
from learnagent.checkpoints.undo import plan_undo
from learnagent.checkpoints.workspace import Workspace
from learnagent.cli.finding import find_episode
from learnagent.display import ConsoleScreen, JsonScreen, print_json, undone_lines
from learnagent.experience.learning import unlearn
from learnagent.experience.opening import Lessons
from learnagent.settings import load
from learnagent_memory import journal
from learnagent_memory.episode import Checkpointed, Event, Finished, Replied, Started, Undone
from learnagent_memory.errors import LearnAgentError
from learnagent_memory.git import open_repository
from learnagent_memory.journal import Episode
from learnagent_memory.project import Project, find_project, run_lock
from learnagent_memory.redact import redactor


@dataclass(frozen=True, slots=True)
class Row:
    """One run in the list."""

    id: str
    outcome: str
    """`unfinished` where no end was recorded; `undone` once it was taken back."""
    steps: int
    cost_usd: float | None
    task: str


def show_list(repo: Path, *, limit: int, json: bool) -> None:
    """Print a line for each run."""
    project = _project(repo)
    ids = journal.list_ids(project.episodes)[-limit:]
    rows = [_row(journal.read(project.episodes / name)) for name in ids]
    if json:
        print_json({"episodes": [{name: getattr(row, name) for name in Row.__slots__} for row in rows]})
        return
    lines = [
        f"{row.id}  {row.outcome:<11} {row.steps:>3} steps  {_dollars(row.cost_usd):>8}  {row.task}" for row in rows
    ]
    ConsoleScreen().lines(lines or ["no episodes here yet"])


def show_episode(repo: Path, wanted: str | None, *, json: bool) -> None:
    """Print a run as it was seen, or its events."""
    episode = find_episode(_project(repo), wanted)
    if json:
        lines = JsonScreen()
        for event in episode.events:
            lines.event(event)
        return
    screen = ConsoleScreen()
    screen.replay(episode.events)
    if episode.skipped:
        screen.notice(f"{episode.skipped} damaged lines were passed over")


def show_diff(repo: Path, wanted: str | None, *, step: int | None, json: bool) -> None:
    """Print what a run, or one step of it, changed."""
    project = _project(repo)
    episode = find_episode(project, wanted)
    kept = _checkpoints(episode.events)
    if step is not None:
        places = [number for number, event in enumerate(kept) if number and event.step == step]
        kept = kept[places[0] - 1 : places[-1] + 1] if places else []
    whole = _workspace(project, episode).diff(kept[0].commit, kept[-1].commit) if len(kept) > 1 else ""
    text = without_by_products(whole).rstrip("\n")
    if json:
        print_json({"episode": episode.id, "diff": text})
    elif text:
        ConsoleScreen().diff(text)
    else:
        ConsoleScreen().notice("nothing changed")


def undo_episode(repo: Path, wanted: str | None, *, step: int, force: bool, json: bool) -> None:
    """Take a run back to a step and record that."""
    project = _project(repo)
    episode = find_episode(project, wanted)
    plan = plan_undo(episode.events, step)
    with run_lock(project):
        report = _workspace(project, episode).undo(
            plan.target, plan.pairs, include_uncheckpointed=plan.cut_short, force=force
        )
        event = Undone(
            to_step=step, kept=report.kept_ref, restored=(*report.restored, *report.removed), left=report.left
        )
        listeners = (JsonScreen().event,) if json else ()
        writer = journal.reopen(episode, listeners=listeners, redact=redactor(os.environ))
        writer.append(event)
        writer.close()
    if not json:
        ConsoleScreen().lines(undone_lines(event))
    _unlearn(project, episode)
    if commit := _commit(episode.events):
        ConsoleScreen().notice(f"the commit {commit[:12]} of this run stays: git revert {commit[:12]} takes it back")


def _unlearn(project: Project, episode: Episode) -> None:
    """Take back what the run had taught; where that fails, the undo is done all the same and the next run does it."""
    try:
        with Lessons(project, load(project.root, os.environ, {})) as lessons:
            taken_back = unlearn(lessons, journal.read(episode.folder))
    except LearnAgentError as error:
        ConsoleScreen().notice(f"its lessons are not taken back yet: {error}")
    else:
        if taken_back:
            ConsoleScreen().notice(f"{taken_back} lessons of this run were retracted")


def _project(repo: Path) -> Project:
    return find_project(open_repository(repo), os.environ)


def _row(episode: Episode) -> Row:
    started = next((event for event in episode.events if isinstance(event, Started)), None)
    finished = [event for event in episode.events if isinstance(event, Finished)]
    undone = any(isinstance(event, Undone) and event.to_step == 0 for event in episode.events)
    costs = [event.usage.cost_usd for event in episode.events if isinstance(event, Replied)]
    known = [cost for cost in costs if cost is not None]
    return Row(
        id=episode.id,
        outcome="undone" if undone else finished[-1].outcome if finished else "unfinished",
        steps=max((event.step for event in episode.events if isinstance(event, Replied)), default=0),
        cost_usd=sum(known) if known else None,
        task=(started.task if started else "").split("\n", 1)[0][:80] or "(chat)",
    )


def _dollars(cost_usd: float | None) -> str:
    return "-" if cost_usd is None else f"${cost_usd:.2f}"


def _checkpoints(events: Iterable[Event]) -> list[Checkpointed]:
    return [event for event in events if isinstance(event, Checkpointed)]


def _commit(events: Iterable[Event]) -> str | None:
    return next((event.commit for event in events if isinstance(event, Finished) and event.commit), None)


def _workspace(project: Project, episode: Episode) -> Workspace:
    return Workspace(project.repository, episode=episode.id, state=project.local)
