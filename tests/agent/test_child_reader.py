from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

import pytest

from learnagent import child_reader
from learnagent.child_reader import Answer, Child, ChildError, Item, Scan

SERVE = """\
import json, os, signal, sys
request = json.load(sys.stdin)
sys.path[:] = request["sys_path"]
from learnagent import child_reader

def answer(name, extra):
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    while name == "hang":
        pass
    if name == "bug":
        raise KeyError("no such thing")
    return [name, extra]

child_reader.serve_items(request["files"], answer, limit_s=1)
"""
MUTE = "import sys; sys.exit(0)"
NOISY = "print('hello')"


class Words:
    """Reads words, in fresh interpreters or in forked children."""

    def __init__(self, *, boot: str = SERVE, forks: bool = False) -> None:
        if forks and not child_reader.may_fork():
            pytest.skip("this process has several threads, or is not on Linux")
        self.read: dict[str, Answer] = {}
        self.dead: list[str] = []
        self.started = 0
        self._boot = boot
        self._forks = forks

    def start(self, items: Sequence[Item]) -> Child:
        self.started += 1
        if self._forks:
            return child_reader.forked(items, answer, limit_s=1)
        return child_reader.spawned(self._boot, {"files": items})

    def answered(self, name: str, answer: Answer) -> None:
        self.read[name] = answer

    def lost(self, name: str) -> None:
        self.dead.append(name)


def answer(name: str, extra: Any) -> Answer:
    """Do as SERVE does, in a forked child."""
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    while name == "hang":
        pass
    if name == "bug":
        raise KeyError("no such thing")
    return [name, extra]


def items(*names: str) -> list[Item]:
    return [(name, number) for number, name in enumerate(names)]


both_ways = pytest.mark.parametrize("forks", [False, True], ids=["spawned", "forked"])


@both_ways
def test_every_item_of_every_share_is_answered(forks: bool) -> None:
    words = Words(forks=forks)

    Scan(words).run([items("a", "b", "\udce9\n"), items("c"), []])

    assert words.read == {"a": ["a", 0], "b": ["b", 1], "\udce9\n": ["\udce9\n", 2], "c": ["c", 0]}
    assert words.started == 2


@both_ways
def test_more_than_a_pipe_holds_goes_both_ways(forks: bool) -> None:
    words = Words(forks=forks)
    many = [(f"{number}" * 50, "x" * 1000) for number in range(1000)]

    Scan(words).run([many])

    assert len(words.read) == 1000


@both_ways
@pytest.mark.parametrize(("name", "said"), [("crash", "died"), ("hang", "died"), ("bug", "died (KeyError: 'no such")])
def test_what_kills_a_child_is_told_and_the_rest_is_read(
    name: str, said: str, forks: bool, caplog: pytest.LogCaptureFixture
) -> None:
    words = Words(forks=forks)

    Scan(words).run([items("a", name, "b")])

    assert (sorted(words.read), words.dead, words.started) == (["a", "b"], [name], 2)
    assert said in caplog.text


def test_after_many_crashes_the_rest_of_a_share_stays_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_reader, "MAX_CRASHES", 2)
    words = Words()

    Scan(words).run([items(*["crash"] * 9)])

    assert words.dead == ["crash"] * 2


@pytest.mark.parametrize("boot", [MUTE, NOISY])
def test_a_child_that_does_not_start_is_no_files_fault(boot: str) -> None:
    with pytest.raises(ChildError):
        Scan(Words(boot=boot)).run([items("a")])


@both_ways
def test_past_the_deadline_children_are_ended(forks: bool) -> None:
    words = Words(forks=forks)
    began = time.monotonic()

    Scan(words, deadline=began + 0.9).run([items("hang", "b")])
    Scan(words, deadline=began).run([items("c")])

    assert words.read == {}
    assert words.dead == []


def test_a_forked_child_prints_nothing_and_flushes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    words = Words(forks=True)
    sys.stdout.write("once")

    Scan(words).run([items("bug")])

    assert capfd.readouterr().out.count("once") == 1


def test_names_cannot_write_to_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    Scan(Words()).run([items("crash\x1b[31m")])

    assert "its reader died" in caplog.text
    assert "\x1b" not in caplog.text


@both_ways
def test_no_child_is_left_at_the_end(forks: bool) -> None:
    Scan(Words(forks=forks)).run([items("a"), items("b")])

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
