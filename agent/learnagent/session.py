"""The life of an episode: opened under a lock, run or resumed, and ended in one recorded way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Literal

from learnagent import __version__, instructions, prompt
from learnagent.assembly import build_loop, choose_sandbox, decide_check
from learnagent.budget import Budget
from learnagent.by_product import is_by_product, without_by_products
from learnagent.checkpoints.checkpoint import printable
from learnagent.checkpoints.commit import CommitResult, commit_run
from learnagent.experience.learning import catch_up
from learnagent.experience.opening import Lessons
from learnagent.experience.run_memory import RunMemory
from learnagent.finish import Ending, shortcuts_named
from learnagent.loop import Loop
from learnagent.order import Mode, Order, Screen
from learnagent.tools.outline import LISTED
from learnagent.tools.tool import NoMemory
from learnagent_memory import journal as journals
from learnagent_memory.episode import (
    Checked,
    Event,
    Finished,
    Message,
    Outcome,
    Replied,
    Started,
    ToolCall,
    Undone,
)
from learnagent_memory.errors import BudgetSpentError, GitError, LearnAgentError, ModelError, Terminated, UsageError
from learnagent_memory.git import Git
from learnagent_memory.journal import Episode, Journal
from learnagent_memory.project import run_lock
from learnagent_memory.redact import redactor

EXIT_CODES: dict[Outcome, int] = {
    "done": 0,
    "not_done": 1,
    "blocked": 1,
    "failed": 2,
    "model_error": 3,
    "budget": 4,
    "interrupted": 130,
}


@contextmanager
def opened(order: Order, screen: Screen) -> Iterator[Session]:
    """Hold the tree, open the episode and yield the session; the journal is closed in any case.

    Raises UsageError when another run holds the tree or the episode cannot be resumed.
    """
    if order.resume:
        refuse_finished(order.resume, order.mode)
    with run_lock(order.project):
        check = decide_check(order, screen)
        settings = order.loaded.settings
        sandbox = choose_sandbox(settings, order.project.repository, screen)
        budget = Budget(settings.max_steps, settings.max_cost, settings.max_minutes)
        journal = _open_journal(order, screen)
        with closing(journal), opened_memory(order, screen, journal) as memory:
            loop = build_loop(
                order,
                screen,
                journal=journal,
                budget=budget,
                sandbox=sandbox,
                check=check,
                memory=memory or NoMemory(),
            )
            journal.append(_started(order, journal, loop, sandbox.name))
            yield Session(order, loop, screen, memory)


class Session:
    """One open episode: a single run, or a chat of several turns."""

    def __init__(self, order: Order, loop: Loop, screen: Screen, memory: RunMemory | None) -> None:
        self._order = order
        self._loop = loop
        self._screen = screen
        self._memory = memory
        self._earlier: tuple[Event, ...] = order.resume.events if order.resume else ()
        if order.mode == "chat" and self._earlier:
            loop.restore(self._earlier)
            loop.interrupt()

    def carry_out(self) -> Finished:
        """Run the task to its end, whatever that is, and record the end."""
        return self._end(self._guarded(self._first_turn))

    def say(self, text: str) -> Ending:
        """Carry out one turn of a chat."""
        self._loop.budget.begin_turn()
        first = not self._loop.messages
        messages = self._opening(text) if first else (Message(role="user", content=text),)
        ending = self._guarded(lambda: self._loop.turn(messages))
        self._loop.interrupt()
        return ending

    def close_chat(self) -> Finished:
        """Record the end of a chat."""
        return self._end(Ending("done", reason="the chat was ended"))

    def diff(self) -> str:
        """Return what the session changed so far."""
        kept = self._loop.checkpoints
        return without_by_products(self._loop.workspace.diff(kept[0].commit)) if kept else ""

    def _first_turn(self) -> Ending:
        pending: tuple[ToolCall, ...] = self._loop.restore(self._earlier) if self._earlier else ()
        opening = () if self._loop.messages else self._opening(self._order.whole_task)
        return self._loop.turn(opening, pending=pending)

    def _opening(self, task: str) -> tuple[Message, ...]:
        project = self._order.project
        files = sorted({printable(path) for path in Git(project.root).names(*LISTED)})
        start = self._order.start if self._order.start.is_dir() else project.root
        folder = start.relative_to(project.root).as_posix()
        check = self._loop.gate.check
        facts = prompt.Facts(
            task=task,
            folder=folder,
            branch=_branch(project.repository.branch, project.repository.head),
            check=check.check.command if check else "",
            files=files,
            instructions=instructions.read_instructions(project.root, start),
            nested=instructions.nested(files, folder),
            briefing=self._memory.brief(task) if self._memory else "",
        )
        return prompt.opening(facts)

    def _guarded(self, turn: Callable[[], Ending]) -> Ending:
        """Turn what stops a run from outside into an ending."""
        try:
            return turn()
        except BudgetSpentError as error:
            return Ending("budget", str(error))
        except ModelError as error:
            return Ending("model_error", str(error))
        except KeyboardInterrupt as stop:
            if isinstance(stop, Terminated) and self._order.mode == "chat":
                raise  # Ctrl-C stops a step of a chat, SIGTERM the chat
            return Ending("interrupted", "stopped by the user; --resume goes on")
        except LearnAgentError as error:
            with suppress(LearnAgentError):  # where the disk is full the end cannot be recorded either
                self._end(Ending("failed", str(error)))
            raise

    def _end(self, ending: Ending) -> Finished:
        loop, settings = self._loop, self._order.loaded.settings
        loop.keep_last_changes()
        replies = [event for event in self._earlier if isinstance(event, Replied)]
        earlier_s = sum(event.seconds for event in self._earlier if isinstance(event, Finished))
        changed = self._files_changed()
        wanted = settings.commit and self._order.mode == "do" and ending.outcome == "done" and changed
        made = self._commit(changed, ending.summary) if wanted else CommitResult(None)
        finished = Finished(
            outcome=ending.outcome,
            exit_code=EXIT_CODES[ending.outcome],
            summary=ending.summary,
            reason="; ".join(part for part in (ending.reason, made.reason) if part),
            files_changed=tuple(changed),
            steps=loop.step,
            seconds=round(earlier_s + loop.budget.seconds, 3),
            check=_verdict(loop.gate.last_check),
            shortcuts=shortcuts_named(loop.gate.last_lint),
            commit=made.commit,
        )
        self._reflect(finished)
        usage = sum((reply.usage for reply in replies), loop.budget.usage)
        ended = loop.journal.append(finished.model_copy(update={"usage": usage}))
        self._learn()
        return ended

    def _reflect(self, finished: Finished) -> None:
        """Have the model asked what the run taught; whatever comes in between, the run has ended as it has."""
        if self._memory is None:
            return
        try:
            problem = self._memory.reflect(finished, model=self._loop.model, budget=self._loop.budget)
        except KeyboardInterrupt:
            problem = "stopped by the user"
        except LearnAgentError as error:  # where the journal failed, so will its end, which says so
            problem = str(error)
        if problem:
            self._screen.notice(f"the model was not asked what the run taught: {problem}")

    def _learn(self) -> None:
        """Keep what the run taught; where that fails, the next run tries again."""
        if self._memory is None:
            return
        try:
            learning = self._memory.learn()
        except (LearnAgentError, KeyboardInterrupt) as error:
            reason = str(error) if isinstance(error, LearnAgentError) else "stopped by the user"
            self._screen.notice(f"nothing is kept of this run yet: {reason}")
            return
        for standing in learning.learned:
            self._screen.notice(f"learned: {standing.lesson.title} ({standing.status}, {standing.id[:10]})")

    def _commit(self, paths: list[str], summary: str) -> CommitResult:
        """Make the ordinary commit; what git refuses is a reason, and the run is done all the same."""
        kept = self._loop.checkpoints
        by_user = {path for event in kept if event.label == "resumed" for path in event.changed}
        if mixed := sorted(by_user.intersection(paths)):
            return CommitResult(None, f"not committed: {', '.join(mixed)} changed between the sessions as well")
        start, message = kept[0].commit, redactor(self._order.loaded.environ)(summary)
        try:
            return commit_run(self._order.project.repository, start=start, paths=paths, summary=message)
        except GitError as error:
            return CommitResult(None, f"not committed: {error}")

    def _files_changed(self) -> list[str]:
        """Return what the model's own steps changed and is changed still: not what a check left behind."""
        kept = self._loop.checkpoints
        if not kept:
            return []
        by_steps = {path for event in kept if event.label == "step" for path in event.changed}
        net = {path for _, path in self._loop.workspace.changed(kept[0].commit, kept[-1].commit)}
        return sorted(path for path in by_steps & net if not is_by_product(path))


def refuse_finished(episode: Episode, mode: Mode) -> None:
    """Raise UsageError when an episode has no readable start, is of the other mode, is done, or was undone."""
    started = next((event for event in episode.events if isinstance(event, Started)), None)
    if started is None:
        raise UsageError(f"episode {episode.id} has no readable start", hint="start a new run")
    if started.mode != mode:
        kind = "chat" if started.mode == "chat" else "run"
        raise UsageError(f"episode {episode.id} is a {kind}", hint=f"learnagent {started.mode} --resume {episode.id}")
    last = episode.events[-1]
    if isinstance(last, Undone) and last.to_step == 0:
        raise UsageError(f"episode {episode.id} was undone", hint="start a new run")
    if isinstance(last, Finished) and last.outcome == "done" and mode == "do":
        raise UsageError(f"episode {episode.id} is done", hint="start a new run")


@contextmanager
def opened_memory(order: Order, screen: Screen, journal: Journal) -> Iterator[RunMemory | None]:
    """Open the project's memory for a run, and learn first from runs that were cut off before they could.

    None where the settings switch it off. Raises UsageError, StorageError.
    """
    if not order.loaded.settings.memory:
        yield None
        return
    earlier = [name for name in journals.list_ids(order.project.episodes) if name != journal.id]
    with Lessons(order.project, order.loaded, embed_s=order.loaded.settings.recall_limit_s) as lessons:
        for problem in catch_up(lessons, earlier):
            screen.notice(problem)
        memory = RunMemory(lessons, journal, order.resume.events if order.resume else (), notify=screen.notice)
        memory.say_problems()
        yield memory


def _open_journal(order: Order, screen: Screen) -> Journal:
    redact = redactor(order.loaded.environ)
    if order.resume:
        return journals.reopen(order.resume, listeners=(screen.event,), redact=redact)
    return Journal(order.project.episodes / journals.new_id(), listeners=(screen.event,), redact=redact)


def _started(order: Order, journal: Journal, loop: Loop, sandbox: str) -> Started:
    settings, repository = order.loaded.settings, order.project.repository
    check = loop.gate.check.check if loop.gate.check else None
    return Started(
        episode=journal.id,
        task=order.whole_task,
        model=order.choice.name,
        api_base=order.choice.api_base,
        project=order.project.identity,
        root=printable(str(order.project.root)),
        head=repository.head,
        branch=repository.branch,
        version=__version__,
        mode=order.mode,
        approve=settings.approve,
        sandbox=sandbox,
        check=check.command if check else None,
        check_source=check.source if check else "",
        max_steps=settings.max_steps,
        max_cost_usd=settings.max_cost,
        max_minutes=settings.max_minutes,
        resumed=order.resume is not None,
    )


def _verdict(check: Checked | None) -> Literal["passed", "failed", "refused", "none"]:
    if check is None:
        return "none"
    return "refused" if check.refused else "passed" if check.passed else "failed"


def _branch(branch: str | None, head: str | None) -> str:
    if branch:
        return f"the branch {branch}" + ("" if head else " (no commit yet)")
    return f"the commit {(head or '')[:12]} (detached)"
