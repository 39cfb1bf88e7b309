"""Commands run for real, without a sandbox: what holds everywhere. Inside one: test_sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from learnagent.sandbox.sandbox import Unconfined
from learnagent.sandbox.shell import Completed, Shell, command_environment
from learnagent.sandbox.spool import SPOOL_BYTES, Spool, clean
from learnagent_memory.errors import StorageError


@pytest.fixture
def shell(here: Path) -> Shell:
    root = here / "root"
    root.mkdir()
    return Shell(root, sandbox=Unconfined("a test"), environ=command_environment(os.environ, extra={}))


@pytest.fixture
def spool(here: Path) -> Path:
    return here / "outputs" / "1.txt"


def is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip() != "" and not state.stdout.startswith("Z")


def await_death(pid: int) -> bool:
    for _ in range(100):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_output_and_errors_come_merged_in_order_with_the_exit_code(shell: Shell, spool: Path) -> None:
    completed = shell.run("echo one; echo two >&2; echo three; exit 3", timeout_s=60, spool=spool)

    assert (completed.exit_code, completed.text) == (3, "one\ntwo\nthree\n")
    assert (completed.timed_out, completed.whole, completed.total_bytes) == (False, None, 14)
    assert not spool.exists()


def test_a_command_runs_at_the_root_by_bash_without_input(shell: Shell, spool: Path, here: Path) -> None:
    completed = shell.run("pwd -P; cat; [[ a == a ]] && echo bash; tty", timeout_s=60, spool=spool)
    assert completed.text == f"{here / 'root'}\nbash\nnot a tty\n"


def test_a_command_gets_only_the_environment_given(here: Path, spool: Path) -> None:
    environ = command_environment({**os.environ, "OPENAI_API_KEY": "planted"}, extra={"EXTRA": "1"})
    shell = Shell(here, sandbox=Unconfined("a test"), environ=environ)
    completed = shell.run("env", timeout_s=60, spool=spool)
    assert "planted" not in completed.text
    assert "EXTRA=1" in completed.text


def test_death_by_a_signal_is_told_as_a_shell_tells_it(shell: Shell, spool: Path) -> None:
    assert shell.run("kill -9 $$", timeout_s=60, spool=spool).exit_code == 137


def test_a_command_past_its_time_is_stopped_with_all_its_children(shell: Shell, spool: Path) -> None:
    completed = shell.run("sleep 600 & echo $!; echo begun; sleep 600", timeout_s=0.5, spool=spool)

    assert completed.timed_out
    assert completed.exit_code is None
    child, begun = completed.text.split()
    assert begun == "begun"
    assert await_death(int(child))


def test_a_command_may_use_its_grace_to_clean_up(shell: Shell, spool: Path) -> None:
    completed = shell.run(
        "trap 'echo cleaned; exit' TERM; echo begun; while :; do sleep 0.05; done", timeout_s=0.5, spool=spool
    )
    assert completed.timed_out
    assert completed.text.startswith("begun\n")
    assert completed.text.endswith("cleaned\n")


def test_a_command_that_ignores_the_polite_signal_is_killed(shell: Shell, spool: Path) -> None:
    completed = shell.run("trap '' TERM; echo $$; while :; do sleep 0.05; done", timeout_s=0.3, spool=spool)
    assert completed.timed_out
    assert await_death(int(completed.text))


def test_a_background_child_neither_holds_the_run_nor_outlives_it(shell: Shell, spool: Path) -> None:
    completed = shell.run("sleep 600 & echo $!", timeout_s=60, spool=spool)
    assert completed.exit_code == 0
    assert await_death(int(completed.text))


DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(600)
time.sleep(0.5)
"""


def test_a_daemon_that_keeps_the_pipe_open_does_not_hold_the_run(shell: Shell, spool: Path, here: Path) -> None:
    (here / "root" / "daemon.py").write_text(DAEMON)
    completed = shell.run(f"{sys.executable} daemon.py; echo over", timeout_s=60, spool=spool)

    assert completed.exit_code == 0
    assert completed.text.split()[1] == "over"
    os.kill(int(completed.text.split()[0]), signal.SIGKILL)


def test_a_command_that_closes_its_output_is_still_waited_for(shell: Shell, spool: Path) -> None:
    assert shell.run("exec >&- 2>&-; sleep 0.2; exit 5", timeout_s=60, spool=spool).exit_code == 5


def test_a_cancelled_command_is_stopped_and_is_not_called_timed_out(shell: Shell, spool: Path) -> None:
    asked = threading.Event()
    threading.Timer(0.2, asked.set).start()
    completed = shell.run("echo begun; sleep 600", timeout_s=60, spool=spool, cancelled=asked.is_set)
    assert (completed.exit_code, completed.timed_out, completed.text) == (None, False, "begun\n")


def test_an_interrupt_stops_the_command_and_goes_on_to_the_caller(shell: Shell, spool: Path, here: Path) -> None:
    def interrupt_once_begun() -> None:
        while not (here / "root" / "pid").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt_once_begun).start()
    with pytest.raises(KeyboardInterrupt):
        shell.run("echo $$ > pid.tmp; mv pid.tmp pid; sleep 600", timeout_s=60, spool=spool)

    assert await_death(int((here / "root" / "pid").read_text()))
    assert not spool.exists()


def test_long_output_is_cut_in_the_middle_and_kept_whole_in_the_spool(shell: Shell, spool: Path) -> None:
    completed = shell.run("seq 1 20000", timeout_s=60, spool=spool, limit_chars=1_000)

    assert completed.text.startswith("1\n2\n3\n")
    assert completed.text.endswith("19999\n20000\n")
    assert f"of {completed.total_bytes:,} bytes left out" in completed.text
    assert len(completed.text) < 1_200
    assert completed.whole == spool
    assert spool.read_text() == "".join(f"{number}\n" for number in range(1, 20_001))
    assert spool.stat().st_mode & 0o077 == 0


def test_a_flood_is_bounded_on_disk_and_in_time(shell: Shell, spool: Path) -> None:
    completed = shell.run("yes", timeout_s=3, spool=spool, limit_chars=100)
    assert completed.timed_out
    assert spool.stat().st_size <= SPOOL_BYTES
    assert spool.stat().st_size <= completed.total_bytes


def test_output_beyond_the_bound_of_the_spool_is_counted_and_the_end_is_shown(here: Path) -> None:
    with Spool(here / "s", limit_chars=100) as output:
        block = b"x" * (1 << 20)
        for _ in range(66):
            output.feed(block)
        output.feed(b"the end")
    text, cut = output.text()
    assert cut
    assert text.endswith("the end")
    assert "only the first 67,108,864 bytes were kept" in text
    assert (output.total_bytes, (here / "s").stat().st_size) == (66 * (1 << 20) + 7, SPOOL_BYTES)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\x1b[1;31mred\x1b[0m\x1b[K", "red"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b]never ended\nnext line", "\nnext line"),
        (b"\x1bPq\x1b\\a\x1b(Bb\x1bMc", "abc"),
        (b"10%\r20%\rdone\r\n", "10%\n20%\ndone\n"),
        (b"a\x00b\x07c\x08d\x7fe\tf", "abcde\tf"),
        (b"\xff\xfe ok \xc3\xa9", "\ufffd\ufffd ok é"),
        ("\x9b31mC1 \u009d".encode(), "31mC1 "),
        (b"ends in escape\x1b", "ends in escape"),
    ],
)
def test_escapes_and_control_characters_are_taken_out(raw: bytes, shown: str) -> None:
    assert clean(raw) == shown


def test_a_spool_that_cannot_be_made_is_a_storage_error(shell: Shell, here: Path) -> None:
    (here / "file").write_text("in the way")
    with pytest.raises(StorageError):
        shell.run("echo x", timeout_s=60, spool=here / "file" / "spool")


def test_a_spool_is_not_written_through_a_link(shell: Shell, here: Path) -> None:
    (here / "target").write_text("precious")
    (here / "spool").symlink_to(here / "target")
    with pytest.raises(StorageError):
        shell.run("echo x", timeout_s=60, spool=here / "spool")
    assert (here / "target").read_text() == "precious"


FULL_DISK = """
import os, resource, sys
from pathlib import Path
from learnagent.sandbox.sandbox import Unconfined
from learnagent.sandbox.shell import Shell
from learnagent_memory.errors import StorageError
here = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    Shell(here, sandbox=Unconfined("a test"), environ=os.environ).run(
        "echo $$ > pid; while :; do echo 0123456789; done", timeout_s=60, spool=here / "spool")
except StorageError as error:
    print(error, (here / "spool").exists())
"""


def test_a_disk_that_fills_up_meanwhile_stops_the_command_with_a_storage_error(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(here)], capture_output=True, text=True, check=False, timeout=60
    )
    assert "cannot write the output" in done.stdout
    assert done.stdout.rstrip().endswith("False")
    assert await_death(int((here / "pid").read_text()))


@pytest.mark.parametrize("command", ["echo \0", "echo \ud800", "x" * 3_000_000])
def test_a_command_that_cannot_be_started_is_told_in_words(shell: Shell, spool: Path, command: str) -> None:
    completed = shell.run(command, timeout_s=60, spool=spool)
    assert completed.exit_code == 126
    assert "could not be started" in completed.text


def test_names_that_are_not_utf8_reach_the_command_and_come_back(shell: Shell, spool: Path) -> None:
    completed: Completed = shell.run(f"printf '%s' {os.fsdecode(bytes([0x61, 0xFF]))}", timeout_s=60, spool=spool)
    assert completed.text == "a\ufffd"
