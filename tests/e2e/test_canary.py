"""False secrets of 60 kinds and more, planted wherever a run meets text: none reaches the state on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import do, do_arguments, last, learnagent, started, wait_until
from gitrepo import make_repository
from learnagent.testing import Call, Say, ToolUse, call
from learnagent_memory.episode import Observation
from planted_secrets import KINDS, made

ALL = "\n".join(f"{kind}:\n{made(kind).written}\n" for kind in KINDS)
PLAIN = {f"CANARY_{number}_TOKEN": f"plain value number {number} of this variable" for number in range(10)}
"""Secret only because an environment variable holds them."""
CODE = "def connect(key='{}', /):\n    return key\n".format(made("github token").value)
NOISE = "for n in $(seq 4000); do echo line $n of a long output; done"


def traces(value: str) -> tuple[bytes, ...]:
    """Return what may be left of a value in no file: it, or any longer line of it."""
    return tuple(line.encode() for line in value.splitlines() if len(line) >= 16)


WANTED = {trace: kind for kind in KINDS for trace in traces(made(kind).value)} | {
    trace: name for name, value in PLAIN.items() for trace in traces(value)
}


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def leaks(*folders: Path) -> list[str]:
    """Return kinds and files of the planted secrets found in any byte under the folders."""
    found = []
    for path in files(*folders):
        content = path.read_bytes()
        found += [f"{kind} in {path}" for trace, kind in WANTED.items() if trace in content]
    return sorted(set(found))


@pytest.fixture
def state(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the runs a state folder of their own and secrets in the environment."""
    monkeypatch.setenv("LEARNAGENT_HOME", str(here / "state"))
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    return here / "state"


def test_sixty_kinds_of_secret_reach_no_file_of_the_state(here: Path, serve: Serve, state: Path) -> None:
    assert len(KINDS) >= 60
    root = make_repository(here / "r", {"all.txt": ALL, "code.py": CODE})
    said = ALL + "\n".join(PLAIN.values())
    server = serve(
        [
            Call((ToolUse("read", {"path": "all.txt"}), ToolUse("outline", {})), text=said),
            call("bash", command="cat all.txt"),
            call("bash", command=f"cat all.txt; {NOISE}; cat all.txt"),
            call("search", pattern=".+", path="all.txt"),
            call("write", path="copy.txt", content=said),
            call("edit", path="copy.txt", old=made("aws key").value, new=made("aws session key").value),
            call("bash", command=f"cat <<'EOF'\n{said}\nEOF"),
            Say(said),
            Call((ToolUse("bash", '{"command": ' + said),)),
            call("finish", summary=said),
        ]
    )

    ran = do(
        root,
        server,
        "--check",
        "cat all.txt; false",
        task=f"Look for these:\n{said}",
        env={"LEARNAGENT_CHECK_ROUNDS": "1"},
    )

    assert ran.code == 1, ran.err
    assert (root / "copy.txt").read_text() == said.replace(made("aws key").value, made("aws session key").value)
    assert any(event.output_file for event in last(root).events if isinstance(event, Observation))
    assert list((root / ".learnagent" / "local").glob("outline.sqlite"))
    assert leaks(root / ".learnagent", state) == []
    assert leaks(root) != []


def test_the_model_is_shown_what_is_there_all_the_same(here: Path, serve: Serve, state: Path) -> None:
    secret = made("npm token").value
    root = make_repository(here / "r", {"a.txt": f"{secret}\n"})
    seen = call("finish", summary="Done")
    server = serve([call("bash", command="cat a.txt"), seen])

    assert do(root, server, task=f"Use {secret}").code == 0

    assert any(secret in message.content for message in server.requests[1].latest)
    assert secret in server.requests[0].task
    assert leaks(root / ".learnagent", state) == []


def test_a_run_that_is_killed_in_the_middle_of_an_output_leaves_none(here: Path, serve: Serve, state: Path) -> None:
    root = make_repository(here / "r", {"all.txt": ALL})
    flood = f"while :; do cat all.txt; {NOISE}; done"
    server = serve([call("bash", command=flood, timeout_s=600)])
    outputs = root / ".learnagent" / "local" / "episodes"

    with started(root, *do_arguments(server), outputs=here / "out") as running:
        wait_until(lambda: sum(path.stat().st_size for path in outputs.rglob("*.txt")) > 500_000, "output on disk")
        running.kill()

    assert leaks(root / ".learnagent", state) == []
    assert learnagent(root, "episodes", "undo").code in {0, 2}


def test_what_the_search_looks_for_is_found_where_it_is(here: Path) -> None:
    """A search that finds nothing proves nothing."""
    (here / "planted").write_text(ALL + "\n".join(PLAIN.values()))
    assert len(leaks(here)) == len(KINDS) + len(PLAIN)
