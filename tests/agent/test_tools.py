from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from learnagent.testing import Call, ScriptedAsker, ToolUse, Turn, call
from learnagent_memory.episode import Observation
from runs import carry_out, make_repository

FINISH = call("finish", summary="Done")


def observe(root: Path, *turns: Turn, **options: object) -> list[Observation]:
    """Carry out the calls and return what the model was shown, the finish left out."""
    run = carry_out(root, [*turns, FINISH], **options)
    return run.screen.of(Observation)[:-1]


def test_read_numbers_lines_and_tells_how_to_read_on(here: Path) -> None:
    root = make_repository(here / "r", {"a.txt": "".join(f"line {n}\n" for n in range(1, 1001))})

    whole, part, beyond = observe(
        root,
        call("read", path="a.txt"),
        call("read", path="a.txt", start=10, end=11),
        call("read", path="a.txt", start=2000),
    )

    assert whole.text.startswith("     1\tline 1\n")
    assert "of 1000; read on with start=401" in whole.text
    assert part.text.split("\n")[:2] == ["    10\tline 10", "    11\tline 11"]
    assert beyond.status == "error"
    assert "has 1000 lines" in beyond.text


def test_read_lists_folders_names_binaries_and_survives_any_encoding(here: Path) -> None:
    root = make_repository(here / "r", {"d/x.py": "", "d/y.py": "", "empty.txt": ""})
    (root / "b.bin").write_bytes(b"\0\1\2")
    (root / "latin.txt").write_bytes("caf\xe9\r\n".encode("latin-1"))

    listed, binary, latin, empty, missing = observe(
        root, *(call("read", path=name) for name in ("d", "b.bin", "latin.txt", "empty.txt", "nope.txt"))
    )

    assert listed.text == "x.py\ny.py"
    assert "binary file of 3 bytes" in binary.text
    assert latin.text == "     1\tcaf\N{REPLACEMENT CHARACTER}\n"[:-1]
    assert empty.text == "[empty file]"
    assert missing.status == "error"


def test_edit_replaces_a_text_that_occurs_once_and_shows_the_diff(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\ny = 2\n"})
    (shown,) = observe(root, call("edit", path="a.py", old="y = 2", new="y = 3"))
    assert (root / "a.py").read_text() == "x = 1\ny = 3\n"
    assert "-y = 2\n+y = 3" in shown.text


def test_an_edit_that_misses_shows_the_closest_lines_and_changes_nothing(here: Path) -> None:
    text = "def total(items):\n    result = sum(items)\n    return result\n"
    root = make_repository(here / "r", {"a.py": text})

    near, far, many = observe(
        root,
        call("edit", path="a.py", old="    result = sum(item)\n    return result", new="x"),
        call("edit", path="a.py", old="zebra quartz vow", new="x"),
        call("edit", path="a.py", old="result", new="x"),
    )

    assert (root / "a.py").read_text() == text
    assert "     2\t    result = sum(items)\n     3\t    return result" in near.text
    assert "nothing there comes close" in far.text
    assert "occurs 2 times (lines 2, 3)" in many.text


def test_edit_keeps_line_ends_bytes_and_permissions(here: Path) -> None:
    root = make_repository(here / "r")
    path = root / "dos.txt"
    path.write_bytes(b"one\r\ntwo \xff\r\nthree\r\n")
    path.chmod(0o750)

    observe(root, call("edit", path="dos.txt", old="one\n", new="uno\ndos\n"))

    assert path.read_bytes() == b"uno\r\ndos\r\ntwo \xff\r\nthree\r\n"
    assert path.stat().st_mode & 0o777 == 0o750


def test_an_edit_through_a_link_changes_the_file_it_names(here: Path) -> None:
    root = make_repository(here / "r", {"real.txt": "old\n"})
    (root / "link.txt").symlink_to("real.txt")

    observe(root, call("edit", path="link.txt", old="old", new="new"))

    assert (root / "link.txt").is_symlink()
    assert (root / "real.txt").read_text() == "new\n"


def test_write_makes_folders_and_refuses_a_folder(here: Path) -> None:
    root = make_repository(here / "r", {"d/x": ""})
    made, refused = observe(
        root, call("write", path="new/deep/f.txt", content="hi\n"), call("write", path="d", content="")
    )
    assert (root / "new/deep/f.txt").read_text() == "hi\n"
    assert made.status == "ok"
    assert "is a folder" in refused.text


@pytest.mark.parametrize(
    "path",
    [
        "../out.txt",
        "/etc/hostname",
        "out/x.txt",
        ".git/config",
        ".git/hooks/pre-commit",
        ".learnagent/config.toml",
    ],
)
def test_writes_outside_the_root_or_into_protected_folders_are_refused(here: Path, path: str) -> None:
    root = make_repository(here / "r")
    (here / "outside").mkdir()
    (root / "out").symlink_to(here / "outside")
    config = (root / ".git/config").read_bytes()

    (shown,) = observe(root, call("write", path=path, content="evil\n"))

    assert shown.status in {"error", "refused"}
    assert not list((here / "outside").iterdir())
    assert (root / ".git/config").read_bytes() == config


@pytest.mark.parametrize("path", [".env", "deploy/id_rsa", ".netrc"])
def test_secret_files_are_not_read_edited_or_found(here: Path, path: str) -> None:
    root = make_repository(here / "r", {path: "TOKEN=hunter2\n-----BEGIN OPENSSH PRIVATE KEY-----\n"})

    shown = observe(
        root,
        call("read", path=path),
        call("edit", path=path, old="hunter2", new="x"),
        call("search", pattern="hunter2"),
    )

    assert [o.status for o in shown[:2]] == ["refused", "refused"]
    assert all("hunter2" not in o.text for o in shown)


@pytest.mark.skipif(not shutil.which("rg"), reason="ripgrep is not installed")
def test_search_shows_places_and_skips_ignored_files(here: Path) -> None:
    check_search(
        make_repository(
            here / "r",
            {"a.py": "alpha = 1\n", "b/c.py": "beta = alpha\n", ".gitignore": "out\n", "out": "alpha"},
        )
    )


def test_search_works_by_git_where_there_is_no_ripgrep(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(
        here / "r", {"a.py": "alpha = 1\n", "b/c.py": "beta = alpha\n", ".gitignore": "out\n", "out": "alpha"}
    )
    tools = here / "bin"
    tools.mkdir()
    for name in ("git", "bash", "sh", "cat", "true"):
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    check_search(root)


def check_search(root: Path) -> None:
    places, nothing, inside, broken = observe(
        root,
        call("search", pattern=r"alph\w"),
        call("search", pattern="gamma"),
        call("search", pattern="alpha", path="b"),
        call("search", pattern="("),
    )
    assert places.text.split("\n") == ["a.py:1:alpha = 1", "b/c.py:1:beta = alpha"]
    assert nothing.text == "[no match]"
    assert inside.text == "b/c.py:1:beta = alpha"
    assert broken.status == "error"


def test_a_long_output_is_cut_and_the_whole_stays_in_the_episode(here: Path) -> None:
    root = make_repository(here / "r")
    run = carry_out(root, [call("bash", command="seq 1 100000"), FINISH])
    shown = run.screen.of(Observation)[0]

    assert len(shown.text) < 12_000
    assert shown.text.startswith("1\n2\n")
    assert "99999\n100000" in shown.text
    assert shown.output_file
    assert (run.episode.folder / shown.output_file).read_text().split()[-1] == "100000"


def test_bash_tells_exit_code_and_time_out(here: Path) -> None:
    failed, slow = observe(
        make_repository(here / "r"),
        call("bash", command="echo no >&2; exit 3"),
        call("bash", command="echo begun; sleep 60", timeout_s=0.5),
    )
    assert (failed.status, failed.exit_code, failed.text) == ("error", 3, "no\n[exit 3]")
    assert slow.status == "timeout"
    assert slow.text.startswith("begun\n")


def test_commands_get_no_keys(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "GITHUB_TOKEN", "DB_PASSWORD"):
        monkeypatch.setenv(name, "hunter2")
    (shown,) = observe(make_repository(here / "r"), call("bash", command="env"))
    assert "hunter2" not in shown.text
    assert "PATH=" in shown.text


def test_a_command_outside_the_allow_list_is_asked_about(here: Path) -> None:
    asker = ScriptedAsker(["no", "yes"])
    root = make_repository(here / "r")
    calls = Call(tuple(ToolUse("bash", {"command": command}) for command in ("ls", "touch a", "touch b")))

    run = carry_out(root, [calls, FINISH], approve="edits", asker=asker)

    assert [q.body for q in asker.questions] == ["touch a", "touch b"]
    assert [o.status for o in run.screen.of(Observation)[:3]] == ["ok", "refused", "ok"]
    assert sorted(path.name for path in root.iterdir()) == [".git", ".learnagent", "b", "hello.py"]
