from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from gitrepo import write
from learnagent import child_reader
from learnagent.lint.rule import AnyRule
from learnagent.lint.rules import RULES
from learnagent.lint.running.cache import Cache
from learnagent.lint.running.file_scan import FileScan
from learnagent.lint.running.files import Skipped, Target
from learnagent.lint.running.runner import Outcome, lint_files
from learnagent.lint.running.version import linter_version

BAD = """\
def load(path):
    try:
        return path.read_text()
    except Exception:
        return None
"""
GOOD = "def load(path):\n    return path.read_text()\n"
DYING = f"""\
import json, os, sys
request = json.load(sys.stdin)
sys.path[:] = request["sys_path"]
from learnagent import child_reader
from learnagent.lint.running import file_scan
answer = file_scan.answer_to(request)
def read(name, place):
    if name.endswith("crash.py"):
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    return answer(name, place)
child_reader.serve_items(request["files"], read)
"""


def targets(root: Path, *paths: str) -> list[Target]:
    return [Target(str(root), path) for path in paths]


def linted(root: Path, *paths: str, cache: Path | None = None, jobs: int | None = None) -> Outcome:
    version = linter_version(["all"])
    return lint_files(
        targets(root, *paths), rules=lambda: RULES, cache=Cache(cache, version), version=version, jobs=jobs
    )


def found(outcome: Outcome) -> dict[str, list[tuple[str, int]]]:
    return {
        target.path: [(finding.rule, finding.line) for finding in findings]
        for target, findings in outcome.findings.items()
    }


def test_what_cannot_be_linted_is_counted_and_never_found_clean(here: Path) -> None:
    write(
        here,
        {
            "big.py": "x = 1\n" * 200_000,
            "binary.py": b"x = 1\0",
            "utf16.py": "x = 1\n".encode("utf-16"),
            "notes": "text\n",
            "code.c": "int x;\n",
            "minified.js": "var a=1;" * 1_000,
            "constant.py": f"x = '{'a' * 10_000}'\n",
            "tower.js": "{a:\n" * 200_000,
            "empty.py": "",
            "blank.py": "\ufeff\n\n",
            "latin.py": b"name = 'caf\xe9'\n",
        },
    )
    (here / "link.py").symlink_to(here / "latin.py")
    os.mkfifo(here / "pipe.py")
    (here / "folder.py").mkdir()

    outcome = linted(here, *sorted(path.name for path in here.iterdir()), "gone.py")

    assert outcome.skipped == {
        Skipped.TOO_LARGE: 1,
        Skipped.BINARY: 2,
        Skipped.UNKNOWN: 2,
        Skipped.UNREADABLE: 1,
        Skipped.GENERATED: 1,
    }
    assert outcome.read == 4
    assert outcome.findings == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unreadable(here: Path) -> None:
    write(here, {"a.py": GOOD})
    (here / "a.py").chmod(0)

    assert linted(here, "a.py").skipped == {Skipped.UNREADABLE: 1}


@pytest.mark.parametrize("jobs", [1, 2, 50])
def test_findings_are_the_same_however_many_read(here: Path, jobs: int) -> None:
    names = [f"m{number}.py" for number in range(20)]
    write(here, dict.fromkeys(names, BAD + "filler = 1\n" * 4000))

    assert found(linted(here, *names, jobs=jobs)) == {name: [("swallowed-error", 4)] for name in names}


def test_a_script_without_a_suffix_is_linted_by_its_interpreter(here: Path) -> None:
    write(here, {"run": f"#!/usr/bin/env python3\n{BAD}"})

    assert found(linted(here, "run")) == {"run": [("swallowed-error", 5)]}


def test_findings_come_from_the_cache_and_are_the_same(here: Path) -> None:
    write(here, {"a.py": BAD, "b.py": GOOD, "notes": "text\n"})
    cache = here / "cache" / "lint.sqlite"
    first = linted(here, "a.py", "b.py", "notes", cache=cache)

    again = lint_files(
        targets(here, "a.py", "b.py", "notes"),
        rules=lambda: pytest.fail("the rules were loaded"),
        cache=Cache(cache, linter_version(["all"])),
        version=linter_version(["all"]),
    )

    assert again == first


@pytest.mark.parametrize("change", ["content", "path", "selection"])
def test_what_findings_depend_on_is_part_of_the_key(here: Path, change: str) -> None:
    write(here, {"src/a.py": BAD, "tests/a.py": BAD})
    cache = here / "cache" / "lint.sqlite"
    linted(here, "src/a.py", cache=cache)
    version = linter_version(["one"] if change == "selection" else ["all"])
    if change == "content":
        write(here, {"src/a.py": f"\n{BAD}"})
    asked: list[str] = []

    def rules() -> Sequence[AnyRule]:
        asked.append("rules")
        return RULES

    lint_files(
        targets(here, "tests/a.py" if change == "path" else "src/a.py"),
        rules=rules,
        cache=Cache(cache, version),
        version=version,
    )

    assert asked == ["rules"]


def test_a_damaged_record_is_read_anew(here: Path) -> None:
    write(here, {"a.py": BAD})
    path = here / "cache" / "lint.sqlite"
    expected = linted(here, "a.py", cache=path)
    version = linter_version(["all"])
    cache = Cache(path, version)
    (key,) = [row[0] for row in cache._ask("SELECT key FROM kept WHERE version = ?", version)]
    cache.close({key: [{"line": 1}]})

    assert linted(here, "a.py", cache=path) == expected


def test_text_that_was_not_saved_stands_for_the_file(here: Path) -> None:
    write(here, {"a.py": GOOD})
    version = linter_version(["all"])

    outcome = lint_files(
        targets(here, "a.py"), rules=lambda: RULES, cache=Cache(None, version), version=version, text=BAD.encode()
    )

    assert found(outcome) == {"a.py": [("swallowed-error", 4)]}


class Dying(FileScan):
    """Its readers die of one file, as a grammar would that crashes."""

    def start(self, items: Sequence[child_reader.Item]) -> child_reader.Child:
        return child_reader.spawned(DYING, self.request(items))


def test_a_file_that_kills_its_reader_is_unreadable_and_the_rest_is_linted(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(here, {"a.py": BAD, "crash.py": GOOD, "z.py": BAD})
    outcome = Outcome()

    Dying(RULES, linter_version([]), outcome, {}).run(dict.fromkeys(targets(here, "a.py", "crash.py", "z.py"), 0), 1)

    assert sorted(found(outcome)) == ["a.py", "z.py"]
    assert outcome.skipped == {Skipped.UNREADABLE: 1}
    assert "crash.py" in caplog.text


class Childless(FileScan):
    """No process can be had."""

    def start(self, items: Sequence[child_reader.Item]) -> child_reader.Child:
        raise BlockingIOError(f"no process for {items}")


def test_where_no_child_can_start_the_files_are_linted_here(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(here, {"a.py": BAD, "b.py": GOOD})
    outcome = Outcome()

    Childless(RULES, linter_version([]), outcome, {}).run(dict.fromkeys(targets(here, "a.py", "b.py"), 0), 1)

    assert found(outcome) == {"a.py": [("swallowed-error", 4)]}
    assert outcome.read == 2
    assert "without a process of its own" in caplog.text


def test_the_version_knows_the_selection_and_the_linters_files() -> None:
    assert linter_version(["all"]) == linter_version(["all"])
    assert linter_version(["all"]) != linter_version(["a", "ll"])
