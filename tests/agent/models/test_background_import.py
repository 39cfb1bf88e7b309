from __future__ import annotations

import gc
import threading

import pytest

from learnagent.models.background_import import BackgroundImport


def test_the_import_runs_once_and_in_another_thread() -> None:
    threads: list[threading.Thread] = []

    def load() -> str:
        threads.append(threading.current_thread())
        return "library"

    background = BackgroundImport(load)
    background.start()
    background.start()
    assert (background.result(), background.result()) == ("library", "library")
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()
    assert gc.isenabled()


def test_a_failed_import_is_raised_to_whoever_needs_it() -> None:
    def load() -> str:
        raise ImportError("no such library")

    background = BackgroundImport(load)
    background.start()
    with pytest.raises(ImportError, match="no such library"):
        background.result()
