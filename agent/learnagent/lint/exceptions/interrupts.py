"""Knows what asks code to stop: Ctrl-C, exit, cancellation, an interrupted thread. Nothing here reads."""

from __future__ import annotations

INTERRUPTS = frozenset(
    "KeyboardInterrupt SystemExit CancelledError Cancelled GeneratorExit InterruptedException CancellationException"
    " OperationCanceledException TaskCanceledException ThreadInterruptedException ThreadAbortException".split()
)
"""Last parts of the names of what is raised to end code, not to tell of an error."""
