"""What a model may do without being asked, what is asked, and what is refused in every mode."""

from __future__ import annotations

from pathlib import Path

from e2e.conftest import Serve
from e2e.console import SECRETS, do, do_arguments, last, of, tree
from e2e.terminal import ENTER, terminal
from gitrepo import make_repository, users_own
from learnagent.testing import Call, ToolUse, call
from learnagent_memory.episode import Observation

FINISH = call("finish", summary="Done")


def test_without_a_terminal_what_would_need_asking_is_refused_with_a_reason(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    before = tree(root)
    uses = (
        ToolUse("edit", {"path": "a.txt", "old": "a", "new": "b"}),
        ToolUse("write", {"path": "b.txt", "content": "b"}),
        ToolUse("bash", {"command": "touch c.txt"}),
        ToolUse("bash", {"command": "cat a.txt"}),
        ToolUse("read", {"path": "a.txt"}),
    )

    ran = do(root, serve([Call(uses), FINISH]), "--approve", "ask", "--check", "touch checked")

    observed = of(Observation, last(root))[:5]
    assert [event.status for event in observed] == ["refused", "refused", "refused", "ok", "ok"]
    assert all("needs the user's approval" in event.text and "--approve ask" in event.text for event in observed[:3])
    assert "⊘" in ran.err
    assert ran.code == 0, "a check that the user gave needs no question"
    assert tree(root).keys() - before.keys() == {"checked"}


def test_edits_mode_edits_and_refuses_commands(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    uses = (ToolUse("edit", {"path": "a.txt", "old": "a", "new": "b"}), ToolUse("bash", {"command": "touch c.txt"}))

    do(root, serve([Call(uses), FINISH]), "--approve", "edits")

    assert [event.status for event in of(Observation, last(root))[:2]] == ["ok", "refused"]
    assert (root / "a.txt").read_text() == "b\n"
    assert not (root / "c.txt").exists()


def test_protected_paths_and_secrets_are_out_of_reach_in_every_mode(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n", ".env": "TOKEN=planted-in-dotenv-12ab\n"})
    (here / "outside.txt").write_text("outside\n")
    (here / "folder").mkdir()
    (root / "link.txt").symlink_to(here / "outside.txt")
    (root / "out").symlink_to(here / "folder")
    (root / "gitlink").symlink_to(".git")
    before, own = tree(root), users_own(root / ".git")
    writes = (
        "../new.txt",
        str(here / "new.txt"),
        "link.txt",
        "out/new.txt",
        "a/../../new.txt",
        "~/new.txt/../../../../new",
    )
    protected = (
        ".git/config",
        ".GIT/config",
        "gitlink/config",
        ".git/hooks/pre-commit",
        ".learnagent/config.toml",
        ".env",
        "sub/.git/config",
    )
    reads = ("../outside.txt", str(here / "outside.txt"), "link.txt", ".env", "/etc/passwd", "out")
    uses = (
        *(ToolUse("write", {"path": path, "content": "owned\n"}) for path in (*writes, *protected)),
        ToolUse("edit", {"path": ".git/config", "old": "[core]", "new": "[evil]"}),
        *(ToolUse("read", {"path": path}) for path in reads),
        ToolUse("search", {"pattern": "planted|outside", "path": ".."}),
        ToolUse("outline", {"path": "../"}),
        ToolUse(
            "bash",
            {"command": "env; set; cat /proc/self/environ | tr '\\0' '\\n'; cat /proc/$PPID/environ | tr '\\0' '\\n'"},
        ),
    )
    server = serve([Call(uses), FINISH])

    ran = do(root, server)

    assert ran.code == 0
    *attempts, search, outline, environment = of(Observation, last(root))[:-1]
    for event in (*attempts, search, outline):
        assert event.status in {"refused", "error"}, event
        assert len(event.text) < 400
    assert environment.status in {"ok", "error"}
    assert "PATH=" in environment.text
    assert not any(secret in environment.text for secret in SECRETS.values())
    assert not any(word in str(server.requests[-1].body) for word in ("outside\\n", "planted-in-dotenv", "root:x:"))
    assert tree(root) == before
    assert users_own(root / ".git") == own
    assert {path.name for path in here.iterdir()} == {"r", "outside.txt", "folder", "home"}
    assert (here / "outside.txt").read_text() == "outside\n"
    assert not (root / ".learnagent" / "config.toml").exists()


def test_on_a_terminal_edits_are_shown_and_commands_are_asked_about(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "old line\n"})
    uses = (
        ToolUse("edit", {"path": "a.txt", "old": "old line", "new": "new line"}),
        ToolUse("bash", {"command": "touch refused.txt"}),
        ToolUse("bash", {"command": "echo x >> always.txt"}),
        ToolUse("bash", {"command": "echo x >> always.txt"}),
        ToolUse("bash", {"command": "ls"}),
    )
    server = serve([Call(uses), FINISH])

    with terminal(root, *do_arguments(server, "--approve", "ask")) as screen:
        screen.see("change a.txt")
        screen.see("-old line")
        screen.see("+new line")
        screen.see("allow?")
        assert (root / "a.txt").read_text() == "old line\n"
        screen.type(f"what{ENTER}")
        screen.see("allow?")
        screen.type(f"y{ENTER}")
        screen.see("touch refused.txt")
        screen.see("allow?")
        screen.type(ENTER)
        screen.see("echo x >> always.txt")
        screen.see("allow?")
        screen.type(f"a{ENTER}")
        screen.see("files changed: a.txt, always.txt")
        assert screen.end() == 0

    assert "\x1b[" in screen.raw, "a terminal gets colours"
    assert (root / "a.txt").read_text() == "new line\n"
    assert (root / "always.txt").read_text() == "x\nx\n"
    assert not (root / "refused.txt").exists()
    assert "the user refused" in of(Observation, last(root))[1].text
