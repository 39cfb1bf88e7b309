from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import pytest

from learnagent import child_reader
from learnagent.lint.change import Change, FileChange
from learnagent.lint.finding import Finding
from learnagent.lint.rules import RULES
from learnagent.lint.running.change_runner import ChangeScan, LintError, lint_in_child

GOOD = b"def load(path):\n    return path.read_text()\n"
BAD = b"""\
def load(path):
    try:
        return path.read_text()
    except Exception:
        return None
"""


def change(*files: FileChange) -> Change:
    return Change(files, task="Read it")


def edited(path: str = "src/app.py", before: bytes | None = GOOD, after: bytes | None = BAD) -> FileChange:
    return FileChange(path, before, after, path)


def places(findings: Sequence[Finding]) -> list[tuple[str, str, int]]:
    return [(one.path, one.rule, one.line) for one in findings]


def test_what_a_change_brings_is_found() -> None:
    outcome = lint_in_child(change(edited(), edited("setup.cfg", None, b"[tool]\n")), RULES)

    assert places(outcome.findings) == [("src/app.py", "swallowed-error", 4)]
    assert outcome.unreadable == 0


def test_what_stood_there_before_is_not_found() -> None:
    outcome = lint_in_child(change(edited(before=BAD, after=b"# read\n" + BAD)), RULES)

    assert outcome.findings == []


def test_a_path_may_be_in_odd_bytes() -> None:
    name = os.fsdecode(b"caf\xe9.py")

    assert places(lint_in_child(change(edited(name)), RULES).findings) == [(name, "swallowed-error", 4)]


def dying(on: str) -> str:
    """Return a child that dies where a grammar crashes on the file of that name."""
    return f"""\
import json, os, sys
request = json.load(sys.stdin)
sys.path[:] = request["sys_path"]
from learnagent import child_reader
from learnagent.lint.running import change_runner
answer = change_runner.answer_to(request)
def read(name, extra):
    if name == {on!r}:
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    return answer(name, extra)
child_reader.serve_items(request["files"], read)
"""


class Dying(ChangeScan):
    """Its children die of one file."""

    on = ""

    def start(self, items: Sequence[child_reader.Item]) -> child_reader.Child:
        return child_reader.spawned(dying(self.on), self.request(items))


def test_a_file_that_kills_its_reader_is_left_out_and_the_rest_is_linted(caplog: pytest.LogCaptureFixture) -> None:
    scan = Dying(change(edited(), edited("src/crash.py")), RULES)
    scan.on = "src/crash.py"

    outcome = scan.run()

    assert places(outcome.findings) == [("src/app.py", "swallowed-error", 4)]
    assert outcome.unreadable == 1
    assert "src/crash.py" in caplog.text


def test_rules_that_fail_on_a_change_are_told_and_it_is_not_called_clean() -> None:
    scan = Dying(change(edited()), RULES)

    with pytest.raises(LintError, match="failed on this change") as caught:
        scan.run()

    assert caught.value.exit_code == 2


class Childless(ChangeScan):
    """No process can be had."""

    def start(self, items: Sequence[child_reader.Item]) -> child_reader.Child:
        raise BlockingIOError(f"no process for {items}")


def test_where_no_child_can_start_the_change_is_linted_here(caplog: pytest.LogCaptureFixture) -> None:
    outcome = Childless(change(edited()), RULES).run()

    assert places(outcome.findings) == [("src/app.py", "swallowed-error", 4)]
    assert "without a process of its own" in caplog.text
