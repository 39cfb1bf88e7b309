"""Puts a loop together from an order: check, sandbox, permissions, tools. It runs nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from learnagent.budget import Budget
from learnagent.checkpoints.workspace import Workspace
from learnagent.discovery import CheckCommand, discover
from learnagent.finish import CheckRunner, FinishGate
from learnagent.loop import Loop
from learnagent.order import Order, Screen
from learnagent.outline import Outline
from learnagent.permissions.permission import Permissions, Question
from learnagent.remembered import CheckMemory, RememberedCheck
from learnagent.sandbox.confinement import Confinement
from learnagent.sandbox.environment import command_environment
from learnagent.sandbox.sandbox import Sandbox, choose
from learnagent.sandbox.shell import Shell
from learnagent.settings import Settings
from learnagent.shortcuts import ShortcutLinter
from learnagent.tools.tool import Memory, Workbench
from learnagent_memory.git import Repository, hardened_environment
from learnagent_memory.journal import Journal
from learnagent_memory.redact import redactor


@dataclass(frozen=True, slots=True)
class DecidedCheck:
    """The check of a run."""

    command: CheckCommand | None
    """None where there is none, or the user does not want it."""
    allowed: bool = False
    """Whether it may run without being asked about."""


def decide_check(order: Order, screen: Screen) -> DecidedCheck:
    """Return the check: the one set, else the one discovered, which is shown and remembered.

    A command that was only discovered runs when the user allows it, once or always.
    """
    settings = order.loaded.settings
    if settings.check is not None:
        source = order.loaded.origins.get("check", "settings")
        command = CheckCommand(settings.check, source) if settings.check.strip() else None
        return DecidedCheck(command, allowed=True)
    found = discover(order.project.root)
    if found is None:
        return DecidedCheck(None)
    memory = CheckMemory(order.loaded.environ)
    key = f"{order.project.identity} {order.project.root}"
    remembered = memory.get(key)
    if remembered is None or remembered.command != found.command:
        remembered = RememberedCheck(command=found.command, source=found.source)
        memory.put(key, remembered)
        screen.notice(f"check: {found.command} (found in {found.source}; --check sets another)")
    if remembered.allowed or settings.approve == "all" or found.command in settings.allow_commands:
        return DecidedCheck(found, allowed=True)
    return _ask_about(remembered, order, memory, key)


def _ask_about(remembered: RememberedCheck, order: Order, memory: CheckMemory, key: str) -> DecidedCheck:
    if order.asker is None:
        return DecidedCheck(remembered.check)
    answer = order.asker.ask(
        Question(
            kind="command",
            title="Run this as the project's check, before the first change and before the run may end?",
            body=remembered.command,
            reason=f"found in {remembered.source}",
            always="for this repository",
        )
    )
    if answer == "always":
        memory.put(key, remembered.model_copy(update={"allowed": True}))
    return DecidedCheck(None) if answer == "no" else DecidedCheck(remembered.check, allowed=True)


def choose_sandbox(settings: Settings, repository: Repository, screen: Screen) -> Sandbox:
    """Return the sandbox for commands, and say so when there is none although one was wanted."""
    confinement = Confinement(
        root=repository.root,
        git_dirs=(repository.git_dir, repository.common_dir),
        network=settings.network,
        allow_secret_files=settings.allow_secret_files,
    )
    sandbox = choose(settings.sandbox, confinement)
    if settings.sandbox == "auto" and sandbox.reason:
        screen.notice(f"commands run without a sandbox: {sandbox.reason}")
    return sandbox


def build_loop(
    order: Order,
    screen: Screen,
    *,
    journal: Journal,
    budget: Budget,
    sandbox: Sandbox,
    check: DecidedCheck,
    memory: Memory,
) -> Loop:
    """Return the loop of a run, ready for its first turn."""
    settings, root = order.loaded.settings, order.project.root
    environ = command_environment(order.loaded.environ, extra=hardened_environment())
    redact = redactor(order.loaded.environ)
    own_check = (check.command.command,) if check.command and check.allowed else ()
    bench = Workbench(
        root=root,
        shell=Shell(root, sandbox=sandbox, environ=environ, redact=redact),
        permissions=Permissions(
            settings.approve,
            order.asker,
            root,
            allow_secret_files=settings.allow_secret_files,
            allowed_commands=(*settings.allow_commands, *own_check),
            confined=not sandbox.reason,
        ),
        task=order.whole_task,
        outputs=journal.folder / "outputs",
        outline=cache(lambda: Outline(root, cache=order.project.local / "outline.sqlite", redact=redact)),
        time_left=lambda: budget.seconds_left,
        output_chars=settings.output_chars,
        command_timeout_s=settings.command_timeout_s,
        memory=memory,
        redact=redact,
    )
    gate = FinishGate(
        journal=journal,
        check=_check_runner(check.command, bench, settings.check_timeout_s) if check.command else None,
        check_rounds=settings.check_rounds,
        linter=_linter(order, settings),
        lint_rounds=settings.lint_rounds,
    )
    return Loop(
        gate=gate,
        model=order.make_model(order.loaded, order.choice, screen.notice),
        bench=bench,
        journal=journal,
        workspace=Workspace(order.project.repository, episode=journal.id, state=order.project.local),
        budget=budget,
        on_text=screen.text,
        interactive=order.mode == "chat",
    )


def _linter(order: Order, settings: Settings) -> ShortcutLinter | None:
    if settings.shortcuts == "ignore":
        return None
    return ShortcutLinter(order.project.repository, order.whole_task, order.asker, stops=settings.shortcuts == "stop")


def _check_runner(command: CheckCommand, bench: Workbench, timeout_s: float) -> CheckRunner:
    return CheckRunner(
        check=command,
        shell=bench.shell,
        permissions=bench.permissions,
        spool=bench.next_output,
        time_left=bench.time_left,
        timeout_s=timeout_s,
        output_chars=bench.output_chars,
    )
