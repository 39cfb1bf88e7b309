from __future__ import annotations

from learnagent.lint.change import FileChange
from learnagent.lint.running.renames import join_renames

BODY = b"".join(b"line %d\n" % number for number in range(10))


def gone(path: str, content: bytes = BODY) -> FileChange:
    return FileChange(path, content, None, path)


def new(path: str, content: bytes = BODY) -> FileChange:
    return FileChange(path, None, content, path)


def test_files_that_share_little_stay_apart() -> None:
    files = [gone("a.py"), new("b.py", b"line 1\n" + b"".join(b"other %d\n" % number for number in range(10)))]

    assert join_renames(files) == files


def test_a_changed_file_is_no_partner() -> None:
    files = [FileChange("a.py", BODY, b"x\n", "a.py"), new("b.py")]

    assert join_renames(files) == files


def test_the_most_alike_are_joined_and_each_once() -> None:
    like = BODY.replace(b"line 1\n", b"line one\n")

    found = join_renames([gone("a.py"), new("b.py", like), new("c.py"), gone("d.py", b"")])

    assert found == [new("b.py", like), FileChange("c.py", BODY, BODY, "a.py"), gone("d.py", b"")]


def test_too_many_pairs_are_not_compared() -> None:
    files = [*(gone(f"old{number}.py") for number in range(101)), *(new(f"new{number}.py") for number in range(101))]

    assert join_renames(files) == files
