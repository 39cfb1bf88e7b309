"""The sandbox, attacked for real from inside; and what is decided before it, without one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import learnagent
from learnagent.sandbox.bubblewrap import Bubblewrap
from learnagent.sandbox.confinement import Boundary, look_up
from learnagent.sandbox.sandbox import Confinement, Sandbox, Unconfined, choose
from learnagent.sandbox.seatbelt import build_profile
from learnagent.sandbox.shell import Completed, Shell, command_environment
from learnagent_memory.errors import UsageError


def git(*words: str, cwd: Path) -> str:
    return subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def home(here: Path) -> Path:
    home = here / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_ed25519").write_text("private")
    (home / "notes.txt").write_text("private")
    return home


@pytest.fixture
def root(here: Path) -> Path:
    root = here / "work" / "repo"
    root.mkdir(parents=True)
    git("init", "-q", cwd=root)
    (root / "a.txt").write_text("hello\n")
    git("add", "a.txt", cwd=root)
    git("commit", "-qm", "first", cwd=root)
    return root


def confinement(root: Path, home: Path, **changes: object) -> Confinement:
    plain = Confinement(
        root=root,
        git_dirs=(root / ".git",),
        readable_home=(),
        network=False,
        allow_secret_files=False,
        home=home,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the names are those of the fields


def chosen(wanted: Confinement) -> Sandbox:
    sandbox = choose("auto", wanted)
    if sandbox.name != "bubblewrap":
        pytest.skip(f"no bubblewrap here: {sandbox.reason}")
    return sandbox


class Inside:
    """Runs commands in the sandbox of one confinement."""

    def __init__(self, wanted: Confinement, spool: Path) -> None:
        environ = command_environment({**os.environ, "HOME": str(wanted.home)}, extra={})
        self._shell = Shell(wanted.root, sandbox=chosen(wanted), environ=environ)
        self._spool = spool

    def run(self, command: str) -> Completed:
        return self._shell.run(command, timeout_s=60, spool=self._spool)

    def text(self, command: str) -> str:
        completed = self.run(command)
        assert completed.exit_code == 0, completed.text
        return completed.text

    def fails(self, command: str) -> bool:
        return self.run(command).exit_code not in (0, None)


@pytest.fixture
def inside(root: Path, home: Path, here: Path) -> Inside:
    return Inside(confinement(root, home), here / "spool")


def test_the_root_is_writable_and_the_working_folder(inside: Inside, root: Path) -> None:
    assert inside.text("echo new > made.txt; pwd -P") == f"{root}\n"
    assert (root / "made.txt").read_text() == "new\n"


def test_nothing_outside_the_root_can_be_written(inside: Inside, root: Path) -> None:
    beside = root.parent / "beside.txt"
    beside.write_text("old")
    inside.run(f"echo planted > {beside}; echo planted > {root.parent}/new; echo planted > /etc/learnagent")
    assert beside.read_text() == "old"
    assert not (root.parent / "new").exists()
    assert not Path("/etc/learnagent").exists()


def test_tmp_is_private_and_usable(inside: Inside) -> None:
    seen = tempfile.mkdtemp(dir="/tmp", prefix="learnagent-test-")
    try:
        assert inside.fails(f"test -e {seen}")
        assert inside.text("mktemp -d > /dev/null && echo $TMPDIR") == "/tmp\n"
    finally:
        Path(seen).rmdir()


def test_the_home_is_empty_and_what_is_written_there_is_discarded(inside: Inside, home: Path) -> None:
    assert inside.fails(f"cat {home}/notes.txt {home}/.ssh/id_ed25519")
    assert inside.text("mkdir ~/.cache && echo kept > ~/.cache/x && ls -A ~") == ".cache\n"
    assert not (home / ".cache").exists()


def test_toolchains_in_the_home_can_be_read_but_their_secrets_cannot(root: Path, home: Path, here: Path) -> None:
    (home / ".cargo" / "bin").mkdir(parents=True)
    (home / ".cargo" / "bin" / "tool").write_text("tool")
    (home / ".cargo" / "credentials.toml").write_text("token")
    inside = Inside(confinement(root, home), here / "spool")

    assert inside.text("cat ~/.cargo/bin/tool ~/.cargo/credentials.toml") == "tool"
    assert inside.fails("touch ~/.cargo/bin/planted")


def test_a_folder_of_the_home_is_shown_on_request_but_never_one_of_secrets(root: Path, home: Path, here: Path) -> None:
    (home / "models").mkdir()
    (home / "models" / "m").write_text("weights")
    wanted = confinement(root, home, readable_home=(home / "models", home / ".ssh", home, home.parent))
    inside = Inside(wanted, here / "spool")

    assert inside.text("ls -A ~; cat ~/models/m") == "models\nweights"


def test_a_root_in_the_home_is_shown_and_the_rest_of_the_home_is_not(home: Path, here: Path) -> None:
    root = home / "code" / "repo"
    root.mkdir(parents=True)
    inside = Inside(confinement(root, home, git_dirs=()), here / "spool")

    assert inside.text("ls -A ~ ~/code; echo x > made") == f"{home}:\ncode\n\n{home}/code:\nrepo\n"
    assert (root / "made").exists()


def test_a_home_in_the_root_is_hidden(root: Path, here: Path) -> None:
    home = root / "home" / "me"
    home.mkdir(parents=True)
    (home / "notes.txt").write_text("private")
    inside = Inside(confinement(root, home), here / "spool")

    assert inside.text("ls -A home/me; echo x > made") == ""
    assert (root / "made").exists()


def test_a_root_that_is_the_home_keeps_its_folders_of_secrets_hidden(home: Path, here: Path) -> None:
    inside = Inside(confinement(home, home, git_dirs=()), here / "spool")
    assert inside.text("cat notes.txt; ls -A .ssh") == "private"


def test_the_network_cannot_be_reached_but_a_loopback_of_its_own_can(inside: Inside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert inside.fails(f"exec 3<>/dev/tcp/127.0.0.1/{port}")
    assert inside.text("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '") == "lo\n"


def test_the_network_is_there_where_it_is_allowed(root: Path, home: Path, here: Path) -> None:
    inside = Inside(confinement(root, home, network=True), here / "spool")
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert inside.text(f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}") == ""


def test_git_can_be_read_and_not_written(inside: Inside, root: Path) -> None:
    assert inside.text("git log --format=%s; git status --short") == "first\n"
    before = sorted(path.name for path in (root / ".git" / "hooks").iterdir())

    for attack in (
        "echo evil > .git/hooks/post-checkout",
        "mkdir -p .git/hooks/x",
        "git config core.fsmonitor ./evil",
        "mv .git git && mkdir .git",
        "rm -rf .git",
        "ln -sfn /tmp .git/hooks",
        "mount -o remount,rw .git",
        "umount .git",
    ):
        assert inside.fails(attack), attack
    assert sorted(path.name for path in (root / ".git" / "hooks").iterdir()) == before
    assert git("log", "--format=%s", cwd=root) == "first\n"


def test_a_linked_worktree_can_use_git_and_cannot_change_it(root: Path, home: Path, here: Path) -> None:
    tree = here / "tree"
    git("worktree", "add", "-q", str(tree), cwd=root)
    git_dir = Path(git("rev-parse", "--absolute-git-dir", cwd=tree).strip())
    inside = Inside(confinement(tree, home, git_dirs=(git_dir, root / ".git")), here / "spool")

    assert inside.text("git log --format=%s; echo x > made") == "first\n"
    assert inside.fails(f"echo evil > {root}/.git/hooks/post-checkout")
    assert inside.fails(f"echo evil > {git_dir}/commondir")
    assert inside.fails("echo 'gitdir: /tmp/evil' > .git")
    assert (tree / "made").exists()


def test_a_git_dir_in_the_hidden_home_is_shown(home: Path, here: Path) -> None:
    main = home / "main"
    main.mkdir()
    git("init", "-q", cwd=main)
    git("commit", "-qm", "first", "--allow-empty", cwd=main)
    tree = here / "tree"
    git("worktree", "add", "-q", str(tree), cwd=main)
    inside = Inside(confinement(tree, home, git_dirs=(main / ".git",)), here / "spool")

    assert inside.text("git log --format=%s; ls -A ~/main") == "first\n.git\n"


def test_repositories_in_the_tree_are_protected_too(root: Path, home: Path, here: Path) -> None:
    (root / "module").mkdir()
    (root / "module" / ".git").write_text("gitdir: ../.git/modules/module\n")
    inside = Inside(confinement(root, home), here / "spool")

    assert inside.fails("echo 'gitdir: /tmp/evil' > module/.git")
    assert inside.fails("mv module/.git module/git")


def test_protected_folders_that_do_not_exist_cannot_be_made_and_leave_nothing(home: Path, here: Path) -> None:
    root = here / "plain"
    root.mkdir()
    inside = Inside(confinement(root, home, git_dirs=()), here / "spool")

    assert inside.fails("mkdir -p .git/hooks")
    assert inside.fails("mkdir -p .learnagent && echo evil > .learnagent/config.toml")
    assert inside.fails("rm -rf .learnagent && mkdir .learnagent && touch .learnagent/config.toml")
    del inside
    assert list(root.iterdir()) == []


def test_learnagents_folder_can_be_read_and_not_written(root: Path, home: Path, here: Path) -> None:
    (root / ".learnagent").mkdir()
    (root / ".learnagent" / "config.toml").write_text("a = 1\n")
    inside = Inside(confinement(root, home), here / "spool")

    assert inside.text("cat .learnagent/config.toml") == "a = 1\n"
    assert inside.fails("echo evil > .learnagent/config.toml")


def test_secret_files_are_empty_and_stay_as_they_are(root: Path, home: Path, here: Path) -> None:
    (root / "conf").mkdir()
    (here / "elsewhere").write_text("PASSWORD=3")
    (root / ".env").write_text("PASSWORD=1")
    (root / "conf" / "server.key").write_text("PASSWORD=2")
    (root / "conf" / ".env.local").symlink_to(here / "elsewhere")
    (root / "alias.txt").symlink_to(".env")
    inside = Inside(confinement(root, home), here / "spool")

    assert inside.text("cat .env conf/server.key conf/.env.local alias.txt") == ""
    assert inside.fails("grep -rhs PASSWORD . ../..")
    assert inside.fails("ln .env copy")
    assert inside.fails("mv .env copy")
    assert inside.fails("echo x > .env")
    assert (root / ".env").read_text() == "PASSWORD=1"


def test_what_stands_in_for_a_secret_is_empty() -> None:
    assert Path(learnagent.__file__).with_name("py.typed").read_bytes() == b""


def test_secret_files_can_be_read_where_that_is_allowed(root: Path, home: Path, here: Path) -> None:
    (root / ".env").write_text("PASSWORD=1")
    inside = Inside(confinement(root, home, allow_secret_files=True), here / "spool")
    assert inside.text("cat .env") == "PASSWORD=1"


def test_a_secret_removed_meanwhile_does_not_stop_commands(root: Path, home: Path, here: Path) -> None:
    (root / ".env").write_text("PASSWORD=1")
    inside = Inside(confinement(root, home), here / "spool")
    (root / ".env").unlink()
    assert inside.text("ls -A") == ".git\n.learnagent\na.txt\n"


def test_another_folder_is_writable_on_request(root: Path, home: Path, here: Path) -> None:
    (here / "cache").mkdir()
    inside = Inside(confinement(root, home, writable=(here / "cache", here / "missing")), here / "spool")
    inside.text(f"echo x > {here}/cache/made")
    assert (here / "cache" / "made").exists()


def test_processes_outside_cannot_be_seen_and_capabilities_are_gone(inside: Inside) -> None:
    assert inside.fails(f"kill -0 {os.getppid()} && test -d /proc/{os.getppid()}/cwd")
    assert "CapEff:\t0000000000000000" in inside.text("cat /proc/self/status")


def test_settings_of_the_kernel_cannot_be_written(inside: Inside) -> None:
    """The value written is the one that stands: the test itself must do no harm."""
    name = "/proc/sys/kernel/core_pattern"
    assert inside.fails(f'value=$(cat {name}) && echo "$value" > {name}')
    assert inside.fails("test -w /proc/sysrq-trigger || test -w /proc/mtrr")


def test_a_namespace_of_its_own_does_not_lift_the_protection(inside: Inside, root: Path) -> None:
    (root / ".git" / "kept").write_text("x")
    for attack in ("umount .git", "mount -o remount,bind,rw .git", "umount -l /proc/sys", "mount -o remount,rw,bind /"):
        assert inside.fails(f"unshare -Urm bash -c '{attack}'"), attack
    assert inside.fails("unshare -Urm rm .git/kept")


def test_children_die_with_the_command_even_in_a_session_of_their_own(inside: Inside, root: Path) -> None:
    writer = "while :; do echo x >> alive; sleep 0.05; done"
    inside.text(f"setsid bash -c '{writer}' & nohup bash -c '{writer}' & sleep 0.3")
    completed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "echo x >> alive" not in completed.stdout
    assert (root / "alive").exists()


def test_a_name_with_spaces_quotes_and_newlines_works(here: Path, home: Path) -> None:
    root = here / 'it\'s a\n"repo"'
    root.mkdir()
    (root / ".env").write_text("PASSWORD=1")
    inside = Inside(confinement(root, home, git_dirs=()), here / "spool")
    assert inside.text("cat .env; touch made") == ""
    assert (root / "made").exists()


@pytest.fixture
def nobodys_root() -> Iterator[Path]:
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="learnagent-test-") as name:
        root = Path(name)
        root.chmod(0o755)
        (root / ".git").mkdir()
        (root / ".env").write_text("PASSWORD=1")
        for path in (root, root / ".git", root / ".env"):
            os.chown(path, 65534, 65534)
        yield root


def test_an_ordinary_user_is_confined_alike(nobodys_root: Path, home: Path) -> None:
    root = nobodys_root
    chosen(confinement(home, home, git_dirs=()))  # skips where there is no sandbox
    boundary = Boundary(
        root=root,
        homes=(),
        readable=(),
        writable=(),
        protected=(root / ".git", root / ".learnagent"),
        masked=(root / ".env",),
        hidden=(),
        network=False,
    )
    program = Path(shutil.which("bwrap") or "")
    attack = "touch made; touch .git/x; touch .learnagent/x; cat .env; ls /sys/class/net; id -u"
    sandbox = Bubblewrap(program, boundary)
    argv = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        *sandbox.wrap(["bash", "-c", attack]),
    ]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.split()[-1:] == ["65534"], done.stderr
    assert "PASSWORD" not in done.stdout
    assert (root / "made").exists()
    assert list((root / ".git").iterdir()) == []


def test_off_is_off_and_says_so(root: Path, home: Path) -> None:
    sandbox = choose("off", confinement(root, home))
    assert sandbox.name == "off"
    assert sandbox.reason
    assert sandbox.wrap(["true"]) == ["true"]


@pytest.mark.parametrize("name", [".git", ".learnagent"])
def test_a_protected_folder_that_is_a_link_is_refused_instead_of_left_open(home: Path, here: Path, name: str) -> None:
    root = here / "linked"
    root.mkdir()
    (here / "real").mkdir()
    (root / name).symlink_to(here / "real")
    if isinstance(choose("auto", confinement(here, home, git_dirs=())), Unconfined):
        pytest.skip("no sandbox here")
    with pytest.raises(UsageError, match="symbolic link"):
        choose("auto", confinement(root, home, git_dirs=()))


def test_a_root_that_would_not_be_writable_inside_is_told(home: Path, here: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can own a folder for another user")
    root = here / "theirs"
    root.mkdir()
    os.chown(root, 65534, 65534)
    sandbox = choose("auto", confinement(root, home, git_dirs=()))
    assert sandbox.name == "off"


def test_a_sandbox_program_in_the_repository_is_not_used(
    root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "bwrap" if sys.platform.startswith("linux") else "sandbox-exec"
    (root / name).write_text("#!/bin/sh\ntouch planted\n")
    (root / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{root}{os.pathsep}{os.environ['PATH']}")
    choose("auto", confinement(root, home))
    assert not (root / "planted").exists()


def test_the_profile_for_macos_denies_and_allows_in_the_right_order(root: Path, home: Path) -> None:
    (root / ".env").write_text("PASSWORD=1")
    boundary = look_up(confinement(root, home, readable_home=(home / "tools",)))
    lines = build_profile(boundary, temporary=Path("/private/tmp/x")).splitlines()

    def at(line: str) -> int:
        return lines.index(line)

    assert lines[:2] == ["(version 1)", "(allow default)"]
    assert at("(deny network*)") < at('(allow network-outbound (remote ip "localhost:*"))')
    assert f'(deny file-read* (subpath "{home}"))' in lines
    assert at("(deny file-write*)") < at(f'(allow file-write* (subpath "{root}"))')
    assert at(f'(allow file-write* (subpath "{root}"))') < at(f'(deny file-write* (subpath "{root}/.git"))')
    assert at(f'(allow file-write* (subpath "{root}"))') < at(f'(deny file-write* (subpath "{root}/.learnagent"))')
    assert at(f'(allow file-read* (subpath "{root}"))') < at(f'(deny file-read-data (literal "{root}/.env"))')


def test_the_profile_for_macos_allows_the_network_and_quotes_names(here: Path, home: Path) -> None:
    root = here / 'a "b" \\c'
    root.mkdir()
    profile = build_profile(look_up(confinement(root, home, network=True, git_dirs=())), temporary=here)
    assert "network" not in profile
    assert '/a \\"b\\" \\\\c")' in profile
